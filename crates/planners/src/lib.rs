//! Planners: (problem, settings, seed) → (plan, report).
//!
//! Every plan comes with a proven bound on how much better any plan could be. Planners stop by counted steps, so that the same
//! problem gives the same plan anywhere; a time limit is an outer guard, given as a function, with its own status.

mod budget;
mod classes;
mod enrolment;
mod pairing;
mod rotation;
mod solver;

pub use budget::{Answer, Settings, Status, conflict, least_easing, plan_budget};
pub use classes::{ClassAnswer, ClassSettings, assign_classes, class_lot, class_snake};
pub use enrolment::{Diversion, Diverted, Mechanism, Seats, assign_seats, divert};
pub use pairing::{PairingProblem, pair};
pub use rotation::{RotationAnswer, plan_rotation};
