use facts::Text;
use serde::{Deserialize, Serialize};

/// An expression with every name resolved to an index: what is evaluated thousands of times.
///
/// The nodes lie flat in one vector, children before their parents, and nothing is looked up by name. Which of the two
/// functions fits, [`Program::number`] or [`Program::truth`], is fixed when the expression is checked; the other answers
/// "missing".
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    pub(crate) nodes: Vec<Node>,
    pub(crate) text: String,
}

/// A kind of number that formulas can be worked out in: `f64` for speed, an exact rational where a comparison is close.
pub trait Number: Clone + PartialOrd {
    /// The number that a decimal stands for. An exact kind takes the shortest decimal that reads as this `f64`, which is
    /// what the author of a pack or a file wrote: 0.1 is one tenth.
    fn of(decimal: f64) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    /// None when dividing by zero.
    fn over(self, other: Self) -> Option<Self>;
    fn negated(self) -> Self;
    fn ceil(self) -> Self;
    fn floor(self) -> Self;
    /// None for a result that is no number (overflow).
    fn sound(self) -> Option<Self> {
        Some(self)
    }
}

/// What an expression is worked out over. None means that the value is missing; it is never zero.
pub trait Env<N> {
    fn stock(&self, index: usize) -> Option<N>;
    fn parameter(&self, index: usize) -> Option<N>;
    /// The school that is meant; none for the county as a whole.
    fn school(&self) -> Option<&School>;
    /// The sum of `each` over the stages that the school, or every school of the county, teaches. None where it cannot be
    /// told, as here, where there are no stages to go through.
    fn over_stages(&self, each: &dyn Fn(&dyn Env<N>) -> Option<N>) -> Option<N> {
        let _ = each;
        None
    }
}

/// What expressions can ask of a school as `school.…`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct School {
    /// 办学类型, three digits.
    pub kind: Option<String>,
    /// `public` or `private`.
    pub owner: Option<String>,
    /// `county`, `prefecture`, `province` or `other`.
    pub managed_by: Option<String>,
    /// 城乡分类代码, 111 … 220.
    pub urban_rural: Option<String>,
    pub division: Option<String>,
    pub built_year: Option<i32>,
    pub boarding: Option<bool>,
    pub counts_as_school: Option<bool>,
}

/// `= <> < <= > >=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compare {
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "<>")]
    NotEqual,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
}

/// What stands at the leaves of an expression and has a value of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaf {
    Stock(usize),
    Parameter(usize),
    School(Attribute),
}

/// An attribute of a school, as expressions name it after `school.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    Boarding,
    BuiltYear,
    CountsAsSchool,
    Division,
    Kind,
    ManagedBy,
    Owner,
    UrbanRural,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Number(f64),
    Stock(u32),
    Parameter(u32),
    BuiltYear,
    Neg(u32),
    Abs(u32),
    Ceil(u32),
    Floor(u32),
    Add(u32, u32),
    Sub(u32, u32),
    Mul(u32, u32),
    Div(u32, u32),
    Min(u32, u32),
    Max(u32, u32),
    OverStages(u32),
    Truth(bool),
    Flag(Attribute),
    Compare(Compare, u32, u32),
    WordsIn { attribute: Attribute, choices: Vec<String>, negated: bool },
    DivisionIn(String),
    And(u32, u32),
    Or(u32, u32),
    Not(u32),
}

impl Program {
    /// The value of a numeric expression; none where something it needs is missing, or where it divides by zero.
    pub fn number<N: Number>(&self, env: &impl Env<N>) -> Option<N> {
        self.number_at(self.root(), env)?.sound()
    }

    /// The truth of a condition in Kleene's three values: none where what is missing decides.
    pub fn truth<N: Number>(&self, env: &impl Env<N>) -> Option<bool> {
        self.truth_at(self.root(), env)
    }

