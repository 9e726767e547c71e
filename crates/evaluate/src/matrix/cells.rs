use facts::Stage;
use serde::{Deserialize, Serialize};

/// What stands in one cell of the stock matrix: a number, or why there is none. Missing is not zero.
///
/// ```
/// use evaluate::{Cell, Lack};
/// assert_eq!(Cell::Known(0.0).known(), Some(0.0));
/// assert_eq!(Cell::Missing(Lack::NoRow).known(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    Known(f64),
    Missing(Lack),
}

/// Why a stock has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lack {
    /// No file states the figure.
    NoRow,
    /// The register (classes, rooms, pupils, staff …) has no row at all of this school and year, so that nothing can be counted.
    NotInRegister,
    /// A row is there, but its value is blank, "—", "无" or "/".
    Blank,
    /// Only the whole school is reported, the school has several stages, and no rule divides this stock among them.
    NotDivided,
    /// Only the whole school is reported, and it cannot be divided because the pupils of a stage are not known.
    PupilsMissing,
    /// The filter of the stock uses a parameter that could not be determined for this school.
    ParameterMissing,
    /// The school or the stage has nobody: there is nothing to be counted.
    NoSuchStage,
}

impl Cell {
    /// The number, if there is one.
    pub fn known(self) -> Option<f64> {
        match self {
            Cell::Known(value) => Some(value),
            Cell::Missing(_) => None,
        }
    }

    /// Why there is no number, if there is none.
    pub fn lack(self) -> Option<Lack> {
        match self {
            Cell::Known(_) => None,
            Cell::Missing(lack) => Some(lack),
        }
    }
}

/// The stocks of one school or campus: every stage and the whole school, times every stock of the pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cells(Vec<Cell>);

/// A stage, and `Whole`, in the order in which cells are kept.
pub(crate) fn slot(stage: Stage) -> usize {
    match stage {
        Stage::Primary => 0,
        Stage::Junior => 1,
        Stage::Senior => 2,
        Stage::Whole => 3,
    }
}

impl Cells {
    pub(crate) fn missing(n_stocks: usize) -> Cells {
        Cells(vec![Cell::Missing(Lack::NoRow); n_stocks * Stage::ALL.len()])
    }

    /// All stocks of one stage, in the order of the pack.
    pub fn stage(&self, stage: Stage) -> &[Cell] {
        let n_stocks = self.0.len() / Stage::ALL.len();
        &self.0[slot(stage) * n_stocks..(slot(stage) + 1) * n_stocks]
    }

    /// One stock of one stage.
    pub fn get(&self, stage: Stage, stock: usize) -> Cell {
        self.stage(stage).get(stock).copied().unwrap_or(Cell::Missing(Lack::NoRow))
    }

    pub(crate) fn set(&mut self, stage: Stage, stock: usize, cell: Cell) {
        let n_stocks = self.0.len() / Stage::ALL.len();
        if stock < n_stocks {
            self.0[slot(stage) * n_stocks + stock] = cell;
        }
    }
}
