//! Whoever asks: what they may, where, and what they see in part only. Every use case that shows or does something asks here.

use std::collections::BTreeMap;

use facts::{Text, text};
use store::{Reach, Row};

use crate::Failure;
use crate::rights::{Mask, Reaching, Rights, right_title};

/// Somebody with their rights and their jurisdiction.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewer {
    /// The account; empty where a home has no accounts.
    pub person: String,
    pub name: String,
    /// The role of the user first, then further ones.
    pub roles: Vec<String>,
    /// The beginning of a division code, or a school's code.
    pub unit: String,
    pub chosen: Vec<String>,
    held: BTreeMap<String, Vec<Reaching>>,
    masks: Vec<Mask>,
    /// Whether the home has no accounts: whoever sits at the machine may do everything.
    open: bool,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
}

/// Where something lies.
#[derive(Debug, Clone, Copy, Default)]
struct Spot<'s> {
    division: &'s str,
    school: Option<&'s str>,
}

impl Viewer {
    /// The one official at the machine of a home without accounts.
    pub fn alone() -> Viewer {
        Viewer {
            person: String::new(),
            name: String::new(),
            roles: Vec::new(),
            unit: String::new(),
            chosen: Vec::new(),
            held: BTreeMap::new(),
            masks: Vec::new(),
            open: true,
            must_change: false,
        }
    }

    /// Somebody with an account.
    pub fn of(user: &duty::Actor, account: &store::Account, rights: &Rights) -> Viewer {
        let roles: Vec<String> = std::iter::once(user.role.clone()).chain(account.roles.iter().cloned()).collect();
        // An account that holds what must be kept apart holds nothing at all.
        let held = if rights.broken_by(&roles).is_some() { BTreeMap::new() } else { rights.of_roles(&roles) };
        Viewer {
            person: user.person.clone(),
            name: user.name.clone(),
            roles,
            unit: user.unit.clone(),
            chosen: account.chosen.clone(),
            held,
            masks: rights.masks.clone(),
            open: false,
            must_change: account.must_change,
        }
    }

    /// Whether the home asks for no login.
    pub fn is_alone(&self) -> bool {
        self.open
    }

    /// Nobody: a home asks for a login, and whoever asks is not in.
    pub fn nobody() -> Viewer {
        Viewer { open: false, ..Viewer::alone() }
    }

    /// Whether anything they answer for may lie in a county.
    pub fn touches(&self, county: &str) -> bool {
        let near = |unit: &String| unit.len() == SCHOOL_DIGITS || unit.starts_with(county) || county.starts_with(unit.as_str());
        let has_all = self.held.values().flatten().any(|scope| *scope == Reaching::All);
        self.open || has_all || !self.unit.is_empty() && near(&self.unit) || self.chosen.iter().any(near)
    }

    /// Every right with the words for it and how far it reaches.
    pub fn rights(&self) -> impl Iterator<Item = (&str, &[Reaching])> {
        self.held.iter().map(|(right, scopes)| (right.as_str(), scopes.as_slice()))
    }

    pub fn may(&self, right: &str) -> bool {
        self.open || self.held.contains_key(right)
    }

    /// Refuses whoever does not hold a right.
    pub fn must(&self, right: &str) -> Result<(), Failure> {
        if self.may(right) { Ok(()) } else { Err(no_right(right)) }
    }

    /// Refuses whoever may not see a whole county.
    pub fn must_for_county(&self, right: &str, county: &str) -> Result<(), Failure> {
        self.must(right)?;
        if self.within(right, Spot { division: county, school: None }) { Ok(()) } else { Err(outside()) }
    }

    /// Refuses whoever may not see a school.
    pub fn must_for_school(&self, right: &str, school: &str, division: &str) -> Result<(), Failure> {
        self.must(right)?;
        if self.sees_school(right, school, division) { Ok(()) } else { Err(outside()) }
    }

    pub fn sees_school(&self, right: &str, school: &str, division: &str) -> bool {
        self.within(right, Spot { division, school: Some(school) })
    }

    /// Refuses whoever may not see a case.
    pub fn must_for_case(&self, right: &str, row: &Row) -> Result<(), Failure> {
        self.must(right)?;
        if self.sees_case(right, row) { Ok(()) } else { Err(outside()) }
    }

