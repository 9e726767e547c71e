//! Admission: plan and applications read and held against the rule, numbers from a draw, places, diversion, a reason for each family.

mod place;
mod prohibit;
mod read;
mod rules;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use draws::{Draw, DrawList, Hash, Seed, Stream, read_result, seal, sealed_by};
use facts::{Finding, Lang, Place, Severity, Stage, Text, text};
use report::{Listing, ListingCell, ListingColumn};
use serde::Serialize;

use crate::classes::masked_name;
use crate::draw_folder::{DRAW, read_files, read_text};
use crate::link_output::write_whole;
use crate::plain_table::read_plain;
use crate::prepare_draw::{empty_folder, fix_draw, office_key};
use crate::{DrawAsked, Failure, PreparedDraw, verify_draw};
use place::{Numbers, Placed, place, pools};
use read::{Applied, read_applied};

pub use place::{Admitted, How, SchoolFilled, Shortage};
pub use prohibit::check_papers;
pub use rules::{AdmissionRules, admission_rules};

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

pub(crate) const RESULT: &str = "admission.csv";
pub(crate) const REASONS: &str = "reasons.csv";
pub(crate) const CERTIFICATE: &str = "admission-certificate.txt";
pub(crate) const PROTOCOL: &str = "junheng-admission/1";

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
        title: format!("{} 材料 {}", draw.title, bound_hash(asked, &rules)?),
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

/// Makes an admission. All that is wrong with plan and applications is said at once; then nobody is admitted. With a draw and a folder the result
/// is signed and written.
pub fn admit(
    home: &Path,
    asked: &AdmitAsked<'_>,
    numbers: AdmitNumbers<'_>,
    out: Option<&Path>,
    lang: Lang,
) -> Result<Result<AdmitReport, Vec<Finding>>, Failure> {
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
            (numbers, Some((folder, draw)))
        }
    };
    let placed = place(&applied, &rules, &numbers);
    for what in &placed.faults {
        let hint = text!("请报告这个问题，不要使用这份结果", "report this, and do not use the result");
        findings.push(Finding::new(Severity::Logic, "admission-unsound", Place::Everywhere, what.clone(), hint));
    }
    let count = |how: How| placed.children.iter().filter(|child| child.how == how).count();
    let mut report = AdmitReport {
        rule: rules.title(),
        trial: draw.is_none(),
        children: placed.children.len(),
        admitted: count(How::Wish),
        diverted: count(How::Diverted),
        without: count(How::None),
        schools: placed.schools.clone(),
        shortages: placed.shortages.clone(),
        results: placed.children.clone(),
        findings,
        written: Vec::new(),
    };
    if let Some(out) = out {
        report.written.push(write_roll(out, &report, lang)?);
        if let Some((folder, draw)) = draw {
            report.written.extend(write_signed(home, out, folder, &draw, &placed, &report)?);
        }
    }
    Ok(Ok(report))
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

