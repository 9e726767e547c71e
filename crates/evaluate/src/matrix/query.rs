use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use facts::{Date, Finding, Place, SchoolCode, SchoolYear, Severity, Stage, significant, text};
use policy::{Resolved, Stock, StockLevel, Target};
use snapshot::{HomeError, SchoolRow, Snapshot, StockQuery, StockRow};

use super::roster::{Listed, roster};
use super::stated::LeftOut;
use super::{Cell, Division, Heading, Lack, School, StockMatrix, Traits, Unit, is_long, stated};
use crate::ground::{Ground, Need, Rules};
use policy::expr::Env;

/// The stocks of a county's schools in a school year, for the schools that exist on a day.
///
/// A figure that no row states is missing. In a register (classes, rooms, pupils, staff) nothing found counts as zero only
/// where the school has handed in that register for the year.
pub fn matrix(snapshot: &Snapshot, resolved: &Resolved, year: SchoolYear, on: Date) -> Result<StockMatrix, HomeError> {
    let rules = Rules::of(resolved);
    let listed = snapshot.schools(on)?.into_iter().map(listed).collect();
    let (schools, mut findings) = roster(listed, resolved.stocks.len());
    let mut filling = Filling {
        snapshot,
        asked: Asked { year, on },
        rules: &rules,
        registers: Registers::of(snapshot, resolved, year)?,
        schools,
        county: vec![Cell::Missing(Lack::NoRow); resolved.stocks.len()],
        left_out: Vec::new(),
    };
    filling.ask_all_without_parameters()?;
    settle(&mut filling.schools, &rules.division);
    // A filter with a parameter is asked after everything on which the parameter rests is known.
    let with_parameter = |target: &Target| match target {
        Target::Stock(stock) => Some(*stock).filter(|stock| !resolved.stocks[*stock].parameters.is_empty()),
        Target::Parameter(_) => None,
    };
    for stock in resolved.order.iter().filter_map(with_parameter) {
        match resolved.stocks[stock].level {
            StockLevel::County => filling.ask_of_county(stock)?,
            StockLevel::School => filling.ask_of_schools(stock)?,
        }
    }
    let Filling { mut schools, county, left_out, .. } = filling;
    // What a filtered register showed can tell of a stage whose pupils are missing.
    if resolved.stocks.iter().any(|stock| !stock.parameters.is_empty()) {
        settle(&mut schools, &rules.division);
    }
    let manifest = snapshot.manifest();
    findings.extend(no_schools(&schools, on));
    findings.extend(stated::findings(left_out));
    Ok(StockMatrix {
        heading: Heading {
            county: manifest.county.clone(),
            county_name: manifest.county_name.clone(),
            snapshot: Some(manifest.id.to_string()),
            ..Heading::of(resolved, year, on)
        },
        stocks: resolved.stocks.iter().map(|stock| stock.id.clone()).collect(),
        schools: schools.into_iter().map(Arc::new).collect(),
        county,
        findings,
    })
}

/// The school year and the day of which facts are asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub year: SchoolYear,
    pub on: Date,
}

/// Schools whose cells are being filled from a snapshot.
struct Filling<'a> {
    snapshot: &'a Snapshot,
    asked: Asked,
    rules: &'a Rules<'a>,
    registers: Registers,
    schools: Vec<School>,
    county: Vec<Cell>,
    left_out: Vec<LeftOut<'a>>,
}

impl<'a> Filling<'a> {
    /// All stocks whose filter is the same for every school, in one go.
    fn ask_all_without_parameters(&mut self) -> Result<(), HomeError> {
        let stocks: &'a [Stock] = &self.rules.resolved.stocks;
        let plain: Vec<usize> = (0..stocks.len()).filter(|stock| stocks[*stock].parameters.is_empty()).collect();
        let queries: Vec<StockQuery<'_>> = plain.iter().map(|stock| self.query(&stocks[*stock], &[])).collect();
        for (stock, rows) in plain.iter().zip(self.snapshot.stocks(&queries)?) {
            let rows = ByUnit::of(&rows);
            match stocks[*stock].level {
                StockLevel::County => self.fill_county(*stock, &rows)?,
                StockLevel::School => self.fill_schools(*stock, |_, _| Some(&rows))?,
            }
        }
        Ok(())
    }

