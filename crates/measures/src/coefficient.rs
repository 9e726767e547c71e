use crate::sum;

/// What one school has, and by how much it weighs: x_i and P_i.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holding {
    /// x_i: the stock, such as square metres or teachers (× 100 where the indicator counts per hundred).
    pub amount: f64,
    /// P_i: its pupils. A school without pupils has no ratio and counts in nothing.
    pub weight: f64,
}

/// How far schools lie apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// X̄ = Σ x_i / Σ P_i: the county's ratio of totals.
    pub mean: f64,
    /// S = √ Σ (P_i/P) (X_i − X̄)².
    pub sd: f64,
    /// S / X̄; none where the mean is zero or below, as when no school has any.
    pub cv: Option<f64>,
    /// (P_i/P) (X_i − X̄)² of each school, in the order given.
    pub terms: Vec<f64>,
    /// Each school's part of the variance, adding up to 1; all zero where the schools are equal.
    pub shares: Vec<f64>,
}

/// The official coefficient of variation (差异系数) and what it is made of: the enrolment-weighted population standard
/// deviation around the ratio of totals.
///
/// > X_i = x_i / P_i,  X̄ = Σ x_i / Σ P_i,  S = √ Σ (P_i / P) (X_i − X̄)²,  CV = S / X̄
///
/// 教督〔2012〕3号 and 教督〔2017〕6号, as their method note (《义务教育均衡发展差异系数计算方法及数据来源》) works it. It is neither
/// the plain standard deviation over schools nor the sample one (n − 1), and the mean is not the mean of the schools' ratios.
///
/// None where there is no pupil at all, or where a number is no number or a weight is negative.
///
/// The published example of five schools:
///
/// ```
/// use measures::{Holding, spread};
/// let schools = [(279.0, 45.0), (137.0, 37.0), (935.0, 89.0), (160.0, 76.0), (402.0, 55.0)];
/// let spread = spread(&schools.map(|(amount, weight)| Holding { amount, weight })).unwrap();
/// assert_eq!(format!("{:.6}", spread.cv.unwrap()), "0.515257");
/// assert_eq!(format!("{:.3}", spread.terms[0]), "0.003");
/// assert_eq!(format!("{:.2}", spread.terms[3]), "4.50");
/// ```
pub fn spread(schools: &[Holding]) -> Option<Spread> {
    if schools.iter().any(|school| !school.amount.is_finite() || !school.weight.is_finite() || school.weight < 0.0) {
        return None;
    }
    let counted = || schools.iter().filter(|school| school.weight > 0.0);
    let pupils = sum(counted().map(|school| school.weight));
    if pupils <= 0.0 || !pupils.is_finite() {
        return None;
    }
    let mean = sum(counted().map(|school| school.amount)) / pupils;
    let term = |school: &Holding| {
        if school.weight > 0.0 { school.weight / pupils * (school.amount / school.weight - mean).powi(2) } else { 0.0 }
    };
    let terms: Vec<f64> = schools.iter().map(term).collect();
    let variance = sum(terms.iter().copied());
    if !variance.is_finite() {
        return None;
    }
    let shares = terms.iter().map(|term| if variance > 0.0 { term / variance } else { 0.0 }).collect();
    let sd = variance.sqrt();
    Some(Spread { mean, sd, cv: (mean > 0.0).then(|| sd / mean), terms, shares })
}

/// The composite coefficient (综合差异系数) of 教督〔2012〕3号: the arithmetic mean of the indicators' coefficients. The 2017
/// rules have no composite; each coefficient is judged by itself.
///
/// None where there are none.
///
/// ```
/// assert_eq!(measures::composite(&[0.25, 0.75]), Some(0.5));
/// assert_eq!(measures::composite(&[]), None);
/// ```
pub fn composite(coefficients: &[f64]) -> Option<f64> {
    (!coefficients.is_empty()).then(|| sum(coefficients.iter().copied()) / coefficients.len() as f64)
}
