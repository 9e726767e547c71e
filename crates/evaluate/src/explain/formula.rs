use policy::Resolved;
use policy::expr::Env;

use crate::ground::Measured;
use crate::shown;

/// A formula with the names of stocks and parameters replaced by their numbers; what is missing is shown as `?`.
pub(super) fn with_numbers<N: Measured>(resolved: &Resolved, formula: &str, env: &impl Env<N>) -> String {
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
