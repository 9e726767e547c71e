//! Who may see and do what, as data: roles, rights, scopes, what is masked, and the numbers of passwords and sessions.
//!
//! The doors are the program's ([`RIGHTS`]); who holds which key is `rights.toml` under `policies/`. What is not written there
//! is refused.

use std::collections::BTreeMap;

use facts::{Finding, Place, Severity, Text, text};
use serde::{Deserialize, Serialize};

use crate::Failure;

/// The doors of the program, in Chinese and in English.
pub const RIGHTS: &[(&str, &str, &str)] = &[
    ("accounts:read", "查看账号", "see accounts"),
    ("accounts:write", "管理账号和角色", "manage accounts and roles"),
    ("approvals:ask", "申请批量导出", "ask for an export"),
    ("approvals:decide", "审批批量导出", "decide on exports"),
    ("audit:export", "导出全部日志", "export the whole log"),
    ("audit:read", "查看全部日志", "read the whole log"),
    ("cases:act", "办理案件", "act on cases"),
    ("cases:export", "导出台账", "export the ledger"),
    ("cases:open", "人工立案", "open cases by hand"),
    ("cases:read", "查看案件", "see cases"),
    ("cases:sync", "按最新评估立案、销号", "open and close cases by the latest evaluation"),
    ("county:export", "导出全县数据", "export figures of the county"),
    ("county:read", "查看全县数据", "see figures of the county"),
    ("disability:read", "查看残疾评估", "see disability assessments"),
    ("draws:read", "查看派位", "see draws"),
    ("draws:run", "组织派位", "hold draws"),
    ("identity:read", "查看完整证件号、电话、住址", "see whole id numbers, phones, addresses"),
    ("imports:read", "查看导入", "see imports"),
    ("imports:write", "导入数据", "import data"),
    ("looks:read", "查看对学生记录的查阅日志", "read who looked at pupils' records"),
    ("packs:read", "查看标准", "see standards"),
    ("reporter:read", "查看举报人", "see reporters"),
    ("school:export", "导出学校数据", "export figures of a school"),
    ("school:read", "查看学校数据", "see figures of a school"),
    ("sessions:read", "查看在线用户", "see who is in"),
    ("sessions:write", "结束他人的登录", "end somebody's session"),
    ("sheets:read", "查看原表", "see the original sheets"),
];

/// How far a right reaches, within the jurisdiction of whoever holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reaching {
    /// 全部
    All,
    /// 自定: the units chosen for the account.
    Chosen,
    /// 本部门: what the role answers for.
    Unit,
    /// 本部门及以下
    Below,
    /// 仅本人
    Own,
}

/// The table of rights in force, `rights.toml`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    #[serde(default)]
    pub passwords: Option<Passwords>,
    #[serde(default)]
    pub sessions: Option<Sessions>,
    #[serde(default)]
    pub logins: Option<Logins>,
    #[serde(default)]
    pub approvals: Option<Approvals>,
    #[serde(default)]
    pub reports: Option<Reports>,
    #[serde(default, rename = "apart")]
    pub apart: Vec<Apart>,
    #[serde(default, rename = "mask")]
    pub masks: Vec<Mask>,
    #[serde(default, rename = "grant")]
    pub grants: Vec<Grant>,
    /// What is wrong with the tables; what is wrong there is left out, and so refused.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// What a password must be, and how long it serves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    pub source: String,
    pub confirmed: bool,
    pub length_min: usize,
    /// Of capital letters, small letters, digits and signs.
    pub kinds_min: usize,
    pub days_max: i64,
    pub first_days: i64,
    pub tries_max: i64,
    pub shut_minutes: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    pub source: String,
    pub confirmed: bool,
    pub idle_minutes: i64,
    pub hours_max: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logins {
    pub source: String,
    pub confirmed: bool,
    pub per_minute: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approvals {
    pub source: String,
    pub confirmed: bool,
    pub hours_max: i64,
    /// How many records one may see at once without an approval.
    pub rows_max: u32,
}

/// What the public may send to the page for reports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reports {
    pub source: String,
    pub confirmed: bool,
    /// How many reports one address may send in an hour, and how many all together.
    pub per_hour: u32,
    pub per_hour_all: u32,
    /// How often one may ask with a receipt.
    pub queries_per_hour: u32,
    pub queries_per_hour_all: u32,
    pub files_max: usize,
    /// Of all files of one report together.
    pub megabytes_max: u32,
    /// Characters in one field.
    pub words_max: usize,
}

/// Groups of rights of which one account may hold one group only.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    pub title: String,
    pub title_en: String,
    pub source: String,
    pub groups: Vec<Vec<String>>,
}

