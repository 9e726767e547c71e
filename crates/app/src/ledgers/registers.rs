use std::collections::BTreeMap;
use std::sync::Arc;

use facts::{SchoolYear, Table, text};
use linkage::Table as LinkTable;
use snapshot::{DivisionRow, Look, Pseudonyms, Snapshot, WholeRow};

use crate::Failure;

/// A row of a register, with what it is linked by brought to one form.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// The pseudonym under which decisions know it.
    pub key: String,
    /// Shared with what is made of it.
    pub row: Arc<WholeRow>,
    pub name: String,
    pub former: String,
    pub birth: String,
    pub id_no: String,
    pub sex: String,
    pub guardian: String,
    pub phone: String,
    pub town: String,
    pub village: String,
    pub household: String,
}

/// A register of a county in a year.
#[derive(Debug)]
pub(crate) struct Register {
    pub table: &'static Table,
    pub records: Vec<Record>,
}

/// All that the ledgers are made of.
#[derive(Debug)]
pub(crate) struct Registers {
    /// Pupils on the roll; those who left are not among them.
    pub roll: Register,
    pub population: Register,
    pub hukou: Register,
    pub supported: Register,
    pub presence: Register,
    pub grants: Register,
}

const HEADS: [&str; 11] =
    ["record", "name", "former", "birth", "id_no", "sex", "guardian", "phone", "town", "village", "household"];

impl Register {
    pub(crate) fn word(&self, at: usize, column: &str) -> String {
        self.records.get(at).map(|record| record.row.words(self.table, column)).unwrap_or_default()
    }

    pub(crate) fn integer(&self, at: usize, column: &str) -> Option<i64> {
        self.records.get(at)?.row.integer(self.table, column)
    }
}

impl Record {
    fn cells(&self) -> [&str; 11] {
        [
            &self.key,
            &self.name,
            &self.former,
            &self.birth,
            &self.id_no,
            &self.sex,
            &self.guardian,
            &self.phone,
            &self.town,
            &self.village,
            &self.household,
        ]
    }
}

/// Records as the engine wants them, in their order.
pub(crate) fn link_table<'r>(name: &str, records: impl IntoIterator<Item = &'r Record>) -> LinkTable {
    let mut table = LinkTable::new(name, &HEADS);
    records.into_iter().for_each(|record| table.push(&record.cells()));
    table
}

/// Reads every register of a year. Each is a look at everybody in it, and is logged.
pub(crate) fn registers(
    snapshot: &Snapshot,
    year: SchoolYear,
    divisions: &[DivisionRow],
    pseudonyms: &Pseudonyms,
    look: &Look<'_>,
) -> Result<Registers, Failure> {
    let read = |name: &str| -> Result<(&'static Table, Vec<WholeRow>), Failure> {
        let table = facts::table(name).ok_or_else(|| {
            Failure::prevented(
                text!("没有事实表 {name}", "there is no fact table {name}"),
                text!("升级本程序", "upgrade the software"),
            )
        })?;
        Ok((table, snapshot.whole_rows(table, year, look)?))
    };
    let towns = Towns::new(divisions);
    let register = |(table, rows): (&'static Table, Vec<WholeRow>), key: &[&str]| Register {
        table,
        records: rows.into_iter().map(|row| record(table, row, key, &towns, pseudonyms)).collect(),
    };
    let (students, mut rows) = read("students")?;
    rows.retain(|row| row.words(students, "status") != "left");
    let (residents, rows_of_residents) = read("residents")?;
    let (hukou, population): (Vec<_>, Vec<_>) =
        rows_of_residents.into_iter().partition(|row| row.words(residents, "register") == "hukou");
    const PERSON: &[&str] = &["register", "citizen_id", "name", "birth_date", "household", "village"];
    Ok(Registers {
        roll: register((students, rows), &["student_no"]),
        population: register((residents, population), PERSON),
        hukou: register((residents, hukou), PERSON),
        supported: register(read("supported")?, &["citizen_id", "name", "birth_date", "household", "batch"]),
        presence: register(read("presence")?, &["student_no", "citizen_id", "name", "school", "month"]),
        grants: register(read("grants")?, &["student_no", "citizen_id", "name", "school", "term", "item"]),
    })
}

pub(crate) fn record(table: &Table, row: WholeRow, key: &[&str], towns: &Towns, pseudonyms: &Pseudonyms) -> Record {
    let words = |column: &str| row.words(table, column);
    let parts: Vec<String> = key.iter().map(|column| words(column)).collect();
    let parts: Vec<&str> = std::iter::once(table.name).chain(parts.iter().map(String::as_str)).collect();
    let (mut town, mut village) = (words("township"), words("village"));
    if town.is_empty() {
        (town, village) = towns.of_address(&words("address"));
    }
    Record {
        key: pseudonyms.of(&parts),
        name: words("name"),
        former: words("former_name"),
        birth: words("birth_date"),
        id_no: words("citizen_id"),
        sex: words("sex"),
        guardian: words("guardian"),
        phone: words("phone"),
        town,
        village,
        household: words("household"),
        row: Arc::new(row),
    }
}

/// The names of townships and villages, by which an address comes apart.
#[derive(Debug, Default)]
pub(crate) struct Towns {
    names: Vec<String>,
    /// The code in force of a village, by township and name, where there is only one.
    codes: BTreeMap<(String, String), Option<String>>,
    /// Every code in force.
    known: std::collections::BTreeSet<String>,
}

impl Towns {
    pub(crate) fn new(divisions: &[DivisionRow]) -> Towns {
        let of_level = |level: &'static str| divisions.iter().filter(move |row| row.level.as_deref() == Some(level));
        let name_of: BTreeMap<&str, &str> = of_level("township").map(|row| (row.code.as_str(), row.name.as_str())).collect();
        let mut codes = BTreeMap::new();
        for row in of_level("village") {
            let town = row.code.as_str().get(..9).and_then(|code| name_of.get(code)).copied().unwrap_or_default();
            codes
                .entry((town.to_string(), row.name.clone()))
                .and_modify(|code| *code = None)
                .or_insert_with(|| Some(row.code.to_string()));
        }
        Towns {
            names: name_of.values().map(|name| name.to_string()).collect(),
            codes,
            known: divisions.iter().map(|row| row.code.to_string()).collect(),
        }
    }

    /// Township and village of an address; empty where it does not say.
    pub(crate) fn of_address(&self, address: &str) -> (String, String) {
        let found = self.names.iter().find_map(|name| Some((name, address.split_once(name.as_str())?.1)));
        let Some((town, rest)) = found else { return (String::new(), String::new()) };
        let end = ["社区", "村"].iter().filter_map(|ending| Some(rest.find(ending)? + ending.len())).min();
        (town.clone(), end.map(|end| rest[..end].to_string()).unwrap_or_default())
    }

    /// Whether a division code is in force; `true` where no tree is known.
    pub(crate) fn knows(&self, code: &str) -> bool {
        self.known.is_empty() || code.is_empty() || self.known.contains(code)
    }

    /// The code in force of a village by its name, whatever township it is said to be in, where it is the only one of that name.
    pub(crate) fn code_of(&self, village: &str) -> Option<&str> {
        let mut found = self.codes.iter().filter(|((_, name), _)| name == village);
        match (found.next(), found.next()) {
            (Some((_, Some(code))), None) => Some(code),
            _ => None,
        }
    }

    /// The name of the township of a code.
    pub(crate) fn town_of(&self, code: &str) -> Option<&str> {
        self.codes.iter().find(|(_, known)| known.as_deref() == Some(code)).map(|((town, _), _)| town.as_str())
    }
}
