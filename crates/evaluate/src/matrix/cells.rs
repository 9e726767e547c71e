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
    /// The stock adds up several figures, of which some are stated and others have no row.
    ItemsNotStated,
    /// A row is there, but its value is blank, "—", "无" or "/".
    Blank,
    /// Only the whole school is reported, the school has several stages, and no rule divides this stock among them.
    NotDivided,
    /// Only the whole school is reported, and it cannot be divided because the pupils of a stage are not known.
    PupilsMissing,
    /// The filter of the stock uses a parameter that could not be determined for this school.
    ParameterMissing,
    /// The stock is of some schools only, and the school does not say whether it is one.
    SchoolUnclear,
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
///
/// Numbers lie by themselves, so that a province of them passes through the processor's cache; why one is missing lies
/// beside them and is read only where one is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<Cell>", into = "Vec<Cell>")]
pub struct Cells {
    /// NaN where there is no number.
    numbers: Vec<f64>,
    lacks: Vec<Lack>,
}

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
        let n_cells = n_stocks * Stage::ALL.len();
        Cells { numbers: vec![f64::NAN; n_cells], lacks: vec![Lack::NoRow; n_cells] }
    }

    /// All stocks of one stage, in the order of the pack.
    pub fn stage(&self, stage: Stage) -> impl Iterator<Item = Cell> {
        let n_stocks = self.n_stocks();
        (slot(stage) * n_stocks..(slot(stage) + 1) * n_stocks).map(|at| self.at(at))
    }

    /// One stock of one stage.
    pub fn get(&self, stage: Stage, stock: usize) -> Cell {
        let n_stocks = self.n_stocks();
        if stock < n_stocks { self.at(slot(stage) * n_stocks + stock) } else { Cell::Missing(Lack::NoRow) }
    }

    pub(crate) fn set(&mut self, stage: Stage, stock: usize, cell: Cell) {
        let n_stocks = self.n_stocks();
        if stock < n_stocks {
            let at = slot(stage) * n_stocks + stock;
            (self.numbers[at], self.lacks[at]) = parts(cell);
        }
    }

    fn n_stocks(&self) -> usize {
        self.numbers.len() / Stage::ALL.len()
    }

    fn at(&self, at: usize) -> Cell {
        let number = self.numbers[at];
        if number.is_nan() { Cell::Missing(self.lacks[at]) } else { Cell::Known(number) }
    }
}

/// The reason beside a number that is there is always the same, so that equal cells are equal.
fn parts(cell: Cell) -> (f64, Lack) {
    match cell {
        Cell::Known(value) if value.is_nan() => (f64::NAN, Lack::Blank),
        Cell::Known(value) => (value, Lack::NoRow),
        Cell::Missing(lack) => (f64::NAN, lack),
    }
}

impl PartialEq for Cells {
    fn eq(&self, other: &Cells) -> bool {
        self.numbers.len() == other.numbers.len() && (0..self.numbers.len()).all(|at| self.at(at) == other.at(at))
    }
}

impl From<Vec<Cell>> for Cells {
    fn from(cells: Vec<Cell>) -> Cells {
        let (numbers, lacks) = cells.into_iter().map(parts).unzip();
        Cells { numbers, lacks }
    }
}

impl From<Cells> for Vec<Cell> {
    fn from(cells: Cells) -> Vec<Cell> {
        (0..cells.numbers.len()).map(|at| cells.at(at)).collect()
    }
}
