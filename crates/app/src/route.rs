use std::collections::{BTreeMap, BTreeSet};

use facts::{
    ColumnKind, CountyCode, DivisionCode, FactSink, FileHash, Finding, Origin, Place, SchoolCode, Severity, SinkError, Table,
    Value, text,
};
use snapshot::{Home, HomeLock, SnapshotWriter, SourceFile};

use crate::Failure;

/// Sends each row to the snapshot of the county it belongs to.
///
/// A school's row names its division, and with it the county; every other row names its school. Rows of a school that is not
/// known yet wait, a bounded number of them, until all files have been read; once there are too many, the school is taken to
/// be of the county that the caller named.
pub struct Router<'a> {
    lock: &'a HomeLock,
    /// The county of rows without a division code, if the caller named one.
    given: Option<CountyCode>,
    fresh: bool,
    county_of: BTreeMap<SchoolCode, CountyCode>,
    names: BTreeMap<CountyCode, String>,
    writers: BTreeMap<CountyCode, SnapshotWriter<'a>>,
    /// The files that gave rows to each county.
    files: BTreeMap<CountyCode, BTreeSet<FileHash>>,
    waiting: Vec<Waiting>,
    /// Schools that were taken to be of the county named, as their rows could wait no longer.
    assumed: BTreeSet<SchoolCode>,
    /// Those of them of which a list of schools said otherwise afterwards, with the county that it said.
    assumed_wrongly: BTreeMap<SchoolCode, CountyCode>,
    /// The school of the last row, as its cell has it, and its county: rolls come school by school.
    last: Option<(String, CountyCode)>,
    /// Schools that rows speak of though no list of schools has them, with one place each.
    strangers: BTreeMap<SchoolCode, (FileHash, String, u32)>,
    known_schools: BTreeSet<SchoolCode>,
}

/// One county's part of an import.
pub struct RoutedCounty<'a> {
    pub name: String,
    pub files: BTreeSet<FileHash>,
    pub writer: SnapshotWriter<'a>,
}

/// A row that waits until its school is known.
struct Waiting {
    table: &'static Table,
    values: Vec<Value>,
    form: String,
    file: FileHash,
    sheet: String,
    row: u32,
    col: Option<u32>,
    slot: String,
}

/// Enough for every list of a county that comes before its schools by accident; longer ones come after them.
const WAITING_MAX: usize = 100_000;
/// Where a county was named, a long roll need not wait: files come in the order of their size, so that a list of schools that
/// comes after so many rows is hardly to be expected.
const WAITING_WITH_COUNTY_MAX: usize = 10_000;

impl<'a> Router<'a> {
    pub fn new(lock: &'a HomeLock, given: Option<CountyCode>, fresh: bool) -> Result<Router<'a>, Failure> {
        let mut router = Router {
            lock,
            given,
            fresh,
            county_of: BTreeMap::new(),
            names: BTreeMap::new(),
            writers: BTreeMap::new(),
            files: BTreeMap::new(),
            waiting: Vec::new(),
            assumed: BTreeSet::new(),
            assumed_wrongly: BTreeMap::new(),
            last: None,
            strangers: BTreeMap::new(),
            known_schools: BTreeSet::new(),
        };
        if !fresh {
            router.learn(lock.home())?;
        }
        Ok(router)
    }

    /// The schools and names of the snapshots that are there already.
    fn learn(&mut self, home: &Home) -> Result<(), Failure> {
        for (county, id) in home.latest_of_each()? {
            let snapshot = home.snapshot(id.as_str())?;
            for year in &snapshot.manifest().years {
                for school in snapshot.schools(year.statistics_date())? {
                    self.county_of.insert(school.code.clone(), county.clone());
                    self.known_schools.insert(school.code);
                }
            }
            self.names.insert(county, snapshot.manifest().county_name.clone());
        }
        Ok(())
    }

    /// Sends the rows that waited, and says which schools no list of schools has.
    pub fn settle(&mut self) -> Result<Vec<Finding>, SinkError> {
        let sole = self.sole_county();
        let mut homeless: BTreeMap<String, u64> = BTreeMap::new();
        for row in std::mem::take(&mut self.waiting) {
            let counties = match above_counties(row.table, &row.values) {
                // A province or prefecture belongs to the tree of each county below it.
                Some(prefix) => self.writers.keys().filter(|county| county.is_in(&prefix)).cloned().collect(),
                None => {
                    let school = school_of(row.table, &row.values);
                    let of_school = school.as_ref().and_then(|school| self.county_of.get(school).cloned());
                    let county = of_school.or_else(|| sole.clone());
                    if county.is_none() {
                        *homeless.entry(row.sheet.clone()).or_default() += 1;
                    }
                    Vec::from_iter(county)
                }
            };
            for county in counties {
                self.send(&county, row.table, &row.values, &row.origin())?;
            }
        }
        let mut findings: Vec<Finding> = homeless.into_iter().map(|(sheet, rows)| without_county(&sheet, rows)).collect();
        let wrongly = std::mem::take(&mut self.assumed_wrongly);
        let given = self.given.clone();
        findings
            .extend(given.iter().flat_map(|given| wrongly.iter().map(move |(school, county)| elsewhere(school, given, county))));
        let strangers = std::mem::take(&mut self.strangers);
        findings.extend(
            strangers.into_iter().filter(|(school, _)| !self.known_schools.contains(school)).map(|(school, _)| stranger(school)),
        );
        Ok(findings)
    }

    /// Contradictions among the rows of each county.
    pub fn conflicts(&mut self, files: &[SourceFile]) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        for writer in self.writers.values_mut() {
            findings.extend(writer.conflicts()?.iter().map(|conflict| conflict.finding(files)));
        }
        Ok(findings)
    }