    /// A stock of the county whose filter has parameters.
    fn ask_of_county(&mut self, stock: usize) -> Result<(), HomeError> {
        let rule = &self.rules.resolved.stocks[stock];
        let Some(params) = county_filter_values(self.rules, rule) else {
            self.county[stock] = Cell::Missing(Lack::ParameterMissing);
            return Ok(());
        };
        let rows = self.snapshot.stock(&self.query(rule, &params))?;
        self.fill_county(stock, &ByUnit::of(&rows))
    }

    /// A stock of schools whose filter has parameters: asked once for each set of values that some school has.
    fn ask_of_schools(&mut self, stock: usize) -> Result<(), HomeError> {
        let rule = &self.rules.resolved.stocks[stock];
        let values = |school: &School| Stage::ALL.map(|stage| filter_values(self.rules, &self.county, school, rule, stage));
        let wanted: Vec<[Option<Params>; 4]> = self.schools.iter().map(values).collect();
        let mut answers: BTreeMap<Vec<u64>, Vec<StockRow>> = BTreeMap::new();
        for params in wanted.iter().flatten().flatten() {
            if let Entry::Vacant(entry) = answers.entry(bits(params)) {
                entry.insert(self.snapshot.stock(&self.query(rule, params))?);
            }
        }
        let answers: BTreeMap<Vec<u64>, ByUnit<'_>> = answers.iter().map(|(key, rows)| (key.clone(), ByUnit::of(rows))).collect();
        self.fill_schools(stock, |school, stage| {
            wanted[school][super::slot(stage)].as_ref().and_then(|params| answers.get(&bits(params)))
        })?;
        for school in &mut self.schools {
            school.settle_some(&self.rules.division, stock..stock + 1);
        }
        Ok(())
    }

    fn query<'q>(&self, stock: &'q Stock, params: &'q [(String, f64)]) -> StockQuery<'q> {
        stock_query(stock, params, self.asked.year, self.asked.on)
    }

    fn fill_county(&mut self, stock: usize, rows: &ByUnit<'_>) -> Result<(), HomeError> {
        let (rule, row) = (&self.rules.resolved.stocks[stock], rows.county());
        let cell = &mut self.county[stock];
        *cell = self.registers.county_cell(rule, row);
        let n_rows = row.map_or(0, |row| row.rows as usize);
        self.left_out.extend(stated::require_of_county((self.snapshot, self.asked), cell, rule, n_rows)?);
        Ok(())
    }

    /// `rows` is what was found for a school (by its place) at a stage; none where the filter could not be asked.
    fn fill_schools<'r>(&mut self, stock: usize, rows: impl Fn(usize, Stage) -> Option<&'r ByUnit<'r>>) -> Result<(), HomeError> {
        let rule = &self.rules.resolved.stocks[stock];
        self.registers.fill(&mut self.schools, stock, rule, &rows);
        let n_rows = |school, unit: &Unit, stage| rows(school, stage).map_or(0, |rows| rows.count(&unit.code, stage));
        let (asked, judged) = ((self.snapshot, self.asked), &self.rules.division.judged);
        self.left_out.extend(stated::require(asked, &mut self.schools, (stock, rule), judged, n_rows)?);
        Ok(())
    }
}

/// The query behind a stock; without its aggregate it finds the rows that the figure came from.
pub fn stock_query<'a>(stock: &'a Stock, params: &'a [(String, f64)], year: SchoolYear, on: Date) -> StockQuery<'a> {
    let aggregate = match stock.aggregate {
        policy::Aggregate::CountRows => snapshot::Aggregate::CountRows,
        policy::Aggregate::Sum(column) => snapshot::Aggregate::Sum(column),
        policy::Aggregate::Max(column) => snapshot::Aggregate::Max(column),
        policy::Aggregate::Min(column) => snapshot::Aggregate::Min(column),
    };
    let (since, year) = stock.years.of(year);
    StockQuery { table: stock.table, where_sql: &stock.where_sql, aggregate, params, since, year, on }
}

/// Parameters of a filter by name.
type Params = Vec<(String, f64)>;

