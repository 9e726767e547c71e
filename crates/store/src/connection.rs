use crate::StoreError;

/// A value that is bound to a statement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'v> {
    Text(&'v str),
    /// Absent is NULL and never an empty string: some databases take the two for one.
    Maybe(Option<&'v str>),
    Number(i64),
}

/// One row of an answer.
pub trait Fields {
    fn text(&self, column: usize) -> Result<&str, StoreError>;
    fn maybe(&self, column: usize) -> Result<Option<&str>, StoreError>;
    fn number(&self, column: usize) -> Result<i64, StoreError>;
}

/// Takes in a row.
pub type Each<'e> = &'e mut dyn FnMut(&dyn Fields) -> Result<(), StoreError>;

/// What the two databases have in common. Statements name their values `$1`, `$2` … in the order in which they first appear.
pub trait Connection {
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError>;

    fn query(&mut self, sql: &str, values: &[Value<'_>], each: Each<'_>) -> Result<(), StoreError>;

    /// Begins to write: whoever comes second waits until the first is done.
    fn begin_write(&mut self) -> Result<(), StoreError>;

    /// Begins to read one unchanging state.
    fn begin_read(&mut self) -> Result<(), StoreError>;

    fn commit(&mut self) -> Result<(), StoreError>;

    /// Gives up what was begun; what cannot be given up is gone with the connection anyway.
    fn rollback(&mut self);

    /// Whether a table is there.
    fn has_table(&mut self, name: &str) -> Result<bool, StoreError>;
}
