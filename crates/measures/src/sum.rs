/// The sum of numbers, the same to the last bit in whatever order they come.
///
/// The terms are sorted, then added with Neumaier's compensation (A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur
/// Summation endlicher Summen", ZAMM 54, 1974).
///
/// ```
/// assert_eq!(measures::sum([1.0, 1e100, 1.0, -1e100]), 2.0);
/// assert_eq!(measures::sum([0.3, 0.1, 0.2]), measures::sum([0.1, 0.2, 0.3]));
/// ```
pub fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut terms: Vec<f64> = terms.into_iter().collect();
    terms.sort_unstable_by(f64::total_cmp);
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for term in terms {
        let next = total + term;
        lost += if total.abs() >= term.abs() { (total - next) + term } else { (term - next) + total };
        total = next;
    }
    // Where the running total overflowed, the compensation is no number either and must not hide that.
    if lost.is_finite() { total + lost } else { total }
}
