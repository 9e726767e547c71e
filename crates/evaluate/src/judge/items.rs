use facts::Stage;
use policy::expr::Program;
use policy::{Item, Requirement};

use super::county::{AtStage, CountyGround};
use crate::exact::{Exact, Quick, decided};
use crate::ground::Ground;
use crate::outcome::{Basis, ItemOutcome, ItemRow, Scope, Verdict};

/// What has been seen of an item so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    checked: usize,
    /// Rows that were looked at without being able to tell whether the item concerns them are among these.
    rows: Vec<ItemRow>,
    county: bool,
}

impl Tally {
    pub fn outcome(self, scope: &[Scope]) -> ItemOutcome {
        let mut verdict = Verdict::all(self.rows.iter().map(|row| row.verdict));
        // Where nobody could be asked, or not everybody who may be concerned, nothing has been shown.
        let nobody = !scope.contains(&Scope::In);
        if verdict == Verdict::Pass && !self.county && (nobody || scope.contains(&Scope::Unknown)) {
            verdict = Verdict::NotEnoughData;
        }
        ItemOutcome { verdict, checked: self.checked, rows: self.rows }
    }
}

/// What an item asks, answered for one school or for the county.
trait Asked {
    fn truth(&self, condition: &Program) -> Option<bool>;
    fn number(&self, program: &Program) -> Option<f64>;
}

impl Asked for Ground<'_, Quick> {
    fn truth(&self, condition: &Program) -> Option<bool> {
        Ground::truth(self, condition)
    }
    fn number(&self, program: &Program) -> Option<f64> {
        Ground::number(self, program)
    }
}

impl Asked for AtStage<'_> {
    fn truth(&self, condition: &Program) -> Option<bool> {
        decided(|| condition.truth::<Quick>(self), || condition.truth::<Exact>(self))
    }
    fn number(&self, program: &Program) -> Option<f64> {
        decided(
            || program.number::<Quick>(self).map(|number| number.value),
            || program.number::<Exact>(self).map(|number| number.to_f64()),
        )
    }
}

pub(super) fn look_at_school(item: &Item, ground: &Ground<'_, Quick>, school: usize, tally: &mut Tally) {
    let stage = if ground.stage == Stage::Whole { None } else { Some(ground.stage) };
    if let Some(row) = row(item, ground, Some(school), stage, false) {
        tally.checked += 1;
        if row.verdict != Verdict::Pass {
            tally.rows.push(row);
        }
    }
}

/// The same row for somebody who reads about this one school: with its numbers even where it holds.
pub(crate) fn whole_row(item: &Item, ground: &Ground<'_, Quick>, school: usize) -> Option<ItemRow> {
    let stage = if ground.stage == Stage::Whole { None } else { Some(ground.stage) };
    row(item, ground, Some(school), stage, true)
}

pub(super) fn look_at_county(item: &Item, county: &CountyGround<'_>, tally: &mut Tally) {
    tally.county = true;
    if let Some(row) = row(item, &AtStage(county, Stage::Whole), None, None, true) {
        tally.checked += 1;
        tally.rows.push(row);
    }
}

/// None where the item does not concern the school. The numbers of what holds are worked out only where `always`.
fn row(item: &Item, asked: &impl Asked, school: Option<usize>, stage: Option<Stage>, always: bool) -> Option<ItemRow> {
    let concerned = item.applies.as_ref().map_or(Some(true), |applies| asked.truth(applies));
    if concerned == Some(false) {
        return None;
    }
    let undecided = ItemRow { school, stage, verdict: Verdict::NotEnoughData, basis: Basis::Nothing, value: None, limit: None };
    let answer = |requirement: &Option<Requirement>, basis: Basis| {
        let requirement = requirement.as_ref()?;
        let holds = asked.truth(&requirement.condition);
        let side = |side: fn(&policy::Gap) -> &Program| requirement.gap.as_ref().and_then(|gap| asked.number(side(gap)));
        let shown = holds != Some(true) || always;
        Some(ItemRow {
            school,
            stage,
            verdict: Verdict::of(holds),
            basis,
            value: if shown { side(|gap| &gap.left) } else { None },
            limit: if shown { side(|gap| &gap.right) } else { None },
        })
    };
    // An item without a condition is worth points only; it asks for nothing here.
    let computed = answer(&item.require, Basis::Computed)?;
    let row = match answer(&item.otherwise, Basis::Declared) {
        Some(declared) if computed.verdict == Verdict::NotEnoughData && declared.verdict != Verdict::NotEnoughData => declared,
        _ => computed,
    };
    match (concerned, row.verdict) {
        // What holds anyway need not be decided to be concerned.
        (None, Verdict::Pass) | (Some(_), Verdict::Pass | Verdict::Fail) => Some(row),
        _ => Some(ItemRow { value: row.value, limit: row.limit, ..undecided }),
    }
}
