use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use facts::{
    Cell, CountyCode, Date, DivisionCode, FileHash, Place, SchoolCode, SchoolYear, Stage, TABLES, Table, Time, Value, text,
};
use rusqlite::{Connection, named_params};

use crate::guard::{Guard, Scope};
use crate::open::{damaged, manifest, open_immutable};
use crate::storage::{StoredRow, fact_columns, select, stage_of, to_value};
use crate::{Act, Home, HomeError, Look, Manifest, PersonRow, SnapshotId, key, people, verify};

/// A snapshot opened for reading. It can be opened as often and in as many threads as one likes; each opening belongs to
/// one thread at a time.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) home: Home,
    pub(crate) path: PathBuf,
    pub(crate) manifest: Manifest,
    pub(crate) db: Connection,
    pub(crate) guard: Guard,
    /// Tables and columns in which some value is missing.
    pub(crate) gaps: BTreeSet<(String, String)>,
    origins: OnceCell<BTreeMap<i64, RowPlace>>,
}

/// A school as it was on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct SchoolRow {
    pub code: SchoolCode,
    /// Empty where no file names it.
    pub name: String,
    pub kind: Option<String>,
    pub owner: Option<String>,
    pub managed_by: Option<String>,
    pub division: Option<DivisionCode>,
    pub urban_rural: Option<String>,
    pub counts_as_school: Option<bool>,
    pub parent: Option<SchoolCode>,
    pub boarding: Option<bool>,
    pub built_year: Option<i64>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub datum: Option<String>,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    pub at: RowPlace,
}

/// The columns of a row with their values.
pub type NamedValues = Vec<(&'static str, Value)>;

/// A unit of the division tree as it was on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct DivisionRow {
    pub code: DivisionCode,
    pub parent: Option<DivisionCode>,
    pub name: String,
    pub level: Option<String>,
    pub urban_rural: Option<String>,
    pub population: Option<i64>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub datum: Option<String>,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    pub at: RowPlace,
}

/// Where a row came from, down to the row or the cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPlace {
    /// As the official named it.
    pub file_name: String,
    pub file: FileHash,
    pub sheet: String,
    pub row: u32,
    /// Only for a figure at a fixed cell.
    pub col: Option<u32>,
    pub form: String,
}

impl RowPlace {
    /// As findings and explanations show it.
    pub fn place(&self) -> Place {
        Place::cell(&self.file_name, &self.sheet, Cell { row: self.row, col: self.col.unwrap_or(0) })
    }
}

/// That a table holds rows of a school in a year. A school without one has handed in nothing, which is not zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Register {
    pub table: &'static str,
    /// None for rows of the county as a whole.
    pub school: Option<SchoolCode>,
    /// `Whole` where the table has no stage.
    pub stage: Stage,
    pub rows: u64,
}

