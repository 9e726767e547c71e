use policy::Indicator;
use policy::expr::{Env, School as Traits};

use crate::exact::{Quick, decided};
use crate::ground::{Ground, Measured};

/// How much of its lever stock an indicator lacks until it meets its threshold; negative where there is too much. Whole
/// where the stock counts things. None where there is no lever, or where the indicator does not grow evenly with it.
pub(super) fn lever_gap(ground: &Ground<'_, Quick>, indicator: &Indicator) -> Option<f64> {
    let lever = indicator.lever?;
    let at = |by: f64| indicator.formula.number::<Quick>(&Shifted { ground, stock: lever, by }).map(|number| number.value);
    let threshold = ground.parameter(indicator.threshold?)?.value;
    let value = at(0.0)?;
    let per_unit = at(1.0)? - value;
    let gap = (threshold - value) / per_unit;
    if !gap.is_finite() || gap == 0.0 {
        return None;
    }
    let reached = at(gap)?;
    if (reached - threshold).abs() > 1e-6 * threshold.abs().max(f64::MIN_POSITIVE) {
        return None;
    }
    if !ground.rules.counts_things(lever) {
        return Some(gap);
    }
    // The last step is tried out, since a hair's breadth decides between n and n + 1.
    let near = gap.abs().round() * gap.signum();
    let step = gap.signum();
    let candidates = [near - step, near, near + step];
    candidates.into_iter().find(|by| *by * step > 0.0 && meets(ground, indicator, lever, *by))
}

fn meets(ground: &Ground<'_, Quick>, indicator: &Indicator, lever: usize, by: f64) -> bool {
    let met = decided(
        || holds(&Shifted { ground, stock: lever, by }, indicator),
        || holds(&Shifted { ground: &ground.exactly(), stock: lever, by }, indicator),
    );
    met == Some(true)
}

fn holds<N: Measured>(shifted: &Shifted<'_, '_, N>, indicator: &Indicator) -> Option<bool> {
    let value: N = indicator.formula.number(shifted)?;
    indicator.compare.holds(&value, &shifted.ground.parameter(indicator.threshold?)?)
}

/// The same ground with more of one stock.
struct Shifted<'g, 'a, N> {
    ground: &'g Ground<'a, N>,
    stock: usize,
    by: f64,
}

impl<N: Measured> Env<N> for Shifted<'_, '_, N> {
    fn stock(&self, index: usize) -> Option<N> {
        let value = self.ground.stock(index)?;
        Some(if index == self.stock { value.plus(N::of(self.by)) } else { value })
    }
    fn parameter(&self, index: usize) -> Option<N> {
        self.ground.parameter(index)
    }
    fn school(&self) -> Option<&Traits> {
        self.ground.school()
    }
}
