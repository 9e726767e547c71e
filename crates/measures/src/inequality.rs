use std::cmp::Ordering;

use crate::{Holding, sum};

/// The enrolment-weighted Gini coefficient of the schools' ratios X_i = x_i / P_i.
///
/// > G = Σ_i Σ_j (P_i/P)(P_j/P) |X_i − X_j| / (2 X̄)
///
/// worked out as one minus twice the area under the Lorenz curve: with the schools sorted by X_i and cumulative shares p_k of
/// pupils and q_k of the stock, G = 1 − Σ (p_k − p_{k−1})(q_k + q_{k−1}). F. A. Cowell, *Measuring Inequality*, 3rd ed.,
/// Oxford 2011, ch. 2 and appendix. Zero when all are equal, towards one when a single pupil has everything.
///
/// None where there are no pupils, nothing to have, or a negative number.
///
/// ```
/// use measures::{Holding, gini};
/// let schools = [Holding { amount: 1.0, weight: 1.0 }, Holding { amount: 3.0, weight: 1.0 }];
/// assert_eq!(gini(&schools), Some(0.25));
/// ```
pub fn gini(schools: &[Holding]) -> Option<f64> {
    let (pupils, amount) = totals(schools)?;
    let mut sorted: Vec<&Holding> = schools.iter().filter(|school| school.weight > 0.0).collect();
    sorted.sort_unstable_by(|a, b| by_ratio(a, b));
    let mut below = 0.0;
    let slices = sorted.iter().map(|school| {
        let slice = school.weight / pupils * (2.0 * below + school.amount) / amount;
        below += school.amount;
        slice
    });
    Some((1.0 - sum(slices)).max(0.0))
}

/// The enrolment-weighted Theil index (T) of the schools' ratios.
///
/// > T = Σ (P_i/P) (X_i/X̄) ln (X_i/X̄), with 0 ln 0 = 0
///
/// H. Theil, *Economics and Information Theory*, Amsterdam 1967, ch. 4. Zero when all are equal; it falls apart exactly into
/// inequality within and between groups ([`theil_by_group`]).
///
/// None where there are no pupils, nothing to have, or a negative number.
///
/// ```
/// use measures::{Holding, theil};
/// let schools = [Holding { amount: 0.0, weight: 1.0 }, Holding { amount: 2.0, weight: 1.0 }];
/// assert_eq!(theil(&schools), Some(2f64.ln()));
/// ```
pub fn theil(schools: &[Holding]) -> Option<f64> {
    let (pupils, amount) = totals(schools)?;
    let terms = schools.iter().filter(|school| school.weight > 0.0 && school.amount > 0.0).map(|school| {
        let share = school.amount / amount;
        share * (share / (school.weight / pupils)).ln()
    });
    Some(sum(terms).max(0.0))
}

/// A Theil index by groups: `total = within + between`.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    pub total: f64,
    /// Σ s_g T_g: inequality inside the groups, each by its share of the stock.
    pub within: f64,
    /// Σ s_g ln (X̄_g / X̄): inequality between the groups' means.
    pub between: f64,
}

/// The Theil index of groups of schools (towns and villages, say), divided into inequality within and between them.
///
/// > T = Σ s_g T_g + Σ s_g ln (X̄_g/X̄), s_g = the group's share of the stock
///
/// A. F. Shorrocks, "The class of additively decomposable inequality measures", Econometrica 48, 1980.
///
/// ```
/// use measures::{Holding, theil_by_group};
/// let school = |amount, weight| Holding { amount, weight };
/// let town = [school(4.0, 1.0), school(4.0, 1.0)];
/// let village = [school(1.0, 1.0), school(1.0, 1.0)];
/// let parts = theil_by_group(&[&town, &village]).unwrap();
/// assert_eq!(parts.within, 0.0);
/// assert!((parts.between - parts.total).abs() < 1e-15);
/// ```
pub fn theil_by_group(groups: &[&[Holding]]) -> Option<Decomposition> {
    let all: Vec<Holding> = groups.iter().flat_map(|group| group.iter().copied()).collect();
    let (pupils, amount) = totals(&all)?;
    let (mut within, mut between) = (Vec::new(), Vec::new());
    for group in groups {
        // A group without pupils or without anything to have adds nothing to either part.
        let Some((group_pupils, group_amount)) = totals(group) else { continue };
        let share = group_amount / amount;
        within.push(share * theil(group)?);
        between.push(share * (share / (group_pupils / pupils)).ln());
    }
    Some(Decomposition { total: theil(&all)?, within: sum(within), between: sum(between) })
}

/// Σ P_i and Σ x_i over the schools that have pupils.
fn totals(schools: &[Holding]) -> Option<(f64, f64)> {
    let sound = |number: f64| number.is_finite() && number >= 0.0;
    if !schools.iter().all(|school| sound(school.amount) && sound(school.weight)) {
        return None;
    }
    let counted = || schools.iter().filter(|school| school.weight > 0.0);
    let (pupils, amount) = (sum(counted().map(|school| school.weight)), sum(counted().map(|school| school.amount)));
    (pupils > 0.0 && amount > 0.0 && pupils.is_finite() && amount.is_finite()).then_some((pupils, amount))
}

/// By ratio, then by size, so that ties fall in one order whatever the order they came in.
fn by_ratio(a: &Holding, b: &Holding) -> Ordering {
    let ratio = |school: &Holding| school.amount / school.weight;
    ratio(a).total_cmp(&ratio(b)).then(a.weight.total_cmp(&b.weight)).then(a.amount.total_cmp(&b.amount))
}