    /// What is to be published, county by county.
    pub fn into_counties(self) -> Vec<RoutedCounty<'a>> {
        let Router { writers, names, mut files, .. } = self;
        let routed = |(county, writer): (CountyCode, SnapshotWriter<'a>)| RoutedCounty {
            name: names.get(&county).cloned().unwrap_or_else(|| name_for(&county)),
            files: files.remove(&county).unwrap_or_default(),
            writer,
        };
        writers.into_iter().map(routed).collect()
    }

    fn send(
        &mut self,
        county: &CountyCode,
        table: &'static Table,
        values: &[Value],
        origin: &Origin<'_>,
    ) -> Result<(), SinkError> {
        if !self.files.get(county).is_some_and(|files| files.contains(origin.file)) {
            self.files.entry(county.clone()).or_default().insert(origin.file.clone());
        }
        self.writer(county)?.push(table, values, origin)
    }

    /// Sends the rows that wait for their school to the county named, and takes the school to be of it.
    fn assume(&mut self, given: &CountyCode) -> Result<(), SinkError> {
        let mut still_waiting = Vec::new();
        for row in std::mem::take(&mut self.waiting) {
            let Some(school) = school_of(row.table, &row.values) else {
                still_waiting.push(row);
                continue;
            };
            let county = self.county_of.get(&school).unwrap_or(given).clone();
            self.assume_school(school, given);
            self.send(&county, row.table, &row.values, &row.origin())?;
        }
        self.waiting = still_waiting;
        Ok(())
    }

    fn assume_school(&mut self, school: SchoolCode, given: &CountyCode) {
        if !self.county_of.contains_key(&school) {
            self.assumed.insert(school.clone());
            self.county_of.insert(school, given.clone());
        }
    }

    fn writer(&mut self, county: &CountyCode) -> Result<&mut SnapshotWriter<'a>, SinkError> {
        if !self.writers.contains_key(county) {
            let begin = || -> Result<SnapshotWriter<'a>, snapshot::HomeError> {
                let parent = if self.fresh { None } else { self.lock.home().latest(county)? };
                SnapshotWriter::begin(self.lock, county.clone(), parent.as_ref())
            };
            let writer = begin().map_err(|error| SinkError(Box::new(error)))?;
            self.writers.insert(county.clone(), writer);
        }
        self.writers.get_mut(county).ok_or_else(|| SinkError("no writer".into()))
    }

    /// The one county there is, if there is only one: the one named, or that of the schools read so far.
    fn sole_county(&self) -> Option<CountyCode> {
        if self.given.is_some() {
            return self.given.clone();
        }
        let counties: BTreeSet<&CountyCode> = self.county_of.values().chain(self.names.keys()).collect();
        match counties.into_iter().collect::<Vec<_>>()[..] {
            [] => Some(CountyCode::unstated()),
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// The county that a row names by itself or through its school; `None` where that is not known yet.
    fn county(&mut self, table: &Table, values: &[Value]) -> Option<CountyCode> {
        match table.name {
            "divisions" => {
                let code = division_of(table, values, "code")?;
                if above_counties(table, values).is_some() {
                    return None;
                }
                if is_county(table, values)
                    && let Some(name) = text_of(table, values, "name")
                {
                    self.names.insert(code.county(), name.to_string());
                }
                Some(code.county())
            }
            "schools" => {
                let school = school_of(table, values)?;
                self.known_schools.insert(school.clone());
                let parent = text_of(table, values, "parent").and_then(SchoolCode::parse);
                let county = division_of(table, values, "division")
                    .map(|division| division.county())
                    .or_else(|| parent.and_then(|parent| self.county_of.get(&parent).cloned()))
                    .or_else(|| self.county_of.get(&school).cloned())
                    .or_else(|| self.given.clone())?;
                if self.assumed.contains(&school) && self.given.as_ref() != Some(&county) {
                    self.assumed_wrongly.insert(school.clone(), county.clone());
                }
                self.last = None;
                self.county_of.insert(school, county.clone());
                Some(county)
            }
            _ => {
                let Some(words) = school_words(table, values) else {
                    // A line of the county as a whole, or of one of its villages.
                    return self.of_village(table, values).or_else(|| self.given.clone());
                };
                if let Some((last, county)) = &self.last
                    && last == words
                {
                    return Some(county.clone());
                }
                let county = self.county_of.get(&SchoolCode::parse(words)?).cloned()?;
                self.last = Some((words.to_string(), county.clone()));
                Some(county)
            }
        }
    }
}

impl Router<'_> {
    /// The county of a row that names a village. A code that leads to a county nobody knows is a slip of the pen, where there are
    /// known ones.
    fn of_village(&self, table: &Table, values: &[Value]) -> Option<CountyCode> {
        let named = division_of(table, values, "division")?.county();
        let known = |county: &CountyCode| self.names.contains_key(county) || self.writers.contains_key(county);
        let none_known = self.names.is_empty() && self.writers.is_empty();
        if known(&named) || none_known && self.given.is_none() { Some(named) } else { self.sole_county() }
    }
}