    /// The expression as its author wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every stock, parameter and attribute it names, each once, in order.
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut leaves: Vec<Leaf> = self.nodes.iter().filter_map(Node::leaf).collect();
        leaves.sort_unstable();
        leaves.dedup();
        leaves
    }

    /// The indices of the stocks it names.
    pub fn stocks(&self) -> Vec<usize> {
        self.leaves().into_iter().filter_map(|leaf| if let Leaf::Stock(index) = leaf { Some(index) } else { None }).collect()
    }

    /// The indices of the parameters it names.
    pub fn parameters(&self) -> Vec<usize> {
        self.leaves().into_iter().filter_map(|leaf| if let Leaf::Parameter(index) = leaf { Some(index) } else { None }).collect()
    }

    fn root(&self) -> u32 {
        self.nodes.len().saturating_sub(1) as u32
    }

    fn number_at<N: Number>(&self, at: u32, env: &(impl Env<N> + ?Sized)) -> Option<N> {
        let number = |at: u32| self.number_at(at, env);
        Some(match *self.nodes.get(at as usize)? {
            Node::Number(value) => N::of(value),
            Node::Stock(index) => env.stock(index as usize)?,
            Node::Parameter(index) => env.parameter(index as usize)?,
            Node::BuiltYear => N::of(f64::from(env.school()?.built_year?)),
            Node::Neg(a) => number(a)?.negated(),
            Node::Abs(a) => {
                let value = number(a)?;
                if value < N::of(0.0) { value.negated() } else { value }
            }
            Node::Ceil(a) => number(a)?.ceil(),
            Node::Floor(a) => number(a)?.floor(),
            Node::Add(a, b) => number(a)?.plus(number(b)?),
            Node::Sub(a, b) => number(a)?.minus(number(b)?),
            Node::Mul(a, b) => number(a)?.times(number(b)?),
            Node::Div(a, b) => number(a)?.over(number(b)?)?,
            Node::Min(a, b) => {
                let (a, b) = (number(a)?, number(b)?);
                if b < a { b } else { a }
            }
            Node::Max(a, b) => {
                let (a, b) = (number(a)?, number(b)?);
                if b > a { b } else { a }
            }
            Node::OverStages(a) => env.over_stages(&|stage| self.number_at(a, stage))?,
            _ => return None,
        })
    }

    fn truth_at<N: Number>(&self, at: u32, env: &impl Env<N>) -> Option<bool> {
        let truth = |at: u32| self.truth_at(at, env);
        match self.nodes.get(at as usize)? {
            Node::Truth(value) => Some(*value),
            Node::Flag(attribute) => env.school()?.flag(*attribute),
            Node::Compare(compare, a, b) => {
                let (a, b) = (self.number_at(*a, env)?, self.number_at(*b, env)?);
                compare.holds(&a, &b)
            }
            Node::WordsIn { attribute, choices, negated } => {
                let words = env.school()?.words(*attribute)?;
                Some(choices.iter().any(|choice| choice == words) != *negated)
            }
            Node::DivisionIn(prefix) => Some(env.school()?.division.as_deref()?.starts_with(prefix.as_str())),
            Node::And(a, b) => match truth(*a) {
                Some(false) => Some(false),
                Some(true) => truth(*b),
                None => truth(*b).filter(|b| !b),
            },
            Node::Or(a, b) => match truth(*a) {
                Some(true) => Some(true),
                Some(false) => truth(*b),
                None => truth(*b).filter(|b| *b),
            },
            Node::Not(a) => truth(*a).map(|a| !a),
            _ => None,
        }
    }
}

impl Node {
    /// The same node in a vector where everything lies `by` places further on.
    pub(crate) fn moved(self, by: u32) -> Node {
        match self {
            Node::Neg(a) => Node::Neg(a + by),
            Node::Abs(a) => Node::Abs(a + by),
            Node::Ceil(a) => Node::Ceil(a + by),
            Node::Floor(a) => Node::Floor(a + by),
            Node::OverStages(a) => Node::OverStages(a + by),
            Node::Not(a) => Node::Not(a + by),
            Node::Add(a, b) => Node::Add(a + by, b + by),
            Node::Sub(a, b) => Node::Sub(a + by, b + by),
            Node::Mul(a, b) => Node::Mul(a + by, b + by),
            Node::Div(a, b) => Node::Div(a + by, b + by),
            Node::Min(a, b) => Node::Min(a + by, b + by),
            Node::Max(a, b) => Node::Max(a + by, b + by),
            Node::Compare(compare, a, b) => Node::Compare(compare, a + by, b + by),
            Node::And(a, b) => Node::And(a + by, b + by),
            Node::Or(a, b) => Node::Or(a + by, b + by),
            leaf => leaf,
        }
    }

    fn leaf(&self) -> Option<Leaf> {
        match self {
            Node::Stock(index) => Some(Leaf::Stock(*index as usize)),
            Node::Parameter(index) => Some(Leaf::Parameter(*index as usize)),
            Node::BuiltYear => Some(Leaf::School(Attribute::BuiltYear)),
            Node::DivisionIn(_) => Some(Leaf::School(Attribute::Division)),
            Node::Flag(attribute) | Node::WordsIn { attribute, .. } => Some(Leaf::School(*attribute)),
            _ => None,
        }
    }
}

impl School {
    /// Fills what is missing from another row about the same school.
    pub(crate) fn complete(&mut self, other: School) {
        let School { kind, owner, managed_by, urban_rural, division, built_year, boarding, counts_as_school } = other;
        self.kind = self.kind.take().or(kind);
        self.owner = self.owner.take().or(owner);
        self.managed_by = self.managed_by.take().or(managed_by);
        self.urban_rural = self.urban_rural.take().or(urban_rural);
        self.division = self.division.take().or(division);
        self.built_year = self.built_year.or(built_year);
        self.boarding = self.boarding.or(boarding);
        self.counts_as_school = self.counts_as_school.or(counts_as_school);
    }

