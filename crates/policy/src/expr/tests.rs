//! Three-valued evaluation.

use super::{Env, Leaf, Program, School, compile};
use crate::syntax::{Dialect, parse};

/// `known` is 12, `zero` 0, and everything else is missing.
struct Sample(School);

const NAMES: [&str; 3] = ["known", "zero", "missing"];

impl Env<f64> for Sample {
    fn stock(&self, index: usize) -> Option<f64> {
        [Some(12.0), Some(0.0), None].get(index).copied().flatten()
    }
    fn parameter(&self, _: usize) -> Option<f64> {
        None
    }
    fn school(&self) -> Option<&School> {
        Some(&self.0)
    }
    fn over_stages(&self, each: &dyn Fn(&dyn Env<f64>) -> Option<f64>) -> Option<f64> {
        Some(each(self)? + each(self)?)
    }
}

fn program(source: &str) -> Program {
    let tree = parse(source, Dialect::Formula).expect("sound");
    compile(&tree, source, &|name| NAMES.iter().position(|known| *known == name).map(Leaf::Stock)).expect("known names")
}

fn sample() -> Sample {
    Sample(School { kind: Some("211".into()), boarding: Some(false), built_year: Some(2010), ..School::default() })
}

#[test]
fn numbers() {
    for (source, value) in [
        ("100 * known / 8", Some(150.0)),
        ("known / zero", None),
        ("known + missing", None),
        ("0 * missing", None),
        ("ceil(known / 5) + floor(known / 5) - abs(-known)", Some(-7.0)),
        ("max(known, 3, 20) - min(known, 3)", Some(17.0)),
        ("max(known, missing)", None),
        ("1 + sum_over_stages(2 * known)", Some(49.0)),
        ("sum_over_stages(missing)", None),
        ("-(known - 2) * 2", Some(-20.0)),
    ] {
        assert_eq!(program(source).number(&sample()), value, "{source}");
    }
}

#[test]
fn conditions() {
    for (source, truth) in [
        ("known >= 12", Some(true)),
        ("missing >= 12", None),
        ("missing >= 12 and known > 12", Some(false)),
        ("known > 12 and missing >= 12", Some(false)),
        ("missing >= 12 or known = 12", Some(true)),
        ("missing >= 12 or known <> 12", None),
        ("not missing >= 12", None),
        ("not (missing > 1 and zero > 0)", Some(true)),
        ("school.kind = '211'", Some(true)),
        ("'211' <> school.kind", Some(false)),
        ("school.kind not in ('211', '311')", Some(false)),
        ("school.owner = 'public'", None),
        ("school.owner <> 'public'", None),
        ("school.boarding", Some(false)),
        ("school.boarding = 0 and not school.boarding = true", Some(true)),
        ("school.counts_as_school", None),
        ("school.built_year <= 2010", Some(true)),
        ("known in (1, 12)", Some(true)),
        ("known not in (1, 12)", Some(false)),
        ("missing in (1, 12)", None),
        ("true or missing > 0", Some(true)),
    ] {
        assert_eq!(program(source).truth::<f64>(&sample()), truth, "{source}");
    }
}

#[test]
fn a_number_is_no_condition() {
    assert_eq!(program("known").truth::<f64>(&sample()), None);
    assert_eq!(program("known > 1").number(&sample()), None);
}

#[test]
fn writing_out_keeps_the_brackets_that_matter() {
    for (source, written) in [
        ("100 * (known + zero) / known", "100 × (known + zero) ÷ known"),
        ("known - (zero - missing)", "known - (zero - missing)"),
        ("known / (zero * missing)", "known ÷ (zero × missing)"),
        ("not (known > 1 or zero > 1) and missing > 0", "not (known > 1 or zero > 1) and missing > 0"),
        ("ceil((known + 1) / 2)", "ceil((known + 1) ÷ 2)"),
        ("2 * sum_over_stages(known + 1)", "2 × sum_over_stages(known + 1)"),
    ] {
        let words = |leaf: Leaf| if let Leaf::Stock(index) = leaf { NAMES[index].to_string() } else { String::new() };
        assert_eq!(program(source).render(&words), written);
    }
}