impl Waiting {
    fn origin(&self) -> Origin<'_> {
        Origin { form: &self.form, file: &self.file, sheet: &self.sheet, row: self.row, col: self.col, slot: &self.slot }
    }
}

impl FactSink for Router<'_> {
    fn push(&mut self, table: &'static Table, values: &[Value], origin: &Origin<'_>) -> Result<(), SinkError> {
        if let Some(county) = self.county(table, values) {
            return self.send(&county, table, values, origin);
        }
        if let Some(school) = school_of(table, values) {
            let place = (origin.file.clone(), origin.sheet.to_string(), origin.row);
            self.strangers.entry(school).or_insert(place);
        }
        let waiting_max = if self.given.is_some() { WAITING_WITH_COUNTY_MAX } else { WAITING_MAX };
        if self.waiting.len() >= waiting_max {
            let Some(given) = self.given.clone() else { return Err(SinkError(Box::new(too_many_waiting()))) };
            self.assume(&given)?;
        }
        if !self.assumed.is_empty()
            && let Some(given) = self.given.clone()
            && let Some(school) = school_of(table, values)
        {
            self.assume_school(school, &given);
            return self.send(&given, table, values, origin);
        }
        self.waiting.push(Waiting {
            table,
            values: values.to_vec(),
            form: origin.form.to_string(),
            file: origin.file.clone(),
            sheet: origin.sheet.to_string(),
            row: origin.row,
            col: origin.col,
            slot: origin.slot.to_string(),
        });
        Ok(())
    }
}

fn text_of<'v>(table: &Table, values: &'v [Value], column: &str) -> Option<&'v str> {
    match values.get(table.position(column)?)? {
        Value::Text(words) => Some(words),
        _ => None,
    }
}

fn division_of(table: &Table, values: &[Value], column: &str) -> Option<DivisionCode> {
    DivisionCode::parse(text_of(table, values, column)?)
}

/// The school that a row is about: its first column that holds a school code.
fn school_of(table: &Table, values: &[Value]) -> Option<SchoolCode> {
    SchoolCode::parse(school_words(table, values)?)
}

fn school_words<'v>(table: &Table, values: &'v [Value]) -> Option<&'v str> {
    let at = table.columns.iter().position(|column| column.kind == ColumnKind::SchoolCode)?;
    match values.get(at)? {
        Value::Text(words) => Some(words),
        _ => None,
    }
}

fn name_for(county: &CountyCode) -> String {
    if *county == CountyCode::unstated() { "未注明县".to_string() } else { county.to_string() }
}

/// The prefix of the counties below a province or prefecture (GB/T 2260: `530000`, `539900`).
fn above_counties(table: &Table, values: &[Value]) -> Option<String> {
    if table.name != "divisions" {
        return None;
    }
    let code = division_of(table, values, "code")?;
    let prefix = code.as_str().strip_suffix("00").filter(|_| code.as_str().len() == 6)?;
    Some(prefix.strip_suffix("00").unwrap_or(prefix).to_string())
}

fn is_county(table: &Table, values: &[Value]) -> bool {
    text_of(table, values, "level") == Some("county")
}

fn without_county(sheet: &str, rows: u64) -> Finding {
    Finding::new(
        Severity::Logic,
        "county-unknown",
        Place::Everywhere,
        text!("工作表“{sheet}”有 {rows} 行不知道属于哪个县", "{rows} rows of sheet `{sheet}` belong to no known county"),
        text!("导入时加上 --county 6 位区划代码，或按县分开导入", "import with --county CODE, or each county by itself"),
    )
}

