//! A pair of records in, the level of each comparison out.

use crate::Records;
use crate::settings::{BITS, Clause, Comparison, Settings, Term};

/// The levels of all comparisons as one number: to learn from pairs is to learn from counts of these.
pub(crate) type Pattern = u64;

/// How patterns are written and read.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// For each comparison, its levels, "other" and "missing".
    sizes: Vec<u64>,
}

impl Shape {
    pub(crate) fn new(settings: &Settings) -> Shape {
        Shape { sizes: settings.comparisons.iter().map(|comparison| comparison.levels.len() as u64 + 2).collect() }
    }

    pub(crate) fn levels(&self, pattern: Pattern) -> Vec<usize> {
        let mut rest = pattern;
        let mut levels = Vec::with_capacity(self.sizes.len());
        for size in &self.sizes {
            levels.push((rest % size) as usize);
            rest /= size;
        }
        levels
    }

    /// Of a comparison, how many levels there are, "other" and "missing" counted.
    pub(crate) fn size(&self, comparison: usize) -> usize {
        self.sizes[comparison] as usize
    }

    pub(crate) fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Whether every pattern fits into its number.
    pub(crate) fn fits(&self) -> bool {
        self.sizes.iter().try_fold(1_u64, |product, size| product.checked_mul(*size)).is_some()
    }
}

/// In which columns two records say the same, and in which both say something: a bit a column, for as many as have one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agreement {
    same: u64,
    both: u64,
}

impl Agreement {
    #[inline]
    pub(crate) fn of(records: &Records, l: u32, r: u32) -> Agreement {
        let mut agreement = Agreement { same: 0, both: 0 };
        for (at, (a, b)) in records.row_codes(l).iter().zip(records.row_codes(r)).take(BITS).enumerate() {
            agreement.both |= u64::from(*a != 0 && *b != 0) << at;
            agreement.same |= u64::from(a == b && *a != 0) << at;
        }
        agreement
    }
}

/// The pattern of a pair.
pub(crate) fn pattern(records: &Records, settings: &Settings, shape: &Shape, l: u32, r: u32) -> Pattern {
    let agreement = Agreement::of(records, l, r);
    let (mut pattern, mut place) = (0, 1);
    for (comparison, size) in settings.comparisons.iter().zip(&shape.sizes) {
        pattern += place * level(records, comparison, agreement, l, r) as u64;
        place *= size;
    }
    pattern
}

/// The patterns of many pairs, in their order. What is looked at of several of them is fetched at one go, since waiting for memory is what
/// comparing costs.
pub(crate) fn patterns(records: &Records, settings: &Settings, shape: &Shape, pairs: &[(u32, u32)]) -> Vec<Pattern> {
    const AT_ONCE: usize = 32;
    let mut found = Vec::with_capacity(pairs.len());
    let mut agreements: Vec<Agreement> = Vec::with_capacity(AT_ONCE);
    let looked_at: Vec<Vec<Term>> = settings.comparisons.iter().map(Comparison::looked_at).collect();
    for pairs in pairs.chunks(AT_ONCE) {
        agreements.clear();
        agreements.extend(pairs.iter().map(|(l, r)| Agreement::of(records, *l, *r)));
        let mut patterns = [0; AT_ONCE];
        let mut place = 1;
        for ((comparison, size), terms) in settings.comparisons.iter().zip(&shape.sizes).zip(&looked_at) {
            let first = comparison.levels.first().map_or(0, |level| if level.rest.is_empty() { level.same } else { 0 });
            let open = |agreement: &Agreement| first == 0 || agreement.same & first != first;
            let touched = terms.iter().fold(0_u32, |sum, term| {
                let rows = pairs.iter().zip(&agreements).filter(|(_, agreement)| open(agreement));
                rows.fold(sum, |sum, ((l, r), _)| sum ^ records.touch(*term, *l) ^ records.touch(*term, *r))
            });
            std::hint::black_box(touched);
            for (((l, r), agreement), pattern) in pairs.iter().zip(&agreements).zip(&mut patterns) {
                *pattern += place * level(records, comparison, *agreement, *l, *r) as u64;
            }
            place *= size;
        }
        found.extend_from_slice(&patterns[..pairs.len()]);
    }
    found
}

/// The first level that holds; the last but one where none does, the last where there is nothing to compare.
pub(crate) fn level(records: &Records, comparison: &Comparison, agreement: Agreement, l: u32, r: u32) -> usize {
    if agreement.both & comparison.mask == 0 {
        let both = |column: &usize| records.cell_code(*column, l) != 0 && records.cell_code(*column, r) != 0;
        if !comparison.beyond.iter().any(both) {
            return comparison.levels.len() + 1;
        }
    }
    let mut looked: Looked<'_> = None;
    for (at, level) in comparison.levels.iter().enumerate() {
        if agreement.same & level.same == level.same && level.rest.iter().all(|test| holds(records, test, l, r, &mut looked)) {
            return at;
        }
    }
    comparison.levels.len()
}

/// The words last looked up, since one test after the other asks for the same.
type Looked<'a> = Option<(Term, &'a str, &'a str)>;

fn holds<'a>(records: &'a Records, test: &Clause, l: u32, r: u32, looked: &mut Looked<'a>) -> bool {
    match test {
        Clause::Same(term) => {
            let code = records.code(*term, l);
            code != 0 && code == records.code(*term, r)
        }
        Clause::Swapped(a, b) => {
            let crossed = |a: usize, b: usize| !records.cell(a, l).is_empty() && records.cell(a, l) == records.cell(b, r);
            crossed(*a, *b) && crossed(*b, *a)
        }
        Clause::Holds(term, test, n) => {
            let (a, b) = (records.code(*term, l), records.code(*term, r));
            if a == 0 || b == 0 {
                return false;
            }
            if let Some(said) = test.glance(records.sketch(*term, a), records.sketch(*term, b), *n) {
                return said;
            }
            let (a, b) = match looked {
                Some((known, a, b)) if known == term => (*a, *b),
                _ => {
                    let words = records.term_words(*term);
                    let (a, b) = (words.get(a), words.get(b));
                    *looked = Some((*term, a, b));
                    (a, b)
                }
            };
            // A test of two words that are the same is left to the test: `long` and `ids-valid` say something of them.
            test.holds(a, b, *n)
        }
    }
}
