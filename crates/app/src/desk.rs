//! The desk: what somebody has to do, and the cases they may see.

use facts::{Lang, Text, text};
use report::{Listing, ListingCell, ListingColumn};
use store::{Filter, Order};

use crate::account_logs::{must_be_approved, write_down};
use crate::desk_case::papers;
use crate::duty_ledger::CaseLine;
use crate::duty_show::{cases_of, write_list_down};
use crate::write_reports::{Workbook, workbook_failure};
use crate::{Failure, Ledger, Viewer};

/// What waits for somebody: first what is due.
#[derive(Debug)]
pub struct Desk {
    /// Their own to do, what is due first.
    pub mine: Vec<CaseLine>,
    pub mine_total: u64,
    pub overdue: usize,
    /// Offered to them, and not yet signed for.
    pub inbox: Vec<Offered>,
    /// What others have to do and they are told of, because it is overdue.
    pub told: Vec<CaseLine>,
    /// How many of the cases they may see are open, paused, overdue, closed, and came back.
    pub open: u64,
    pub paused: u64,
    pub all_overdue: u64,
    pub closed: u64,
    pub relapsed: u64,
}

/// A case that somebody offers.
#[derive(Debug)]
pub struct Offered {
    pub line: CaseLine,
    pub from: String,
    pub reason: String,
}

/// Which cases are asked for; what is not given does not matter.
#[derive(Debug, Clone, Default)]
pub struct CasesAsked {
    pub procedure: Option<String>,
    /// open, paused, closed; `unclosed` for the first two.
    pub status: Option<String>,
    pub division: Option<String>,
    pub school: Option<String>,
    pub words: Option<String>,
    pub overdue: bool,
    pub relapsed: bool,
    pub mine: bool,
    pub offset: u32,
    pub limit: u32,
}

/// A page of the ledger.
#[derive(Debug)]
pub struct LedgerPage {
    pub total: u64,
    pub cases: Vec<CaseLine>,
    /// How many may be seen at once.
    pub rows_max: u32,
    /// The procedure's own columns, where one is chosen that is about no persons, and what stands in them.
    pub columns: Vec<(String, Text)>,
    pub values: Vec<LedgerValues>,
}

/// What stands in a procedure's own columns of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerValues {
    pub fields: Vec<String>,
    /// Name and number of each paper that was made.
    pub papers: Vec<(Text, String)>,
}

const DESK_ROWS: u32 = 50;

/// What somebody has to do. Never a ranking: what is due first stands first.
pub fn my_work(ledger: &mut Ledger, viewer: &Viewer) -> Result<Desk, Failure> {
    ledger.look_at_clock();
    let seen = Filter { reaches: viewer.reaches("cases:read")?, ..Filter::default() };
    let now = ledger.now.to_string();
    let mine = own(ledger, viewer, &Filter { unclosed: true, limit: DESK_ROWS, ..seen.clone() })?;
    let mut inbox: Vec<Offered> = Vec::new();
    let mut told: Vec<CaseLine> = Vec::new();
    for role in &viewer.roles {
        let filter = Filter { unclosed: true, told: Some(role.clone()), limit: DESK_ROWS, ..seen.clone() };
        for line in cases_of(ledger, &filter)?.cases {
            let case = ledger.case(&line.row.case)?.case;
            match case.offer {
                Some((from, to, reason))
                    if to.role == *role && to.person.as_ref().is_none_or(|person| *person == viewer.person) =>
                {
                    inbox.push(Offered { line: shown(viewer, line), from, reason });
                }
                _ if case.escalated.iter().any(|(_, _, to)| to == role) => told.push(shown(viewer, line)),
                _ => {}
            }
        }
    }
    let listed = mine.1.iter().chain(inbox.iter().map(|offered| &offered.line)).chain(&told);
    write_list_down(ledger, viewer, listed)?;
    let mut count = |filter: Filter| ledger.store.list(&Filter { limit: 1, ..filter }).map(|listing| listing.total);
    let status = |status: &str| Filter { status: Some(status.into()), ..seen.clone() };
    Ok(Desk {
        mine_total: mine.0,
        overdue: mine.1.iter().filter(|line| line.overdue).count(),
        mine: mine.1.into_iter().map(|line| shown(viewer, line)).collect(),
        inbox,
        told,
        open: count(status("open"))?,
        paused: count(status("paused"))?,
        closed: count(status("closed"))?,
        all_overdue: count(Filter { unclosed: true, due_before: Some(now), ..seen.clone() })?,
        relapsed: count(Filter { unclosed: true, relapsed: true, ..seen.clone() })?,
    })
}