/// What is shown in part only: runs of digits of a length, or fields by id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    pub id: String,
    pub title: String,
    pub title_en: String,
    #[serde(default)]
    pub digits: Option<usize>,
    #[serde(default)]
    pub fields: Vec<String>,
    /// How many characters stay at the beginning and at the end.
    pub keep: [usize; 2],
    /// The right with which it is seen whole.
    pub sees: String,
}

/// What a role may, and how far.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub role: String,
    pub scope: Reaching,
    pub rights: Vec<String>,
}

/// Reads the tables in order: grants of a role that come later stand in the place of earlier ones, numbers too.
pub fn read(files: &[(String, String)], knows_role: &dyn Fn(&str) -> bool) -> Rights {
    let mut all = Rights::default();
    for (path, words) in files.iter().filter(|(path, _)| path.ends_with("rights.toml")) {
        match toml::from_str::<Rights>(words) {
            Ok(table) => all.take_in(table),
            Err(error) => {
                let line = error.span().map(|span| words[..span.start.min(words.len())].lines().count().max(1));
                let line = line.and_then(|line| u32::try_from(line).ok());
                let why = error.message().to_string();
                all.findings.push(wrong(path, line, text!("读不懂：{why}", "it cannot be read: {why}")));
            }
        }
    }
    all.check(knows_role);
    all
}

impl Rights {
    fn take_in(&mut self, later: Rights) {
        self.passwords = later.passwords.or_else(|| self.passwords.take());
        self.sessions = later.sessions.or_else(|| self.sessions.take());
        self.logins = later.logins.or_else(|| self.logins.take());
        self.approvals = later.approvals.or_else(|| self.approvals.take());
        self.reports = later.reports.or_else(|| self.reports.take());
        self.grants.retain(|known| later.grants.iter().all(|new| new.role != known.role));
        self.masks.retain(|known| later.masks.iter().all(|new| new.id != known.id));
        self.grants.extend(later.grants);
        self.masks.extend(later.masks);
        // What is kept apart stays apart: a later table may only add to it.
        self.apart.extend(later.apart);
    }

    fn check(&mut self, knows_role: &dyn Fn(&str) -> bool) {
        let is_right = |id: &str| RIGHTS.iter().any(|(known, _, _)| *known == id);
        let mut findings = Vec::new();
        for grant in &self.grants {
            let role = &grant.role;
            if !knows_role(role) {
                findings.push(wrong("rights.toml", None, text!("没有角色“{role}”", "there is no role `{role}`")));
            }
            for right in grant.rights.iter().filter(|right| !is_right(right)) {
                findings.push(wrong("rights.toml", None, text!("没有权限“{right}”", "there is no right `{right}`")));
            }
        }
        for right in
            self.masks.iter().map(|mask| &mask.sees).chain(self.apart.iter().flat_map(|apart| apart.groups.iter().flatten()))
        {
            if !is_right(right) {
                findings.push(wrong("rights.toml", None, text!("没有权限“{right}”", "there is no right `{right}`")));
            }
        }
        let roles: Vec<String> = self.grants.iter().map(|grant| grant.role.clone()).collect();
        for role in roles {
            if let Some(broken) = self.broken_by(std::slice::from_ref(&role)) {
                let Text { zh, en } = broken;
                findings.push(wrong("rights.toml", None, text!("角色“{role}”：{zh}", "the role `{role}`: {en}")));
                // Whoever would hold both holds neither.
                self.grants.retain(|grant| grant.role != role);
            }
        }
        self.findings.extend(findings);
    }

