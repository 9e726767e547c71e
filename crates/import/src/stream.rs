//! Reading and understanding go on at the same time: one thread unpacks and parses, this one makes facts of the rows.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use crate::book::Book;
use crate::fault::Fault;
use crate::rows::Batch;
use crate::xml::broken;

/// Whether to go on reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Go,
    Stop,
}

/// So many batches may wait; more would only cost memory.
const WAITING_MAX: usize = 4;

/// Reads a sheet on a thread of its own and gives its rows to `take`, batch by batch, in order.
pub(crate) fn rows(book: &mut Book<'_>, sheet: usize, take: &mut dyn FnMut(&Batch) -> Next) -> Result<Vec<Fault>, Fault> {
    let (filled, waiting): (SyncSender<Batch>, Receiver<Batch>) = sync_channel(WAITING_MAX);
    let (emptied, spare) = channel::<Batch>();
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            book.read(sheet, &mut |batch| {
                filled.send(batch).ok()?;
                Some(spare.try_recv().unwrap_or_default())
            })
        });
        for batch in &waiting {
            if take(&batch) == Next::Stop {
                break;
            }
            // The reader may have finished and need no more.
            emptied.send(batch).unwrap_or_default();
        }
        drop(waiting);
        // A reader that panics takes only its file with it.
        reader.join().unwrap_or_else(|_| Err(broken(&"the reader gave up")))
    })
}
