//! Accounts in the database: the same SQL in both.

use duty::chain::{Line, Verifier, genesis, hex, link, unhex};
use facts::Text;

use crate::account::{Account, Accounts, Approval, NewTrace, Session, Settlement, Trace, TraceFilter};
use crate::connection::{Connection, Fields, Value};
use crate::database::Database;
use crate::{StoreError, schema};

impl<C: Connection> Accounts for Database<C> {
    fn settle(&mut self, change: &Settlement) -> Result<(), StoreError> {
        self.write(|store| {
            if let Some((name, expected, value)) = &change.mark {
                if store.get(name)? != *expected {
                    return Err(StoreError::Conflict { case: name.clone() });
                }
                store.set(name, value)?;
            }
            if let Some(user) = &change.user {
                store.write_user(user)?;
            }
            if let Some(account) = &change.account {
                store.write_account(account)?;
            }
            for token in &change.ended {
                store.db.execute("DELETE FROM sessions WHERE token = $1", &[Value::Text(token)])?;
            }
            if let Some((person, kept)) = &change.ended_of {
                let kept = kept.as_deref().unwrap_or("-");
                let sql = "DELETE FROM sessions WHERE person = $1 AND token <> $2";
                store.db.execute(sql, &[Value::Text(person), Value::Text(kept)])?;
            }
            if let Some(session) = &change.session {
                store.write_session(session)?;
            }
            if let Some(approval) = &change.approval {
                store.write_approval(approval)?;
            }
            store.write_traces(&change.traces)
        })
    }

    fn account(&mut self, person: &str) -> Result<Option<Account>, StoreError> {
        Ok(self.read_accounts("WHERE person = $1", &[Value::Text(person)])?.pop())
    }

    fn accounts(&mut self) -> Result<Vec<Account>, StoreError> {
        self.read_accounts("ORDER BY person", &[])
    }

    fn has_accounts(&mut self) -> Result<bool, StoreError> {
        let mut found = 0;
        self.db.query("SELECT count(*) FROM accounts WHERE password IS NOT NULL", &[], &mut |row| {
            found = row.number(0)?;
            Ok(())
        })?;
        Ok(found > 0)
    }

    fn count_try(&mut self, person: &str) -> Result<i64, StoreError> {
        self.write(|store| {
            store.db.execute("UPDATE accounts SET tries = tries + 1 WHERE person = $1", &[Value::Text(person)])?;
            let mut tries = 0;
            store.db.query("SELECT tries FROM accounts WHERE person = $1", &[Value::Text(person)], &mut |row| {
                tries = row.number(0)?;
                Ok(())
            })?;
            Ok(tries)
        })
    }

    fn session(&mut self, token: &str) -> Result<Option<Session>, StoreError> {
        Ok(self.read_sessions("WHERE token = $1", &[Value::Text(token)])?.pop())
    }

    fn sessions(&mut self, person: Option<&str>) -> Result<Vec<Session>, StoreError> {
        match person {
            Some(person) => self.read_sessions("WHERE person = $1 ORDER BY seen DESC, token", &[Value::Text(person)]),
            None => self.read_sessions("ORDER BY seen DESC, token", &[]),
        }
    }

