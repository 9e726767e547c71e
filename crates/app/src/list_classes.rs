use std::collections::BTreeMap;
use std::path::Path;

use facts::{CountyCode, Date, SchoolCode, SchoolYear, Stage, Text, Value, text};
use policy::{Citation, Resolved};
use snapshot::NamedValues;

use crate::{County, DEFAULT_PACK, Failure, Library, WholeCounty};

/// How large a class was, year by year.
type SizeByYear = Vec<(SchoolYear, u32)>;

/// The classes of a county, held against the sizes that the packs name.
pub struct ClassSizes {
    pub limits: Vec<SizeLimit>,
    /// By year and stage.
    pub totals: Vec<SizeTotal>,
    /// Of the year that was asked for, by school, stage, grade and name.
    pub classes: Vec<ClassSize>,
    pub relapses: Vec<SizeRelapse>,
    /// Up to which size a class may take pupils who move in.
    pub room_limits: Vec<SizeLimit>,
    pub rooms: Vec<GradeRoom>,
    names: BTreeMap<SchoolCode, String>,
}

/// A size that a pack names. Packs call it `class_size_max` or `class_size_standard` (more is over it), `…class_from` (so many
/// reach it), or `transfer_class_size` (up to which a class may take pupils who move in).
#[derive(Debug, Clone)]
pub struct SizeLimit {
    pub id: String,
    pub title: Text,
    /// None where it is the same at every stage.
    pub stage: Option<Stage>,
    pub value: f64,
    /// Whether a class of just this size reaches it.
    pub from: bool,
    pub citation: Citation,
}

pub struct SizeTotal {
    pub year: SchoolYear,
    pub stage: Stage,
    pub classes: u32,
    pub pupils: u64,
    /// In the order of the limits.
    pub reached: Vec<u32>,
}

pub struct ClassSize {
    pub school: SchoolCode,
    pub stage: Stage,
    pub grade: i64,
    pub name: String,
    pub kind: Option<String>,
    pub size: Option<i64>,
    /// Places among the limits.
    pub reaches: Vec<usize>,
}

/// A school at a stage where a size had been closed out and is there again.
pub struct SizeRelapse {
    pub school: SchoolCode,
    pub stage: Stage,
    pub limit: usize,
    pub years: Vec<(SchoolYear, u32)>,
    pub words: Text,
}

pub struct GradeRoom {
    pub school: SchoolCode,
    pub stage: Stage,
    pub grade: i64,
    pub classes: u32,
    pub pupils: i64,
    /// How many more fit into its ordinary classes.
    pub room: i64,
    /// The class with most room.
    pub widest: Option<(String, i64)>,
}

/// Lists the classes of every year of a snapshot: sizes, what came back, and where there is room for a transfer-in.
///
/// Sizes come from the class-size pack in force for the county, if there is one, and else from the pack that was asked for.
pub fn list_classes(library: &Library, home: &Path, county: &WholeCounty) -> Result<ClassSizes, Failure> {
    let snapshot = county.snapshot(home)?;
    let (limits, room_limits) = limits(library, county);
    let Some(table) = facts::table("classes") else {
        return Err(Failure::unknown(text!("没有班级表", "there is no table of classes"), Text::new("", "")));
    };
    let asked_year = county.outcome().matrix.heading.year;
    let (mut totals, mut classes) = (BTreeMap::new(), Vec::new());
    let mut reached: BTreeMap<(SchoolCode, Stage), Vec<SizeByYear>> = BTreeMap::new();
    let mut years = Vec::new();
    for year in county.manifest.years.iter().copied().filter(|year| *year <= asked_year) {
        let rows = snapshot.year_rows(table, year)?;
        if rows.is_empty() {
            continue;
        }
        years.push(year);
        for class in rows.iter().filter_map(|row| class_size(row, &limits)) {
            let total = totals.entry((year, class.stage)).or_insert_with(|| SizeTotal {
                year,
                stage: class.stage,
                classes: 0,
                pupils: 0,
                reached: vec![0; limits.len()],
            });
            total.classes += 1;
            total.pupils += class.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
            let of_school = reached.entry((class.school.clone(), class.stage)).or_insert_with(|| vec![Vec::new(); limits.len()]);
            for limit in &class.reaches {
                total.reached[*limit] += 1;
                match of_school[*limit].last_mut() {
                    Some((last, count)) if *last == year => *count += 1,
                    _ => of_school[*limit].push((year, 1)),
                }
            }
            if year == asked_year {
                classes.push(class);
            }
        }
    }
    classes.sort_by(|a, b| (&a.school, a.stage, a.grade, &a.name).cmp(&(&b.school, b.stage, b.grade, &b.name)));
    let rooms = rooms(&classes, &room_limits);
    let relapses = reached.into_iter().flat_map(|((school, stage), of_limits)| {
        let (years, limits) = (&years, &limits);
        of_limits
            .into_iter()
            .enumerate()
            .filter_map(move |(limit, found)| relapse(&school, stage, limit, &limits[limit], years, &found))
    });
    let names = county.schools.iter().map(|row| (row.code.clone(), row.name.clone())).collect();
    Ok(ClassSizes {
        totals: totals.into_values().collect(),
        relapses: relapses.collect(),
        classes,
        rooms,
        room_limits,
        limits,
        names,
    })
}

