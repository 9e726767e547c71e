use std::cell::RefCell;

use policy::Resolved;
use policy::expr::Env;

use crate::ground::Measured;
use crate::shown;

/// The function that works out its formula at each stage.
const OVER_STAGES: &str = "sum_over_stages";

/// A formula with the names of stocks and parameters replaced by their numbers; what is missing is shown as `?`.
/// `sum_over_stages(pupils * base)` becomes the sum that it stands for, `(600 * 720 + 300 * 940)`.
pub(super) fn with_numbers<N: Measured>(resolved: &Resolved, formula: &str, env: &dyn Env<N>) -> String {
    let mut out = String::new();
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            rest[1..].find('\'').map_or(rest.len(), |end| end + 2)
        } else if first.is_ascii_alphabetic() {
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len())
        } else if first.is_ascii_digit() {
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, tail) = rest.split_at(length);
        rest = tail;
        if let Some((inner, after)) = Some(tail).filter(|_| word == OVER_STAGES).and_then(argument) {
            out.push_str(&sum_over_stages(resolved, inner, env));
            rest = after;
            continue;
        }
        let stock = resolved.stock(word).map(|index| env.stock(index));
        let parameter = || resolved.parameter(word).map(|index| env.parameter(index));
        match stock.or_else(parameter) {
            Some(Some(number)) => out.push_str(&shown(number.shown())),
            Some(None) => out.push('?'),
            None => out.push_str(word),
        }
    }
    out
}

/// What stands in the brackets that follow, and what comes after them.
fn argument(tail: &str) -> Option<(&str, &str)> {
    let open = tail.find(|c: char| !c.is_whitespace()).filter(|at| tail[*at..].starts_with('('))?;
    let (mut depth, mut in_words) = (0_usize, false);
    for (at, c) in tail.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '\'' => in_words = !in_words,
            '(' if !in_words => depth += 1,
            ')' if !in_words => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&tail[open + 1..at], &tail[at + 1..]));
        }
    }
    None
}

/// The formula with the numbers of each stage, or of each school and stage; of many, the first, the second and the last.
fn sum_over_stages<N: Measured>(resolved: &Resolved, formula: &str, env: &dyn Env<N>) -> String {
    const SHOWN: usize = 6;
    let parts = RefCell::new(Vec::new());
    let worked = env.over_stages(&|at_stage| {
        parts.borrow_mut().push(with_numbers(resolved, formula, at_stage));
        Some(N::of(0.0))
    });
    let parts = parts.into_inner();
    match (worked, parts.as_slice()) {
        (None, _) | (_, []) => "?".to_string(),
        (_, [first, second, .., last]) if parts.len() > SHOWN => format!("({first} + {second} + … + {last})"),
        _ => format!("({})", parts.join(" + ")),
    }
}
