use std::path::Path;

use evaluate::Changes;
use facts::Date;

use crate::{Failure, Library, evaluate_meant};

/// What changed from one snapshot, or planned state, to another under a pack, and why; each as of its own latest year unless a day is named.
pub fn diff_snapshots(
    library: &Library,
    home: &Path,
    pack: &str,
    on: Option<Date>,
    ids: (&str, &str),
) -> Result<Changes, Failure> {
    let outcome = |id: &str| -> Result<_, Failure> { Ok(evaluate_meant(library, home, id, pack, on)?.1.outcome) };
    Ok(evaluate::diff(&outcome(ids.0)?, &outcome(ids.1)?))
}