/// The roll of those admitted, the public list, the schools, as one workbook.
fn write_roll(out: &Path, report: &AdmitReport, lang: Lang) -> Result<String, Failure> {
    let columns = |heads: &[(Text, f64)]| {
        heads.iter().map(|(head, width)| ListingColumn { head: vec![head.clone()], width: *width }).collect()
    };
    let word = |words: &str| ListingCell::Word(words.to_string());
    let mut roll = Listing::titled(text!("录取名册", "Admitted"));
    roll.columns = columns(&[
        (text!("受理号", "receipt"), 16.0),
        (text!("姓名", "name"), 14.0),
        (text!("学校", "school"), 24.0),
        (text!("类别", "class"), 20.0),
        (text!("顺序号", "number"), 10.0),
        (text!("原因", "reason"), 80.0),
    ]);
    let mut public = Listing::titled(text!("公示名单", "For the notice board"));
    public.columns =
        columns(&[(text!("受理号", "receipt"), 16.0), (text!("姓名", "name"), 14.0), (text!("学校", "school"), 24.0)]);
    for child in &report.results {
        roll.rows.push(vec![
            word(&child.receipt),
            word(&child.name),
            word(&child.school),
            word(&child.class),
            ListingCell::Number(f64::from(child.number), 0),
            ListingCell::Words(child.reason.clone()),
        ]);
        public.rows.push(vec![word(&child.receipt), word(&masked_name(&child.name)), word(&child.school)]);
    }
    let mut schools = Listing::titled(text!("各校", "Schools"));
    schools.columns = columns(&[
        (text!("学校", "school"), 24.0),
        (text!("计划", "places"), 10.0),
        (text!("申请", "asked"), 10.0),
        (text!("录取", "admitted"), 10.0),
        (text!("统筹", "diverted"), 10.0),
    ]);
    for school in &report.schools {
        let number = |number: u32| ListingCell::Number(f64::from(number), 0);
        schools.rows.push(vec![
            word(&school.school),
            number(school.places),
            number(school.asked),
            number(school.admitted),
            number(school.diverted),
        ]);
    }
    if report.trial {
        for sheet in [&mut roll, &mut public, &mut schools] {
            sheet.notes.push(text!("试算，不是正式录取", "a trial, not the admission"));
        }
    }
    let bytes = report::listing(&[roll, public, schools], crate::list_packs::today(), lang)
        .map_err(|fault| crate::write_reports::workbook_failure(&fault))?;
    let path = out.join("录取名册.xlsx");
    write_whole(&path, &bytes)?;
    Ok(path.display().to_string())
}

/// The signed result: what query page, messages and print read.
fn write_signed(
    home: &Path,
    out: &Path,
    folder: &Path,
    draw: &Draw,
    placed: &Placed,
    report: &AdmitReport,
) -> Result<Vec<String>, Failure> {
    let (result, reasons) = (write_result(&placed.children), write_reasons(&placed.children));
    let secret = office_key(home)?;
    if draws::public_key(&secret) != draw.key {
        return Err(Failure::wrong_use(
            text!("这台计算机的签名密钥不是准备派位时的那一把", "the signing key here is not the one of the draw"),
            text!("用准备时的数据目录（--home）", "use the home with which it was prepared (--home)"),
        ));
    }
    let (children, admitted, diverted, without) = (report.children, report.admitted, report.diverted, report.without);
    let statement = format!(
        "{PROTOCOL} certificate\ndraw {}\nresult {}\nreasons {}\nchildren {children}\nadmitted {admitted}\ndiverted {diverted}\nwithout {without}\n",
        draw.id(),
        Hash::of(result.as_bytes()),
        Hash::of(reasons.as_bytes()),
    );
    let certificate = seal(&statement, &secret);
    let there = read_text(out, CERTIFICATE)?;
    if !there.is_empty() && there != certificate {
        return Err(Failure::prevented(
            text!("文件夹里已有另一份签名的录取结果，没有改动它", "another signed admission is there; nothing was changed"),
            text!("换一个空文件夹；原有的保留", "name an empty folder; keep the other"),
        ));
    }
    let text_of_draw = read_text(folder, DRAW)?;
    let mut written = Vec::new();
    for (name, words) in [(DRAW, &text_of_draw), (RESULT, &result), (REASONS, &reasons), (CERTIFICATE, &certificate)] {
        let path = out.join(name);
        write_whole(&path, words.as_bytes())?;
        written.push(path.display().to_string());
    }
    Ok(written)
}

/// A cell in quotes where it needs them.
fn quoted(words: &str) -> String {
    if words.contains([',', '"', '\n', '\r']) { format!("\"{}\"", words.replace('"', "\"\"")) } else { words.to_string() }
}

fn write_result(children: &[Admitted]) -> String {
    let rows: String = children
        .iter()
        .map(|child| {
            format!(
                "{},{},{},{},{}\n",
                child.receipt,
                quoted(&child.school),
                quoted(&child.class),
                child.number,
                child.how.word()
            )
        })
        .collect();
    format!("receipt,school,class,number,how\n{rows}")
}

fn write_reasons(children: &[Admitted]) -> String {
    let rows: String = children
        .iter()
        .map(|child| format!("{},{},{}\n", child.receipt, quoted(&child.reason.zh), quoted(&child.reason.en)))
        .collect();
    format!("receipt,zh,en\n{rows}")
}

