//! `cases/*.toml`: figures that a pack must reproduce.

use facts::{CountyCode, Date, Stage, text};
use toml::de::DeTable;

use super::fields::Fields;
use super::start_of;
use crate::case::{Case, CaseSchool, Expectation, Expected, Given, Quantity};
use crate::expr::School;
use crate::source::{Faults, Mark};
use crate::suggest::did_you_mean;

const KEYS: [&str; 13] =
    ["id", "title", "title_en", "source", "kind", "on", "place", "county", "schools", "stage", "cvs", "means", "sds"];
const SCHOOL: [&str; 12] = [
    "code",
    "name",
    "kind",
    "owner",
    "managed_by",
    "urban_rural",
    "division",
    "built_year",
    "boarding",
    "counts_as_school",
    "stage",
    "figures",
];

/// The `[[case]]` tables of one file.
pub(super) fn cases(root: &DeTable<'_>, file: usize, path: &str, from: Date, faults: &Faults<'_>) -> Vec<Case> {
    let fields = Fields::new(root, start_of(file), "cases", &["case"], faults);
    fields.tables("case").into_iter().filter_map(|(table, mark)| case(table, mark, path, from, faults)).collect()
}

fn case(table: &DeTable<'_>, mark: Mark, path: &str, from: Date, faults: &Faults<'_>) -> Option<Case> {
    let fields = Fields::new(table, mark, "[[case]]", &[&KEYS[..], &["expect"]].concat(), faults);
    let (id, title, source) = (fields.need_text("id"), fields.need_title("title"), fields.need_text("source"));
    let kinds = [("cv-rows", true), ("school-figures", false)];
    if !fields.has("kind") {
        fields.missing("kind");
    }
    let coefficients = fields.choice("kind", &kinds)?;
    let given = if coefficients {
        if !fields.has("stage") {
            fields.missing("stage");
        }
        Given::Coefficients {
            stage: fields.stage("stage")?,
            cvs: fields.by_name("cvs"),
            means: fields.by_name("means"),
            sds: fields.by_name("sds"),
        }
    } else {
        Given::Schools { schools: schools(&fields, faults), county: fields.by_name("county") }
    };
    let county = fields.text("place").and_then(|place| CountyCode::parse(&place.value)).unwrap_or_else(CountyCode::unstated);
    let on = if fields.has("on") { fields.date("on")? } else { from };
    let expected = expected(&fields, faults);
    if expected.is_empty() {
        let what = text!("{} 没有期望值", "{} expects nothing", fields.name);
        faults.refuse("case-expects-nothing", mark, what, text!("写 [case.expect]", "add a [case.expect] table"));
    }
    Some(Case {
        file: path.to_string(),
        line: faults.sources.line(mark),
        id: id?.value,
        title,
        source: source?.value,
        on,
        county,
        given,
        expected,
    })
}

/// Rows of one school, such as its two stages and the whole, are put together.
fn schools(fields: &Fields<'_>, faults: &Faults<'_>) -> Vec<CaseSchool> {
    let mut schools: Vec<CaseSchool> = Vec::new();
    for (table, mark) in fields.tables("schools") {
        let row = Fields::new(table, mark, "schools", &SCHOOL, faults);
        let Some(code) = row.need_text("code") else { continue };
        let word = |key: &str| row.text(key).map(|at| at.value);
        let school = School {
            kind: word("kind"),
            owner: word("owner"),
            managed_by: word("managed_by"),
            urban_rural: word("urban_rural"),
            division: word("division"),
            built_year: row.whole("built_year", 1, 9_999).map(|year| year as i32),
            boarding: row.flag("boarding"),
            counts_as_school: row.flag("counts_as_school"),
        };
        let stage = if row.has("stage") { row.stage("stage").unwrap_or(Stage::Whole) } else { Stage::Whole };
        let stocks = row.by_name("figures").into_iter().map(|(id, value)| (stage, id, value));
        match schools.iter_mut().find(|known| known.code == code.value) {
            Some(known) => {
                known.stocks.extend(stocks);
                known.school.complete(school);
            }
            None => schools.push(CaseSchool { code: code.value, school, stocks: stocks.collect() }),
        }
    }
    schools
}

/// `"cv.books_per_pupil.primary" = { value = 0.52, tolerance = 0.005 }` or `"verdict.gaps_within_limits" = "fail"`.
fn expected(fields: &Fields<'_>, faults: &Faults<'_>) -> Vec<Expectation> {
    let Some((table, _)) = fields.table("expect") else { return Vec::new() };
    let mut found = Vec::new();
    for (key, value) in table.iter() {
        let mark = fields.at(key.span());
        let name = key.get_ref().to_string();
        let parts: Vec<&str> = name.split('.').collect();
        let (word, rest) = parts.split_first().map_or(("", &[][..]), |(word, rest)| (*word, rest));
        let Some((_, quantity)) = Quantity::ALL.iter().find(|(id, _)| *id == word) else {
            let what = text!("不能期望“{word}”", "nothing called `{word}` can be expected");
            faults.refuse("unknown-quantity", mark, what, did_you_mean(word, Quantity::ALL.iter().map(|(id, _)| *id)));
            continue;
        };
        let value = match value.get_ref().as_str() {
            Some("pass") => Expected::Passes,
            Some("fail") => Expected::Fails,
            Some("missing") => Expected::Missing,
            Some(_) | None => {
                let number =
                    value.get_ref().as_table().map(|table| Fields::new(table, mark, "expect", &["value", "tolerance"], faults));
                let read = number.and_then(|fields| {
                    Some((fields.number("value")?.value, fields.number("tolerance").map_or(1e-9, |at| at.value)))
                });
                let Some((value, tolerance)) = read else {
                    let what = text!("{name} 的期望写法不对", "what is expected of {name} is not written right");
                    let hint = text!(
                        "写 {{ value = 0.52, tolerance = 0.005 }} 或 \"pass\"、\"fail\"、\"missing\"",
                        "write {{ value = 0.52, tolerance = 0.005 }}, or \"pass\", \"fail\" or \"missing\""
                    );
                    faults.refuse("wrong-type", mark, what, hint);
                    continue;
                };
                Expected::Number { value, tolerance: tolerance.abs() }
            }
        };
        let id = rest.first().map(|id| id.to_string());
        let (mut stage, mut others) = (None, Vec::new());
        for part in rest.iter().skip(1) {
            match Stage::from_id(part) {
                Some(found) => stage = Some(found),
                None => others.push(part.to_string()),
            }
        }
        // Whether a remaining part names an indicator or a school is known once the names are.
        let school = others.pop();
        let line = faults.sources.line(mark);
        found.push(Expectation { name, quantity: *quantity, id, indicator: others.pop(), stage, school, value, line });
    }
    found
}
