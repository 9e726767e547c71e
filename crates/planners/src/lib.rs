//! Planners: (problem, settings, seed) → (plan, report).
//!
//! Every plan comes with a proven bound on how much better any plan could be. Planners stop by counted steps, so that the same
//! problem gives the same plan anywhere; a time limit is an outer guard, given as a function, with its own status.

mod budget;
mod rotation;
mod solver;

pub use budget::{Answer, Settings, Status, conflict, plan_budget};
pub use rotation::{RotationAnswer, plan_rotation};
