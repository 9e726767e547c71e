//! Settings written from what the columns of two registers are called and look like.

mod role;
mod write;

use facts::{Finding, Place, Severity, text};

use crate::block::blocks;
use crate::settings::read_settings;
use crate::{Records, Table};

use role::Role;

/// A column that both registers have, and what it is taken for.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub role: Role,
    /// The name that settings call it by.
    pub name: String,
    pub left: Vec<String>,
    pub right: Vec<String>,
    /// Whether its words are in Latin script.
    pub latin: bool,
}

/// Keys that would compare more than so many pairs a record are left out.
const PAIRS_PER_RECORD_MAX: u64 = 2;

/// Proposes settings for two registers, or for one that is held against itself. They are meant to be read and changed; what was
/// not understood is told.
///
/// ```
/// let mut table = linkage::Table::new("a.csv", &["编号", "姓名", "出生日期"]);
/// table.push(&["1", "李明", "2015-09-01"]);
/// table.push(&["2", "王芳", "2016-01-12"]);
/// let (toml, findings) = linkage::propose(&table, None);
/// assert!(toml.contains("pinyin(name)") && linkage::read_settings("s.toml", &toml).0.is_some());
/// assert!(findings.is_empty());
/// ```
pub fn propose(left: &Table, right: Option<&Table>) -> (String, Vec<Finding>) {
    let found = columns(left, right);
    let mut findings = Vec::new();
    let tells_apart = |found: &&Found| {
        matches!(
            found.role,
            Role::Name | Role::CitizenId | Role::StudentNo | Role::Given | Role::Surname | Role::Phone | Role::Other
        )
    };
    if !found.iter().any(|found| tells_apart(&found)) {
        let heads: Vec<&str> = left.heads();
        let heads = heads.join("、");
        findings.push(Finding::new(
            Severity::Logic,
            "link-nothing-in-common",
            Place::file(left.name()),
            text!(
                "两边没有找到能区分人的共同列；左边的列有：{heads}",
                "no column that tells people apart was found on both sides; the left has: {heads}"
            ),
            text!(
                "在设置里用 left 和 right 写明哪一列对哪一列",
                "say in the settings, with left and right, which column answers to which"
            ),
        ));
    }
    findings.extend([Some(left), right].into_iter().flatten().filter_map(thin));
    let ids = role::ids(left, right, &found);
    let keys = write::keys(&found);
    let whole = write::settings(&ids, &found, &keys, right.is_none());
    let kept = affordable(&whole, &keys, left, right);
    (write::settings(&ids, &found, &kept, right.is_none()), findings)
}

/// Says of which columns nothing can be learned.
fn thin(table: &Table) -> Option<Finding> {
    let heads = role::thin(table);
    if heads.is_empty() {
        return None;
    }
    let heads = heads.join("、");
    Some(Finding::new(
        Severity::Experience,
        "link-column-thin",
        Place::file(table.name()),
        text!(
            "列“{heads}”几乎全空或人人相同，没有写进设置",
            "column `{heads}` is nearly empty or the same for everybody, and was left out of the settings"
        ),
        text!("看看导出时是不是漏了、错了", "see whether it was lost or spoilt when the file was made"),
    ))
}

/// The keys that do not cost too much on these registers.
fn affordable(toml: &str, keys: &[Vec<String>], left: &Table, right: Option<&Table>) -> Vec<Vec<String>> {
    let (Some(settings), _) = read_settings("", toml) else { return keys.to_vec() };
    let (records, _) = Records::new(left.clone(), right.cloned(), &settings);
    let (_, plan) = blocks(&records, &settings, crate::Hands::ONE);
    let most = PAIRS_PER_RECORD_MAX * records.len().max(100) as u64;
    let cheap = keys.iter().zip(&plan.rules).filter(|(_, rule)| rule.pairs + rule.left_out <= most);
    let cheap: Vec<Vec<String>> = cheap.map(|(key, _)| key.clone()).collect();
    if cheap.is_empty() { keys.to_vec() } else { cheap }
}

/// The columns that both sides have, by role; several guardians' names become one set.
fn columns(left: &Table, right: Option<&Table>) -> Vec<Found> {
    let lefts = role::roles(left);
    let rights = right.map(role::roles);
    let mut found: Vec<Found> = Vec::new();
    for role in role::ROLES {
        let of = |roles: &[(String, Role, bool)]| -> Vec<String> {
            roles.iter().filter(|(_, other, _)| other == role).map(|(head, ..)| head.clone()).collect()
        };
        let mut left_heads = of(&lefts);
        let mut right_heads = rights.as_ref().map_or_else(|| left_heads.clone(), |rights| of(rights));
        if left_heads.is_empty() || right_heads.is_empty() {
            continue;
        }
        // Only names make a set; of other columns with one role the first counts.
        if !matches!(role, Role::Guardian) {
            left_heads.truncate(1);
            right_heads.truncate(1);
        }
        let latin = lefts.iter().any(|(head, _, latin)| *latin && left_heads.contains(head));
        found.push(Found { role: *role, name: role.name().to_string(), left: left_heads, right: right_heads, latin });
    }
    let others = lefts.iter().filter(|(_, role, _)| *role == Role::Other);
    let both = others.filter(|(head, ..)| {
        rights.as_ref().is_none_or(|rights| rights.iter().any(|(other, role, _)| other == head && *role == Role::Other))
    });
    const OTHERS_MAX: usize = 8;
    for (number, (head, _, latin)) in both.take(OTHERS_MAX).enumerate() {
        let is_word = head.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let name = if is_word && role::ROLES.iter().all(|role| role.name() != head) {
            head.clone()
        } else {
            format!("other_{}", number + 1)
        };
        found.push(Found { role: Role::Other, name, left: vec![head.clone()], right: vec![head.clone()], latin: *latin });
    }
    found
}
