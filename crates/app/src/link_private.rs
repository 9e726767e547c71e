//! Linking without showing anybody's words: keyed hashes in their place, and what that costs in accuracy.

use std::fmt::Write as _;
use std::path::Path;

use facts::{Finding, Text, text};
use hmac::{Hmac, KeyInit, Mac};
use linkage::{Linked, Records, Settings, Table};
use serde::Serialize;
use sha2::Sha256;

use crate::Failure;
use crate::link_output::write_whole;
use crate::link_read::{read_register, settings_of};

/// What is lost by linking hashes instead of words.
#[derive(Debug, Serialize)]
pub struct PrivateLoss {
    /// Links with all words known.
    pub clear: usize,
    /// Links by hashes, and those that are the same.
    pub hidden: usize,
    pub both: usize,
}

/// A shorter key could be found by trying.
const KEY_BYTES_MIN: usize = 16;

/// Reads the key that both sides share.
pub(crate) fn key_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io(text!("读取密钥", "read the key"), path, &error))?;
    let key = bytes.trim_ascii().to_vec();
    if key.len() < KEY_BYTES_MIN {
        let (n, at) = (key.len(), path.display());
        return Err(Failure::wrong_use(
            text!("密钥 {at} 只有 {n} 个字节，太短，可以被猜出", "the key in {at} has {n} bytes: it could be guessed"),
            text!(
                "两边约定至少 {KEY_BYTES_MIN} 个字节的随机密钥，如 head -c 32 /dev/urandom | base64",
                "agree on {KEY_BYTES_MIN} random bytes at least, as from head -c 32 /dev/urandom | base64"
            ),
        ));
    }
    Ok(key)
}

/// HMAC-SHA256, its first eight bytes.
pub(crate) fn keyed(key: &[u8]) -> impl Fn(&[u8]) -> u64 + use<> {
    let mac = Hmac::<Sha256>::new_from_slice(key).ok();
    move |bytes| {
        let Some(mut mac) = mac.clone() else { return 0 };
        mac.update(bytes);
        mac.finalize().into_bytes().iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }
}

/// Both registers hidden, and the settings for them.
pub(crate) fn hidden(
    left: Table,
    right: Option<Table>,
    settings: &Settings,
    key: &[u8],
) -> Result<(Table, Option<Table>, Settings), Failure> {
    let keyed = keyed(key);
    let settings_hidden = read_hidden(settings)?;
    let left = linkage::hide(left, false, settings, &keyed);
    let right = right.map(|right| linkage::hide(right, true, settings, &keyed));
    Ok((left, right, settings_hidden))
}

fn read_hidden(settings: &Settings) -> Result<Settings, Failure> {
    let (hidden, findings) = linkage::read_settings("", &linkage::hidden_settings(settings));
    hidden.ok_or_else(|| {
        let what = findings.into_iter().next().map_or_else(|| Text::new("", ""), |finding| finding.what);
        let (zh, en) = (what.zh, what.en);
        Failure::wrong_use(
            text!("这份设置不能用于密文比对：{zh}", "these settings cannot be used on hidden registers: {en}"),
            text!(
                "去掉密文无法判断的比较，如 lookalike、within",
                "leave out what hashes cannot tell, such as lookalike and within"
            ),
        )
    })
}

/// Holds links by hashes against those with all words known. Rows are the same in both.
pub(crate) fn loss(clear: &Linked, hidden: &Linked) -> PrivateLoss {
    let links = |linked: &Linked| -> std::collections::BTreeSet<(u32, u32)> {
        linked.links().map(|pair| (pair.left, pair.right)).collect()
    };
    let (clear, hidden) = (links(clear), links(hidden));
    PrivateLoss { clear: clear.len(), hidden: hidden.len(), both: clear.intersection(&hidden).count() }
}

impl PrivateLoss {
    /// What it comes to, in words.
    pub fn line(&self) -> Text {
        let (clear, hidden, both) = (self.clear, self.hidden, self.both);
        let (lost, more) = (clear - both, hidden - both);
        let share = 100.0 * lost as f64 / clear.max(1) as f64;
        text!(
            "密文比对的代价：明文连上 {clear} 对，密文也连上其中 {both} 对，漏 {lost} 对（{share:.2}%），另多出 {more} 对",
            "what hiding costs: of {clear} links in the clear {both} are found by hashes, {lost} are lost ({share:.2}%), and {more} others are made"
        )
    }
}

/// Writes one register hidden, as CSV, and the settings for hidden registers beside it (its name and `.toml`).
pub fn hide_register(register: &Path, right: bool, settings: &Path, key: &Path, out: &Path) -> Result<Vec<Finding>, Failure> {
    let settings = settings_of(settings)?;
    let key = key_of(key)?;
    let heads = settings.columns.iter().map(|column| &column.heads).chain([&settings.id]);
    let wanted: Vec<String> = heads.flat_map(|heads| if right { &heads.right } else { &heads.left }).cloned().collect();
    let (table, findings) = read_register(register, Some(&wanted))?;
    let hidden = linkage::hide(table, right, &settings, &keyed(&key));
    let mut csv = hidden.heads().join(",");
    csv.push('\n');
    let width = hidden.heads().len();
    for row in 0..hidden.len() {
        for column in 0..width {
            let _ = write!(csv, "{}{}", if column > 0 { "," } else { "" }, hidden.cell(row, column));
        }
        csv.push('\n');
    }
    write_whole(out, csv.as_bytes())?;
    let mut name = out.file_name().unwrap_or_default().to_os_string();
    name.push(".toml");
    write_whole(&out.with_file_name(name), linkage::hidden_settings(&settings).as_bytes())?;
    Ok(findings)
}

/// Decisions by place in the register instead of ids, as hidden registers know their records.
pub(crate) fn by_place(decisions: &[linkage::Decision], records: &Records) -> Vec<linkage::Decision> {
    let place = |id: &str, right: bool| {
        let first = if right && records.n_left() < records.len() { records.n_left() } else { 0 };
        records.row(id, right).map_or_else(|| format!("?{id}"), |row| (row as usize - first + 1).to_string())
    };
    let decision = |decision: &linkage::Decision| linkage::Decision {
        left: place(&decision.left, false),
        right: place(&decision.right, true),
        same: decision.same,
    };
    decisions.iter().map(decision).collect()
}