/// The parameters of a stock's filter as they hold for a school and stage; none where one cannot be determined.
pub(crate) fn filter_values(rules: &Rules<'_>, county: &[Cell], school: &School, stock: &Stock, stage: Stage) -> Option<Params> {
    let whole = Ground::of(rules, county, school, Need::Everything);
    let ground = if stage == Stage::Whole { whole } else { whole.at(stage) };
    let values = stock.parameters.iter().map(|index| ground.parameter(*index).map(|number| number.value)).collect();
    named(rules.resolved, stock, values)
}

/// The same for the county, whom no exception covers.
pub(crate) fn county_filter_values(rules: &Rules<'_>, stock: &Stock) -> Option<Params> {
    let values = stock.parameters.iter().map(|index| rules.county_parameter(*index, Stage::Whole)).collect();
    named(rules.resolved, stock, values)
}

fn named(resolved: &Resolved, stock: &Stock, values: Vec<Option<f64>>) -> Option<Params> {
    stock
        .parameters
        .iter()
        .zip(values)
        .map(|(index, value)| Some((resolved.parameters.get(*index)?.id.clone(), value?)))
        .collect()
}

fn bits(params: &[(String, f64)]) -> Vec<u64> {
    params.iter().map(|(_, value)| value.to_bits()).collect()
}

fn settle(schools: &mut [School], division: &Division<'_>) {
    for school in schools {
        school.settle(division);
    }
}

fn listed(row: SchoolRow) -> Listed {
    Listed {
        code: row.code,
        name: row.name,
        traits: Traits {
            kind: row.kind,
            owner: row.owner,
            managed_by: row.managed_by,
            urban_rural: row.urban_rural,
            division: row.division.map(|division| division.to_string()),
            built_year: row.built_year.and_then(|year| i32::try_from(year).ok()),
            boarding: row.boarding,
            counts_as_school: row.counts_as_school,
        },
        parent: row.parent,
    }
}

/// The answer to one query, by school and stage.
struct ByUnit<'a>(BTreeMap<(Option<&'a SchoolCode>, Stage), &'a StockRow>);

impl<'a> ByUnit<'a> {
    fn of(rows: &'a [StockRow]) -> ByUnit<'a> {
        ByUnit(rows.iter().map(|row| ((row.school.as_ref(), row.stage), row)).collect())
    }

    fn get(&self, school: &SchoolCode, stage: Stage) -> Option<&StockRow> {
        self.0.get(&(Some(school), stage)).copied()
    }

    /// How many rows were found.
    fn count(&self, school: &SchoolCode, stage: Stage) -> usize {
        self.get(school, stage).map_or(0, |row| row.rows as usize)
    }

    /// The county's own row; where its rows name stages there is none for the county as a whole.
    fn county(&self) -> Option<&StockRow> {
        let mut rows = self.0.iter().filter(|((school, _), _)| school.is_none()).map(|(_, row)| *row);
        let first = rows.next()?;
        if rows.next().is_some() { None } else { Some(first) }
    }
}

/// Which schools have handed in which registers, of the year that is examined and of earlier years that a stock looks at.
struct Registers {
    year: SchoolYear,
    held: BTreeSet<(SchoolYear, &'static str, Option<SchoolCode>)>,
    /// The schools that existed in an earlier year, at its statistics date.
    existed: BTreeMap<SchoolYear, BTreeSet<SchoolCode>>,
}

impl Registers {
    fn of(snapshot: &Snapshot, resolved: &Resolved, year: SchoolYear) -> Result<Registers, HomeError> {
        let spans: Vec<_> = resolved.stocks.iter().map(|stock| stock.years.of(year)).collect();
        let known = snapshot.manifest().years.iter().copied().chain([year]).collect::<BTreeSet<_>>();
        let mut registers = Registers { year, held: BTreeSet::new(), existed: BTreeMap::new() };
        for at in known.into_iter().filter(|at| *at == year || spans.iter().any(|(first, last)| (first..=last).contains(&at))) {
            let held = snapshot.registers(at)?;
            registers.held.extend(held.into_iter().map(|register| (at, register.table, register.school)));
            if at != year {
                let schools = snapshot.schools(at.statistics_date())?;
                registers.existed.insert(at, schools.into_iter().map(|school| school.code).collect());
            }
        }
        Ok(registers)
    }

