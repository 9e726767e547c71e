use std::fmt::Write as _;

use duty::chain::{Hash, Line, genesis, hex, link, unhex};
use duty::{Actor, Recorded};
use facts::Text;
use serde::{Deserialize, Serialize};

use crate::condition::with_condition;
use crate::connection::{Connection, Fields, Value};
use crate::schema::{CASE, MIGRATIONS};
use crate::{Batch, Entry, Filter, Head, Listing, Order, Row, Store, StoreError, Tally};

/// A store in a database: the same SQL, whichever it is.
pub struct Database<C> {
    pub(crate) db: C,
}

/// Who did what, as it stands in the log: what the chain's hash covers.
#[derive(Serialize, Deserialize)]
struct Body<'b> {
    actor: std::borrow::Cow<'b, Actor>,
    event: std::borrow::Cow<'b, duty::Event>,
}

impl<C: Connection> Database<C> {
    /// Takes over a database, making the tables where there are none.
    pub(crate) fn open(db: C, practice: bool) -> Result<Database<C>, StoreError> {
        let mut store = Database { db };
        if !store.db.has_table("meta")? {
            store.write(|store| {
                // Somebody else may have been quicker.
                if store.db.has_table("meta")? {
                    return Ok(());
                }
                store.db.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)", &[])?;
                let (mode, start) = (if practice { "practice" } else { "real" }, hex(&genesis(practice)));
                for (name, value) in [("version", "0"), ("mode", mode), ("lines", "0"), ("head", start.as_str())] {
                    store.set(name, value)?;
                }
                Ok(())
            })?;
        }
        let (found, known) = (store.schema_version()?, MIGRATIONS.len() as i64);
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        if found < known {
            store.migrate(known)?;
        }
        Ok(store)
    }

    /// Does something whole or not at all.
    pub(crate) fn write<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.db.begin_write()?;
        let done = act(self).and_then(|done| self.db.commit().map(|()| done));
        if done.is_err() {
            self.db.rollback();
        }
        done
    }

    pub(crate) fn get(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let mut found = None;
        self.db.query("SELECT value FROM meta WHERE name = $1", &[Value::Text(name)], &mut |row| {
            found = Some(row.text(0)?.to_string());
            Ok(())
        })?;
        Ok(found)
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.db.execute(sql, &[Value::Text(name), Value::Text(value)]).map(|_| ())
    }

    pub(crate) fn write_user(&mut self, user: &Actor) -> Result<(), StoreError> {
        let sql = "INSERT INTO users (person, name, role, level, line, unit) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person) DO UPDATE SET name = excluded.name, role = excluded.role, level = excluded.level, line = excluded.line, unit = excluded.unit";
        let values = [&user.person, &user.name, &user.role, &user.level, &user.line, &user.unit].map(|words| Value::Text(words));
        self.db.execute(sql, &values).map(|_| ())
    }

    fn count(&mut self, table: &str) -> Result<i64, StoreError> {
        let mut count = 0;
        self.db.query(&format!("SELECT count(*) FROM {table}"), &[], &mut |row| {
            count = row.number(0)?;
            Ok(())
        })?;
        Ok(count)
    }

    fn rows(&mut self, tail: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.db.query(&format!("SELECT {} FROM cases {tail}", CASE.join(", ")), values, &mut |fields| {
            rows.push(row_of(fields)?);
            Ok(())
        })?;
        Ok(rows)
    }

    fn append_entry(&mut self, entry: &Entry, no: &mut u64, last: &mut Hash) -> Result<(), StoreError> {
        let case = &entry.row.case;
        let mut known = 0;
        self.db.query("SELECT seq FROM cases WHERE case_id = $1", &[Value::Text(case)], &mut |row| {
            known = row.number(0)?;
            Ok(())
        })?;
        if known != number(entry.expected) {
            return Err(StoreError::Conflict { case: case.clone() });
        }
        for recorded in &entry.events {
            *no += 1;
            let at = recorded.at.to_string();
            let body =
                Body { actor: std::borrow::Cow::Borrowed(&recorded.actor), event: std::borrow::Cow::Borrowed(&recorded.event) };
            let body = serde_json::to_string(&body).map_err(|error| StoreError::Refused { what: error.to_string() })?;
            *last = link(last, &Line { no: *no, case, seq: recorded.seq, at: &at, body: &body });
            let hash = hex(last);
            let values = [
                Value::Number(number(*no)),
                Value::Text(case),
                Value::Number(number(recorded.seq)),
                Value::Text(&at),
                Value::Text(&body),
                Value::Text(&hash),
            ];
            self.db.execute("INSERT INTO log (no, case_id, seq, at, body, hash) VALUES ($1, $2, $3, $4, $5, $6)", &values)?;
        }
        let row = &entry.row;
        let told = row.told.as_deref();
        let values = [
            Value::Text(case),
            Value::Text(&row.procedure),
            Value::Text(&row.version),
            Value::Text(&row.subject),
            Value::Text(&row.label),
            Value::Text(&row.division),
            Value::Maybe(row.school.as_deref()),
            Value::Text(&row.status),
            Value::Maybe(row.step.as_deref()),
            Value::Text(&row.owner_role),
            Value::Maybe(row.owner_person.as_deref()),
            Value::Maybe(told),
            Value::Number(number(row.round)),
            Value::Maybe(row.due.as_deref()),
            Value::Maybe(row.wake.as_deref()),
            Value::Text(&row.opened),
            Value::Text(&row.moved),
            Value::Maybe(row.closed.as_deref()),
            Value::Text(&row.finding),
            Value::Number(number(row.seq)),
        ];
        let marks: Vec<String> = (1..=CASE.len()).map(|at| format!("${at}")).collect();
        let changed: Vec<String> = CASE[1..].iter().map(|column| format!("{column} = excluded.{column}")).collect();
        let sql = format!(
            "INSERT INTO cases ({}) VALUES ({}) ON CONFLICT (case_id) DO UPDATE SET {}",
            CASE.join(", "),
            marks.join(", "),
            changed.join(", ")
        );
        self.db.execute(&sql, &values)?;
        Ok(())
    }
}

