//! Cases for a home made for showing: of every procedure and in every state, told by a table under `policies/`.

use std::collections::BTreeMap;

use duty::{Moment, Subject};
use facts::{Finding, Place, Severity, text};
use jiff::ToSpan;
use serde::Deserialize;

use crate::account_login::later;
use crate::duty_act::act_on_duty;
use crate::duty_state::units;
use crate::library::own_policy_files;
use crate::{
    DutyAsked, DutyOpening, Failure, Ledger, ReportSent, StatementAsked, close_duty, make_statement, open_duty, pause_duty,
    take_report,
};

/// Where the table lies under `policies/`.
const TABLE: &str = "cn/demo/cases.toml";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default, rename = "planted")]
    cases: Vec<Planted>,
    #[serde(default, rename = "statement")]
    statements: Vec<Stated>,
    #[serde(default, rename = "report")]
    reports: Vec<Reported>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Planted {
    procedure: String,
    by: String,
    days: i64,
    at: String,
    label: String,
    finding: String,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    evidence: Vec<String>,
    #[serde(default, rename = "move")]
    moves: Vec<Move>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    by: String,
    days: i64,
    step: Option<String>,
    pause: Option<String>,
    #[serde(default)]
    close: bool,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    evidence: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    procedure: String,
    routine: String,
    by: String,
    set: BTreeMap<String, String>,
    evidence: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reported {
    kind: String,
    set: BTreeMap<String, String>,
}

/// Where the cases lie.
pub(crate) struct DemoPlaces<'p> {
    pub county: &'p str,
    pub school: &'p str,
}

/// Plants the cases of the table; gives the receipts of reports, and what could not be planted.
pub(crate) fn plant(ledger: &mut Ledger, places: &DemoPlaces<'_>) -> Result<(Vec<String>, Vec<Finding>), Failure> {
    let files = own_policy_files();
    let words = files.iter().find(|(path, _)| path == TABLE).map_or("", |(_, words)| words.as_str());
    let table: Table = toml::from_str(words).map_err(|error| {
        let why = error.message().to_string();
        Failure::prevented(text!("{TABLE} 读不懂：{why}", "{TABLE} cannot be read: {why}"), text!("改正它", "mend it"))
    })?;
    let now = ledger.now;
    let photo = Photo::make()?;
    let (mut receipts, mut findings) = (Vec::new(), Vec::new());
    for one in &table.cases {
        if let Err(failure) = plant_one(ledger, places, one, &photo, now) {
            findings.push(not_planted(&one.label, failure));
        }
        ledger.now = now;
    }
    for one in &table.statements {
        let period = now.date().strftime("%Y-%m").to_string();
        let (procedure, routine) = (one.procedure.clone(), one.routine.clone());
        let asked = StatementAsked { procedure, routine, period, ..StatementAsked::default() };
        let by = asked_by(&one.by, &one.set, &one.evidence, &photo, now);
        if let Err(failure) = make_statement(ledger, &asked, &by) {
            findings.push(not_planted(&one.routine, failure));
        }
    }
    for one in &table.reports {
        let asked =
            ReportSent { kind: one.kind.clone(), place: places.school.to_string(), fields: one.set.clone(), files: Vec::new() };
        match take_report(ledger, &asked) {
            Ok(receipt) => receipts.push(receipt),
            Err(failure) => findings.push(not_planted(&one.kind, failure)),
        }
    }
    Ok((receipts, findings))
}

fn plant_one(ledger: &mut Ledger, places: &DemoPlaces<'_>, one: &Planted, photo: &Photo, now: Moment) -> Result<(), Failure> {
    let is_school = one.at == "school";
    let school = if is_school { units(&ledger.home, "school", places.school)?.into_iter().next() } else { None };
    let division = school.as_ref().map_or(places.county, |of: &Subject| of.division.as_str()).to_string();
    ledger.now = later(now, -one.days * DAY);
    let opening = DutyOpening {
        procedure: one.procedure.clone(),
        label: one.label.clone(),
        division,
        school: school.and_then(|of| of.school),
        finding: one.finding.clone(),
    };
    let case = open_duty(ledger, &opening, &asked_by(&one.by, &one.set, &one.evidence, photo, ledger.now))?.case;
    for next in &one.moves {
        ledger.now = later(now, -next.days * DAY);
        let asked = asked_by(&next.by, &next.set, &next.evidence, photo, ledger.now);
        match (&next.step, &next.pause) {
            (Some(step), _) => act_on_duty(ledger, &case, step, &asked)?,
            (None, Some(reason)) => pause_duty(ledger, &case, true, &DutyAsked { reason: reason.clone(), ..asked })?,
            (None, None) if next.close => close_duty(ledger, &case, &asked)?,
            (None, None) => continue,
        };
    }
    Ok(())
}

const DAY: i64 = 86_400;

/// Whoever holds a role in the home for showing; `+7` and `-5` are days from then.
fn asked_by(role: &str, set: &BTreeMap<String, String>, evidence: &[String], photo: &Photo, now: Moment) -> DutyAsked {
    let day = |words: &String| {
        let signed = words.starts_with(['+', '-']).then(|| words.parse::<i64>().ok()).flatten();
        signed.map_or_else(|| words.clone(), |days| now.date().saturating_add(days.days()).to_string())
    };
    DutyAsked {
        by: Some(role.replace('_', "-")),
        set: set.iter().map(|(field, words)| (field.clone(), day(words))).collect(),
        evidence: evidence.iter().map(|kind| format!("{kind}={}", photo.0.display())).collect(),
        ..DutyAsked::default()
    }
}

/// A picture of one grey dot that stands for every proof; taken away in the end.
struct Photo(std::path::PathBuf);

/// As a GIF of the smallest kind.
const DOT: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x80\x80\x80\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

impl Photo {
    fn make() -> Result<Photo, Failure> {
        let path = std::env::temp_dir().join(format!("junheng-demo-{}.gif", std::process::id()));
        std::fs::write(&path, DOT)
            .map_err(|error| Failure::io(text!("写演示照片", "write a photo for showing"), &path, &error))?;
        Ok(Photo(path))
    }
}

impl Drop for Photo {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn not_planted(label: &str, failure: Failure) -> Finding {
    let place = Place::Source { file: TABLE.into(), line: None, excerpt: None };
    let (zh, en) = (failure.what.zh, failure.what.en);
    let what = text!("“{label}”没有建成：{zh}", "\"{label}\" was not made: {en}");
    Finding::new(Severity::Experience, "demo-case", place, what, failure.hint)
}
