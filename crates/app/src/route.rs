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
/// known yet wait, a bounded number of them, until all files have been read.
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
            let origin =
                Origin { form: &row.form, file: &row.file, sheet: &row.sheet, row: row.row, col: row.col, slot: &row.slot };
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
                self.send(&county, row.table, &row.values, &origin)?;
            }
        }
        let mut findings: Vec<Finding> = homeless.into_iter().map(|(sheet, rows)| without_county(&sheet, rows)).collect();
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
        let files = self.files.entry(county.clone()).or_default();
        if !files.contains(origin.file) {
            files.insert(origin.file.clone());
        }
        self.writer(county)?.push(table, values, origin)
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
                self.county_of.insert(school, county.clone());
                Some(county)
            }
            _ => match school_of(table, values) {
                Some(school) => self.county_of.get(&school).cloned(),
                // A line of the county as a whole.
                None => self.given.clone(),
            },
        }
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
        if self.waiting.len() >= WAITING_MAX {
            return Err(SinkError(Box::new(too_many_waiting())));
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
    let column = table.columns.iter().find(|column| column.kind == ColumnKind::SchoolCode)?;
    SchoolCode::parse(text_of(table, values, column.name)?)
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