    fn traces(&mut self, filter: &TraceFilter) -> Result<Vec<Trace>, StoreError> {
        let (mut wheres, mut values): (Vec<String>, Vec<Value<'_>>) = (Vec::new(), Vec::new());
        for (sql, value) in
            [("person = ", &filter.person), ("about = ", &filter.about), ("at >= ", &filter.from), ("at < ", &filter.before)]
        {
            if let Some(value) = value {
                values.push(Value::Text(value));
                wheres.push(format!("{sql}${}", values.len()));
            }
        }
        if !filter.acts.is_empty() {
            let mut marks = Vec::new();
            for act in &filter.acts {
                values.push(Value::Text(act));
                marks.push(format!("${}", values.len()));
            }
            wheres.push(format!("act IN ({})", marks.join(", ")));
        }
        if let Some(no) = filter.older_than {
            values.push(Value::Number(no));
            wheres.push(format!("no < ${}", values.len()));
        }
        let wheres = if wheres.is_empty() { String::new() } else { format!("WHERE {}", wheres.join(" AND ")) };
        let limit = if filter.limit == 0 { String::new() } else { format!("LIMIT {}", filter.limit) };
        self.read_traces(&format!("{wheres} ORDER BY no DESC {limit}"), &values)
    }

    fn verify_traces(&mut self) -> Result<Result<u64, Text>, StoreError> {
        const PAGE: i64 = 20_000;
        let (lines, head) = self.trace_head()?;
        let (mut verifier, mut after) = (Verifier::new(self.is_practice()?), 0);
        loop {
            let page = self.read_traces("WHERE no > $1 ORDER BY no LIMIT $2", &[Value::Number(after), Value::Number(PAGE)])?;
            for trace in page.iter().filter(|trace| trace.no <= lines) {
                let body = body_of(&trace.person, &trace.about, &trace.words);
                let line = Line { no: trace.no, case: &trace.act, seq: trace.no, at: &trace.at, body: &body };
                if let Err(words) = verifier.push(&line, &trace.hash) {
                    return Ok(Err(words));
                }
            }
            match page.last() {
                Some(last) if page.len() as i64 == PAGE => after = number(last.no),
                _ => return Ok(verifier.finish(lines, &head).map(|()| lines)),
            }
        }
    }

    fn approval(&mut self, id: &str) -> Result<Option<Approval>, StoreError> {
        Ok(self.read_approvals("WHERE id = $1", &[Value::Text(id)])?.pop())
    }

    fn approvals(&mut self) -> Result<Vec<Approval>, StoreError> {
        self.read_approvals("ORDER BY at DESC, id", &[])
    }

    fn mark(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        self.get(name)
    }

    fn set_mark(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        self.write(|store| store.set(name, value))
    }
}

impl<C: Connection> Database<C> {
    fn write_account(&mut self, account: &Account) -> Result<(), StoreError> {
        let (roles, chosen) = (account.roles.join(" "), account.chosen.join(" "));
        let values = [
            Value::Text(&account.person),
            Value::Maybe(Some(roles.as_str()).filter(|words| !words.is_empty())),
            Value::Maybe(Some(chosen.as_str()).filter(|words| !words.is_empty())),
            Value::Maybe(account.password.as_deref()),
            Value::Number(i64::from(account.must_change)),
            Value::Maybe(account.changed.as_deref()),
            Value::Maybe(account.totp.as_deref()),
            Value::Number(account.totp_step),
            Value::Number(account.tries),
            Value::Maybe(account.shut_until.as_deref()),
            Value::Number(i64::from(account.locked)),
            Value::Maybe(account.seen.as_deref()),
        ];
        self.put("accounts", schema::ACCOUNT, &values)
    }

    fn write_session(&mut self, session: &Session) -> Result<(), StoreError> {
        let values =
            [&session.token, &session.person, &session.begun, &session.seen, &session.ends, &session.address, &session.agent]
                .map(|words| Value::Text(words));
        self.put("sessions", schema::SESSION, &values)
    }

    fn write_approval(&mut self, approval: &Approval) -> Result<(), StoreError> {
        let values = [
            Value::Text(&approval.id),
            Value::Text(&approval.person),
            Value::Text(&approval.at),
            Value::Text(&approval.what),
            Value::Text(&approval.part),
            Value::Text(&approval.reason),
            Value::Text(&approval.state),
            Value::Maybe(approval.decided_by.as_deref()),
            Value::Maybe(approval.decided.as_deref()),
            Value::Maybe(approval.until.as_deref()),
        ];
        self.put("approvals", schema::APPROVAL, &values)
    }