impl<C: Connection> Store for Database<C> {
    fn append(&mut self, batch: &Batch) -> Result<Head, StoreError> {
        self.write(|store| {
            let head = store.head()?;
            let mut no = head.lines;
            let mut last = unhex(&head.hash).ok_or_else(|| StoreError::Broken { what: "head".into() })?;
            for (id, version, files) in &batch.procedures {
                let sql = "INSERT INTO procedures (id, version, files) VALUES ($1, $2, $3) ON CONFLICT (id, version) DO NOTHING";
                store.db.execute(sql, &[Value::Text(id), Value::Text(version), Value::Text(files)])?;
            }
            for entry in &batch.entries {
                store.append_entry(entry, &mut no, &mut last)?;
            }
            for (case, field, value) in &batch.vault {
                let sql = "INSERT INTO vault (case_id, field, value) VALUES ($1, $2, $3) ON CONFLICT (case_id, field) DO UPDATE SET value = excluded.value";
                store.db.execute(sql, &[Value::Text(case), Value::Text(field), Value::Text(value)])?;
            }
            let head = Head { lines: no, hash: hex(&last), ..head };
            store.set("lines", &head.lines.to_string())?;
            store.set("head", &head.hash)?;
            Ok(head)
        })
    }

    fn row(&mut self, case: &str) -> Result<Option<Row>, StoreError> {
        Ok(self.rows("WHERE case_id = $1", &[Value::Text(case)])?.pop())
    }

    fn about(&mut self, procedure: &str, subject: &str) -> Result<Option<Row>, StoreError> {
        let values = [Value::Text(procedure), Value::Text(subject)];
        Ok(self.rows("WHERE procedure = $1 AND subject = $2 ORDER BY opened", &values)?.pop())
    }

    fn list(&mut self, filter: &Filter) -> Result<Listing, StoreError> {
        with_condition(filter, |condition, values| {
            let mut total = 0;
            self.db.query(&format!("SELECT count(*) FROM cases {condition}"), values, &mut |row| {
                total = row.number(0)?;
                Ok(())
            })?;
            let mut tail = condition.to_string();
            tail.push_str(match filter.order {
                // NULLs stand first in one database and last in the other; what is not due stands last here.
                Order::Due => " ORDER BY due IS NULL, due, case_id",
                Order::Moved => " ORDER BY moved DESC, case_id",
                Order::Case => " ORDER BY case_id",
            });
            if filter.limit > 0 {
                let _ = write!(tail, " LIMIT {} OFFSET {}", filter.limit, filter.offset);
            }
            let rows = self.rows(&tail, values)?;
            Ok(Listing { total: u64::try_from(total).unwrap_or(0), rows })
        })
    }

