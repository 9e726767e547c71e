//! Words that every report shares: numbers as forms print them, verdicts, lists of names.

use evaluate::{Figure, State, Verdict};
use facts::{Date, Lang, Text, text};
use measures::round_half_up;
use policy::{Piece, Summary, Wording, WordingPiece};

use crate::figure::Source;
use crate::sheet::{Cell, Mark};

/// In the place of a figure that is not known.
pub(crate) fn not_enough_data() -> Text {
    text!("数据不足", "not enough data")
}

pub(crate) fn missing(lang: Lang) -> Cell {
    Cell::missing(not_enough_data().get(lang))
}

pub(crate) fn mark_of(figure: &Figure) -> Mark {
    match figure.state {
        State::BelowFloor => Mark::Short,
        // Where nothing below the threshold is tolerated, a miss is a miss.
        State::Missed if figure.floor.is_none() => Mark::Short,
        State::Missed => Mark::Near,
        State::Met | State::Unjudged | State::NotEnoughData | State::NotApplicable => Mark::None,
    }
}

/// A verdict in the words of the form.
pub(crate) fn verdict_cell(verdict: Verdict, met: &Text, unmet: &Text, lang: Lang) -> Cell {
    match verdict {
        Verdict::Pass => Cell::word(met.get(lang)),
        Verdict::Fail => Cell::word(unmet.get(lang)).marked(Mark::Short),
        Verdict::NotEnoughData => missing(lang),
    }
}

/// A number in running text: at most two decimals, none that say nothing.
pub(crate) fn number(value: f64) -> String {
    let words = round_half_up(value, 2);
    match words.contains('.') {
        true => words.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => words,
    }
}

/// A day as a paper bears it.
pub(crate) fn day(date: Date, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => date.to_string(),
    }
}

/// "甲、乙、丙等 5 所": as many names as one reads, and how many there are.
pub(crate) fn schools(source: Source<'_>, schools: &[usize]) -> Text {
    const NAMED: usize = 10;
    let names: Vec<&str> = schools
        .iter()
        .take(NAMED)
        .filter_map(|school| source.outcome.matrix.schools.get(*school).map(|school| school.name.as_str()))
        .collect();
    let count = schools.len();
    if count > names.len() {
        Text::new(format!("{}等 {count} 所", names.join("、")), format!("{} and others, {count} schools", names.join(", ")))
    } else {
        Text::new(format!("{}（{count} 所）", names.join("、")), format!("{} ({count})", names.join(", ")))
    }
}

/// The words of a pack with its figures put in.
pub(crate) fn wording(wording: &Wording, lang: Lang, blank: impl Fn(usize) -> String) -> String {
    let pieces = match lang {
        Lang::Zh => &wording.zh,
        Lang::En => &wording.en,
    };
    pieces
        .iter()
        .map(|piece| match piece {
            WordingPiece::Words(words) => words.clone(),
            WordingPiece::Blank(index) => blank(*index),
        })
        .collect()
}

/// An item's summary with the figures of the county put in.
pub(crate) fn summary(source: Source<'_>, summary: &Summary, lang: Lang) -> String {
    let pieces = match lang {
        Lang::Zh => &summary.zh,
        Lang::En => &summary.en,
    };
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Stock(stock) => known(source.examined_total(*stock), lang),
            Piece::Parameter(parameter) => parameter_words(source, *parameter),
        })
        .collect()
}

fn known(value: Option<f64>, lang: Lang) -> String {
    value.map_or_else(|| not_enough_data().get(lang).to_string(), number)
}

/// A parameter's value, or its values by stage: 45/50.
fn parameter_words(source: Source<'_>, parameter: usize) -> String {
    let values = source.resolved.parameters.get(parameter).map(|parameter| parameter.values.as_slice()).unwrap_or_default();
    values.iter().map(|value| number(value.cited.value)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_text_say_no_more_than_they_know() {
        let check = |value, expected: &str| assert_eq!(number(value), expected);
        check(20.0, "20");
        check(0.155, "0.16");
        check(4.5, "4.5");
        check(100.0, "100");
        check(0.001, "0");
    }
}