    /// Adds a row, or changes the one with the same first column.
    fn put(&mut self, table: &str, columns: &[&str], values: &[Value<'_>]) -> Result<(), StoreError> {
        let marks: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
        let changed: Vec<String> = columns[1..].iter().map(|column| format!("{column} = excluded.{column}")).collect();
        let (names, marks, changed) = (columns.join(", "), marks.join(", "), changed.join(", "));
        let key = columns[0];
        let sql = format!("INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {changed}");
        self.db.execute(&sql, values).map(|_| ())
    }

    /// Writes lines behind the last one, each with the hash that covers it and the one before.
    fn write_traces(&mut self, traces: &[NewTrace]) -> Result<(), StoreError> {
        if traces.is_empty() {
            return Ok(());
        }
        let (mut no, head) = self.trace_head()?;
        let mut last = unhex(&head).ok_or_else(|| StoreError::Broken { what: "trace_head".into() })?;
        for trace in traces {
            no += 1;
            let body = body_of(&trace.person, &trace.about, &trace.words);
            last = link(&last, &Line { no, case: &trace.act, seq: no, at: &trace.at, body: &body });
            let hash = hex(&last);
            let values = [
                Value::Number(number(no)),
                Value::Text(&trace.at),
                Value::Text(&trace.person),
                Value::Text(&trace.act),
                Value::Text(&trace.about),
                Value::Text(&trace.words),
                Value::Text(&hash),
            ];
            let sql = "INSERT INTO traces (no, at, person, act, about, words, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)";
            self.db.execute(sql, &values)?;
        }
        self.set("trace_lines", &no.to_string())?;
        self.set("trace_head", &hex(&last))
    }

    /// How many lines there are, and the hash of the last.
    fn trace_head(&mut self) -> Result<(u64, String), StoreError> {
        let lines = self.get("trace_lines")?.and_then(|lines| lines.parse().ok()).unwrap_or(0);
        match self.get("trace_head")? {
            Some(head) => Ok((lines, head)),
            None => Ok((0, hex(&genesis(self.is_practice()?)))),
        }
    }

    fn is_practice(&mut self) -> Result<bool, StoreError> {
        Ok(self.get("mode")?.as_deref() == Some("practice"))
    }

    fn read_accounts(&mut self, tail: &str, values: &[Value<'_>]) -> Result<Vec<Account>, StoreError> {
        let mut found = Vec::new();
        self.db.query(&format!("SELECT {} FROM accounts {tail}", schema::ACCOUNT.join(", ")), values, &mut |row| {
            found.push(Account {
                person: row.text(0)?.to_string(),
                roles: list(row, 1)?,
                chosen: list(row, 2)?,
                password: maybe(row, 3)?,
                must_change: row.number(4)? != 0,
                changed: maybe(row, 5)?,
                totp: maybe(row, 6)?,
                totp_step: row.number(7)?,
                tries: row.number(8)?,
                shut_until: maybe(row, 9)?,
                locked: row.number(10)? != 0,
                seen: maybe(row, 11)?,
            });
            Ok(())
        })?;
        Ok(found)
    }

    fn read_sessions(&mut self, tail: &str, values: &[Value<'_>]) -> Result<Vec<Session>, StoreError> {
        let mut found = Vec::new();
        self.db.query(&format!("SELECT {} FROM sessions {tail}", schema::SESSION.join(", ")), values, &mut |row| {
            let text = |column| row.text(column).map(str::to_string);
            found.push(Session {
                token: text(0)?,
                person: text(1)?,
                begun: text(2)?,
                seen: text(3)?,
                ends: text(4)?,
                address: text(5)?,
                agent: text(6)?,
            });
            Ok(())
        })?;
        Ok(found)
    }

    fn read_traces(&mut self, tail: &str, values: &[Value<'_>]) -> Result<Vec<Trace>, StoreError> {
        let mut found = Vec::new();
        let sql = format!("SELECT no, at, person, act, about, words, hash FROM traces {tail}");
        self.db.query(&sql, values, &mut |row| {
            let text = |column| row.text(column).map(str::to_string);
            found.push(Trace {
                no: u64::try_from(row.number(0)?).unwrap_or(0),
                at: text(1)?,
                person: text(2)?,
                act: text(3)?,
                about: text(4)?,
                words: text(5)?,
                hash: text(6)?,
            });
            Ok(())
        })?;
        Ok(found)
    }

    fn read_approvals(&mut self, tail: &str, values: &[Value<'_>]) -> Result<Vec<Approval>, StoreError> {
        let mut found = Vec::new();
        self.db.query(&format!("SELECT {} FROM approvals {tail}", schema::APPROVAL.join(", ")), values, &mut |row| {
            let text = |column| row.text(column).map(str::to_string);
            found.push(Approval {
                id: text(0)?,
                person: text(1)?,
                at: text(2)?,
                what: text(3)?,
                part: text(4)?,
                reason: text(5)?,
                state: text(6)?,
                decided_by: maybe(row, 7)?,
                decided: maybe(row, 8)?,
                until: maybe(row, 9)?,
            });
            Ok(())
        })?;
        Ok(found)
    }
}

/// What of a line the hash covers beside its number, time and act; the lengths keep the parts apart.
fn body_of(person: &str, about: &str, words: &str) -> String {
    format!("{} {} {person} {about} {words}", person.len(), about.len())
}

fn maybe(row: &dyn Fields, column: usize) -> Result<Option<String>, StoreError> {
    row.maybe(column).map(|words| words.map(str::to_string))
}

fn list(row: &dyn Fields, column: usize) -> Result<Vec<String>, StoreError> {
    Ok(row.maybe(column)?.iter().flat_map(|words| words.split(' ')).map(str::to_string).collect())
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
