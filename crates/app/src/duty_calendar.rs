//! A month: which days are worked, what is reported on fixed days, and which cases fall due.

use facts::{Date, Lang, Text, text};
use jiff::ToSpan;
use report::{Listing, ListingCell, ListingColumn};
use store::Filter;

use crate::account_logs::write_down;
use crate::desk::{is_personal, shown};
use crate::desk_case::is_one_of;
use crate::duty_ledger::CaseLine;
use crate::duty_show::{cases_of, write_list_down};
use crate::duty_state::{Fixed, fixed_days_for};
use crate::write_reports::{Workbook, workbook_failure};
use crate::{Failure, Ledger, Viewer};

/// A month as somebody may see it.
#[derive(Debug)]
pub struct Month {
    pub from: Date,
    pub to: Date,
    pub today: Date,
    pub days: Vec<MonthDay>,
    /// Reports and visits on fixed days, in the order of the days.
    pub fixed: Vec<FixedShown>,
    /// Cases that fall due, in the order of the days; the first few hundred.
    pub cases: Vec<CaseLine>,
    pub cases_total: u64,
    /// Not closed, and due before this month.
    pub overdue_before: u64,
    /// Whether the holidays of the month are confirmed.
    pub sure: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthDay {
    pub on: Date,
    pub worked: bool,
    /// A working day that is off, or a weekend that is worked.
    pub exchanged: bool,
}

/// What falls due on a fixed day, and what the reader may do about it.
#[derive(Debug)]
pub struct FixedShown {
    pub fixed: Fixed,
    /// Whether they may state it.
    pub mine: bool,
    /// Whether they may draw the sample now.
    pub draws: bool,
}

const CASES_MAX: u32 = 400;

/// The month of a day, `2026-03`; this one where none is given.
pub fn duty_month(ledger: &mut Ledger, viewer: &Viewer, month: Option<&str>) -> Result<Month, Failure> {
    ledger.look_at_clock();
    let reaches = viewer.reaches("cases:read")?;
    let today = ledger.now.date();
    let from = match month {
        None => today.first_of_month(),
        Some(month) => format!("{month}-01").parse::<Date>().map_err(|_| {
            let what = text!("“{month}”不是月份", "`{month}` is no month");
            Failure::wrong_use(what, text!("写成 2026-03", "write it as 2026-03"))
        })?,
    };
    let to = from.last_of_month();
    let calendar = &ledger.procedures.calendar;
    let days = from.series(1.day()).take_while(|day| *day <= to).map(|on| {
        let weekend = matches!(on.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday);
        let worked = calendar.is_worked(on);
        MonthDay { on, worked, exchanged: worked == weekend }
    });
    let days = days.collect();
    let sure = calendar.is_sure(from, to);
    let fixed = fixed_days_for(ledger, viewer, from, to)?;
    let fixed = fixed.into_iter().map(|fixed| flags(ledger, viewer, fixed)).collect();
    // A moment reads `2026-03-01T…`: what begins with a day of the month lies between these.
    let within = |status: &str| Filter {
        status: Some(status.into()),
        due_from: Some(from.to_string()),
        due_before: Some(to.saturating_add(1.day()).to_string()),
        reaches: reaches.clone(),
        limit: CASES_MAX,
        ..Filter::default()
    };
    let (open, closed) = (cases_of(ledger, &within("open"))?, cases_of(ledger, &within("closed"))?);
    let cases_total = open.total + closed.total;
    let mut cases: Vec<CaseLine> = open.cases.into_iter().chain(closed.cases).map(|line| shown(viewer, line)).collect();
    cases.sort_by(|a, b| (&a.row.due, &a.row.case).cmp(&(&b.row.due, &b.row.case)));
    write_list_down(ledger, viewer, &cases)?;
    let before = Filter { unclosed: true, due_before: Some(from.to_string()), reaches, limit: 1, ..Filter::default() };
    let overdue_before = ledger.store.list(&before)?.total;
    Ok(Month { from, to, today, days, fixed, cases, cases_total, overdue_before, sure })
}

fn flags(ledger: &Ledger, viewer: &Viewer, fixed: Fixed) -> FixedShown {
    let procedure = ledger.procedures.all.get(&fixed.procedure).map(|(procedure, _)| procedure);
    let routine = procedure.and_then(|procedure| procedure.routine(&fixed.routine));
    let may_act = viewer.may("cases:act");
    let mine = may_act && routine.is_some_and(|routine| is_one_of(ledger, viewer, &routine.who));
    let sample = routine.and_then(|routine| routine.sample.as_ref());
    let draws = may_act && fixed.overdue && sample.is_some_and(|sample| is_one_of(ledger, viewer, &sample.who));
    FixedShown { fixed, mine, draws }
}

/// The same as a workbook, a line a day and thing. Of cases about persons only the number is written.
pub fn export_month(ledger: &mut Ledger, viewer: &Viewer, month: Option<&str>, lang: Lang) -> Result<Workbook, Failure> {
    viewer.must("cases:export")?;
    let month = duty_month(ledger, viewer, month)?;
    let name = month.from.strftime("%Y-%m").to_string();
    if !viewer.is_alone() {
        write_down(ledger, viewer, "export", "calendar", &name)?;
    }
    let mut listing = Listing::titled(text!("日历 {name}", "calendar {name}"));
    let column = |width: f64, head: Text| ListingColumn { head: vec![head], width };
    listing.columns = vec![
        column(12.0, text!("日期", "day")),
        column(10.0, text!("工作日", "worked")),
        column(34.0, text!("事项", "what")),
        column(24.0, text!("谁办", "who")),
        column(16.0, text!("编号或期", "number or period")),
        column(9.0, text!("应报", "asked")),
        column(9.0, text!("已报", "stated")),
        column(44.0, text!("没有报的", "not stated")),
    ];
    let word = |words: &str| if words.is_empty() { ListingCell::Empty } else { ListingCell::Word(words.to_string()) };
    let count = |n: usize| ListingCell::Number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)), 0);
    for day in &month.days {
        let (on, worked) = (day.on.to_string(), if day.worked { text!("是", "yes") } else { text!("休", "off") });
        let mut rows = Vec::new();
        for FixedShown { fixed, .. } in month.fixed.iter().filter(|shown| shown.fixed.on == day.on) {
            rows.push(vec![
                word(&on),
                ListingCell::Words(worked.clone()),
                ListingCell::Words(fixed.title.clone()),
                ListingCell::Words(fixed.who.clone()),
                word(&fixed.period),
                count(fixed.units),
                count(fixed.stated),
                word(&fixed.missing.join("、")),
            ]);
        }
        for line in month.cases.iter().filter(|line| line.row.due.as_deref().is_some_and(|due| due.starts_with(&on))) {
            let known = ledger.procedures.all.get(&line.row.procedure);
            let label = if known.is_some_and(|(procedure, _)| is_personal(procedure)) { "" } else { line.row.label.as_str() };
            let (Text { zh, en }, step) = (&line.title, &line.step_title);
            let (step_zh, step_en) = (&step.zh, &step.en);
            rows.push(vec![
                word(&on),
                ListingCell::Words(worked.clone()),
                ListingCell::Words(text!("{zh} {label} {step_zh}", "{en} {label} {step_en}")),
                ListingCell::Words(line.owner_title.clone()),
                word(&line.row.case),
            ]);
        }
        if rows.is_empty() && day.exchanged {
            rows.push(vec![word(&on), ListingCell::Words(worked.clone())]);
        }
        for mut row in rows {
            row.resize(listing.columns.len(), ListingCell::Empty);
            listing.rows.push(row);
        }
    }
    let (who, time) = (&viewer.name, ledger.now);
    listing.provenance = vec![text!("{who} 于 {time} 导出", "taken out by {who} on {time}")];
    let bytes = report::listing(&[listing], ledger.now.date(), lang).map_err(|fault| workbook_failure(&fault))?;
    Ok(Workbook { name: format!("{}_{name}.xlsx", text!("日历", "calendar").get(lang)), bytes })
}
