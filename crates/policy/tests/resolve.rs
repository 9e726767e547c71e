//! What a sound pack becomes on a day in a county.
#![expect(clippy::disallowed_methods, reason = "the crate reads no file; this test stands where app does")]

use std::fs;
use std::path::Path;

use facts::{CountyCode, Finding, ItemList, Stage};
use policy::expr::{Env, Leaf, Number, School};
use policy::{PackFiles, PackSet, Resolved, Substitute, Target, check};

const PROVINCE: &str = r#"
[[replace]]
target = "backbone_min"
label = "省：更高"
label_en = "Province: more"
article = "p1"
[[replace.value]]
from = 2021-01-01
value = 2
confirmed = false
source = "https://example.org/p"

[[replace]]
target = "classes_over"
label = "省：只数小学"
label_en = "Province: primary only"
article = "p1"
where = "stage = 'primary' and size > :class_size_max"

[[exception]]
id = "mountain_schools"
label = "山区学校"
label_en = "Mountain schools"
parameter = "class_size_max"
place = "532501100"
value = { primary = 48 }
from = 2020-01-01
to = 2024-12-31
article = "p1"
source = "https://example.org/p"
confirmed = true
order = 2

[[exception]]
id = "shared"
label = "走教"
label_en = "Shared teachers"
stock = "backbone"
when = "pupils < 100 * backbone_min * pupils"
with = "backbone + 1 * backbone"
from = 2020-01-01
to = 2024-12-31
article = "p1"
source = "https://example.org/p"
confirmed = true
"#;

fn set() -> PackSet {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/base");
    let read = |name: &str| (name.to_string(), fs::read_to_string(folder.join(name)).expect("a file of the base"));
    let base = PackFiles {
        id: "xx/base".into(),
        files: ["entries.toml", "pack.toml", "source.md"].into_iter().map(read).collect(),
        version: "v1".into(),
    };
    let head = "id = 'xx-53'\ntitle = '省'\ntitle_en = 'P'\nextends = 'xx/base'\nplace = '53'\nin_force = { from = 2020-01-01 }\n[document]\ntitle = '省办法'\ntitle_en = 'Measures of the province'\n";
    let files = [("pack.toml", head), ("source.md", "## 省第一条 · Province, article 1 {#p1}"), ("changes.toml", PROVINCE)];
    let province = PackFiles {
        id: "xx-53".into(),
        files: files.map(|(name, text)| (name.to_string(), text.to_string())).into(),
        version: "v2".into(),
    };
    let (set, findings) = check(&[base, province], &ItemList::default());
    assert!(findings.iter().all(|finding| !finding.must_fix()), "{findings:?}");
    set
}

fn resolve(id: &str, on: &str, county: &str) -> Result<Resolved, Vec<Finding>> {
    set().resolve(id, on.parse().expect("a date"), &CountyCode::parse(county).expect("a county"))
}

fn sound(id: &str, on: &str) -> Resolved {
    resolve(id, on, "532501").expect("in force")
}

/// A school with the same number of everything.
struct Sample<'a> {
    resolved: &'a Resolved,
    stock: Option<f64>,
    school: School,
}

impl Env<f64> for Sample<'_> {
    fn stock(&self, _: usize) -> Option<f64> {
        self.stock
    }
    fn parameter(&self, index: usize) -> Option<f64> {
        self.resolved.parameters[index].at(Stage::Primary).map(|cited| cited.value)
    }
    fn school(&self) -> Option<&School> {
        Some(&self.school)
    }
}

#[test]
fn the_value_of_the_day_is_chosen() {
    for (id, on, value, label) in [
        ("xx/base", "2017-04-19", 1.0, None),
        ("xx/base", "2019-12-31", 1.0, None),
        ("xx/base", "2020-01-01", 1.5, None),
        ("xx-53", "2020-12-31", 1.5, None),
        ("xx-53", "2021-01-01", 2.0, Some("省：更高")),
    ] {
        let resolved = sound(id, on);
        let parameter = &resolved.parameters[resolved.parameter("backbone_min").expect("an id")];
        let cited = parameter.at(Stage::Junior).expect("a value for all stages");
        assert_eq!(cited.value, value, "{id} on {on}");
        assert_eq!(cited.citation.label.as_ref().map(|label| label.zh.as_str()), label);
    }
}

#[test]
fn a_value_cites_its_own_document() {
    let resolved = sound("xx-53", "2022-09-01");
    let cited = |id: &str| {
        let parameter = &resolved.parameters[resolved.parameter(id).expect("an id")];
        parameter.at(Stage::Primary).expect("a value").citation.clone()
    };
    let (province, nation) = (cited("backbone_min"), cited("cv_max"));
    assert_eq!((province.pack.as_str(), province.article_title.zh.as_str()), ("xx-53", "省第一条"));
    assert_eq!((nation.pack.as_str(), nation.article_title.zh.as_str()), ("xx/base", "第七条（一）"));
    assert_eq!((nation.article_title.en.as_str(), province.article_title.en.as_str()), ("Article 7 (1)", "Province, article 1"));
    assert_eq!(nation.document.number, "示例〔2017〕1号");
    assert_eq!(nation.from.map(|day| day.to_string()).as_deref(), Some("2017-04-19"));
    assert!(!province.confirmed && nation.confirmed);
    assert_eq!(resolved.layers.iter().map(|layer| layer.version.as_str()).collect::<Vec<_>>(), ["v1", "v2"]);
    assert!(resolved.notes.iter().any(|note| note.code == "unconfirmed-value"));
}