impl ClassSizes {
    pub fn name(&self, school: &SchoolCode) -> String {
        self.names.get(school).cloned().unwrap_or_default()
    }
}

/// The sizes named by the class-size pack nearest to the county, or else by the pack asked for, and up to which a class may
/// take pupils who move in.
fn limits(library: &Library, county: &County) -> (Vec<SizeLimit>, Vec<SizeLimit>) {
    let (on, code, asked) = (county.judged.resolved.on, &county.manifest.county, &county.judged.resolved);
    let special = class_size_pack(library, on, code);
    let default = || library.packs.resolve(DEFAULT_PACK, on, code).ok();
    let mut limits = match &special {
        Some(resolved) => sizes(resolved, &["class_from", "class_size_max", "class_size_standard"]),
        None => sizes(asked, &["class_size_max"]),
    };
    if limits.is_empty() {
        limits = default().map_or_else(Vec::new, |resolved| sizes(&resolved, &["class_size_max"]));
    }
    let mut room_limits = special.map_or_else(Vec::new, |resolved| sizes(&resolved, &["transfer_class_size"]));
    if room_limits.is_empty() {
        room_limits = limits.iter().filter(|limit| !limit.from).cloned().collect();
    }
    (limits, room_limits)
}

/// Of the packs called `…/class-size` that are in force, the one made for the smallest place.
fn class_size_pack(library: &Library, on: Date, county: &CountyCode) -> Option<Resolved> {
    let ids = library.packs.ids().filter(|id| id.rsplit('/').next() == Some("class-size"));
    let mut found: Vec<(usize, Resolved)> = ids
        .filter_map(|id| Some((library.packs.get(id)?.layer.place.len(), library.packs.resolve(id, on, county).ok()?)))
        .collect();
    found.sort_by_key(|(place, _)| *place);
    found.pop().map(|(_, resolved)| resolved)
}

/// The parameters of these names, and of names that end in `_` and one of them, but for those about special classes or some
/// grades only; the lowest first.
fn sizes(resolved: &Resolved, names: &[&str]) -> Vec<SizeLimit> {
    let fits = |id: &str| {
        let plain = names.iter().any(|name| id == *name || (*name == "class_from" && id.ends_with("_class_from")));
        plain && !id.starts_with("special_") && !id.starts_with("entry_")
    };
    let named = resolved.parameters.iter().filter(|parameter| fits(&parameter.id));
    let of_stages = named.flat_map(|parameter| {
        parameter.values.iter().map(|value| SizeLimit {
            id: parameter.id.clone(),
            title: parameter.title.clone(),
            stage: value.stage,
            value: value.cited.value,
            from: parameter.id.ends_with("_from"),
            citation: value.cited.citation.clone(),
        })
    });
    let mut limits: Vec<SizeLimit> = of_stages.collect();
    limits.sort_by(|a, b| a.value.total_cmp(&b.value).then_with(|| (a.stage, &a.id).cmp(&(b.stage, &b.id))));
    limits
}