    fn tally(&mut self, filter: &Filter, now: &str) -> Result<Vec<Tally>, StoreError> {
        with_condition(filter, |condition, values| {
            let mut values = values.to_vec();
            values.push(Value::Text(now));
            let at = values.len();
            // Values are numbered as they first appear: the moment stands behind those of the condition.
            let sql = format!(
                "WITH seen AS (SELECT division, procedure, status, round, due FROM cases {condition}) \
                 SELECT substr(division, 1, 9), procedure, count(*), count(CASE WHEN status = 'closed' THEN 1 END), \
                 count(CASE WHEN status = 'paused' THEN 1 END), count(CASE WHEN round > 1 THEN 1 END), \
                 count(CASE WHEN round > 1 AND status <> 'closed' THEN 1 END), \
                 count(CASE WHEN status <> 'closed' AND due < ${at} THEN 1 END) \
                 FROM seen GROUP BY substr(division, 1, 9), procedure ORDER BY 1, 2"
            );
            let mut tallies = Vec::new();
            self.db.query(&sql, &values, &mut |row| {
                let count = |column| row.number(column).map(|number| u64::try_from(number).unwrap_or(0));
                tallies.push(Tally {
                    division: row.text(0)?.to_string(),
                    procedure: row.text(1)?.to_string(),
                    opened: count(2)?,
                    closed: count(3)?,
                    paused: count(4)?,
                    relapsed: count(5)?,
                    relapsed_open: count(6)?,
                    overdue: count(7)?,
                });
                Ok(())
            })?;
            Ok(tallies)
        })
    }

    fn events(&mut self, case: &str) -> Result<Vec<Recorded>, StoreError> {
        let mut events = Vec::new();
        let sql = "SELECT seq, at, body FROM log WHERE case_id = $1 ORDER BY seq";
        self.db.query(sql, &[Value::Text(case)], &mut |row| {
            let broken = |what: String| StoreError::Broken { what: format!("{case}: {what}") };
            let body: Body<'_> = serde_json::from_str(row.text(2)?).map_err(|error| broken(error.to_string()))?;
            events.push(Recorded {
                case: case.to_string(),
                seq: u64::try_from(row.number(0)?).map_err(|error| broken(error.to_string()))?,
                at: row.text(1)?.parse().map_err(|_| broken("at".into()))?,
                actor: body.actor.into_owned(),
                event: body.event.into_owned(),
            });
            Ok(())
        })?;
        Ok(events)
    }