    fn has(&self, stock: &Stock, school: Option<&SchoolCode>) -> bool {
        // A table by validity is no register of a year: what it does not list is not there.
        let holds = |at: SchoolYear| self.held.contains(&(at, stock.table.name, school.cloned()));
        stock.table.time == facts::Time::Validity || self.years(stock).any(holds)
    }

    /// Whether a school did not exist in the earlier years that a stock looks at, although the registers of schools that
    /// did are there: then it had nothing to hand in, and had nothing.
    fn had_none(&self, stock: &Stock, school: &SchoolCode) -> bool {
        let held = |at: &SchoolYear| self.held.iter().any(|(of, table, _)| of == at && *table == stock.table.name);
        let mut held = self.years(stock).filter(held).peekable();
        stock.years.are_earlier()
            && held.peek().is_some()
            && held.all(|at| self.existed.get(&at).is_some_and(|existed| !existed.is_empty() && !existed.contains(school)))
    }

    /// The years that a stock looks at, as far as the snapshot knows them.
    fn years(&self, stock: &Stock) -> impl Iterator<Item = SchoolYear> {
        let (first, last) = stock.years.of(self.year);
        self.existed.keys().copied().chain([self.year]).filter(move |at| (first..=last).contains(at))
    }

    fn fill<'r>(
        &self,
        schools: &mut [School],
        index: usize,
        stock: &Stock,
        rows: &impl Fn(usize, Stage) -> Option<&'r ByUnit<'r>>,
    ) {
        let by_stage = stock.table.column("stage").is_some();
        for (position, school) in schools.iter_mut().enumerate() {
            let head_listed = school.units.first().is_some_and(|unit| self.has(stock, Some(&unit.code)));
            for unit in &mut school.units {
                // The classes and rooms of a campus are often listed under its school.
                let listed = self.has(stock, Some(&unit.code))
                    || (unit.code != school.code && head_listed)
                    || self.had_none(stock, &unit.code);
                for stage in Stage::ALL {
                    let Some(answer) = rows(position, stage) else {
                        if (stage != Stage::Whole) == by_stage {
                            unit.figures.set(stage, index, Cell::Missing(Lack::ParameterMissing));
                        }
                        continue;
                    };
                    let cell = match answer.get(&unit.code, stage) {
                        Some(row) => cell(row),
                        None if by_stage && (stage == Stage::Whole || is_long(stock)) => Cell::Missing(Lack::NoRow),
                        None if !by_stage && stage != Stage::Whole => Cell::Missing(Lack::NoRow),
                        None => nothing_found(stock, listed),
                    };
                    unit.figures.set(stage, index, cell);
                }
            }
        }
    }

    fn county_cell(&self, stock: &Stock, row: Option<&StockRow>) -> Cell {
        row.map_or_else(|| nothing_found(stock, self.has(stock, None)), cell)
    }
}

fn nothing_found(stock: &Stock, listed: bool) -> Cell {
    match stock.aggregate {
        policy::Aggregate::Max(_) | policy::Aggregate::Min(_) => Cell::Missing(Lack::NoRow),
        policy::Aggregate::Sum(_) if is_long(stock) => Cell::Missing(Lack::NoRow),
        _ if listed => Cell::Known(0.0),
        _ => Cell::Missing(Lack::NotInRegister),
    }
}

fn cell(row: &StockRow) -> Cell {
    match row.value {
        Some(value) if row.missing == 0 => Cell::Known(significant(value)),
        _ => Cell::Missing(Lack::Blank),
    }
}

fn no_schools(schools: &[School], on: Date) -> Option<Finding> {
    schools.is_empty().then(|| {
        Finding::new(
            Severity::Logic,
            "no-schools-on-date",
            Place::Everywhere,
            text!(
                "快照中没有在 {on} 存在的学校，无法评估",
                "the snapshot has no school that exists on {on}; nothing can be judged"
            ),
            text!("换一个日期，或导入该学年的学校基本情况", "choose another date, or import that year's table of schools"),
        )
    })
}