/// A signed admission, as it was read and held against its signature.
pub(crate) struct SignedAdmission {
    pub title: String,
    pub draw: Hash,
    pub result: Hash,
    /// By receipt: school (empty for none), reason.
    pub rows: Vec<(String, String, Text)>,
}

/// Reads a signed admission, or says that it does not follow.
pub(crate) fn read_signed(folder: &Path) -> Result<SignedAdmission, Failure> {
    let wrong = |what: Text| Failure::wrong_use(what, text!("用签名的原文件", "use the files as they were signed"));
    let draw = Draw::read(&read_text(folder, DRAW)?, DRAW).map_err(crate::draw_folder::refused)?;
    let (result, reasons, certificate) =
        (read_text(folder, RESULT)?, read_text(folder, REASONS)?, read_text(folder, CERTIFICATE)?);
    let statement = sealed_by(&certificate, &draw.key)
        .ok_or_else(|| wrong(text!("录取结果的签名无效", "the signature of the admission is not valid")))?;
    let (hash, of_reasons) = (Hash::of(result.as_bytes()), Hash::of(reasons.as_bytes()));
    let says = |line: String| statement.lines().any(|known| known == line);
    if !says(format!("draw {}", draw.id())) || !says(format!("result {hash}")) || !says(format!("reasons {of_reasons}")) {
        return Err(wrong(text!("录取结果不是签名的那一份", "the admission is not the one that was signed")));
    }
    let (of_result, _) = read_plain(&folder.join(RESULT))?;
    let (of_reasons, _) = read_plain(&folder.join(REASONS))?;
    let reason: std::collections::BTreeMap<&str, Text> =
        of_reasons.rows.iter().map(|row| (row[0].as_str(), Text::new(&*row[1], &*row[2]))).collect();
    let rows = of_result.rows.iter().map(|row| {
        let reason = reason.get(row[0].as_str()).cloned().unwrap_or_else(|| Text::new("", ""));
        (row[0].clone(), row[1].clone(), reason)
    });
    Ok(SignedAdmission { title: draw.title.clone(), draw: draw.id(), result: hash, rows: rows.collect() })
}

/// Those who have a place and did not come.
#[derive(Debug, Clone, Serialize)]
pub struct Unreported {
    pub admitted: usize,
    pub reported: usize,
    pub unreported: usize,
    /// Who came and has no place here.
    pub unknown: Vec<String>,
    pub written: PathBuf,
}

/// Writes the list of children who were admitted and did not report: the way to the ledger of suspected dropouts.
pub fn write_unreported(folder: &Path, reported: &Path, out: &Path) -> Result<Unreported, Failure> {
    let signed = read_signed(folder)?;
    let (table, _) = read_plain(reported)?;
    let heads = ["受理号", "receipt"].map(str::to_string);
    let Some(column) = table.column(&heads) else {
        return Err(Failure::wrong_use(
            text!("报到名单没有“受理号”一列", "the list of those who came has no column 受理号"),
            text!("一行一个受理号", "one receipt a row"),
        ));
    };
    let came: BTreeSet<&str> = table.rows.iter().map(|row| row[column].as_str()).collect();
    let placed: Vec<&(String, String, Text)> = signed.rows.iter().filter(|(_, school, _)| !school.is_empty()).collect();
    let missing: Vec<&&(String, String, Text)> = placed.iter().filter(|(receipt, ..)| !came.contains(receipt.as_str())).collect();
    let rows: String =
        missing.iter().map(|(receipt, school, _)| format!("{receipt},{},录取后未报到\n", quoted(school))).collect();
    // The mark tells spreadsheet programs that it is UTF-8.
    write_whole(out, format!("\u{feff}受理号,录取学校,情况\n{rows}").as_bytes())?;
    let known: BTreeSet<&str> = signed.rows.iter().map(|(receipt, ..)| receipt.as_str()).collect();
    Ok(Unreported {
        admitted: placed.len(),
        reported: came.len(),
        unreported: missing.len(),
        unknown: came.iter().filter(|receipt| !known.contains(*receipt)).map(|receipt| receipt.to_string()).collect(),
        written: out.to_path_buf(),
    })
}
