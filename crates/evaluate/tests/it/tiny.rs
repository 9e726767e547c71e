//! A small pack of our own, and schools for it.

use evaluate::{GivenFigure, GivenSchool, Heading, Outcome, StockMatrix, Traits, evaluate, given};
use facts::{CountyCode, Date, Item, ItemList, SchoolCode, SchoolYear, Stage, Text};
use policy::{PackFiles, PackSet, Resolved, check};

const PACK: &str = r#"
id = "cn/tiny"
title = "小标准"
title_en = "A small standard"
place = ""
in_force = { from = 2010-01-01 }

[document]
title = "小标准"
title_en = "Small standard"
number = "测〔2010〕1号"
issuer = "测试"
signed = 2010-01-01
url = "https://example.org/tiny"
retrieved = 2024-01-01

[[part]]
id = "resources"
title = "资源"
title_en = "Resources"

[[part]]
id = "government"
title = "政府"
title_en = "Government"
"#;

const SOURCE: &str = "# 小标准\n\n## 第一条 · Article 1 {#a1}\n\n全部规定。\n";

const RULES: &str = r#"
[[parameter]]
id = "backbone_min"
title = "骨干教师下限"
title_en = "Backbone teachers, at least"
unit = "person/person"
article = "a1"
value = [{ from = 2010-01-01, value = 1, confirmed = false, source = "测试" }]

[[parameter]]
id = "area_min"
title = "面积下限"
title_en = "Area, at least"
unit = "m2/person"
article = "a1"
value = [
  { from = 2010-01-01, stage = "primary", value = 4.5, confirmed = true, source = "测试" },
  { from = 2010-01-01, stage = "junior", value = 5.8, confirmed = true, source = "测试" },
]

[[parameter]]
id = "books_min"
title = "图书下限"
title_en = "Books, at least"
unit = "book/person"
article = "a1"
value = [{ from = 2010-01-01, value = 0.1, confirmed = true, source = "测试" }]

[[parameter]]
id = "need"
title = "达标项数"
title_en = "Indicators to be met"
unit = "1"
article = "a1"
value = [{ from = 2010-01-01, value = 2, confirmed = true, source = "测试" }]

[[parameter]]
id = "floor"
title = "余项下限"
title_en = "Floor of the rest"
unit = "1"
article = "a1"
value = [{ from = 2010-01-01, value = 0.85, confirmed = true, source = "测试" }]

[[parameter]]
id = "cv_max"
title = "差异系数上限"
title_en = "Coefficient of variation, at most"
unit = "1"
article = "a1"
value = [{ from = 2010-01-01, value = 0.5, confirmed = true, source = "测试" }]

[[parameter]]
id = "size_max"
title = "班额上限"
title_en = "Class size, at most"
unit = "person"
article = "a1"
value = [
  { from = 2010-01-01, stage = "primary", value = 45, confirmed = true, source = "测试" },
  { from = 2010-01-01, stage = "junior", value = 50, confirmed = true, source = "测试" },
]

[[parameter]]
id = "point_min"
title = "教学点规模"
title_en = "Size of a teaching point"
unit = "person"
article = "a1"
value = [{ from = 2010-01-01, value = 50, confirmed = true, source = "测试" }]

[[scope]]
from = 2010-01-01
to = 2016-12-31
article = "a1"
where = "school.owner = 'public' and school.kind <> '218'"

[[scope]]
from = 2017-01-01
article = "a1"
where = "school.kind <> '218' or pupils >= point_min"

[[split]]
kinds = ["312"]
weights = { primary = 1, junior = 1.1 }
from = 2010-01-01
article = "a1"

[[stock]]
id = "pupils"
title = "在校生数"
title_en = "Pupils"
unit = "person"
table = "school_figures"
where = "item = 'pupils'"
aggregate = "sum(value)"
level = "school"
article = "a1"

[[stock]]
id = "backbone"
title = "骨干教师"
title_en = "Backbone teachers"
unit = "person"
table = "school_figures"
where = "item = 'teachers_backbone'"
aggregate = "sum(value)"
level = "school"
article = "a1"

