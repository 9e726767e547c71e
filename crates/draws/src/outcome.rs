use facts::{Finding, Place, Severity, Text, text};

use crate::draw::{Bound, Draw};
use crate::{DrawList, Pool, Reveals};

/// What the draw gave one child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    pub pool: String,
    /// From 1; children who share a lot share it.
    pub order: u32,
    /// The number that was dealt out, where the method deals numbers out.
    pub number: String,
    pub receipt: String,
    pub admitted: bool,
}

/// Holds the draw: the same draw, list and reveals give the same rows, anywhere and always.
pub fn run(draw: &Draw, list: &DrawList, reveals: &Reveals) -> Result<Vec<OutcomeRow>, Box<Finding>> {
    if let Some(finding) = draw.fits(list).into_iter().next() {
        return Err(Box::new(finding));
    }
    if !reveals.complete(draw) {
        let waits: Vec<&str> =
            draw.witnesses.iter().filter(|w| reveals.of(&w.name).is_none()).map(|witness| witness.name.as_str()).collect();
        let waits = waits.join("、");
        return Err(cannot(
            text!("还不能派位，尚未公开：{waits}", "the draw cannot be held yet; not shown: {waits}"),
            text!("请他们公开", "let them speak"),
        ));
    }
    let seed = reveals.seed();
    let mut rows = Vec::with_capacity(list.n_entries());
    for pool in list.pools() {
        let places = draw.places.iter().find(|(name, _)| *name == pool.name).map_or(0, |(_, places)| *places);
        let placed = (draw.method.order)(draw, pool, &seed, reveals)?;
        rows.extend(admit(pool, placed.iter().map(|placed| (placed.lot, placed.number.as_str())), places as usize, draw.bound));
    }
    Ok(rows)
}

/// Lots in their order take places while there are any.
fn admit<'a>(pool: &Pool, order: impl Iterator<Item = (usize, &'a str)>, places: usize, bound: Bound) -> Vec<OutcomeRow> {
    let (mut filled, mut rows) = (0, Vec::new());
    for (index, (lot, number)) in order.enumerate() {
        let Some(lot) = pool.lots.get(lot) else { continue };
        let left = places.saturating_sub(filled);
        let admitted = left >= lot.receipts.len() || (left > 0 && bound == Bound::Over);
        if admitted {
            filled += lot.receipts.len();
        }
        rows.extend(lot.receipts.iter().map(|receipt| OutcomeRow {
            pool: pool.name.clone(),
            order: index as u32 + 1,
            number: number.to_string(),
            receipt: receipt.clone(),
            admitted,
        }));
    }
    rows
}

const HEAD: &str = "pool,order,number,receipt,outcome";

/// The text that is published and signed as `result.csv`: pools as in the list, then by order number, then by receipt.
pub fn write_result(rows: &[OutcomeRow]) -> String {
    let lines: String = rows
        .iter()
        .map(|row| {
            let outcome = if row.admitted { "admitted" } else { "waiting" };
            format!("{},{},{},{},{outcome}\n", row.pool, row.order, row.number, row.receipt)
        })
        .collect();
    format!("{HEAD}\n{lines}")
}

/// Reads `result.csv`; `None` where it is not as [`write_result`] writes.
pub fn read_result(words: &str) -> Option<Vec<OutcomeRow>> {
    let rows = words.strip_prefix(HEAD)?.strip_prefix('\n')?;
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [pool, order, number, receipt, outcome] = cells[..] else { return None };
        let admitted = match outcome {
            "admitted" => true,
            "waiting" => false,
            _ => return None,
        };
        Some(OutcomeRow {
            pool: pool.into(),
            order: order.parse().ok()?,
            number: number.into(),
            receipt: receipt.into(),
            admitted,
        })
    };
    let rows: Option<Vec<OutcomeRow>> = rows.lines().map(row).collect();
    rows.filter(|rows| write_result(rows) == words)
}

pub(crate) fn cannot(what: Text, hint: Text) -> Box<Finding> {
    Box::new(Finding::new(Severity::Logic, "draw-refused", Place::Everywhere, what, hint))
}
