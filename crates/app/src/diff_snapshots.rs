use std::path::Path;

use evaluate::Changes;
use facts::Date;
use snapshot::Home;

use crate::{Failure, Library, evaluate_snapshot};

/// What changed from one snapshot to another under a pack, and why; each as of its own latest year unless a day is named.
pub fn diff_snapshots(
    library: &Library,
    home: &Path,
    pack: &str,
    on: Option<Date>,
    ids: (&str, &str),
) -> Result<Changes, Failure> {
    let home = Home::open(home)?;
    let outcome = |id: &str| -> Result<_, Failure> { Ok(evaluate_snapshot(library, &home.snapshot(id)?, pack, on)?.outcome) };
    Ok(evaluate::diff(&outcome(ids.0)?, &outcome(ids.1)?))
}