/// A school's rows lie in one county already when its list says another.
fn elsewhere(school: &SchoolCode, given: &CountyCode, county: &CountyCode) -> Finding {
    Finding::new(
        Severity::Logic,
        "school-in-another-county",
        Place::School { code: school.clone(), name: None },
        text!(
            "名册较长，这所学校的行已按 --county 归入 {given}，随后读到的学校名单却说它在 {county}",
            "its rows were taken into {given} by --county, as the roll is long; the list of schools read later puts it into {county}"
        ),
        text!(
            "先导入学校名单（统计报表），再导入名册",
            "import the list of schools (the statistics workbooks) first, then the roll"
        ),
    )
}

fn stranger(school: SchoolCode) -> Finding {
    Finding::new(
        Severity::Experience,
        "school-not-listed",
        Place::School { code: school, name: None },
        text!(
            "名册或表里有这所学校的数据，但学校名单里没有它，不会参加核算",
            "there are rows of this school, but no list of schools has it; it will not be evaluated"
        ),
        text!("补上它的统计报表（教基1001），或更正学校标识码", "add its statistics workbook (教基1001), or mend the code"),
    )
}

fn too_many_waiting() -> Failure {
    Failure::wrong_use(
        text!(
            "读到的名册太长，却还不知道这些学校属于哪个县",
            "the roll is long, and the counties of its schools are not known yet"
        ),
        text!("先导入统计报表，或加上 --county 6 位区划代码", "import the statistics workbooks first, or add --county CODE"),
    )
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.what)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use facts::table;

    use super::*;

    /// Rows of schools of which no list has told yet: a row for each number in `rows`, then the list with `division`.
    fn check(given: Option<&str>, rows: u32, division: Option<&str>, expected: Result<(&[&str], u64), &str>) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open_or_create(dir.path()).unwrap();
        let lock = home.lock("test").unwrap();
        let mut router = Router::new(&lock, given.and_then(CountyCode::parse), true).unwrap();
        let file = FileHash("0".repeat(64));
        let mut push = |name: &str, cells: &[(&str, &str)], row: u32| {
            let table = table(name).unwrap();
            let value = |column: &facts::Column| {
                let cell = cells.iter().find(|(name, _)| *name == column.name);
                cell.map_or(Value::Missing(facts::Missing::Blank), |(_, words)| Value::text(*words))
            };
            let values: Vec<Value> = table.columns.iter().map(value).collect();
            let origin = Origin { form: "f", file: &file, sheet: "", row, col: None, slot: "s" };
            router.push(table, &values, &origin)
        };
        let pushed = (0..rows).try_for_each(|row| {
            let school = format!("215399{:04}", row % 3);
            push("school_figures", &[("school", &school), ("year", "2025-2026"), ("stage", "primary"), ("item", "books")], row)
        });
        let pushed = pushed.and_then(|()| {
            let list = division.map(|division| [("code", "2153990000"), ("name", "一小"), ("division", division)]);
            list.map_or(Ok(()), |list| push("schools", &list, rows))
        });
        let told = pushed.and_then(|()| router.settle()).map(|findings| {
            let kept = router.writers.values().map(SnapshotWriter::rows).sum::<u64>();
            (findings.iter().map(|finding| finding.code.clone()).collect::<Vec<_>>(), kept)
        });
        let told = told.map_err(|error| error.to_string());
        let told = told.as_ref().map(|(codes, kept)| (codes.iter().map(String::as_str).collect::<Vec<_>>(), *kept));
        match (told, expected) {
            (Ok((codes, kept)), Ok(expected)) => assert_eq!((&codes[..], kept), expected, "{given:?} {rows} {division:?}"),
            (Err(error), Err(expected)) => assert!(error.contains(expected), "{error}"),
            (told, expected) => panic!("{told:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_long_roll_needs_a_county_and_then_comes_whole() {
        const STRANGERS: [&str; 3] = ["school-not-listed"; 3];
        const LONG: u32 = WAITING_WITH_COUNTY_MAX as u32 + 100;
        check(Some("539901"), 50, None, Ok((&STRANGERS, 50)));
        check(Some("539901"), LONG, None, Ok((&STRANGERS, u64::from(LONG))));
        check(Some("539901"), LONG, Some("539901"), Ok((&STRANGERS[1..], u64::from(LONG) + 1)));
        // A few rows wait for the list; of many it must come first.
        check(Some("539901"), 50, Some("539902"), Ok((&STRANGERS[1..], 51)));
        let torn = ["school-in-another-county", STRANGERS[0], STRANGERS[0]];
        check(Some("539901"), LONG, Some("539902"), Ok((&torn, u64::from(LONG) + 1)));
        check(None, WAITING_MAX as u32 + 1, None, Err("读到的名册太长"));
    }
}