    /// The attribute's words; none where it has none or is missing.
    pub fn words(&self, attribute: Attribute) -> Option<&str> {
        match attribute {
            Attribute::Kind => self.kind.as_deref(),
            Attribute::Owner => self.owner.as_deref(),
            Attribute::ManagedBy => self.managed_by.as_deref(),
            Attribute::UrbanRural => self.urban_rural.as_deref(),
            Attribute::Division => self.division.as_deref(),
            Attribute::BuiltYear | Attribute::Boarding | Attribute::CountsAsSchool => None,
        }
    }

    /// The attribute's truth; none where it is no yes-or-no or is missing.
    pub fn flag(&self, attribute: Attribute) -> Option<bool> {
        match attribute {
            Attribute::Boarding => self.boarding,
            Attribute::CountsAsSchool => self.counts_as_school,
            _ => None,
        }
    }
}

impl Attribute {
    /// Every attribute, in alphabetical order.
    pub const ALL: [(Attribute, &'static str); 8] = [
        (Attribute::Boarding, "boarding"),
        (Attribute::BuiltYear, "built_year"),
        (Attribute::CountsAsSchool, "counts_as_school"),
        (Attribute::Division, "division"),
        (Attribute::Kind, "kind"),
        (Attribute::ManagedBy, "managed_by"),
        (Attribute::Owner, "owner"),
        (Attribute::UrbanRural, "urban_rural"),
    ];

    pub fn from_id(id: &str) -> Option<Attribute> {
        Attribute::ALL.iter().find(|(_, name)| *name == id).map(|(attribute, _)| *attribute)
    }

    /// Whether it is a yes or no.
    pub fn is_flag(self) -> bool {
        matches!(self, Attribute::Boarding | Attribute::CountsAsSchool)
    }

    /// The word after `school.`.
    pub fn id(self) -> &'static str {
        Attribute::ALL[self as usize].1
    }

    pub fn title(self) -> Text {
        let (zh, en) = match self {
            Attribute::Boarding => ("寄宿制", "boarding"),
            Attribute::BuiltYear => ("建校年份", "year built"),
            Attribute::CountsAsSchool => ("计校数", "counts as a school"),
            Attribute::Division => ("所在地", "place"),
            Attribute::Kind => ("办学类型", "kind of school"),
            Attribute::ManagedBy => ("主管部门", "managed by"),
            Attribute::Owner => ("举办者", "owner"),
            Attribute::UrbanRural => ("城乡分类", "urban or rural class"),
        };
        Text::new(zh, en)
    }
}

impl Compare {
    /// Whether `a` stands to `b` as asked; none when they cannot be compared.
    pub fn holds<N: PartialOrd>(self, a: &N, b: &N) -> Option<bool> {
        let order = a.partial_cmp(b)?;
        Some(match self {
            Compare::Equal => order.is_eq(),
            Compare::NotEqual => order.is_ne(),
            Compare::Less => order.is_lt(),
            Compare::LessOrEqual => order.is_le(),
            Compare::Greater => order.is_gt(),
            Compare::GreaterOrEqual => order.is_ge(),
        })
    }

    pub fn sign(self) -> &'static str {
        match self {
            Compare::Equal => "=",
            Compare::NotEqual => "<>",
            Compare::Less => "<",
            Compare::LessOrEqual => "<=",
            Compare::Greater => ">",
            Compare::GreaterOrEqual => ">=",
        }
    }

    pub fn from_sign(sign: &str) -> Option<Compare> {
        Some(match sign {
            "=" => Compare::Equal,
            "<>" | "!=" => Compare::NotEqual,
            "<" => Compare::Less,
            "<=" => Compare::LessOrEqual,
            ">" => Compare::Greater,
            ">=" => Compare::GreaterOrEqual,
            _ => return None,
        })
    }
}

impl Number for f64 {
    fn of(decimal: f64) -> f64 {
        decimal
    }
    fn plus(self, other: f64) -> f64 {
        self + other
    }
    fn minus(self, other: f64) -> f64 {
        self - other
    }
    fn times(self, other: f64) -> f64 {
        self * other
    }
    fn over(self, other: f64) -> Option<f64> {
        (other != 0.0).then(|| self / other)
    }
    fn negated(self) -> f64 {
        -self
    }
    fn ceil(self) -> f64 {
        f64::ceil(self)
    }
    fn floor(self) -> f64 {
        f64::floor(self)
    }
    fn sound(self) -> Option<f64> {
        self.is_finite().then_some(self)
    }
}