    fn scan(&mut self, each: &mut dyn FnMut(&Line<'_>, &str) -> Result<(), Text>) -> Result<Result<(), Text>, StoreError> {
        const PAGE: i64 = 20_000;
        let (mut after, mut complaint) = (0, None);
        loop {
            let mut lines = 0;
            let sql = "SELECT no, case_id, seq, at, body, hash FROM log WHERE no > $1 ORDER BY no LIMIT $2";
            self.db.query(sql, &[Value::Number(after), Value::Number(PAGE)], &mut |row| {
                lines += 1;
                after = row.number(0)?;
                if complaint.is_some() {
                    return Ok(());
                }
                let seq = u64::try_from(row.number(2)?).unwrap_or(0);
                let no = u64::try_from(after).unwrap_or(0);
                let line = Line { no, case: row.text(1)?, seq, at: row.text(3)?, body: row.text(4)? };
                complaint = each(&line, row.text(5)?).err();
                Ok(())
            })?;
            match complaint {
                Some(complaint) => return Ok(Err(complaint)),
                None if lines < PAGE => return Ok(Ok(())),
                None => {}
            }
        }
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        let mut found = [None, None, None];
        let sql = "SELECT name, value FROM meta WHERE name IN ('lines', 'head', 'mode')";
        self.db.query(sql, &[], &mut |row| {
            let slot = ["lines", "head", "mode"].iter().position(|name| row.text(0).is_ok_and(|found| found == *name));
            if let Some(slot) = slot {
                found[slot] = Some(row.text(1)?.to_string());
            }
            Ok(())
        })?;
        match found {
            [Some(lines), Some(hash), Some(mode)] => Ok(Head {
                lines: lines.parse().map_err(|_| StoreError::Broken { what: format!("lines {lines}") })?,
                hash,
                practice: mode == "practice",
            }),
            _ => Err(StoreError::Broken { what: "meta".into() }),
        }
    }

    fn procedure(&mut self, id: &str, version: &str) -> Result<Option<String>, StoreError> {
        let mut found = None;
        let sql = "SELECT files FROM procedures WHERE id = $1 AND version = $2";
        self.db.query(sql, &[Value::Text(id), Value::Text(version)], &mut |row| {
            found = Some(row.text(0)?.to_string());
            Ok(())
        })?;
        Ok(found)
    }

    fn vault(&mut self, case: &str) -> Result<Vec<(String, String)>, StoreError> {
        let mut found = Vec::new();
        let sql = "SELECT field, value FROM vault WHERE case_id = $1 ORDER BY field";
        self.db.query(sql, &[Value::Text(case)], &mut |row| {
            found.push((row.text(0)?.to_string(), row.text(1)?.to_string()));
            Ok(())
        })?;
        Ok(found)
    }

    fn put_user(&mut self, user: &Actor) -> Result<(), StoreError> {
        self.write(|store| store.write_user(user))
    }

    fn user(&mut self, person: &str) -> Result<Option<Actor>, StoreError> {
        Ok(self.users()?.into_iter().find(|user| user.person == person))
    }

    fn users(&mut self) -> Result<Vec<Actor>, StoreError> {
        let mut users = Vec::new();
        self.db.query("SELECT person, name, role, level, line, unit FROM users ORDER BY person", &[], &mut |row| {
            let text = |column| row.text(column).map(str::to_string);
            users.push(Actor {
                person: text(0)?,
                name: text(1)?,
                role: text(2)?,
                level: text(3)?,
                line: text(4)?,
                unit: text(5)?,
            });
            Ok(())
        })?;
        Ok(users)
    }

    fn migrate(&mut self, version: i64) -> Result<(), StoreError> {
        self.write(|store| {
            let mut at = store.schema_version()?;
            while at < version {
                let Some(migration) = usize::try_from(at).ok().and_then(|at| MIGRATIONS.get(at)) else { break };
                for sql in migration.up {
                    store.db.execute(sql, &[])?;
                }
                at += 1;
            }
            while at > version.max(0) {
                let Some(migration) = usize::try_from(at - 1).ok().and_then(|at| MIGRATIONS.get(at)) else { break };
                for table in migration.fills {
                    if store.count(table)? > 0 {
                        return Err(StoreError::WouldLose { table: (*table).to_string() });
                    }
                }
                for sql in migration.down {
                    store.db.execute(sql, &[])?;
                }
                at -= 1;
            }
            store.set("version", &at.to_string())
        })
    }

    fn schema_version(&mut self) -> Result<i64, StoreError> {
        let version = self.get("version")?.and_then(|version| version.parse().ok());
        version.ok_or_else(|| StoreError::Broken { what: "meta".into() })
    }
}

fn row_of(fields: &dyn Fields) -> Result<Row, StoreError> {
    let text = |column| fields.text(column).map(str::to_string);
    let maybe = |column| fields.maybe(column).map(|words| words.map(str::to_string));
    let count = |column| fields.number(column).map(|number| u64::try_from(number).unwrap_or(0));
    Ok(Row {
        case: text(0)?,
        procedure: text(1)?,
        version: text(2)?,
        subject: text(3)?,
        label: text(4)?,
        division: text(5)?,
        school: maybe(6)?,
        status: text(7)?,
        step: maybe(8)?,
        owner_role: text(9)?,
        owner_person: maybe(10)?,
        told: maybe(11)?,
        round: count(12)?,
        due: maybe(13)?,
        wake: maybe(14)?,
        opened: text(15)?,
        moved: text(16)?,
        closed: maybe(17)?,
        finding: text(18)?,
        seq: count(19)?,
    })
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
