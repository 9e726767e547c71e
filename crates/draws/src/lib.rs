//! Draws that anyone can recompute: who gets a place, by lot, from a published list and what several witnesses brought.
//!
//! The list, the rules and the algorithm are fixed by one hash ([`Draw::id`]) before any witness speaks. Each witness binds
//! itself to a secret ([`commitment`]) and shows it later ([`Reveals`]); all of them together are the [`Seed`]. From there on
//! everything follows bit by bit ([`run`]), is signed once ([`certify`]) and can be done again by a stranger from the
//! published files ([`verify`], and the short checker in another language). The specification with test vectors is
//! `docs/concepts/draws.md`; this crate knows no school, opens no file, reads no clock and makes no randomness of its own.
//!
//! ```
//! use draws::{Bound, Draw, DrawList, Method, Missing, Reveal, Reveals, Seed, Witness, WitnessKind, commitment, run};
//!
//! let (list, findings) = DrawList::read("pool,receipt,bound\n第一小学,A-01,\n第一小学,A-02,t\n第一小学,A-03,t\n", "list.csv");
//! assert!(findings.is_empty());
//! let draw = Draw {
//!     title: "秋季招生".into(),
//!     round: 1,
//!     list: list.hash(),
//!     method: Method::by_id("order-number").unwrap(),
//!     settings: vec![],
//!     bound: Bound::Over,
//!     places: vec![("第一小学".into(), 1)],
//!     witnesses: vec![Witness { name: "家长代表".into(), kind: WitnessKind::Commit }],
//!     missing: Missing::Stop,
//!     key: [0; 32],
//!     after: None,
//! };
//! let salt = [7; 16];
//! let promised = commitment(&draw.id(), "家长代表", &salt, "春风又绿江南岸");
//! let mut reveals = Reveals::new(draw.id());
//! reveals.show(&draw, &[("家长代表".into(), promised)], "家长代表", Reveal::Shown { salt, value: "春风又绿江南岸".into() })?;
//! let rows = run(&draw, &list, &reveals)?;
//! // Twins share one lot: either the single child has the place, or both twins do.
//! let admitted = rows.iter().filter(|row| row.admitted).count();
//! assert!(admitted == 1 || admitted == 2);
//! # Ok::<(), Box<facts::Finding>>(())
//! ```

mod certificate;
mod draw;
mod hash;
mod list;
mod methods;
mod names;
mod outcome;
mod reveal;
mod seal;
mod stream;
mod verify;

pub use certificate::{Certificate, certify};
pub use draw::{Bound, Draw, Earlier, Missing, Witness, WitnessKind};
pub use hash::Hash;
pub use list::{DrawList, Lot, Pool};
pub use methods::{METHODS, Method};
pub use outcome::{OutcomeRow, read_result, run, write_result};
pub use reveal::{
    Commitments, Reveal, Reveals, Seed, check_value, commitment, read_commitments, read_salt, write_commitments, write_salt,
};
pub use seal::{public_key, seal, sealed_by};
pub use stream::Stream;
pub use verify::{Published, verify};

/// The first word of every file: the version of the protocol.
pub const PROTOCOL: &str = "junheng-draw/1";
