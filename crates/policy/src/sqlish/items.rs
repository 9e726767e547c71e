use facts::{Stage, Table};

use super::Condition;
use crate::expr::Compare;
use crate::syntax::{Join, Tree, TreeKind};

/// Whether a row of a table states one figure of a school or county: then a figure without a row is not known. A ledger has
/// rows for what there was, and no row for what there was not.
pub(crate) fn states_figures(table: &Table) -> bool {
    matches!(table.name, "school_figures" | "declarations")
}

impl Condition {
    /// The items that it names, in the order of their ids.
    pub fn items(&self) -> Vec<&str> {
        let named = self.literals.iter().filter(|literal| literal.column == "item");
        let mut items: Vec<&str> = named.map(|literal| literal.words.as_str()).collect();
        items.sort_unstable();
        items.dedup();
        items
    }
}

/// The stages of whose rows of an item a condition may let some through: those at which it is not surely false, told the item
/// and the stage alone.
///
/// `stage = 'primary' and item in ('a', 'b') or stage = 'junior' and item = 'b'` lets rows of `a` through at one stage, of `b`
/// at two.
pub(crate) fn stages_of_item(condition: &Tree, item: &str) -> Vec<Stage> {
    Stage::ALL.into_iter().filter(|stage| (Row { item, stage: stage.id() }).truth(condition) != Some(false)).collect()
}

/// A row of which only two cells are known.
struct Row<'a> {
    item: &'a str,
    stage: &'a str,
}

impl Row<'_> {
    /// None where it depends on the other cells.
    fn truth(&self, tree: &Tree) -> Option<bool> {
        match &tree.kind {
            TreeKind::Not(inner) => self.truth(inner).map(|holds| !holds),
            TreeKind::Join(Join::And, a, b) => match (self.truth(a), self.truth(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            TreeKind::Join(Join::Or, a, b) => match (self.truth(a), self.truth(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            TreeKind::Compare(compare, a, b) => {
                let (a, b) = (self.words(a)?, self.words(b)?);
                Some(match compare {
                    Compare::Equal => a == b,
                    Compare::NotEqual => a != b,
                    Compare::Less => a < b,
                    Compare::LessOrEqual => a <= b,
                    Compare::Greater => a > b,
                    Compare::GreaterOrEqual => a >= b,
                })
            }
            TreeKind::In { tree, choices, negated } => {
                let words = self.words(tree)?;
                let among = choices.iter().map(|choice| self.words(choice)).collect::<Option<Vec<_>>>()?.contains(&words);
                Some(among != *negated)
            }
            TreeKind::IsNull { tree, negated } => self.words(tree).map(|_| *negated),
            _ => None,
        }
    }

    fn words<'t>(&'t self, tree: &'t Tree) -> Option<&'t str> {
        match &tree.kind {
            TreeKind::Words(words) => Some(words),
            TreeKind::Name(name) if name == "item" => Some(self.item),
            TreeKind::Name(name) if name == "stage" => Some(self.stage),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stages_of_item;
    use crate::syntax::{Dialect, parse};

    fn check(condition: &str, item: &str, expected: &[&str]) {
        let tree = parse(condition, Dialect::Sql).expect("a condition");
        let stages: Vec<&str> = stages_of_item(&tree, item).into_iter().map(facts::Stage::id).collect();
        assert_eq!(stages, expected, "{item} in {condition}");
    }

    #[test]
    fn an_item_counts_where_the_condition_may_hold() {
        const ALL: [&str; 4] = ["primary", "junior", "senior", "whole"];
        check("item in ('a', 'b')", "a", &ALL);
        check("item in ('a', 'b')", "c", &[]);
        let by_stage = "(stage = 'primary' and item in ('a', 'b')) or (stage = 'junior' and item = 'b')";
        check(by_stage, "a", &["primary"]);
        check(by_stage, "b", &["primary", "junior"]);
        check("item = 'a' or item = 'b'", "b", &ALL);
        check("item = 'a' and stage in ('primary', 'junior')", "a", &["primary", "junior"]);
        check("item = 'a' and stage <> 'whole'", "a", &["primary", "junior", "senior"]);
        check("not (item = 'a')", "a", &[]);
        check("item <> 'a' and item in ('a', 'b')", "a", &[]);
        // What the value is does not matter for whether the item is asked for.
        check("item in ('a', 'b') and value > 0", "a", &ALL);
        check("item = 'a' or value > 0", "b", &ALL);
        check("item is not null and item = 'a'", "a", &ALL);
    }
}