impl SizeLimit {
    fn is_reached(&self, stage: Stage, size: i64) -> bool {
        let size = size as f64;
        self.stage.is_none_or(|own| own == stage) && if self.from { size >= self.value } else { size > self.value }
    }
}

fn class_size(row: &NamedValues, limits: &[SizeLimit]) -> Option<ClassSize> {
    let find = |name: &str| row.iter().find(|(column, _)| *column == name).map(|(_, value)| value);
    let words = |name: &str| match find(name)? {
        Value::Text(words) => Some(words.as_str()),
        _ => None,
    };
    let number = |name: &str| match find(name)? {
        Value::Integer(number) => Some(*number),
        _ => None,
    };
    let stage = words("stage").and_then(Stage::from_id).unwrap_or(Stage::Whole);
    let size = number("size");
    let reaches = |size: i64| (0..limits.len()).filter(|at| limits[*at].is_reached(stage, size)).collect();
    Some(ClassSize {
        school: SchoolCode::parse(words("school")?)?,
        stage,
        grade: number("grade").unwrap_or(0),
        name: words("name").unwrap_or_default().to_string(),
        kind: words("kind").map(str::to_string),
        // A special class is small by its kind.
        reaches: size.filter(|_| words("kind") != Some("special")).map_or_else(Vec::new, reaches),
        size,
    })
}

/// There, gone for a year of which classes are known, and there in the latest year again.
fn relapse(
    school: &SchoolCode,
    stage: Stage,
    limit: usize,
    rule: &SizeLimit,
    years: &[SchoolYear],
    found: &[(SchoolYear, u32)],
) -> Option<SizeRelapse> {
    let count = |year: &SchoolYear| found.iter().find(|(of, _)| of == year).map_or(0, |(_, count)| *count);
    let counts: Vec<(SchoolYear, u32)> = years.iter().map(|year| (*year, count(year))).collect();
    let ((_, now), before) = counts.split_last()?;
    let closed_out = before.iter().rposition(|(_, count)| *count == 0)?;
    let had = before[..closed_out].iter().any(|(_, count)| *count > 0);
    if *now == 0 || !had {
        return None;
    }
    let (closed, title) = (before[closed_out].0, &rule.title);
    let (zh, en, value) = (&title.zh, &title.en, rule.value);
    Some(SizeRelapse {
        school: school.clone(),
        stage,
        limit,
        words: text!(
            "“{zh}”（{value}）：{closed} 学年已消除，现又有 {now} 个班",
            "\"{en}\" ({value}): closed out in {closed}, {now} classes again now"
        ),
        years: counts,
    })
}

/// Room is what the ordinary classes of a grade lack to the size up to which they may take pupils.
fn rooms(classes: &[ClassSize], limits: &[SizeLimit]) -> Vec<GradeRoom> {
    let mut rooms: BTreeMap<(&SchoolCode, Stage, i64), GradeRoom> = BTreeMap::new();
    for class in classes {
        let own = limits.iter().filter(|limit| limit.stage.is_none_or(|stage| stage == class.stage));
        let Some(most) = own.map(|limit| limit.value.floor() as i64).min() else { continue };
        let room = rooms.entry((&class.school, class.stage, class.grade)).or_insert_with(|| GradeRoom {
            school: class.school.clone(),
            stage: class.stage,
            grade: class.grade,
            classes: 0,
            pupils: 0,
            room: 0,
            widest: None,
        });
        room.classes += 1;
        let Some(size) = class.size else { continue };
        room.pupils += size;
        let free = (most - size).max(0);
        if class.kind.as_deref().is_none_or(|kind| kind == "ordinary") && free > 0 {
            room.room += free;
            if room.widest.as_ref().is_none_or(|(_, widest)| free > *widest) {
                room.widest = Some((class.name.clone(), free));
            }
        }
    }
    rooms.into_values().collect()
}