/// What somebody themselves answers for, of what they may see.
fn own(ledger: &mut Ledger, viewer: &Viewer, seen: &Filter) -> Result<(u64, Vec<CaseLine>), Failure> {
    if viewer.is_alone() {
        let cases = cases_of(ledger, seen)?;
        return Ok((cases.total, cases.cases));
    }
    let (mut total, mut lines) = (0, Vec::new());
    for role in &viewer.roles {
        let cases = cases_of(ledger, &Filter { owner_role: Some(role.clone()), ..seen.clone() })?;
        total += cases.total;
        // What somebody of the same role took by name is theirs.
        let ours = |line: &CaseLine| line.row.owner_person.as_ref().is_none_or(|person| *person == viewer.person);
        lines.extend(cases.cases.into_iter().filter(ours));
    }
    lines.sort_by(|a, b| (a.row.due.is_none(), &a.row.due, &a.row.case).cmp(&(b.row.due.is_none(), &b.row.due, &b.row.case)));
    Ok((total, lines))
}

/// Cases that somebody may see, a page at a time.
pub fn list_cases(ledger: &mut Ledger, viewer: &Viewer, asked: &CasesAsked) -> Result<LedgerPage, Failure> {
    ledger.look_at_clock();
    let rows_max = ledger.procedures.rights.approvals()?.rows_max;
    let limit = if asked.limit == 0 { DESK_ROWS } else { asked.limit }.min(rows_max);
    let filter = Filter { limit, offset: asked.offset, ..filter(ledger, viewer, asked)? };
    if u64::from(asked.offset) + u64::from(limit) > u64::from(rows_max) {
        must_be_approved_beyond(ledger, viewer, asked.procedure.as_deref())?;
    }
    let cases = cases_of(ledger, &filter)?;
    write_list_down(ledger, viewer, &cases.cases)?;
    let chosen = asked.procedure.as_ref().and_then(|id| ledger.procedures.all.get(id)).map(|(procedure, _)| procedure.clone());
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    // A list of persons with all that is written of each would be a look at each.
    if let Some(procedure) = chosen.filter(|procedure| !is_personal(procedure)) {
        let fields: Vec<&duty::Field> = procedure.fields.iter().collect();
        columns = fields.iter().map(|field| (field.id.clone(), field.name())).collect();
        for line in &cases.cases {
            values.push(values_of(ledger, viewer, &line.row.case, &fields)?);
        }
    }
    let lines = cases.cases.into_iter().map(|line| shown(viewer, line)).collect();
    Ok(LedgerPage { total: cases.total, cases: lines, rows_max, columns, values })
}

fn values_of(ledger: &mut Ledger, viewer: &Viewer, id: &str, fields: &[&duty::Field]) -> Result<LedgerValues, Failure> {
    let followed = ledger.case(id)?;
    let of = |field: &&duty::Field| {
        let value = followed.case.fields.get(&field.id).map_or("", String::as_str);
        let choice = field.choices.iter().find(|choice| choice.id == value).map(|choice| choice.title.as_str());
        viewer.masked(Some(&field.id), choice.unwrap_or(value))
    };
    Ok(LedgerValues { fields: fields.iter().map(of).collect(), papers: papers(&followed.procedure, &followed.events) })
}

/// Whoever leafs on beyond what may be seen at once sees many: leave must have been given where any of it is about persons.
fn must_be_approved_beyond(ledger: &mut Ledger, viewer: &Viewer, procedure: Option<&str>) -> Result<(), Failure> {
    let known = procedure.and_then(|id| ledger.procedures.all.get(id));
    if viewer.is_alone() || known.is_some_and(|(procedure, _)| !is_personal(procedure)) {
        return Ok(());
    }
    must_be_approved(ledger, viewer, procedure.unwrap_or("-")).map(|_| ())
}

fn filter(ledger: &Ledger, viewer: &Viewer, asked: &CasesAsked) -> Result<Filter, Failure> {
    let unclosed = asked.status.as_deref() == Some("unclosed");
    Ok(Filter {
        procedure: asked.procedure.clone(),
        status: asked.status.clone().filter(|_| !unclosed),
        unclosed: unclosed || asked.overdue,
        division: asked.division.clone(),
        school: asked.school.clone(),
        words: asked.words.clone(),
        due_before: asked.overdue.then(|| ledger.now.to_string()),
        relapsed: asked.relapsed,
        owner_role: viewer.roles.first().filter(|_| asked.mine).cloned(),
        reaches: viewer.reaches("cases:read")?,
        order: Order::Due,
        ..Filter::default()
    })
}