#[test]
fn an_anchor_on_its_own_line_takes_the_words_before_it() {
    let resolved = sound("xx/base", "2022-09-01");
    let title = &resolved.items[0].citation.article_title;
    assert_eq!((title.zh.as_str(), title.en.as_str()), ("不低于 1 人。", "At least one."));
}

#[test]
fn conditions_are_written_anew() {
    let of = |id: &str| {
        let resolved = sound(id, "2022-09-01");
        let stock = resolved.stocks[resolved.stock("classes_over").expect("an id")].clone();
        assert_eq!(stock.parameters, [resolved.parameter("class_size_max").expect("an id")]);
        (stock.where_sql, stock.label.is_some())
    };
    assert_eq!(of("xx/base"), ("(size > :class_size_max)".to_string(), false));
    assert_eq!(of("xx-53"), ("((stage = 'primary') and (size > :class_size_max))".to_string(), true));
}

#[test]
fn each_comes_after_what_it_rests_on() {
    let resolved = sound("xx-53", "2022-09-01");
    let place = |target: Target| resolved.order.iter().position(|next| *next == target).expect("everything is in the order");
    let stock = |id: &str| place(Target::Stock(resolved.stock(id).expect("an id")));
    let parameter = |id: &str| place(Target::Parameter(resolved.parameter(id).expect("an id")));
    assert!(stock("classes_over") > parameter("class_size_max"));
    assert!(stock("backbone") > stock("pupils") && stock("backbone") > parameter("backbone_min"));
    assert_eq!(resolved.order.len(), resolved.stocks.len() + resolved.parameters.len());
}

#[test]
fn exceptions_know_their_schools_their_place_and_their_time() {
    let labels = |on: &str, county: &str| {
        let resolved = resolve("xx-53", on, county).expect("in force");
        resolved.exceptions.iter().map(|exception| exception.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(labels("2022-09-01", "532501"), ["old_schools", "shared", "mountain_schools"]);
    assert_eq!(labels("2022-09-01", "530102"), ["old_schools", "shared"]);
    assert_eq!(labels("2025-09-01", "532501"), ["old_schools"]);

    let resolved = sound("xx-53", "2022-09-01");
    let applies = |id: &str, kind: &str, built: Option<i32>, division: &str| {
        let exception = resolved.exceptions.iter().find(|exception| exception.id == id).expect("an exception");
        let school = School { kind: Some(kind.into()), built_year: built, division: Some(division.into()), ..School::default() };
        exception.applies.truth(&Sample { resolved: &resolved, stock: Some(10.0), school })
    };
    assert_eq!(applies("old_schools", "211", Some(2010), "532501100"), Some(true));
    assert_eq!(applies("old_schools", "311", Some(2010), "532501100"), Some(false));
    assert_eq!(applies("old_schools", "311", None, "532501100"), Some(false));
    assert_eq!(applies("old_schools", "211", None, "532501100"), None);
    assert_eq!(applies("mountain_schools", "211", None, "532501100203"), Some(true));
    assert_eq!(applies("mountain_schools", "211", None, "532501101"), Some(false));

    let mountain = &resolved.exceptions[2];
    assert_eq!((mountain.number_at(Stage::Primary), mountain.number_at(Stage::Junior)), (Some(48.0), None));
    let Substitute::Formula(with) = &resolved.exceptions[1].value else { panic!("a formula stands there") };
    let sample = Sample { resolved: &resolved, stock: Some(10.0), school: School::default() };
    assert_eq!(with.number(&sample), Some(20.0));
}

#[test]
fn an_exception_past_its_review_is_told() {
    let resolved = sound("xx/base", "2031-09-01");
    assert!(resolved.notes.iter().any(|note| note.code == "exception-past-review"));
    assert!(!resolved.exceptions[0].citation.confirmed);
}

#[test]
fn a_comparison_gives_its_gap() {
    let resolved = sound("xx/base", "2022-09-01");
    let require = resolved.items[0].require.as_ref().expect("a requirement");
    let gap = require.gap.as_ref().expect("a single comparison");
    assert_eq!((gap.left.text(), gap.compare.sign(), gap.right.text()), ("classes_over", "<=", "0"));
    assert_eq!(gap.unit.to_string(), "class");
}

#[test]
fn formulas_are_worked_out_and_written_out() {
    let resolved = sound("xx/base", "2022-09-01");
    let formula = &resolved.indicators[0].formula;
    let sample = |stock| Sample { resolved: &resolved, stock, school: School::default() };
    assert_eq!(formula.number(&sample(Some(8.0))), Some(100.0));
    assert_eq!(formula.number(&sample(Some(0.0))), None);
    assert_eq!(formula.number::<f64>(&sample(None)), None);
    let titles = |leaf: Leaf| match leaf {
        Leaf::Stock(index) => resolved.stocks[index].title.zh.clone(),
        Leaf::Parameter(index) => resolved.parameters[index].title.zh.clone(),
        Leaf::School(attribute) => attribute.title().zh,
    };
    assert_eq!(formula.render(&titles), "100 × 骨干教师 ÷ 在校生数");
    assert_eq!(f64::of(2.5).floor(), 2.0);
}

#[test]
fn a_pack_is_refused_out_of_its_time_and_place() {
    let codes = |id: &str, on: &str, county: &str| {
        let findings = resolve(id, on, county).expect_err("refused");
        findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("xx/base", "2017-04-18", "532501"), ["pack-not-in-force"]);
    assert_eq!(codes("xx-53", "2022-09-01", "110101"), ["pack-of-another-place"]);
    assert_eq!(codes("xx/bsae", "2022-09-01", "532501"), ["unknown-pack"]);
}
