//! Accounts of every role for a home made for showing: anybody may come in as each of them without a password.

use std::path::Path;

use facts::{Finding, Text, text};
use serde::Serialize;
use store::{Account, Filter, Settlement};

use crate::account_login::trace;
use crate::choose::{day, one_snapshot};
use crate::demo_cases::{DemoPlaces, plant};
use crate::duty_users::user_of;
use crate::{DutyAsked, Failure, Ledger, hand_over_duty};

/// What was made.
#[derive(Debug, Serialize)]
pub struct DemoMade {
    pub accounts: Vec<DemoLine>,
    /// Receipts of reports of the public, to be asked with.
    pub receipts: Vec<String>,
    /// What of the cases for showing could not be made.
    pub findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
pub struct DemoLine {
    pub person: String,
    pub name: String,
    pub role: Text,
    pub unit: String,
}

/// Made-up family names, one a role.
const NAMES: &str = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛";

/// Makes an account of every role that the table of rights names, each where it has something to do, and marks the home as
/// made for showing. Refused where the ledger is a real one: nobody may come into that without a password.
pub fn make_demo(ledger: &mut Ledger, home: &Path) -> Result<DemoMade, Failure> {
    if !ledger.is_practice() {
        return Err(Failure::wrong_use(
            text!("演示账号只能建在演练台账里", "accounts for showing are made in a ledger for practice only"),
            text!(
                "换一个数据目录，先运行：junheng duty sync --practice",
                "take another home, and run first: junheng duty sync --practice"
            ),
        ));
    }
    let places = Places::of(ledger, home)?;
    let roles: Vec<String> = ledger.procedures.rights.grants.iter().map(|grant| grant.role.clone()).collect();
    let mut accounts = Vec::new();
    for (role, family) in roles.iter().zip(NAMES.chars().cycle()) {
        let Some(known) = ledger.procedures.roles.role(role).cloned() else { continue };
        let (person, name) = (role.replace('_', "-"), format!("{family}{}", short_title(&known.title)));
        let user = user_of(ledger, &person, &name, role, places.unit(&known.level))?;
        let is_chosen = |grant: &&crate::rights::Grant| grant.role == *role && grant.scope == crate::Reaching::Chosen;
        let chosen =
            if ledger.procedures.rights.grants.iter().any(|grant| is_chosen(&grant)) { &places.schools[..] } else { &[] };
        // A word nobody can type: the only way in is the choice on the first page.
        let account = Account {
            person: person.clone(),
            chosen: chosen.to_vec(),
            password: Some("demo".into()),
            changed: Some(ledger.time()),
            ..Account::default()
        };
        let trace = trace(ledger, "命令行", "account-added", &person, role);
        let change = Settlement { user: Some(user), account: Some(account), traces: vec![trace], ..Settlement::default() };
        ledger.store.settle(&change)?;
        let unit = places.unit(&known.level).to_string();
        accounts.push(DemoLine { person, name, role: ledger.procedures.roles.title(role), unit });
    }
    ledger.store.set_mark("demo", "1")?;
    let (receipts, findings) = plant(ledger, &DemoPlaces { county: &places.county, school: &places.school })?;
    offer_one(ledger)?;
    Ok(DemoMade { accounts, receipts, findings })
}

/// Where people of each level answer for something: the places of a case, so that they find work.
struct Places {
    prefecture: String,
    county: String,
    township: String,
    village: String,
    school: String,
    /// A few schools, for whoever looks after some.
    schools: Vec<String>,
}

impl Places {
    fn of(ledger: &mut Ledger, home: &Path) -> Result<Places, Failure> {
        let snapshot = one_snapshot(home, None)?;
        let (_, on) = day(snapshot.manifest(), None)?;
        let county = snapshot.manifest().county.to_string();
        let schools = snapshot.schools(on)?;
        let open = Filter { unclosed: true, limit: 100, ..Filter::default() };
        let cases = ledger.store.list(&open)?.rows;
        let school = cases.iter().find_map(|row| row.school.clone());
        let school = school.or_else(|| schools.first().map(|school| school.code.to_string())).unwrap_or_default();
        let of_school = schools.iter().find(|one| one.code.to_string() == school);
        let village = of_school.and_then(|one| one.division.as_ref()).map_or_else(|| county.clone(), ToString::to_string);
        let mut some: Vec<String> = cases.iter().filter_map(|row| row.school.clone()).collect();
        some.sort();
        some.dedup();
        // A county without problems has schools to be looked after, too.
        for code in std::iter::once(&school).cloned().chain(schools.iter().map(|one| one.code.to_string())) {
            if some.len() < 5 && !code.is_empty() && !some.contains(&code) {
                some.push(code);
            }
        }
        some.truncate(5);
        Ok(Places {
            prefecture: county.get(..4).unwrap_or(&county).to_string(),
            township: village.get(..9).unwrap_or(&village).to_string(),
            village,
            county,
            school,
            schools: some,
        })
    }

    fn unit(&self, level: &str) -> &str {
        match level {
            "prefecture" | "province" => &self.prefecture,
            "township" => &self.township,
            "village" | "group" => &self.village,
            "school" | "class" => &self.school,
            _ => &self.county,
        }
    }
}

/// Offers an open case to the bureau, so that somebody finds a hand-over to sign for: the first whose procedure lets its owner do so.
fn offer_one(ledger: &mut Ledger) -> Result<(), Failure> {
    let open = Filter { status: Some("open".into()), limit: 100, ..Filter::default() };
    let users = ledger.store.users()?;
    for row in ledger.store.list(&open)?.rows {
        let Some(owner) = users.iter().find(|user| user.role == row.owner_role) else { continue };
        // Somebody of the bureau who has a step of the same procedure.
        let procedure = ledger.case(&row.case)?.procedure;
        let may = |who: &duty::Who, role: &str| matches!(who, duty::Who::Role(known) if known == role);
        let takes_part = |role: &str| procedure.steps.iter().flat_map(|step| &step.who).any(|who| may(who, role));
        let to = users.iter().find(|user| user.role != row.owner_role && user.level == "bureau" && takes_part(&user.role));
        let Some(to) = to else { continue };
        let (by, to) = (Some(owner.person.clone()), Some(to.role.clone()));
        let asked = DutyAsked { by, to, reason: "需要县里统筹，请接办".into(), ..DutyAsked::default() };
        if hand_over_duty(ledger, &row.case, &asked).is_ok() {
            break;
        }
    }
    Ok(())
}

/// A title as it stands behind a family name: what is in brackets is left out.
fn short_title(title: &str) -> &str {
    title.split(['（', '(']).next().unwrap_or(title)
}

impl DemoMade {
    pub fn lines(&self) -> Vec<Text> {
        let n = self.accounts.len();
        let mut lines = vec![text!(
            "演示账号 {n} 个：打开控制台，在第一页选一个就能进去，不用口令",
            "{n} accounts for showing: open the console and choose one on the first page; no password is wanted"
        )];
        for DemoLine { person, name, role: Text { zh, en }, unit } in &self.accounts {
            lines.push(text!("  {person}  {name}  {zh}  管辖 {unit}", "  {person}  {name}  {en}  answers for {unit}"));
        }
        lines.extend(self.receipts.iter().map(|receipt| {
            text!(
                "公众举报（网址后加 /report）一件，受理号 {receipt}，可查办理情况",
                "a report of the public (page /report), receipt {receipt}: ask with it how far it is"
            )
        }));
        lines.extend(self.findings.iter().map(|finding| finding.what.clone()));
        lines
    }
}
