//! Receipts: how far a case is, for whoever reported it and does not say who they are.

use duty::chain::{digest, hex};
use facts::{Text, text};
use serde::Serialize;

use crate::random::random;
use crate::{Failure, Ledger};

/// What a receipt shows: nothing of who reported, and nothing of who deals with it by name.
#[derive(Debug, Serialize)]
pub struct Receipted {
    pub title: Text,
    /// `open`, `paused` or `closed`.
    pub status: &'static str,
    pub opened: String,
    pub moved: String,
    /// What comes next.
    pub next: Vec<Text>,
    pub due: Option<String>,
    /// The fields that the procedure shows.
    pub fields: Vec<(Text, String)>,
}

/// Without letters that look like figures.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Sixteen signs, eighty bits: not to be guessed.
pub(crate) fn new_receipt() -> Result<String, Failure> {
    let bytes = random::<16>()?;
    let signs: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(signs.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-"))
}

/// What stands in the store instead of the receipt: from it nobody can tell the receipt.
pub(crate) fn receipt_key(receipt: &str) -> String {
    let plain: String = receipt.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("receipt:{}", &hex(&digest(plain.to_ascii_uppercase().as_bytes()))[..32])
}

/// How far the case is that belongs to a receipt.
pub fn ask_with_receipt(ledger: &mut Ledger, receipt: &str) -> Result<Receipted, Failure> {
    let key = receipt_key(receipt);
    let with: Vec<String> =
        ledger.procedures.all.iter().filter(|(_, (rule, _))| rule.opening.receipt.is_some()).map(|(id, _)| id.clone()).collect();
    for id in with {
        let Some(row) = ledger.store.about(&id, &key)? else { continue };
        let followed = ledger.case(&row.case)?;
        let (procedure, case) = (&followed.procedure, &followed.case);
        let shown = procedure.opening.receipt.iter().flatten().filter_map(|id| {
            let (field, value) = (procedure.field(id).filter(|field| field.vault.is_none())?, case.fields.get(id)?);
            let choice = field.choices.iter().find(|choice| choice.id == *value);
            Some((field.name(), choice.map_or_else(|| value.clone(), |choice| choice.title.clone())))
        });
        return Ok(Receipted {
            title: procedure.name(),
            status: case.status.id(),
            opened: case.opened.date().to_string(),
            moved: case.moved.date().to_string(),
            next: case.ready.iter().filter_map(|step| procedure.step(step)).map(duty::Step::name).collect(),
            due: row.due.as_deref().and_then(|due| due.get(..10)).map(str::to_string),
            fields: shown.collect(),
        });
    }
    Err(Failure::unknown(
        text!("没有这个受理号", "there is no such receipt"),
        text!("照受理时给出的 16 位逐字核对", "compare the 16 signs with those that were given"),
    ))
}

impl Receipted {
    pub fn lines(&self) -> Vec<Text> {
        let (Text { zh, en }, opened, moved) = (&self.title, &self.opened, &self.moved);
        let join = |of: fn(&Text) -> &String| self.next.iter().map(|text| of(text).as_str()).collect::<Vec<_>>().join("、");
        let (next_zh, next_en) = (join(|text| &text.zh), join(|text| &text.en));
        let due = self.due.as_deref().unwrap_or("—");
        let state = match self.status {
            "closed" => text!("已办结", "finished"),
            "paused" => text!("中止", "paused"),
            _ if self.next.is_empty() => text!("已办完，待另一人确认", "done, to be confirmed by somebody else"),
            _ => text!("在办：{next_zh}，期限 {due}", "under way: {next_en}, due {due}"),
        };
        let (state_zh, state_en) = (&state.zh, &state.en);
        let mut lines = vec![text!(
            "{zh}：{opened} 受理登记，最近 {moved}；{state_zh}",
            "{en}: received on {opened}, last moved on {moved}; {state_en}"
        )];
        lines.extend(self.fields.iter().map(|(Text { zh, en }, value)| text!("  {zh}：{value}", "  {en}: {value}")));
        lines
    }
}
