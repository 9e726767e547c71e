//! Admission: plan and applications read and held against the rule, numbers from a draw, places, diversion, a reason for each family.

mod papers;
mod place;
mod prohibit;
mod read;
mod rules;
mod signed;

use std::path::Path;

use draws::{Draw, DrawList, Hash, Seed, Stream, read_result};
use facts::{Finding, Lang, Place, Severity, Stage, Text, text};
use serde::Serialize;

use crate::draw_folder::{DRAW, read_files};
use crate::prepare_draw::{empty_folder, fix_draw};
use crate::{DrawAsked, Failure, PreparedDraw, verify_draw};
use place::{Numbers, place, pools};
use read::{Applied, read_applied};

pub(crate) use papers::{AdmissionPapers, admission_paper_names};
pub use place::{Admitted, How, SchoolFilled, Shortage};
pub use prohibit::check_papers;
pub use rules::{AdmissionRules, admission_rules};
pub(crate) use signed::{CERTIFICATE, read_signed, sign, write_result};
pub use signed::{Unreported, write_unreported};
/// What an admission is made of.
#[derive(Debug, Clone, Copy)]
pub struct AdmitAsked<'a> {
    pub plan: &'a Path,
    pub applications: &'a Path,
    /// Minutes from areas to schools; without it nobody can be diverted.
    pub travel: Option<&'a Path>,
    /// A file, or `cn/admission`.
    pub rules: &'a str,
    pub stage: Stage,
}

/// An admission, made or tried.
#[derive(Debug, Clone, Serialize)]
pub struct AdmitReport {
    pub rule: Text,
    /// Whether its numbers come from words of the caller's own, and not from a draw.
    pub trial: bool,
    pub children: usize,
    pub admitted: usize,
    pub diverted: usize,
    pub without: usize,
    pub schools: Vec<SchoolFilled>,
    pub shortages: Vec<Shortage>,
    /// By receipt.
    pub results: Vec<Admitted>,
    pub findings: Vec<Finding>,
    pub written: Vec<String>,
}

