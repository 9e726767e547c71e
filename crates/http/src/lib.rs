//! The console's server: HTTP, JSON shapes, uploads, and the console's own pages from inside the binary.
//!
//! It knows the use cases of `app` and nothing below them. What it says about itself in `docs/reference/openapi.json` follows
//! from the code. It keeps no state but what can be worked out again: answers that were made lately, and uploads that wait
//! to be accepted.

mod api;
mod body;
mod cache;
mod connection;
mod evidence;
mod gate;
mod guard;
mod jobs;
mod ledgers;
mod pages;
mod query;
mod query_limit;
mod refusal;
mod serve;
mod server;
mod shape;
mod turns;
mod upload;
mod visit;

pub use gate::{DOORS, Door};
pub use query::{Querying, bind_query};
pub use serve::{Serving, Setting, bind, openapi};
