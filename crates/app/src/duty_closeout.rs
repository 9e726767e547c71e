//! Close-out and rebound by township: how many cases were opened, closed, came back, are overdue. In the order of the codes of
//! the divisions, never of the counts: it is no ranking.

use std::collections::BTreeMap;

use facts::{Lang, Text, text};
use report::{Listing, ListingCell, ListingColumn};
use store::{Filter, Tally};

use crate::account_logs::write_down;
use crate::choose::{day, snapshots};
use crate::write_reports::{Workbook, workbook_failure};
use crate::{Failure, Ledger, Viewer};

/// The view: the procedures that can be chosen, a row a township, and all of them together.
#[derive(Debug)]
pub struct Closeouts {
    /// Id and name of each procedure that has cases.
    pub procedures: Vec<(String, Text)>,
    pub rows: Vec<CloseoutRow>,
    pub total: CloseoutCounts,
}

#[derive(Debug)]
pub struct CloseoutRow {
    /// The beginning of a division code.
    pub division: String,
    pub name: String,
    pub counts: CloseoutCounts,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CloseoutCounts {
    /// All that were ever opened.
    pub opened: u64,
    pub closed: u64,
    pub paused: u64,
    /// Came back at least once; and of these, not closed again.
    pub relapsed: u64,
    pub relapsed_open: u64,
    pub overdue: u64,
}

impl CloseoutCounts {
    fn add(&mut self, tally: &Tally) {
        self.opened += tally.opened;
        self.closed += tally.closed;
        self.paused += tally.paused;
        self.relapsed += tally.relapsed;
        self.relapsed_open += tally.relapsed_open;
        self.overdue += tally.overdue;
    }

    /// Neither paused nor closed.
    pub fn open(&self) -> u64 {
        self.opened.saturating_sub(self.closed).saturating_sub(self.paused)
    }
}

/// Counts the cases of one procedure, or of all that are no mere reports, as far as the viewer sees.
pub fn closeouts(ledger: &mut Ledger, viewer: &Viewer, procedure: Option<&str>) -> Result<Closeouts, Failure> {
    ledger.look_at_clock();
    let filter = Filter { reaches: viewer.reaches("cases:read")?, ..Filter::default() };
    let now = ledger.now.to_string();
    let mut tallies = ledger.store.tally(&filter, &now)?;
    // A report is closed as soon as it is made, and would hide what was really dealt with.
    let all = &ledger.procedures.all;
    let is_report = |id: &str| all.get(id).is_some_and(|(procedure, _)| !procedure.routines.is_empty());
    tallies.retain(|tally| !is_report(&tally.procedure));
    let names: BTreeMap<String, Text> =
        (tallies.iter()).filter_map(|tally| Some((tally.procedure.clone(), all.get(&tally.procedure)?.0.name()))).collect();
    tallies.retain(|tally| procedure.is_none_or(|wanted| tally.procedure == wanted));
    let mut rows: BTreeMap<String, CloseoutRow> = BTreeMap::new();
    for (division, name) in townships(ledger)? {
        let row = CloseoutRow { division: division.clone(), name, counts: CloseoutCounts::default() };
        rows.insert(division, row);
    }
    let mut total = CloseoutCounts::default();
    for tally in &tallies {
        total.add(tally);
        // `539901000` is the county itself.
        let code = tally.division.trim_end_matches("000").to_string();
        let row = rows.entry(code.clone()).or_insert_with(|| CloseoutRow {
            division: code.clone(),
            name: code,
            counts: CloseoutCounts::default(),
        });
        row.counts.add(tally);
    }
    // What somebody does not see at all stays out; a township without any case is shown with noughts.
    let near = |row: &CloseoutRow| {
        row.counts.opened > 0
            || filter.reaches.is_empty()
            || filter.reaches.iter().any(|reach| reach.unit.as_ref().is_some_and(|unit| row.division.starts_with(unit)))
    };
    let rows = rows.into_values().filter(|row| near(row) && (row.division.len() > 6 || row.counts.opened > 0)).collect();
    Ok(Closeouts { procedures: names.into_iter().collect(), rows, total })
}

/// Code and name of each county and township of the home.
fn townships(ledger: &Ledger) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    if !ledger.home.join("snapshots").is_dir() {
        return Ok(found);
    }
    for snapshot in snapshots(&ledger.home, &[])? {
        let on = day(snapshot.manifest(), None)?.1;
        for row in snapshot.divisions(on)? {
            let code = row.code.as_str();
            let (township, rest) = code.split_at_checked(9).unwrap_or((code, ""));
            if rest.bytes().all(|digit| digit == b'0') {
                found.push((township.trim_end_matches("000").to_string(), row.name));
            }
        }
    }
    Ok(found)
}

/// The same as a workbook.
pub fn export_closeouts(ledger: &mut Ledger, viewer: &Viewer, procedure: Option<&str>, lang: Lang) -> Result<Workbook, Failure> {
    viewer.must("cases:export")?;
    let made = closeouts(ledger, viewer, procedure)?;
    if !viewer.is_alone() {
        write_down(ledger, viewer, "export", procedure.unwrap_or("closeouts"), &format!("{}", made.rows.len()))?;
    }
    let name = made.procedures.iter().find(|(id, _)| Some(id.as_str()) == procedure).map(|(_, name)| name.clone());
    let Text { zh, en } = name.unwrap_or_else(|| text!("全部程序", "all procedures"));
    let mut listing = Listing::titled(text!("销号和反弹（按乡镇）", "close-out and rebound by township"));
    listing.subject = text!("{zh}", "{en}");
    listing.frozen_columns = 2;
    let column = |width: f64, head: Text| ListingColumn { head: vec![head], width };
    listing.columns = vec![
        column(14.0, text!("区划代码", "division")),
        column(22.0, text!("乡镇", "township")),
        column(10.0, text!("立案", "opened")),
        column(10.0, text!("在办", "open")),
        column(10.0, text!("中止", "paused")),
        column(10.0, text!("逾期", "overdue")),
        column(10.0, text!("已销号", "closed")),
        column(10.0, text!("反弹过", "came back")),
        column(12.0, text!("反弹未销号", "came back, open")),
    ];
    let of = |code: &str, name: ListingCell, counts: &CloseoutCounts| {
        let count = |n: u64| ListingCell::Number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)), 0);
        let mut row = vec![if code.is_empty() { ListingCell::Empty } else { ListingCell::Word(code.to_string()) }, name];
        let counted =
            [counts.opened, counts.open(), counts.paused, counts.overdue, counts.closed, counts.relapsed, counts.relapsed_open];
        row.extend(counted.map(count));
        row
    };
    listing.rows = made.rows.iter().map(|row| of(&row.division, ListingCell::Word(row.name.clone()), &row.counts)).collect();
    listing.rows.push(of("", ListingCell::Words(text!("合计", "all")), &made.total));
    listing.notes = vec![text!("按区划代码排列，不是排名", "in the order of the division codes; no ranking")];
    let (who, time) = (&viewer.name, ledger.now);
    listing.provenance = vec![text!("{who} 于 {time} 导出", "taken out by {who} on {time}")];
    let bytes = report::listing(&[listing], ledger.now.date(), lang).map_err(|fault| workbook_failure(&fault))?;
    let on = ledger.now.date();
    Ok(Workbook { name: format!("{}_{on}.xlsx", text!("销号和反弹", "close-out").get(lang)), bytes })
}