    /// Refuses whoever may not open a case at a place: with the narrower scopes, outside their own unit.
    pub fn must_to_open(&self, right: &str, school: Option<&str>, division: &str) -> Result<(), Failure> {
        self.must(right)?;
        let spot = Spot { division, school };
        let reaches = |scope: &Reaching| match scope {
            Reaching::All => true,
            Reaching::Chosen => self.chosen.iter().any(|unit| lies_in(spot, unit)),
            Reaching::Below | Reaching::Unit | Reaching::Own => lies_in(spot, &self.unit),
        };
        if self.open || self.scopes(right).iter().any(reaches) { Ok(()) } else { Err(outside()) }
    }

    fn sees_case(&self, right: &str, row: &Row) -> bool {
        if self.open {
            return true;
        }
        let spot = Spot { division: &row.division, school: row.school.as_deref() };
        let told = row.told.as_deref().unwrap_or("");
        let is_told = self.roles.iter().any(|role| told.contains(&format!(" {role} ")));
        let is_role = self.roles.contains(&row.owner_role);
        let is_own = row.owner_person.as_ref() == Some(&self.person) || is_told;
        self.scopes(right).iter().any(|scope| match scope {
            Reaching::All => true,
            Reaching::Chosen => self.chosen.iter().any(|unit| lies_in(spot, unit)),
            Reaching::Below => lies_in(spot, &self.unit),
            Reaching::Unit => lies_in(spot, &self.unit) && (is_role || is_told),
            Reaching::Own => lies_in(spot, &self.unit) && (is_own || is_role && row.owner_person.is_none()),
        })
    }

    /// The part of all cases that may be seen: within any of these, or everything where there is none. Refused where the right
    /// is not held.
    pub fn reaches(&self, right: &str) -> Result<Vec<Reach>, Failure> {
        self.must(right)?;
        if self.open || self.scopes(right).contains(&Reaching::All) {
            return Ok(Vec::new());
        }
        let (unit, roles) = (Some(self.unit.clone()), self.roles.clone());
        let mut reaches = Vec::new();
        for scope in self.scopes(right) {
            match scope {
                Reaching::All | Reaching::Below => reaches.push(Reach { unit: unit.clone(), ..Reach::default() }),
                Reaching::Chosen => {
                    // Where nothing was chosen nothing is seen: no division begins so.
                    let none = ["-".to_string()];
                    let chosen = if self.chosen.is_empty() { &none[..] } else { &self.chosen };
                    reaches.extend(chosen.iter().map(|unit| Reach { unit: Some(unit.clone()), ..Reach::default() }));
                }
                Reaching::Unit => reaches.push(Reach { unit: unit.clone(), roles: roles.clone(), person: None }),
                Reaching::Own => {
                    let person = Some(self.person.clone());
                    reaches.push(Reach { unit: unit.clone(), roles: roles.clone(), person });
                }
            }
        }
        Ok(reaches)
    }

    fn scopes(&self, right: &str) -> &[Reaching] {
        self.held.get(right).map_or(&[], Vec::as_slice)
    }

    /// Whether figures at a spot may be seen: the whole of a division, or a school.
    fn within(&self, right: &str, spot: Spot<'_>) -> bool {
        self.open
            || self.scopes(right).iter().any(|scope| match scope {
                Reaching::All => true,
                Reaching::Chosen => self.chosen.iter().any(|unit| lies_in(spot, unit)),
                Reaching::Below => lies_in(spot, &self.unit),
                Reaching::Unit => spot.school == Some(&self.unit) || spot.division == self.unit,
                Reaching::Own => false,
            })
    }

    /// What an answer depends on beside its address: two viewers with the same key see the same.
    pub fn key(&self) -> String {
        if self.open {
            return String::new();
        }
        format!("{} {} {}", self.roles.join(" "), self.unit, self.chosen.join(" "))
    }

    /// A value as this viewer sees it.
    pub fn masked(&self, field: Option<&str>, value: &str) -> String {
        let mut value = value.to_string();
        for mask in self.masks.iter().filter(|mask| !self.may(&mask.sees)) {
            if field.is_some_and(|field| mask.fields.iter().any(|known| known == field)) {
                value = covered(&value, mask.keep);
            } else if let Some(digits) = mask.digits {
                value = covered_runs(&value, digits, mask.keep);
            }
        }
        value
    }

    pub fn masked_text(&self, words: &Text) -> Text {
        Text::new(self.masked(None, &words.zh), self.masked(None, &words.en))
    }
}

/// The length of a school's code; no division has one of that length.
const SCHOOL_DIGITS: usize = 10;

/// A division lies in those whose code begins its own; a school's code, ten digits, means that school alone.
fn lies_in(spot: Spot<'_>, unit: &str) -> bool {
    if unit.is_empty() {
        return false;
    }
    if unit.len() == SCHOOL_DIGITS { spot.school == Some(unit) } else { spot.division.starts_with(unit) }
}

