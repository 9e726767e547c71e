//! What anybody may report without an account: the kinds that there are, sending one, and a receipt for it.
//!
//! Whatever they write in words, and whatever they send along, lies sealed in the vault of the case; outside it stand only the
//! choices that they made and the school that it is about.

use std::collections::BTreeMap;

use duty::{Actor, Procedure};
use facts::{Text, text};

use crate::choose::{day, snapshots};
use crate::desk_case::{FieldShown, fields};
use crate::duty_act::open_as;
use crate::random::random;
use crate::rights::Reports;
use crate::{DutyAsked, DutyOpening, Failure, Ledger};

/// The role of the packs under which somebody without an account acts.
const PUBLIC: &str = "public";

/// What the page asks for.
#[derive(Debug)]
pub struct ReportForm {
    pub kinds: Vec<ReportKind>,
    /// Code and name: the counties of the home, then their schools in the order of the codes.
    pub places: Vec<(String, String)>,
    pub rules: Reports,
}

/// A kind of report: a procedure that the public may open and that gives a receipt.
#[derive(Debug)]
pub struct ReportKind {
    pub id: String,
    pub title: Text,
    pub fields: Vec<FieldShown>,
    /// Kinds of files that are taken: those that lie in a vault.
    pub files: Vec<(String, Text)>,
}

/// A report as it comes in.
#[derive(Debug, Clone, Default)]
pub struct ReportSent {
    pub kind: String,
    /// A code of [`ReportForm::places`].
    pub place: String,
    pub fields: BTreeMap<String, String>,
    /// `kind=path`.
    pub files: Vec<String>,
}

/// What can be reported, and where.
pub fn report_form(ledger: &Ledger) -> Result<ReportForm, Failure> {
    let rules = ledger.procedures.rights.reports()?.clone();
    let kinds = open_to_all(ledger).map(|procedure| ReportKind {
        id: procedure.id.clone(),
        title: procedure.name(),
        fields: fields(procedure, &procedure.opening.fields),
        files: sealed_kinds(procedure).map(|kind| (kind.id.clone(), kind.name())).collect(),
    });
    let kinds = kinds.collect();
    let places = places(ledger)?.into_iter().map(|place| (place.code, place.name)).collect();
    Ok(ReportForm { kinds, places, rules })
}

/// Takes a report in; gives the receipt, which is kept nowhere.
pub fn take_report(ledger: &mut Ledger, asked: &ReportSent) -> Result<String, Failure> {
    ledger.look_at_clock();
    let rules = ledger.procedures.rights.reports()?.clone();
    let Some(procedure) = open_to_all(ledger).find(|procedure| procedure.id == asked.kind).cloned() else {
        return Err(Failure::unknown(text!("没有这一类", "there is no such kind"), again()));
    };
    let Some(place) = places(ledger)?.into_iter().find(|place| place.code == asked.place) else {
        return Err(Failure::wrong_use(
            text!("没有选反映的是哪里", "it is not said whom it is about"),
            text!(
                "从列表里选学校；不是某一所学校的，选县",
                "choose a school from the list, or the county if it is no one school"
            ),
        ));
    };
    let most = rules.words_max;
    if asked.fields.values().any(|words| words.chars().count() > most) {
        return Err(Failure::wrong_use(
            text!("写得太长（一栏最多 {most} 字）", "too long (at most {most} characters a field)"),
            text!("长的材料拍照或存成 PDF 附上", "add longer matter as photos or a PDF"),
        ));
    }
    let is_sealed = |words: &&String| {
        let kind = words.split('=').next().unwrap_or_default();
        sealed_kinds(&procedure).any(|known| known.id == kind)
    };
    if asked.files.iter().any(|words| !is_sealed(&words)) {
        return Err(Failure::wrong_use(text!("这一类不收附件", "this kind takes no files"), again()));
    }
    // In the reporter's own words, to the last comma.
    let set: BTreeMap<String, String> = asked
        .fields
        .iter()
        .map(|(id, words)| (id.clone(), words.trim().to_string()))
        .filter(|(_, words)| !words.is_empty())
        .collect();
    let opening = DutyOpening {
        procedure: procedure.id.clone(),
        label: place.name,
        division: place.division,
        school: place.school,
        finding: chosen(&procedure, &set),
    };
    let actor = public_actor(ledger);
    let asked = DutyAsked { set, evidence: asked.files.clone(), ..DutyAsked::default() };
    // Two reports about one school in one second are two cases.
    let mark = duty::chain::hex(&random::<8>()?);
    let acted = open_as(ledger, &opening, &asked, &mark, &actor)?;
    acted.receipt.ok_or_else(|| Failure::prevented(text!("没有受理号", "there is no receipt"), again()))
}

fn again() -> Text {
    text!("刷新页面再试", "load the page again and try once more")
}

/// Procedures that anybody may open, with a receipt.
fn open_to_all(ledger: &Ledger) -> impl Iterator<Item = &Procedure> {
    let actor = public_actor(ledger);
    let is_open = move |procedure: &&Procedure| {
        procedure.opening.receipt.is_some() && procedure.opening.who.iter().any(|who| who.is(&actor))
    };
    ledger.procedures.all.values().map(|(procedure, _)| procedure).filter(is_open)
}

fn sealed_kinds(procedure: &Procedure) -> impl Iterator<Item = &duty::Evidence> {
    procedure.evidence.iter().filter(|kind| kind.vault.is_some())
}

/// Whoever reports, in the log: a role, and nobody by name.
fn public_actor(ledger: &Ledger) -> Actor {
    let known = ledger.procedures.roles.role(PUBLIC);
    let word = |of: fn(&duty::Role) -> &String| known.map_or_else(|| "-".to_string(), |role| of(role).clone());
    Actor {
        person: PUBLIC.into(),
        name: word(|role| &role.title),
        role: PUBLIC.into(),
        level: word(|role| &role.level),
        line: word(|role| &role.line),
        unit: String::new(),
    }
}

/// What the ledger says of it: the choices that were made, no words of the reporter.
fn chosen(procedure: &Procedure, set: &BTreeMap<String, String>) -> String {
    let of = |id: &String| {
        let field = procedure.field(id).filter(|field| field.vault.is_none())?;
        let choice = field.choices.iter().find(|choice| Some(&choice.id) == set.get(id))?;
        Some(choice.title.clone())
    };
    procedure.opening.fields.iter().filter_map(of).collect::<Vec<_>>().join("、")
}

struct Place {
    code: String,
    name: String,
    division: String,
    school: Option<String>,
}

fn places(ledger: &Ledger) -> Result<Vec<Place>, Failure> {
    let (mut counties, mut schools) = (Vec::new(), Vec::new());
    for snapshot in snapshots(&ledger.home, &[])? {
        let (on, county) = (day(snapshot.manifest(), None)?.1, snapshot.manifest().county.to_string());
        let is_county = |code: &str| code.trim_end_matches('0') == county.trim_end_matches('0');
        let name = snapshot.divisions(on)?.into_iter().find(|row| is_county(row.code.as_str())).map(|row| row.name);
        let name = name.unwrap_or_else(|| county.clone());
        counties.push(Place { code: county.clone(), name, division: county.clone(), school: None });
        for school in snapshot.schools(on)? {
            let code = school.code.to_string();
            let division = school.division.map_or_else(|| county.clone(), |at| at.as_str().to_string());
            schools.push(Place { code: code.clone(), name: school.name, division, school: Some(code) });
        }
    }
    schools.sort_by(|a, b| a.code.cmp(&b.code));
    counties.extend(schools);
    Ok(counties)
}
