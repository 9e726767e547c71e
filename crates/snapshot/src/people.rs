use facts::Value;
use jiff::Timestamp;

/// Who looks at people's data, why and when: written to the home's `looked.log` before anything is shown.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub who: &'a str,
    pub purpose: &'a str,
    pub when: Timestamp,
}

/// The sealed columns of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// As in [`crate::SourceRow::person`].
    pub person: String,
    /// The personal columns of the table, in their order.
    pub values: Vec<(&'static str, Value)>,
}