    /// What of the rules that keep rights apart these roles together would break.
    pub fn broken_by(&self, roles: &[String]) -> Option<Text> {
        let held: Vec<&String> =
            self.grants.iter().filter(|grant| roles.contains(&grant.role)).flat_map(|grant| &grant.rights).collect();
        self.apart.iter().find_map(|apart| {
            let groups: Vec<Vec<&str>> = (apart.groups.iter())
                .map(|group| group.iter().filter(|right| held.contains(right)).map(String::as_str).collect())
                .filter(|group: &Vec<&str>| !group.is_empty())
                .collect();
            if groups.len() < 2 {
                return None;
            }
            let names = |lang: fn(&(&str, &'static str, &'static str)) -> &'static str| {
                let of = |group: &Vec<&str>| {
                    group
                        .iter()
                        .filter_map(|id| RIGHTS.iter().find(|known| known.0 == *id))
                        .map(lang)
                        .collect::<Vec<_>>()
                        .join("/")
                };
                groups.iter().map(of).collect::<Vec<_>>().join(" + ")
            };
            let (zh, en, source) = (&apart.title, &apart.title_en, &apart.source);
            let (zh_held, en_held) = (names(|known| known.1), names(|known| known.2));
            Some(text!("{zh}（{source}）：{zh_held} 不能同时有", "{en} ({source}): {en_held} cannot be held together"))
        })
    }

    /// What these roles may, each right with its scopes, the widest first.
    pub fn of_roles(&self, roles: &[String]) -> BTreeMap<String, Vec<Reaching>> {
        let mut held: BTreeMap<String, Vec<Reaching>> = BTreeMap::new();
        for grant in self.grants.iter().filter(|grant| roles.contains(&grant.role)) {
            for right in &grant.rights {
                let scopes = held.entry(right.clone()).or_default();
                if !scopes.contains(&grant.scope) {
                    scopes.push(grant.scope);
                    scopes.sort();
                }
            }
        }
        held
    }

    /// The numbers of passwords; where no table has any nobody can be let in.
    pub fn passwords(&self) -> Result<&Passwords, Failure> {
        self.passwords.as_ref().ok_or_else(|| no_numbers("passwords"))
    }

    pub fn sessions(&self) -> Result<&Sessions, Failure> {
        self.sessions.as_ref().ok_or_else(|| no_numbers("sessions"))
    }

    pub fn approvals(&self) -> Result<&Approvals, Failure> {
        self.approvals.as_ref().ok_or_else(|| no_numbers("approvals"))
    }

    pub fn reports(&self) -> Result<&Reports, Failure> {
        self.reports.as_ref().ok_or_else(|| no_numbers("reports"))
    }
}

fn no_numbers(part: &str) -> Failure {
    Failure::prevented(
        text!("权限表里没有 [{part}]", "the table of rights has no [{part}]"),
        text!("在 rights.toml 里补上", "add it to rights.toml"),
    )
}

fn wrong(path: &str, line: Option<u32>, what: Text) -> Finding {
    let place = Place::Source { file: path.to_string(), line, excerpt: None };
    let hint = text!("改正 rights.toml；这一条在改正前不起作用", "mend rights.toml; until then this has no effect");
    Finding::new(Severity::Logic, "rights-wrong", place, what, hint)
}

/// The words for a right.
pub fn right_title(id: &str) -> Text {
    RIGHTS.iter().find(|known| known.0 == id).map_or_else(|| Text::new(id, id), |(_, zh, en)| Text::new(*zh, *en))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, expected: &[&str]) {
        let rights = read(&[("a/rights.toml".into(), words.into())], &|role| role != "nobody");
        let found: Vec<&str> = rights.findings.iter().map(|finding| finding.what.en.as_str()).collect();
        assert_eq!(found, expected, "{words}");
    }

    const APART: &str =
        "[[apart]]\ntitle = '分立'\ntitle_en = 'apart'\nsource = 'S'\ngroups = [['accounts:write'], ['audit:read']]\n";

    #[test]
    fn a_table_says_what_is_wrong_with_it() {
        check("", &[]);
        check("[[grant]]\nrole = 'nobody'\nscope = 'all'\nrights = []", &["there is no role `nobody`"]);
        check("[[grant]]\nrole = 'a'\nscope = 'all'\nrights = ['moon:read']", &["there is no right `moon:read`"]);
        let both = "[[grant]]\nrole = 'a'\nscope = 'all'\nrights = ['accounts:write', 'audit:read']";
        check(
            &format!("{APART}{both}"),
            &["the role `a`: apart (S): manage accounts and roles + read the whole log cannot be held together"],
        );
        assert!(read(&[("rights.toml".into(), "[[grant]]\nscope = 'sea'".into())], &|_| true).findings.len() == 1);
    }

    #[test]
    fn whoever_would_hold_both_holds_neither() {
        let both = "[[grant]]\nrole = 'a'\nscope = 'all'\nrights = ['accounts:write', 'audit:read']";
        let rights = read(&[("rights.toml".into(), format!("{APART}{both}"))], &|_| true);
        assert!(rights.of_roles(&["a".into()]).is_empty());
    }

    #[test]
    fn a_later_table_changes_a_role_and_keeps_apart_what_was_apart() {
        let first = format!("{APART}[[grant]]\nrole = 'a'\nscope = 'all'\nrights = ['accounts:write']");
        let later = "[[grant]]\nrole = 'a'\nscope = 'own'\nrights = ['packs:read']\n[[grant]]\nrole = 'b'\nscope = 'all'\nrights = ['accounts:write', 'audit:read']";
        let rights = read(&[("a/rights.toml".into(), first), ("b/rights.toml".into(), later.into())], &|_| true);
        assert_eq!(rights.of_roles(&["a".into()]), BTreeMap::from([("packs:read".to_string(), vec![Reaching::Own])]));
        assert!(rights.of_roles(&["b".into()]).is_empty() && rights.findings.len() == 1);
    }
}
