use facts::{Column, ColumnKind, Table, Text, Unit, text};

use super::write::write;
use crate::suggest::did_you_mean;
use crate::syntax::{SyntaxFault, Tree, TreeKind};

/// A checked `where`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    /// The condition written anew.
    pub sql: String,
    /// The columns it reads, in alphabetical order.
    pub columns: Vec<&'static str>,
    /// The strings with which each column is compared, with their places: `item = 'books'`.
    pub literals: Vec<Literal>,
    /// Parameters it names, in order of appearance.
    pub parameters: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Literal {
    pub column: &'static str,
    pub words: String,
    pub span: (usize, usize),
}

/// Checks a parsed condition against a table.
pub(crate) fn check(tree: &Tree, table: &'static Table, faults: &mut Vec<SyntaxFault>) -> Option<Condition> {
    let before = faults.len();
    let mut checker = Checker { table, columns: Vec::new(), literals: Vec::new(), faults };
    checker.truth(tree);
    let Checker { mut columns, literals, .. } = checker;
    columns.sort_unstable();
    columns.dedup();
    let mut parameters: Vec<String> = Vec::new();
    for (name, _) in tree.placeholders() {
        if !parameters.iter().any(|known| known == name) {
            parameters.push(name.to_string());
        }
    }
    (faults.len() == before).then(|| Condition { sql: write(tree), columns, literals, parameters })
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Words,
    Truth,
}

struct Checker<'a> {
    table: &'static Table,
    columns: Vec<&'static str>,
    literals: Vec<Literal>,
    faults: &'a mut Vec<SyntaxFault>,
}

impl Checker<'_> {
    fn truth(&mut self, tree: &Tree) {
        match self.kind(tree) {
            Some(Kind::Truth) | None => {}
            Some(_) => self.fault(
                "not-a-condition",
                tree,
                text!("这里要一个条件", "a condition is wanted here"),
                text!("写成比较，如 migrant = 1", "write a comparison, such as migrant = 1"),
            ),
        }
    }

    fn number(&mut self, tree: &Tree) {
        match self.kind(tree) {
            Some(Kind::Number) | None => {}
            Some(_) => self.fault(
                "not-a-number",
                tree,
                text!("这里要一个数", "a number is wanted here"),
                text!("只有数值列和数可以运算", "only numeric columns and numbers can be reckoned with"),
            ),
        }
    }

    fn kind(&mut self, tree: &Tree) -> Option<Kind> {
        match &tree.kind {
            TreeKind::Number(_) | TreeKind::Placeholder(_) => Some(Kind::Number),
            TreeKind::Words(_) => Some(Kind::Words),
            TreeKind::Name(name) => self.column(name, tree).map(|column| kind_of(column.kind)),
            TreeKind::Negate(inner) => {
                self.number(inner);
                Some(Kind::Number)
            }
            TreeKind::Arithmetic(_, a, b) => {
                self.number(a);
                self.number(b);
                Some(Kind::Number)
            }
            TreeKind::Not(inner) => {
                self.truth(inner);
                Some(Kind::Truth)
            }
            TreeKind::Join(_, a, b) => {
                self.truth(a);
                self.truth(b);
                Some(Kind::Truth)
            }
            TreeKind::Compare(_, a, b) => {
                self.pair(a, b);
                Some(Kind::Truth)
            }
            TreeKind::In { tree, choices, .. } => {
                for choice in choices {
                    self.pair(tree, choice);
                }
                Some(Kind::Truth)
            }
            TreeKind::IsNull { tree: inner, .. } => {
                if !matches!(inner.kind, TreeKind::Name(_)) {
                    let hint = text!("写成 列名 is null", "write a column before it");
                    self.fault("not-a-column", inner, text!("is null 前面要是列名", "`is null` asks about a column"), hint);
                }
                self.kind(inner);
                Some(Kind::Truth)
            }
            TreeKind::Truth(_) | TreeKind::Call(..) => None,
        }
    }

    fn pair(&mut self, a: &Tree, b: &Tree) {
        let (left, right) = (self.kind(a), self.kind(b));
        for (side, other) in [(a, b), (b, a)] {
            if let (TreeKind::Name(name), TreeKind::Words(words)) = (&side.kind, &other.kind)
                && let Some(column) = self.table.column(name)
            {
                self.literals.push(Literal { column: column.name, words: words.clone(), span: other.span() });
            }
        }
        if let (Some(left), Some(right)) = (left, right)
            && (left != right || left == Kind::Truth)
        {
            let what = text!("两边不是一类，不能比较", "the two sides are not of one kind");
            let hint = text!(
                "文字列（含各种代码）与 '字符串' 比较，数值列与数比较，是否列与 1 或 0 比较",
                "compare text columns (all codes are text) with 'strings', numeric ones with numbers, yes-or-no ones with 1 or 0"
            );
            self.fault("cannot-compare", if left == Kind::Words { b } else { a }, what, hint);
        }
    }

    fn column(&mut self, name: &str, tree: &Tree) -> Option<&'static Column> {
        let table = self.table.name;
        let Some(column) = self.table.column(name) else {
            let hint = did_you_mean(name, self.table.columns.iter().filter(|column| !column.personal).map(|column| column.name));
            self.fault("unknown-column", tree, text!("表 {table} 没有列 {name}", "the table {table} has no column {name}"), hint);
            return None;
        };
        if column.personal {
            let what = text!(
                "{name}（{}）是个人信息，标准不能读取",
                "{name} ({}) identifies a person; no pack can read it",
                column.title
            );
            let hint = text!("改用不涉及个人身份的列", "use a column that identifies nobody");
            self.fault("personal-column", tree, what, hint);
            return None;
        }
        self.columns.push(column.name);
        Some(column)
    }

    fn fault(&mut self, code: &'static str, tree: &Tree, what: Text, hint: Text) {
        self.faults.push(*SyntaxFault::new(code, tree.span(), what, hint));
    }
}

fn kind_of(kind: ColumnKind) -> Kind {
    match kind {
        ColumnKind::Integer | ColumnKind::Real | ColumnKind::Boolean => Kind::Number,
        // Dates are kept as words, 2025-09-01, and compare as such.
        ColumnKind::Text
        | ColumnKind::Date
        | ColumnKind::SchoolCode
        | ColumnKind::DivisionCode
        | ColumnKind::SchoolYear
        | ColumnKind::Stage
        | ColumnKind::CitizenId
        | ColumnKind::StudentNo => Kind::Words,
    }
}

/// What one row of a table is a count of; none where a row is nothing that has a unit.
pub(crate) fn row_unit(table: &Table) -> Option<Unit> {
    table.row_unit?.parse().ok()
}

/// The unit of a column's numbers; none where it differs from row to row.
pub(crate) fn column_unit(table: &Table, column: &str) -> Option<Unit> {
    table.column(column)?.unit?.parse().ok()
}