impl Snapshot {
    pub(crate) fn open(home: &Home, county: &CountyCode, id: &SnapshotId) -> Result<Snapshot, HomeError> {
        let path = home.snapshot_path(county, id);
        let db = open_immutable(&path)?;
        let manifest = manifest(&db, &path, county, id)?;
        let failed = |error| HomeError::sql(Act::OpenSnapshot, &path, error);
        let guard = Guard::set(&db).map_err(failed)?;
        let gaps = rows(&db, "SELECT tbl, col FROM gaps", |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
        let gaps = gaps.into_iter().collect();
        Ok(Snapshot { home: home.clone(), path, manifest, db, guard, gaps, origins: OnceCell::new() })
    }

    /// What the snapshot says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The schools on a day, by code; of several rows valid on it, the one valid since latest.
    pub fn schools(&self, on: Date) -> Result<Vec<SchoolRow>, HomeError> {
        let mut schools = BTreeMap::new();
        for row in self.valid_rows("schools", on)? {
            let Some(code) = row.words("code").and_then(|words| SchoolCode::parse(&words)) else { continue };
            let school = SchoolRow {
                code: code.clone(),
                name: row.words("name").unwrap_or_default(),
                kind: row.words("kind"),
                owner: row.words("owner"),
                managed_by: row.words("managed_by"),
                division: row.words("division").and_then(|words| DivisionCode::parse(&words)),
                urban_rural: row.words("urban_rural"),
                counts_as_school: row.truth("counts_as_school"),
                parent: row.words("parent").and_then(|words| SchoolCode::parse(&words)),
                boarding: row.truth("boarding"),
                built_year: row.integer("built_year"),
                lon: row.real("lon"),
                lat: row.real("lat"),
                datum: row.words("datum"),
                valid_from: row.date("valid_from"),
                valid_to: row.date("valid_to"),
                at: row.at,
            };
            schools.insert(code, school);
        }
        Ok(schools.into_values().collect())
    }

    /// The division tree on a day, by code; of several rows valid on it, the one valid since latest.
    pub fn divisions(&self, on: Date) -> Result<Vec<DivisionRow>, HomeError> {
        let mut divisions = BTreeMap::new();
        for row in self.valid_rows("divisions", on)? {
            let Some(code) = row.words("code").and_then(|words| DivisionCode::parse(&words)) else { continue };
            let division = DivisionRow {
                code: code.clone(),
                parent: row.words("parent").and_then(|words| DivisionCode::parse(&words)),
                name: row.words("name").unwrap_or_default(),
                level: row.words("level"),
                urban_rural: row.words("urban_rural"),
                population: row.integer("population"),
                lon: row.real("lon"),
                lat: row.real("lat"),
                datum: row.words("datum"),
                valid_from: row.date("valid_from"),
                valid_to: row.date("valid_to"),
                at: row.at,
            };
            divisions.insert(code, division);
        }
        Ok(divisions.into_values().collect())
    }

    /// Which tables hold rows of which school in a year, in order; only tables by school year.
    pub fn registers(&self, year: SchoolYear) -> Result<Vec<Register>, HomeError> {
        let sql = "SELECT tbl, school, stage, sum(n) FROM registers WHERE year = :year GROUP BY tbl, school, stage";
        self.guard.expect(Scope::Own);
        let mut registers = BTreeMap::new();
        let failed = |error| HomeError::sql(Act::ReadSnapshot, &self.path, error);
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        let mut found = statement.query(named_params! { ":year": year.id() }).map_err(failed)?;
        while let Some(row) = found.next().map_err(failed)? {
            let (name, school, stage, n): (String, Option<String>, Option<String>, i64) = row.try_into().map_err(failed)?;
            let Some(table) = facts::table(&name) else { continue };
            let school = school.and_then(|words| SchoolCode::parse(&words));
            *registers.entry((table.name, school, stage_of(stage.as_deref()))).or_insert(0) += u64::try_from(n).unwrap_or(0);
        }
        let registers = registers.into_iter();
        Ok(registers.map(|((table, school, stage), rows)| Register { table, school, stage, rows }).collect())
    }

    /// Every row of a table by school year, of one year, in order of where they came from: the non-personal columns with
    /// their values. For lists such as that of the classes; sums come from [`Snapshot::stock`].
    pub fn year_rows(&self, table: &'static Table, year: SchoolYear) -> Result<Vec<NamedValues>, HomeError> {
        if table.time != Time::SchoolYear || !self.manifest.tables.contains_key(table.name) {
            return Ok(Vec::new());
        }
        self.guard.expect(Scope::Own);
        let failed = |error| HomeError::sql(Act::ReadSnapshot, &self.path, error);
        let sql = select(table, table.name) + " WHERE year = :year ORDER BY origin, src_row, src_col";
        let mut statement = self.db.prepare_cached(&sql).map_err(failed)?;
        let mut found = statement.query(named_params! { ":year": year.id() }).map_err(failed)?;
        let mut all = Vec::new();
        while let Some(row) = found.next().map_err(failed)? {
            let row = StoredRow::read(table, row).map_err(failed)?;
            let named = fact_columns(table).zip(row.values);
            all.push(named.map(|(column, stored)| (column.name, to_value(column, stored))).collect());
        }
        Ok(all)
    }

    /// The sealed columns of some people, in the order asked for; whoever is not there is left out. The look is logged
    /// first: without a log entry, no look.
    pub fn people(&self, table: &Table, persons: &[String], look: &Look<'_>) -> Result<Vec<PersonRow>, HomeError> {
        people::log_look(&self.home, look, &self.manifest.id, table.name, persons)?;
        let path = self.home.people_path(&self.manifest.county, &self.manifest.id);
        let has_people = TABLES.iter().any(|known| known.has_people() && self.manifest.tables.contains_key(known.name));
        if !has_people {
            return Ok(Vec::new());
        }
        if !path.is_file() {
            return Err(damaged(&path, text!("文件不存在", "it is not there")));
        }
        let key = key::read(&self.home)?.ok_or_else(|| HomeError::KeyMissing { path: key::path(&self.home) })?;
        people::find(&path, &key, table, persons)
    }

    /// Writes down a look at rows of a table of people, reached through the raw file instead of through
    /// [`Snapshot::people`]. Without a log entry, no look.
    pub fn log_look(
        &self,
        table: &Table,
        (file, sheet): (&FileHash, &str),
        rows: impl IntoIterator<Item = u32>,
        look: &Look<'_>,
    ) -> Result<(), HomeError> {
        let persons: Vec<String> = rows.into_iter().map(|row| people::person_key(&file.0, sheet, row)).collect();
        people::log_look(&self.home, look, &self.manifest.id, table.name, &persons)
    }

    /// Reads everything and compares it with the id: the way to know that nothing was changed or lost.
    pub fn verify(&self) -> Result<(), HomeError> {
        verify::verify(&self.home, &self.manifest)
    }

    /// Where rows come from: an origin by its number, with the row still to be told.
    pub(crate) fn origin(&self, id: i64) -> Result<RowPlace, HomeError> {
        if self.origins.get().is_none() {
            self.guard.expect(Scope::Own);
            let read = rows(&self.db, "SELECT id, form, file, sheet FROM origins", |row| {
                let file = FileHash(row.get(2)?);
                let file_name = self.manifest.file_name(&file).to_string();
                Ok((row.get(0)?, RowPlace { file_name, file, sheet: row.get(3)?, row: 0, col: None, form: row.get(1)? }))
            });
            let read = read.map_err(|error| HomeError::sql(Act::ReadSnapshot, &self.path, error))?;
            // Another call cannot have set it: a snapshot belongs to one thread.
            let _ = self.origins.set(read.into_iter().collect());
        }
        let known = self.origins.get().and_then(|origins| origins.get(&id));
        known.cloned().ok_or_else(|| damaged(&self.path, text!("有数据行没有来源", "a row has no origin")))
    }

    /// The rows of a table valid on a day, those valid since latest last.
    fn valid_rows(&self, name: &str, on: Date) -> Result<Vec<NamedRow>, HomeError> {
        let Some(table) = facts::table(name).filter(|table| self.manifest.tables.contains_key(table.name)) else {
            return Ok(Vec::new());
        };
        self.guard.expect(Scope::Own);
        let failed = |error| HomeError::sql(Act::ReadSnapshot, &self.path, error);
        let sql = select(table, name) + " WHERE " + VALID + " ORDER BY valid_from, origin, src_row, src_col";
        let mut statement = self.db.prepare_cached(&sql).map_err(failed)?;
        let mut found = statement.query(named_params! { "$on": on.to_string() }).map_err(failed)?;
        let mut all = Vec::new();
        while let Some(row) = found.next().map_err(failed)? {
            let row = StoredRow::read(table, row).map_err(failed)?;
            let at = RowPlace { row: row.row, col: row.col, ..self.origin(row.origin)? };
            let named = fact_columns(table).zip(row.values);
            let values = named.map(|(column, stored)| (column.name, to_value(column, stored))).collect();
            all.push(NamedRow { values, at });
        }
        Ok(all)
    }
}

/// The condition that a row holds on the day `$on`.
pub(crate) const VALID: &str = "(valid_from IS NULL OR valid_from <= $on) AND (valid_to IS NULL OR valid_to >= $on)";

/// A row whose values are asked for by name and kind.
struct NamedRow {
    values: BTreeMap<&'static str, Value>,
    at: RowPlace,
}

impl NamedRow {
    fn words(&self, column: &str) -> Option<String> {
        match self.values.get(column)? {
            Value::Text(words) => Some(words.clone()),
            _ => None,
        }
    }

    fn integer(&self, column: &str) -> Option<i64> {
        match self.values.get(column)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    fn truth(&self, column: &str) -> Option<bool> {
        self.integer(column).map(|number| number != 0)
    }

    fn real(&self, column: &str) -> Option<f64> {
        match self.values.get(column)? {
            Value::Real(number) => Some(*number),
            _ => None,
        }
    }

    fn date(&self, column: &str) -> Option<Date> {
        match self.values.get(column)? {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }
}

/// All rows of a statement without parameters.
pub(crate) fn rows<T>(
    db: &Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    db.prepare(sql)?.query_map([], read)?.collect()
}