/// Whence the order numbers come.
#[derive(Debug, Clone, Copy)]
pub enum AdmitNumbers<'a> {
    /// The folder of a draw that was prepared by [`prepare_admission`] and held.
    Draw(&'a Path),
    /// A trial: the same words, the same numbers.
    Trial(&'a str),
}

const PROTOCOL: &str = "junheng-admission/1";
/// Before the hash of the papers, in the title of the draw.
pub(crate) const PAPERS: &str = " 材料 ";

/// Whether a draw deals out the order numbers of an admission.
pub(crate) fn is_admission(draw: &Draw) -> bool {
    draw.title.rsplit_once(PAPERS).is_some_and(|(_, hash)| Hash::parse(hash).is_some())
}

/// Fixes the draw that gives every child its order number. Its title binds plan, applications, travel times and rule.
pub fn prepare_admission(
    home: &Path,
    asked: &AdmitAsked<'_>,
    draw: &DrawAsked,
) -> Result<Result<PreparedDraw, Vec<Finding>>, Failure> {
    empty_folder(&draw.out)?;
    let rules = admission_rules(asked.rules)?;
    let applied = read_applied(asked.plan, asked.applications, asked.travel, &rules, asked.stage)?;
    let (list, mut findings) = draw_list(&applied, &rules);
    findings.extend(applied.findings.iter().cloned());
    if findings.iter().any(Finding::must_fix) {
        return Ok(Err(findings));
    }
    let asked = DrawAsked {
        title: format!("{}{PAPERS}{}", draw.title, bound_hash(asked, &rules)?),
        method: "order-number".into(),
        settings: Vec::new(),
        // It deals numbers out; who has a place is for the admission to say.
        places: list.pools().iter().map(|pool| (pool.name.clone(), 0)).collect(),
        bound: "over".into(),
        ..draw.clone()
    };
    fix_draw(home, &asked, &list, &[])
}

fn draw_list(applied: &Applied, rules: &AdmissionRules) -> (DrawList, Vec<Finding>) {
    let rows: String = pools(applied, rules).iter().map(|(pool, receipt, twins)| format!("{pool},{receipt},{twins}\n")).collect();
    DrawList::read(&format!("pool,receipt,bound\n{rows}"), "list.csv")
}

/// One hash over all that an admission is made of.
fn bound_hash(asked: &AdmitAsked<'_>, rules: &AdmissionRules) -> Result<Hash, Failure> {
    let mut words = format!("{PROTOCOL} input\nrules {}\n", rules.hash);
    for (name, path) in [("plan", Some(asked.plan)), ("applications", Some(asked.applications)), ("travel", asked.travel)] {
        let Some(path) = path else { continue };
        let bytes = std::fs::read(path).map_err(|error| Failure::io(text!("读材料", "read the papers"), path, &error))?;
        words.push_str(&format!("{name} {}\n", Hash::of(&bytes)));
    }
    Ok(Hash::of(words.as_bytes()))
}

/// Makes an admission. All that is wrong with plan and applications is said at once; then nobody is admitted. With a folder the papers are
/// written, and with a draw the result is signed and written, too.
pub fn admit(
    home: &Path,
    asked: &AdmitAsked<'_>,
    numbers: AdmitNumbers<'_>,
    out: Option<&Path>,
    lang: Lang,
) -> Result<Result<AdmitReport, Vec<Finding>>, Failure> {
    let (mut report, draw) = match allocate(asked, numbers)? {
        Ok(made) => made,
        Err(findings) => return Ok(Err(findings)),
    };
    if let Some(out) = out {
        let title = draw.as_ref().map_or_else(|| report.rule.zh.clone(), |draw| draw.title.clone());
        let papers = AdmissionPapers { title: &title, provenance: provenance(draw.as_ref(), &report), report: &report, lang };
        let mut written = papers::write_papers(&papers, out)?;
        if let Some(draw) = &draw {
            written.extend(sign(home, out, draw, &report)?);
        }
        report.written = written;
    }
    Ok(Ok(report))
}

/// What the papers bear: the draw, and the hash of the signed result.
pub(crate) fn provenance(draw: Option<&Draw>, report: &AdmitReport) -> Vec<Text> {
    let Some(draw) = draw else { return Vec::new() };
    let (id, result) = (draw.id(), Hash::of(write_result(&report.results).as_bytes()));
    vec![text!("派位编号 {id}；结果 {result}", "draw {id}; result {result}")]
}

/// What was made, with the draw where there was one; or what is wrong with the papers.
type Allocated = Result<(AdmitReport, Option<Draw>), Vec<Finding>>;

/// Gives the places, without writing anything.
pub(crate) fn allocate(asked: &AdmitAsked<'_>, numbers: AdmitNumbers<'_>) -> Result<Allocated, Failure> {
    let rules = admission_rules(asked.rules)?;
    let applied = read_applied(asked.plan, asked.applications, asked.travel, &rules, asked.stage)?;
    let (list, mut findings) = draw_list(&applied, &rules);
    findings.extend(applied.findings.iter().cloned());
    if findings.iter().any(Finding::must_fix) {
        return Ok(Err(findings));
    }
    let (numbers, draw) = match numbers {
        AdmitNumbers::Trial(seed) => (trial_numbers(&list, seed), None),
        AdmitNumbers::Draw(folder) => {
            let (numbers, draw) = drawn_numbers(folder, &list, &bound_hash(asked, &rules)?)?;
            (numbers, Some(draw))
        }
    };
    let placed = place(&applied, &rules, &numbers);
    for what in &placed.faults {
        let hint = text!("请报告这个问题，不要使用这份结果", "report this, and do not use the result");
        findings.push(Finding::new(Severity::Logic, "admission-unsound", Place::Everywhere, what.clone(), hint));
    }
    let count = |how: How| placed.children.iter().filter(|child| child.how == how).count();
    let report = AdmitReport {
        rule: rules.title(),
        trial: draw.is_none(),
        children: placed.children.len(),
        admitted: count(How::Wish),
        diverted: count(How::Diverted),
        without: count(How::None),
        schools: placed.schools,
        shortages: placed.shortages,
        results: placed.children,
        findings,
        written: Vec::new(),
    };
    Ok(Ok((report, draw)))
}

/// Order numbers as the method of drawing deals them, from a seed of the caller's own.
fn trial_numbers(list: &DrawList, seed: &str) -> Numbers {
    let seed = Seed(Hash::of(seed.as_bytes()));
    let of_pool = |pool: &draws::Pool| {
        let mut lots: Vec<usize> = (0..pool.lots.len()).collect();
        Stream::new(&seed, &format!("pool {}", pool.name)).shuffle(&mut lots);
        let numbered = lots.into_iter().enumerate();
        let numbers = numbered
            .flat_map(|(order, lot)| pool.lots[lot].receipts.iter().map(move |receipt| (receipt.clone(), order as u32 + 1)));
        (pool.name.clone(), numbers.collect())
    };
    list.pools().iter().map(of_pool).collect()
}

fn drawn_numbers(folder: &Path, list: &DrawList, input: &Hash) -> Result<(Numbers, Draw), Failure> {
    let findings = verify_draw(folder)?;
    if !findings.is_empty() {
        return Err(Failure::found(&findings));
    }
    let files = read_files(folder)?;
    let draw = Draw::read(&files.draw, DRAW).map_err(crate::draw_folder::refused)?;
    if draw.list != list.hash() || !draw.title.ends_with(&input.to_string()) {
        return Err(Failure::wrong_use(
            text!(
                "计划、报名表、路程或规则与派位时的不是同一份",
                "plan, applications, travel times or rule are not those of the draw"
            ),
            text!(
                "用派位时的文件；确要更正的，作出决定后重新派位",
                "use the files of the draw; to correct them, decide on a new round"
            ),
        ));
    }
    let mut numbers = Numbers::new();
    for row in read_result(&files.result).unwrap_or_default() {
        numbers.entry(row.pool).or_default().insert(row.receipt, row.order);
    }
    Ok((numbers, draw))
}
