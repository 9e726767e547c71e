use std::path::Path;

use draws::{Draw, OutcomeRow, read_result, verify};
use facts::{Finding, text};
use serde::Serialize;

use crate::Failure;
use crate::draw_folder::{DRAW, read_files, refused};

/// Does a published draw again from its files; nothing found means that all follows.
pub fn verify_draw(folder: &Path) -> Result<Vec<Finding>, Failure> {
    Ok(verify(&read_files(folder)?.published()))
}

/// What the draw gave one child, with what a family needs to see why.
#[derive(Debug, Clone, Serialize)]
pub struct DrawnPlace {
    pub title: String,
    pub pool: String,
    pub receipt: String,
    pub order: u32,
    pub admitted: bool,
    /// How many lots drew for how many places.
    pub lots: u32,
    pub places: u32,
    /// The order number of the last lot that was admitted; `None` where nobody was.
    pub last_admitted: Option<u32>,
}

/// The places that one receipt drew, from the signed files only: they are recomputed first, and nothing is said of files that
/// do not follow.
pub fn drawn_places(folder: &Path, receipt: &str) -> Result<Vec<DrawnPlace>, Failure> {
    let files = read_files(folder)?;
    let findings = verify(&files.published());
    if !findings.is_empty() {
        return Err(Failure::found(&findings));
    }
    let draw = Draw::read(&files.draw, DRAW).map_err(refused)?;
    let rows = read_result(&files.result).unwrap_or_default();
    let found: Vec<DrawnPlace> = rows.iter().filter(|row| row.receipt == receipt).map(|row| of_row(&draw, &rows, row)).collect();
    if found.is_empty() {
        return Err(Failure::unknown(
            text!("名单里没有受理号“{receipt}”", "the receipt `{receipt}` is not on the list"),
            text!("照报名时的受理号逐字核对", "compare it letter by letter with the receipt of the application"),
        ));
    }
    Ok(found)
}

fn of_row(draw: &Draw, rows: &[OutcomeRow], row: &OutcomeRow) -> DrawnPlace {
    let of_pool = || rows.iter().filter(|other| other.pool == row.pool);
    DrawnPlace {
        title: draw.title.clone(),
        pool: row.pool.clone(),
        receipt: row.receipt.clone(),
        order: row.order,
        admitted: row.admitted,
        lots: of_pool().map(|other| other.order).max().unwrap_or(0),
        places: draw.places.iter().find(|(pool, _)| *pool == row.pool).map_or(0, |(_, places)| *places),
        last_admitted: of_pool().filter(|other| other.admitted).map(|other| other.order).max(),
    }
}
