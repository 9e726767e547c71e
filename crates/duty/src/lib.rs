//! Duties: every problem is a case with an owner, a measure, a deadline, proof, a second pair of eyes and a close-out.
//!
//! A case follows a [`Procedure`], which is data. [`decide`] takes the state of a case, a command, who gives it and when, and
//! gives events or a [`Refusal`] that names its article; [`observe`] does the same for a look at the data. Nothing here reads
//! a clock, a file or a database.

mod actor;
mod calendar;
mod case;
pub mod chain;
mod clocks;
mod closing;
mod decide;
mod event;
mod moment;
mod paper;
mod procedure;
mod read;
mod refusal;
mod routine;
mod statement;
mod sync;
mod walk;
mod wanted;

pub use actor::{Actor, Named, Party, Role, Roles, Who};
pub use calendar::{Calendar, HolidayYear, Span};
pub use case::{Case, Closing, Done, Status, StayState};
pub use clocks::{ClockState, Running, clocks, due};
pub use closing::{Category, Close, CloseBy, Reopen, Stay};
pub use decide::{Act, Command, Opening, decide, open};
pub use event::{Event, PaperMade, Proof, Recorded, Sight, Subject};
pub use moment::Moment;
pub use paper::{Filled, papers, vault_mark};
pub use procedure::{
    Article, Branch, Clock, DataCondition, Escalation, Evidence, Field, FieldKind, Paper, Procedure, Step, Vault,
};
pub use read::{ProcedureFiles, holidays, read, roles};
pub use refusal::Refusal;
pub use routine::{Checklist, Due, Routine, Sample, calendar_of};
pub use statement::{Statement, draw, state, statement_key};
pub use sync::{Shown, case_id, observe, sampled, tick, wakes};
pub use walk::walk;