[[stock]]
id = "visiting"
title = "走教教师"
title_en = "Visiting teachers"
unit = "person"
table = "school_figures"
where = "item = 'teachers_visiting'"
aggregate = "sum(value)"
level = "school"
article = "a1"

[[stock]]
id = "teaching_area"
title = "教学用房面积"
title_en = "Teaching area"
unit = "m2"
table = "school_figures"
where = "item = 'teaching_area'"
aggregate = "sum(value)"
level = "school"
split = true
article = "a1"

[[stock]]
id = "books"
title = "图书"
title_en = "Books"
unit = "book"
table = "school_figures"
where = "item = 'books'"
aggregate = "sum(value)"
level = "school"
split = true
article = "a1"

[[stock]]
id = "classes_over"
title = "超额班"
title_en = "Classes over the limit"
unit = "class"
table = "classes"
where = "size > :size_max"
aggregate = "count(*)"
level = "school"
article = "a1"

[[stock]]
id = "declared_plan"
title = "申报：有规划"
title_en = "Declared: a plan"
unit = "1"
table = "declarations"
where = "item = 'plan'"
aggregate = "sum(value)"
level = "county"
article = "a1"

[[indicator]]
id = "backbone_per_100"
title = "每百名学生骨干教师数"
title_en = "Backbone teachers per 100 pupils"
short = "骨干"
short_en = "backbone"
unit = "person/person"
formula = "100 * backbone / pupils"
stages = ["primary", "junior"]
threshold = "backbone_min"
compare = ">="
weight = "pupils"
lever = "backbone"
part = "resources"
article = "a1"
form_decimals = 2

[[indicator]]
id = "area_per_pupil"
title = "生均面积"
title_en = "Area per pupil"
short = "面积"
short_en = "area"
unit = "m2/person"
formula = "teaching_area / pupils"
stages = ["primary", "junior"]
threshold = "area_min"
compare = ">="
weight = "pupils"
lever = "teaching_area"
part = "resources"
article = "a1"
form_decimals = 2

[[indicator]]
id = "books_per_pupil"
title = "生均图书"
title_en = "Books per pupil"
short = "图书"
short_en = "books"
unit = "book/person"
formula = "books / pupils"
stages = ["primary", "junior"]
threshold = "books_min"
compare = ">="
weight = "pupils"
lever = "books"
part = "resources"
article = "a1"
form_decimals = 2

[[judgement]]
id = "schools"
title = "各校达标"
title_en = "Every school"
part = "resources"
article = "a1"
kind = "at-least"
of = ["backbone_per_100", "area_per_pupil", "books_per_pupil"]
need = "need"
floor = "floor"

[[judgement]]
id = "spread"
title = "差异系数"
title_en = "Coefficients"
part = "resources"
article = "a1"
kind = "cv-each"
of = ["books_per_pupil"]
limit = "cv_max"

[[judgement]]
id = "duties"
title = "政府职责"
title_en = "Duties"
part = "government"
article = "a1"
kind = "items"
of = ["plan", "classes"]

[[item]]
id = "plan"
no = 1
part = "government"
title = "有规划"
title_en = "There is a plan"
article = "a1"
level = "county"
require = "declared_plan >= 1"

[[item]]
id = "classes"
no = 2
part = "government"
title = "没有超额班"
title_en = "No class over the limit"
article = "a1"
level = "school-stage"
require = "classes_over <= 0"

[[exception]]
id = "rural"
label = "村小计入走教教师"
label_en = "Village schools count visiting teachers"
stock = "backbone"
when = "school.urban_rural = '220' and visiting >= 0"
with = "backbone + visiting"
from = 2015-01-01
to = 2030-12-31
article = "a1"
source = "测试"
confirmed = true
order = 1

[[exception]]
id = "old"
label = "老校面积放宽"
label_en = "Old schools: less area"
parameter = "area_min"
when = "school.built_year <= 1980"
value = 3
from = 2015-01-01
to = 2030-12-31
article = "a1"
source = "测试"
confirmed = false
order = 1
"#;