/// The ledger of a procedure as a workbook, in its own columns. Where it concerns persons, leave must have been given.
pub fn export_cases(ledger: &mut Ledger, viewer: &Viewer, asked: &CasesAsked, lang: Lang) -> Result<Workbook, Failure> {
    viewer.must("cases:export")?;
    ledger.look_at_clock();
    let id = asked.procedure.clone().unwrap_or_default();
    let Some((procedure, _)) = ledger.procedures.all.get(&id).cloned() else {
        return Err(Failure::wrong_use(
            text!("要说明导出哪个程序的台账", "say which procedure's ledger"),
            text!("先在台账页选一个程序", "choose a procedure on the page of the ledger"),
        ));
    };
    let leave =
        if is_personal(&procedure) && !viewer.is_alone() { must_be_approved(ledger, viewer, &id)? } else { String::new() };
    let filter = filter(ledger, viewer, asked)?;
    let cases = cases_of(ledger, &filter)?.cases;
    write_down(ledger, viewer, "export", &id, &format!("{} {leave}", cases.len()))?;
    let mut listing = Listing::titled(procedure.name());
    listing.frozen_columns = 2;
    let column = |width: f64, head: Text| ListingColumn { head: vec![head], width };
    listing.columns = vec![
        column(16.0, text!("编号", "number")),
        column(28.0, text!("对象", "about")),
        column(30.0, text!("问题", "problem")),
        column(8.0, text!("状态", "status")),
        column(22.0, text!("下一步", "next")),
        column(18.0, text!("责任", "owner")),
        column(12.0, text!("期限", "due")),
        column(8.0, text!("轮次", "round")),
    ];
    let fields: Vec<&duty::Field> = procedure.fields.iter().filter(|field| field.vault.is_none()).collect();
    listing.columns.extend(fields.iter().map(|field| column(18.0, field.name())));
    for line in cases {
        let case = ledger.case(&line.row.case)?.case;
        let line = shown(viewer, line);
        let word = |words: &str| if words.is_empty() { ListingCell::Empty } else { ListingCell::Word(words.to_string()) };
        let mut cells = vec![
            word(&line.row.case),
            word(&line.row.label),
            word(&line.row.finding),
            ListingCell::Words(status_title(&line.row.status)),
            ListingCell::Words(line.step_title.clone()),
            ListingCell::Words(line.owner_title.clone()),
            word(line.row.due.as_deref().and_then(|due| due.get(..10)).unwrap_or("")),
            ListingCell::Number(f64::from(u32::try_from(line.row.round).unwrap_or(u32::MAX)), 0),
        ];
        for field in &fields {
            let value = case.fields.get(&field.id).map_or("", String::as_str);
            let choice = field.choices.iter().find(|choice| choice.id == value).map(|choice| choice.title.as_str());
            cells.push(word(&viewer.masked(Some(&field.id), choice.unwrap_or(value))));
        }
        listing.rows.push(cells);
    }
    let (who, time) = (&viewer.name, ledger.now);
    listing.provenance = vec![text!("{who} 于 {time} 导出 {leave}", "taken out by {who} on {time} {leave}")];
    let title = procedure.name();
    let bytes = report::listing(&[listing], ledger.now.date(), lang).map_err(|fault| workbook_failure(&fault))?;
    Ok(Workbook { name: format!("{}_{}.xlsx", title.get(lang), ledger.now.date()), bytes })
}

/// A case as somebody may see it: numbers of ids and telephones in its words are covered.
pub(crate) fn shown(viewer: &Viewer, mut line: CaseLine) -> CaseLine {
    line.row.label = viewer.masked(None, &line.row.label);
    line.row.finding = viewer.masked(None, &line.row.finding);
    line
}

/// Whether the cases of a procedure are about persons, or keep something apart.
pub fn is_personal(procedure: &duty::Procedure) -> bool {
    procedure.opening.subject == "pupil" || !procedure.vaults.is_empty()
}

pub fn status_title(status: &str) -> Text {
    match status {
        "closed" => text!("已销号", "closed"),
        "paused" => text!("中止", "paused"),
        _ => text!("在办", "open"),
    }
}
