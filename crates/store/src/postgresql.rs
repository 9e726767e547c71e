use std::collections::HashMap;

use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres::{Client, NoTls, Row, Statement};

use crate::StoreError;
use crate::connection::{Connection, Each, Fields, Value};

/// A store in a PostgreSQL database, shared by any number of servers.
pub struct Postgres {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Postgres {
    pub fn connect(url: &str) -> Result<Postgres, StoreError> {
        let client = Client::connect(url, NoTls).map_err(|error| StoreError::FailedOpen { what: told(&error) })?;
        Ok(Postgres { client, prepared: HashMap::new() })
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(wrong)?;
        self.prepared.insert(sql.to_string(), statement.clone());
        Ok(statement)
    }
}

impl Connection for Postgres {
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.statement(sql)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        self.client.execute(&statement, &values).map_err(wrong)
    }

    fn query(&mut self, sql: &str, values: &[Value<'_>], each: Each<'_>) -> Result<(), StoreError> {
        let statement = self.statement(sql)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        for row in self.client.query(&statement, &values).map_err(wrong)? {
            each(&PostgresRow(&row))?;
        }
        Ok(())
    }

    fn begin_write(&mut self) -> Result<(), StoreError> {
        // Writers queue behind this lock, as they do behind SQLite's; readers do not.
        let begin = "BEGIN; SET LOCAL lock_timeout = '15s'; SELECT pg_advisory_xact_lock(5399010801)";
        let begun = self.client.batch_execute(begin).map_err(wrong);
        if begun.is_err() {
            self.rollback();
        }
        begun
    }

    fn begin_read(&mut self) -> Result<(), StoreError> {
        self.client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").map_err(wrong)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.client.batch_execute("COMMIT").map_err(wrong)
    }

    fn rollback(&mut self) {
        let _ = self.client.batch_execute("ROLLBACK");
    }

    fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        let mut found = false;
        let sql = "SELECT 1::bigint FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1";
        self.query(sql, &[Value::Text(name)], &mut |_| {
            found = true;
            Ok(())
        })?;
        Ok(found)
    }
}

struct PostgresRow<'r>(&'r Row);

impl Fields for PostgresRow<'_> {
    fn text(&self, column: usize) -> Result<&str, StoreError> {
        self.0.try_get(column).map_err(wrong)
    }

    fn maybe(&self, column: usize) -> Result<Option<&str>, StoreError> {
        self.0.try_get(column).map_err(wrong)
    }

    fn number(&self, column: usize) -> Result<i64, StoreError> {
        self.0.try_get(column).map_err(wrong)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Text(words) => words.to_sql(ty, out),
            Value::Maybe(words) => words.to_sql(ty, out),
            Value::Number(number) => number.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        <&str as ToSql>::accepts(ty) || <i64 as ToSql>::accepts(ty)
    }

    to_sql_checked!();
}

/// The server's own words, where it said any.
fn told(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |told| told.message().to_string())
}

fn wrong(error: postgres::Error) -> StoreError {
    let what = told(&error);
    // Classes and codes of SQLSTATE.
    match error.code().map(|code| code.code()) {
        Some("55P03" | "40001" | "40P01") => StoreError::Busy,
        Some("53100") => StoreError::Full,
        Some("25006" | "42501") => StoreError::ReadOnly,
        Some(code) if code.starts_with("57P") || code.starts_with("08") => StoreError::Lost { what },
        Some(_) => StoreError::Refused { what },
        None => StoreError::Lost { what },
    }
}