/// Stars for all characters but the first and last few.
fn covered(value: &str, keep: [usize; 2]) -> String {
    let n = value.chars().count();
    let hidden = |at: usize| at >= keep[0] && at + keep[1] < n || n <= keep[0] + keep[1] && at >= keep[0].min(n / 2);
    value.chars().enumerate().map(|(at, c)| if hidden(at) { '*' } else { c }).collect()
}

/// Covers each run of so many digits; the last place of an 18-digit number may be an X.
fn covered_runs(value: &str, digits: usize, keep: [usize; 2]) -> String {
    let chars: Vec<char> = value.chars().collect();
    let (mut out, mut at) = (String::with_capacity(value.len()), 0);
    while at < chars.len() {
        let mut end = at;
        while end < chars.len() && chars[end].is_ascii_digit() {
            end += 1;
        }
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        if end - at == digits.saturating_sub(1) && digits == 18 && chars.get(end).is_some_and(|c| matches!(c, 'X' | 'x')) {
            end += 1;
        }
        let run: String = chars[at..end].iter().collect();
        out.push_str(&if end - at == digits { covered(&run, keep) } else { run });
        at = end;
    }
    out
}

fn no_right(right: &str) -> Failure {
    let Text { zh, en } = right_title(right);
    Failure::forbidden(
        text!("您的角色没有“{zh}”的权限", "your role may not {en}"),
        text!("需要的话，请安全管理员调整角色", "if you need it, ask the security administrator for another role"),
    )
}

pub(crate) fn outside() -> Failure {
    Failure::forbidden(
        text!("不在您的管辖范围内", "it lies outside your jurisdiction"),
        text!("请有管辖权的人查看或办理", "ask somebody who answers for that place"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(unit: &str, chosen: &[&str], scope: Reaching) -> Viewer {
        let held = BTreeMap::from([("cases:read".to_string(), vec![scope]), ("school:read".to_string(), vec![scope])]);
        Viewer {
            person: "li".into(),
            name: "李".into(),
            roles: vec!["principal".into()],
            unit: unit.into(),
            chosen: chosen.iter().map(|unit| (*unit).to_string()).collect(),
            held,
            open: false,
            ..Viewer::alone()
        }
    }

    #[test]
    fn a_school_lies_in_a_jurisdiction_or_does_not() {
        let check = |unit: &str, chosen: &[&str], scope, expected: bool| {
            let sees = viewer(unit, chosen, scope).sees_school("school:read", "2153990001", "539901001002");
            assert_eq!(sees, expected, "{unit} {chosen:?} {scope:?}");
        };
        check("539902", &[], Reaching::All, true);
        check("539901", &[], Reaching::Below, true);
        check("539902", &[], Reaching::Below, false);
        check("539901001", &[], Reaching::Below, true);
        check("2153990001", &[], Reaching::Below, true);
        check("2153990001", &[], Reaching::Unit, true);
        check("2153990002", &[], Reaching::Unit, false);
        check("539901", &[], Reaching::Unit, false);
        check("539901", &["2153990001"], Reaching::Chosen, true);
        check("539901", &[], Reaching::Chosen, false);
        check("2153990001", &[], Reaching::Own, false);
        check("", &[], Reaching::Below, false);
    }

    #[test]
    fn what_is_covered_cannot_be_read() {
        let masks = toml::from_str::<Rights>(
            "[[mask]]\nid='a'\ntitle='a'\ntitle_en='a'\ndigits=18\nkeep=[6,4]\nsees='identity:read'\n[[mask]]\nid='b'\ntitle='b'\ntitle_en='b'\ndigits=11\nkeep=[3,4]\nsees='identity:read'\n[[mask]]\nid='c'\ntitle='c'\ntitle_en='c'\nfields=['address']\nkeep=[6,0]\nsees='identity:read'",
        );
        let viewer = Viewer { masks: masks.unwrap().masks, ..viewer("539901", &[], Reaching::Own) };
        let check = |field: Option<&str>, value: &str, expected: &str| assert_eq!(viewer.masked(field, value), expected);
        check(None, "证件 53990120150203123X，电话 13800001234。", "证件 539901********123X，电话 138****1234。");
        check(None, "2153990001 的 41 间", "2153990001 的 41 间");
        check(Some("address"), "玉衡市城关镇一村三组", "玉衡市城关镇****");
        check(Some("address"), "一村", "一*");
        check(None, "539901201502031231", "539901********1231");
    }
}
