//! Cases from the latest evaluation, and many cases from one table, for whoever sits at a page.

use std::path::Path;

use store::{Filter, Order};

use crate::account_logs::write_down;
use crate::choose::snapshots;
use crate::desk_case::in_some_role;
use crate::{DutyAsked, DutyOpening, Failure, Ledger, Library, RowOpened, Synced, Viewer, open_duties, sync_duties};

/// Opens, closes and re-opens cases by the latest evaluation; whoever does it must answer for every county of the home, and
/// it is written down.
pub fn sync_from_page(library: &Library, ledger: &mut Ledger, viewer: &Viewer, home: &Path) -> Result<Synced, Failure> {
    viewer.must("cases:sync")?;
    for snapshot in snapshots(home, &[])? {
        viewer.must_for_county("cases:sync", snapshot.manifest().county.as_str())?;
    }
    ledger.look_at_clock();
    let synced = sync_duties(library, ledger, home, None, &[])?;
    if !viewer.is_alone() {
        let (opened, reopened, closed) = (synced.opened.len(), synced.reopened.len(), synced.closed.len());
        write_down(ledger, viewer, "sync", &synced.snapshot, &format!("+{opened} ↺{reopened} ✓{closed}"))?;
    }
    Ok(synced)
}

/// Opens a case for each row of a table, in the first of the viewer's roles that may open any.
pub fn open_table(
    ledger: &mut Ledger,
    viewer: &Viewer,
    opening: &DutyOpening,
    table: &Path,
    asked: &DutyAsked,
) -> Result<Vec<RowOpened>, Failure> {
    viewer.must("cases:open")?;
    ledger.look_at_clock();
    let before = ledger.store.list(&Filter { limit: 1, order: Order::Moved, ..Filter::default() })?.total;
    in_some_role(viewer, asked, |asked| {
        let rows = open_duties(ledger, opening, table, asked)?;
        let opened = ledger.store.list(&Filter { limit: 1, order: Order::Moved, ..Filter::default() })?.total > before;
        // Where a role may open none, another of the viewer's may: nothing has been written yet.
        match rows.into_iter().partition::<Vec<_>, _>(|row| row.outcome.is_ok()) {
            (fine, refused) if fine.is_empty() && !opened => match refused.into_iter().next().map(|row| row.outcome) {
                Some(Err(failure)) => Err(failure),
                _ => Ok(Vec::new()),
            },
            (mut fine, refused) => {
                fine.extend(refused);
                fine.sort_by_key(|row| row.line);
                Ok(fine)
            }
        }
    })
}
