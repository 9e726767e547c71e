use crate::expr::Compare;

/// A parsed expression; `start` and `end` are bytes of its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub kind: TreeKind,
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TreeKind {
    Number(f64),
    Words(String),
    Truth(bool),
    Name(String),
    /// `:parameter`, in SQL only.
    Placeholder(String),
    Negate(Box<Tree>),
    Not(Box<Tree>),
    Arithmetic(Operator, Box<Tree>, Box<Tree>),
    Compare(Compare, Box<Tree>, Box<Tree>),
    Join(Join, Box<Tree>, Box<Tree>),
    In {
        tree: Box<Tree>,
        choices: Vec<Tree>,
        negated: bool,
    },
    /// In SQL only.
    IsNull {
        tree: Box<Tree>,
        negated: bool,
    },
    /// In formulas only.
    Call(Call, Vec<Tree>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Abs,
    Ceil,
    Floor,
    Max,
    Min,
    SumOverStages,
}

impl Tree {
    pub fn span(&self) -> (usize, usize) {
        (self.start, self.end)
    }

    /// The part of the text that this is.
    pub fn words<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or(text)
    }

    pub fn children(&self) -> Vec<&Tree> {
        match &self.kind {
            TreeKind::Number(_) | TreeKind::Words(_) | TreeKind::Truth(_) | TreeKind::Name(_) | TreeKind::Placeholder(_) => {
                Vec::new()
            }
            TreeKind::Negate(tree) | TreeKind::Not(tree) | TreeKind::IsNull { tree, .. } => vec![tree],
            TreeKind::Arithmetic(_, a, b) | TreeKind::Compare(_, a, b) | TreeKind::Join(_, a, b) => vec![a, b],
            TreeKind::In { tree, choices, .. } => std::iter::once(&**tree).chain(choices).collect(),
            TreeKind::Call(_, arguments) => arguments.iter().collect(),
        }
    }

    /// Visits this tree and all below it.
    pub fn walk<'t>(&'t self, visit: &mut impl FnMut(&'t Tree)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// The plain names it uses, with their places; not those after `school.`.
    pub fn names(&self) -> Vec<(&str, (usize, usize))> {
        let mut names = Vec::new();
        self.walk(&mut |tree| {
            if let TreeKind::Name(name) = &tree.kind
                && !name.contains('.')
            {
                names.push((name.as_str(), tree.span()));
            }
        });
        names
    }

    /// The plain names within `sum_over_stages`, which are asked for at each stage.
    pub fn names_over_stages(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.walk(&mut |tree| {
            if let TreeKind::Call(Call::SumOverStages, _) = tree.kind {
                names.extend(tree.names().into_iter().map(|(name, _)| name));
            }
        });
        names
    }

    /// The plain names outside `sum_over_stages`.
    pub fn names_of_one_stage(&self) -> Vec<&str> {
        match &self.kind {
            TreeKind::Call(Call::SumOverStages, _) => Vec::new(),
            TreeKind::Name(name) if !name.contains('.') => vec![name],
            _ => self.children().into_iter().flat_map(Tree::names_of_one_stage).collect(),
        }
    }

    /// The `:parameters` it uses, with their places.
    pub fn placeholders(&self) -> Vec<(&str, (usize, usize))> {
        let mut names = Vec::new();
        self.walk(&mut |tree| {
            if let TreeKind::Placeholder(name) = &tree.kind {
                names.push((name.as_str(), tree.span()));
            }
        });
        names
    }
}

impl Operator {
    pub fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
        }
    }
}

impl Call {
    /// Every function of formulas, in alphabetical order.
    pub const ALL: [(Call, &'static str); 6] = [
        (Call::Abs, "abs"),
        (Call::Ceil, "ceil"),
        (Call::Floor, "floor"),
        (Call::Max, "max"),
        (Call::Min, "min"),
        (Call::SumOverStages, "sum_over_stages"),
    ];

    /// How many arguments it takes, at least and at most.
    pub fn arity(self) -> (usize, usize) {
        match self {
            Call::Abs | Call::Ceil | Call::Floor | Call::SumOverStages => (1, 1),
            Call::Max | Call::Min => (2, 16),
        }
    }
}
