//! The stock matrix: what each school has, by stage, before any indicator is formed.

mod cells;
mod divide;
mod given;
mod notice;
mod query;
mod roster;
mod stated;

use std::sync::Arc;

use facts::{CountyCode, Date, Finding, SchoolCode, SchoolYear, Stage};
pub use policy::expr::School as Traits;
use policy::{Resolved, StockLevel};
use serde::{Deserialize, Serialize};

pub(crate) use cells::slot;
pub use cells::{Cell, Cells, Lack};
pub(crate) use divide::{Division, is_long};
pub use given::{GivenFigure, GivenSchool, given};
pub(crate) use notice::notice;
pub(crate) use query::{Asked, county_filter_values, filter_values};
pub use query::{matrix, stock_query};
pub(crate) use stated::Stated;

/// Every counted school with its stocks, and the stocks of the county, as plain data: it can be stored, sent, changed by a
/// [`Delta`](crate::Delta) and evaluated again without another query.
///
/// Copying it is cheap: copies share the schools that they have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockMatrix {
    pub heading: Heading,
    /// The ids of the pack's stocks, in the order in which cells are kept.
    pub stocks: Vec<String>,
    /// In the order of their codes.
    #[serde(with = "shared")]
    pub schools: Vec<Arc<School>>,
    /// Stocks of the county itself (`level = "county"`), in the order of `stocks`; stocks of schools have no value here.
    pub county: Vec<Cell>,
    /// What was noticed while the schools and figures were brought together.
    pub findings: Vec<Finding>,
}

/// Which standard was applied to which facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    pub pack: String,
    /// The version of the pack's text, and of those it extends.
    pub pack_version: String,
    pub county: CountyCode,
    pub county_name: String,
    /// The snapshot, where the figures come from one.
    pub snapshot: Option<String>,
    pub year: SchoolYear,
    /// The day on which the standards must be in force and the schools must exist.
    pub on: Date,
}

/// A school that counts as one (是否计校数 = 1), with the campuses and attached classes that were merged into it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct School {
    pub code: SchoolCode,
    pub name: String,
    /// What a standard may ask of it as `school.kind`, `school.built_year` ….
    #[serde(flatten)]
    pub traits: Traits,
    /// The school itself first, then its campuses and attached classes by code.
    pub units: Vec<Unit>,
    /// Whether it, or a campus of it, teaches several stages, so that premises were divided among them.
    pub combined: bool,
    /// The stocks as the pack counts them: divided by stage, campuses merged. `Whole` is the school's total over the stages
    /// that the pack judges.
    pub stocks: Cells,
}

/// A reporting unit: a school, campus or attached class with its own figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    pub code: SchoolCode,
    pub name: String,
    #[serde(flatten)]
    pub traits: Traits,
    /// As reported: by stage, or for the whole unit (`Whole`), or both.
    pub figures: Cells,
}

impl Heading {
    /// A heading for figures that belong to no stored county.
    pub fn of(resolved: &Resolved, year: SchoolYear, on: Date) -> Heading {
        let versions: Vec<&str> = resolved.layers.iter().map(|layer| layer.version.as_str()).collect();
        Heading {
            pack: resolved.pack.clone(),
            pack_version: versions.join("+"),
            county: resolved.county.clone(),
            county_name: String::new(),
            snapshot: None,
            year,
            on,
        }
    }
}

impl StockMatrix {
    /// Where a school stands in `schools`.
    pub fn position(&self, school: &SchoolCode) -> Option<usize> {
        self.schools.binary_search_by(|candidate| candidate.code.cmp(school)).ok()
    }

    /// Where a stock stands in `stocks`.
    pub fn stock(&self, id: &str) -> Option<usize> {
        self.stocks.iter().position(|stock| stock == id)
    }
}

impl School {
    /// Works out its stocks from what its units report.
    pub(crate) fn settle(&mut self, division: &Division<'_>) {
        self.settle_some(division, 0..division.resolved.stocks.len());
    }

    /// The same for some stocks, the others being settled already.
    pub(crate) fn settle_some(&mut self, division: &Division<'_>, stocks: std::ops::Range<usize>) {
        let shapes: Vec<_> = self.units.iter().map(|unit| division.shape(unit)).collect();
        self.combined = shapes.iter().any(|shape| shape.only.is_none());
        for stock in stocks.filter(|stock| division.resolved.stocks[*stock].level == StockLevel::School) {
            for stage in Stage::ALL {
                let cell = match division.school_of::<f64>(&self.units, &shapes, stage, stock) {
                    Ok(value) => Cell::Known(value),
                    Err(lack) => Cell::Missing(lack),
                };
                self.stocks.set(stage, stock, cell);
            }
        }
    }
}

/// Schools are shared between copies of a matrix; on paper they are a plain list.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::School;

    pub fn serialize<S: Serializer>(schools: &[Arc<School>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(schools.iter().map(Arc::as_ref))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Arc<School>>, D::Error> {
        Ok(Vec::<School>::deserialize(from)?.into_iter().map(Arc::new).collect())
    }
}
