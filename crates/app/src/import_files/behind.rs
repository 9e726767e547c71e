//! Rows are written while the next ones are read: what understands the files does not wait for what keeps the facts.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use facts::{Date, FactSink, FileHash, Missing, Origin, SinkError, Table, Value};

/// Runs `work` with a sink whose rows come to `sink`, in their order, on a thread of its own.
///
/// What the sink refuses comes back as the error of a later push, or here; rows after the refused one are lost with it.
pub fn behind<R>(
    sink: &mut (dyn FactSink + Send),
    work: impl FnOnce(&mut dyn FactSink) -> Result<R, SinkError>,
) -> Result<R, SinkError> {
    let (filled, waiting): (SyncSender<Rows>, Receiver<Rows>) = sync_channel(WAITING_MAX);
    let (emptied, spare): (Sender<Rows>, Receiver<Rows>) = channel();
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let mut values = Vec::new();
            for mut rows in waiting {
                rows.deliver(sink, &mut values)?;
                rows.clear();
                // The reader may have finished and need no more.
                emptied.send(rows).unwrap_or_default();
            }
            Ok(())
        });
        let mut queue = Queue { rows: Rows::default(), filled, spare };
        let read = work(&mut queue).and_then(|read| queue.hand_over().map(|()| read));
        drop(queue);
        // What the writer says is the cause of what the reader met.
        writer.join().unwrap_or_else(|_| Err(gave_up()))?;
        read
    })
}

/// So many packets of rows may wait; more would only cost memory.
const WAITING_MAX: usize = 3;
const ROWS_MAX: usize = 1024;

/// The end at which rows come in.
struct Queue {
    rows: Rows,
    filled: SyncSender<Rows>,
    spare: Receiver<Rows>,
}

impl Queue {
    fn hand_over(&mut self) -> Result<(), SinkError> {
        let next = self.spare.try_recv().unwrap_or_default();
        self.filled.send(std::mem::replace(&mut self.rows, next)).map_err(|_| gave_up())
    }
}

impl FactSink for Queue {
    fn push(&mut self, table: &'static Table, values: &[Value], origin: &Origin<'_>) -> Result<(), SinkError> {
        self.rows.take(table, values, origin);
        if self.rows.rows.len() >= ROWS_MAX { self.hand_over() } else { Ok(()) }
    }
}

fn gave_up() -> SinkError {
    SinkError("the writer gave up".into())
}

/// Rows packed into few pieces of memory, which are used again and again.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    cells: Vec<Packed>,
    text: String,
    /// Rows come in stretches of one origin.
    shared: Vec<Shared>,
}

struct Row {
    table: &'static Table,
    /// Where its cells end.
    end: usize,
    shared: usize,
    row: u32,
    col: Option<u32>,
}

#[derive(Clone, Copy)]
enum Packed {
    Missing(Missing),
    /// Where its words end in the text.
    Text(usize),
    Integer(i64),
    Real(f64),
    Date(Date),
}

struct Shared {
    form: String,
    file: FileHash,
    sheet: String,
    slot: String,
}

impl Rows {
    fn take(&mut self, table: &'static Table, values: &[Value], origin: &Origin<'_>) {
        for value in values {
            self.cells.push(match value {
                Value::Missing(reason) => Packed::Missing(*reason),
                Value::Text(words) => {
                    self.text.push_str(words);
                    Packed::Text(self.text.len())
                }
                Value::Integer(number) => Packed::Integer(*number),
                Value::Real(number) => Packed::Real(*number),
                Value::Date(day) => Packed::Date(*day),
            });
        }
        if !self.shared.last().is_some_and(|last| last.is(origin)) {
            self.shared.push(Shared {
                form: origin.form.to_string(),
                file: origin.file.clone(),
                sheet: origin.sheet.to_string(),
                slot: origin.slot.to_string(),
            });
        }
        let shared = self.shared.len() - 1;
        self.rows.push(Row { table, end: self.cells.len(), shared, row: origin.row, col: origin.col });
    }

    /// Gives the rows to `sink`; `values` is scratch space.
    fn deliver(&self, sink: &mut dyn FactSink, values: &mut Vec<Value>) -> Result<(), SinkError> {
        let (mut cells, mut text) = (0, 0);
        for row in &self.rows {
            let packed = &self.cells[cells..row.end];
            values.resize(packed.len(), Value::Missing(Missing::Blank));
            for (value, packed) in values.iter_mut().zip(packed) {
                match (*packed, &mut *value) {
                    (Packed::Text(end), Value::Text(old)) => {
                        old.clear();
                        old.push_str(&self.text[text..end]);
                        text = end;
                    }
                    (Packed::Text(end), new) => {
                        *new = Value::text(&self.text[text..end]);
                        text = end;
                    }
                    (Packed::Missing(reason), new) => *new = Value::Missing(reason),
                    (Packed::Integer(number), new) => *new = Value::Integer(number),
                    (Packed::Real(number), new) => *new = Value::Real(number),
                    (Packed::Date(day), new) => *new = Value::Date(day),
                }
            }
            cells = row.end;
            let Shared { form, file, sheet, slot } = &self.shared[row.shared];
            sink.push(row.table, values, &Origin { form, file, sheet, row: row.row, col: row.col, slot })?;
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.cells.clear();
        self.text.clear();
        self.shared.clear();
    }
}

impl Shared {
    fn is(&self, origin: &Origin<'_>) -> bool {
        self.slot == origin.slot && self.file == *origin.file && self.sheet == origin.sheet && self.form == origin.form
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps what it is given as words, and refuses the row of a number.
    struct Told(Vec<String>, Option<u32>);

    impl FactSink for Told {
        fn push(&mut self, table: &'static Table, values: &[Value], origin: &Origin<'_>) -> Result<(), SinkError> {
            if self.1 == Some(origin.row) {
                return Err(SinkError("the disk is full".into()));
            }
            self.0.push(format!("{} {values:?} {origin:?}", table.name));
            Ok(())
        }
    }

    #[test]
    fn rows_come_as_they_were_pushed() {
        let file = FileHash("0".repeat(64));
        let push_all = |sink: &mut dyn FactSink| {
            for row in 1..=3000_u32 {
                let table = &facts::TABLES[row as usize % 2];
                let slot = (row / 7).to_string();
                let origin =
                    Origin { form: "f", file: &file, sheet: "页", row, col: row.is_multiple_of(3).then_some(row), slot: &slot };
                let values = [
                    Value::text(format!("第{row}行")),
                    Value::Missing(Missing::Dash),
                    if row.is_multiple_of(2) { Value::text("") } else { Value::Real(0.5) },
                    Value::Integer(i64::from(row)),
                    Value::Date(Date::constant(2025, 9, 1)),
                ];
                sink.push(table, &values[..5 - row as usize % 3], &origin)?;
            }
            Ok("read")
        };
        let mut at_once = Told(Vec::new(), None);
        push_all(&mut at_once).unwrap();
        let mut later = Told(Vec::new(), None);
        assert_eq!(behind(&mut later, push_all).unwrap(), "read");
        assert_eq!(later.0, at_once.0);
        for last in [1, 2999] {
            let refused = behind(&mut Told(Vec::new(), Some(last)), push_all).unwrap_err();
            assert_eq!(refused.to_string(), "the disk is full");
        }
    }
}