pub const ON: &str = "2023-09-01";

pub fn date(day: &str) -> Date {
    day.parse().expect("a day")
}

fn items() -> ItemList {
    let item = |(id, unit): (&str, &str)| Item {
        id: id.to_string(),
        title: Text::new(id, id),
        aliases: Vec::new(),
        unit: unit.parse().expect("a unit"),
        may_be_negative: false,
        whole_number: false,
        note: None,
    };
    let items = [
        ("pupils", "person"),
        ("teachers_backbone", "person"),
        ("teachers_visiting", "person"),
        ("teaching_area", "m2"),
        ("books", "book"),
    ];
    ItemList::new(items.map(item).to_vec())
}

/// The small pack with some of its words replaced.
pub fn pack_with(replacements: &[(&str, &str)]) -> PackSet {
    let mut rules = RULES.to_string();
    for (old, new) in replacements {
        assert!(rules.contains(old), "{old}");
        rules = rules.replace(old, new);
    }
    let files = [("pack.toml", PACK), ("source.md", SOURCE), ("rules.toml", rules.as_str())];
    let files = files.map(|(path, text)| (path.to_string(), text.to_string())).to_vec();
    let pack = PackFiles { id: "cn/tiny".into(), files, version: "v1".into() };
    let (set, findings) = check(&[pack], &items());
    assert!(findings.iter().all(|finding| !finding.must_fix()), "{findings:#?}");
    set
}

pub fn resolved_with(on: &str, replacements: &[(&str, &str)]) -> Resolved {
    let county = CountyCode::unstated();
    pack_with(replacements).resolve("cn/tiny", date(on), &county).expect("in force")
}

pub fn resolved(on: &str) -> Resolved {
    resolved_with(on, &[])
}

pub fn code(words: &str) -> SchoolCode {
    SchoolCode::parse(words).expect("a code")
}

/// A school of a kind with figures as `(stage, stock, value)`.
pub fn school(name: &str, kind: &str, figures: &[(Stage, &str, f64)]) -> GivenSchool {
    let figure = |(stage, stock, value): &(Stage, &str, f64)| GivenFigure {
        stock: (*stock).to_string(),
        stage: *stage,
        value: Some(*value),
    };
    GivenSchool {
        code: code(name),
        name: name.to_string(),
        traits: Traits {
            kind: Some(kind.to_string()),
            owner: Some("public".to_string()),
            urban_rural: Some("121".to_string()),
            built_year: Some(2000),
            counts_as_school: Some(true),
            ..Traits::default()
        },
        parent: None,
        figures: figures.iter().map(figure).collect(),
    }
}

/// A primary school: pupils, backbone teachers, area, books; no class over the limit.
pub fn primary(name: &str, pupils: f64, backbone: f64, area: f64, books: f64) -> GivenSchool {
    let figures = [("pupils", pupils), ("backbone", backbone), ("teaching_area", area), ("books", books), ("classes_over", 0.0)];
    school(name, "211", &figures.map(|(stock, value)| (Stage::Primary, stock, value)))
}

pub fn matrix(resolved: &Resolved, schools: &[GivenSchool]) -> StockMatrix {
    let heading = Heading::of(resolved, SchoolYear::of(resolved.on), resolved.on);
    given(resolved, heading, schools, &[("declared_plan".to_string(), 1.0)])
}

pub fn judged(resolved: &Resolved, schools: &[GivenSchool]) -> Outcome {
    evaluate(resolved, &matrix(resolved, schools))
}

/// The published example: pupils and books of five primary schools.
pub const FIVE: [(&str, f64, f64); 5] =
    [("A", 45.0, 279.0), ("B", 37.0, 137.0), ("C", 89.0, 935.0), ("D", 76.0, 160.0), ("E", 55.0, 402.0)];

pub fn five_schools() -> Vec<GivenSchool> {
    FIVE.map(|(name, pupils, books)| primary(name, pupils, pupils, pupils * 10.0, books)).to_vec()
}
