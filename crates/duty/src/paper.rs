use std::collections::BTreeMap;

use facts::Text;

use crate::chain::hex;
use crate::event::PaperMade;
use crate::procedure::FieldKind;
use crate::{Actor, Case, Moment, Procedure};

/// A paper filled in: its text, and what the log keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub made: PaperMade,
    pub text: String,
}

/// What a template may name beside the fields of the procedure.
pub const WORDS: &[&str] = &["actor", "case", "date", "document", "number", "subject", "unit"];

/// The papers of a step, filled in from what is known of the case and what the step brings; or the names of what is not known.
pub fn papers(
    procedure: &Procedure,
    case: &Case,
    step: &str,
    fields: &BTreeMap<String, String>,
    actor: &Actor,
    now: Moment,
) -> Result<Vec<Filled>, Vec<Text>> {
    let (mut filled, mut lacking) = (Vec::new(), Vec::new());
    let Some(step) = procedure.step(step) else { return Ok(filled) };
    for id in &step.papers {
        let Some(template) = procedure.templates.get(id) else { continue };
        let of_step = case.done.iter().filter(|done| done.step == step.id && !done.skipped).count() + 1;
        let number = format!("{}-{id}-{of_step}", case.id);
        let mut text = String::new();
        for piece in pieces(template) {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Name(name) => match value(procedure, case, fields, actor, now, &number, name) {
                    Some(words) => text.push_str(&words),
                    None => lacking.push(procedure.field(name).map_or_else(|| Text::new(name, name), |field| field.name())),
                },
            }
        }
        let sha256 = hex(&crate::chain::digest(text.as_bytes()));
        filled.push(Filled { made: PaperMade { paper: id.clone(), number, sha256 }, text });
    }
    if lacking.is_empty() { Ok(filled) } else { Err(lacking) }
}

/// The names in braces that a template asks for.
pub(crate) fn names(template: &str) -> Vec<&str> {
    let name = |piece| match piece {
        Piece::Name(name) => Some(name),
        Piece::Words(_) => None,
    };
    pieces(template).into_iter().filter_map(name).collect()
}

enum Piece<'t> {
    Words(&'t str),
    Name(&'t str),
}

fn pieces(template: &str) -> Vec<Piece<'_>> {
    let (mut found, mut rest) = (Vec::new(), template);
    while let Some((words, tail)) = rest.split_once('{') {
        found.push(Piece::Words(words));
        let Some((name, after)) = tail.split_once('}') else { break };
        found.push(Piece::Name(name.trim()));
        rest = after;
    }
    found.push(Piece::Words(rest));
    found
}

fn value(
    procedure: &Procedure,
    case: &Case,
    fields: &BTreeMap<String, String>,
    actor: &Actor,
    now: Moment,
    number: &str,
    name: &str,
) -> Option<String> {
    match name {
        "actor" => Some(actor.name.clone()),
        "case" => Some(case.id.clone()),
        "date" => Some(long_date(&now.date().to_string())),
        "document" => Some(format!("《{}》", procedure.document.title)),
        "number" => Some(number.to_string()),
        "subject" => Some(case.subject.label.clone()),
        "unit" => Some(actor.unit.clone()),
        _ => {
            let field = procedure.field(name)?;
            // What is kept apart stays out of the log and of what the log's hash covers; whoever may read it fills it in.
            if field.vault.is_some() {
                return Some(vault_mark(&field.title));
            }
            let value = fields.get(name).or_else(|| case.fields.get(name)).filter(|value| !value.trim().is_empty());
            match (value, field.kind) {
                (Some(value), FieldKind::Date) => Some(long_date(value)),
                (Some(value), FieldKind::Choice) => {
                    Some(field.choices.iter().find(|choice| choice.id == *value).map_or(value, |choice| &choice.title).clone())
                }
                (Some(value), _) => Some(value.clone()),
                (None, _) if field.optional => Some("　　　　".into()),
                (None, _) => None,
            }
        }
    }
}

/// What stands in a paper for a field that is kept apart.
pub fn vault_mark(title: &str) -> String {
    format!("〔{title}〕")
}

/// 2026-03-01 → 2026年3月1日; other words stay as they are.
fn long_date(words: &str) -> String {
    match words.parse::<jiff::civil::Date>() {
        Ok(date) => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Err(_) => words.to_string(),
    }
}
