//! Problems, plans and their reasons, and the checks that a plan must pass.
//!
//! The checks share no code with the planners: a plan that somebody typed into a spreadsheet can be checked, too.

mod check;
mod class_input;
mod classes;
mod enrolment;
mod file;
mod pairing_file;
mod problem;
mod rotation;
mod rotation_file;

pub use check::{Ledger, Measured, Part, Priced, check};
pub use class_input::{CLASS_PROTOCOL, ClassInput};
pub use classes::{
    BOUND_MAX, COUNT_WEIGHT_MAX, ClassCount, ClassPenalty, ClassProblem, ClassScore, PUPILS_MAX, SCORE_MAX, SCORE_WEIGHT_MAX,
    class_bound, class_faults, class_penalty,
};
pub use enrolment::{NO_SEAT, SeatProblem, seat_faults};
pub use file::{Binding, Expected, LeftOut, Line, PlanFile, Shift, Tally, YearPlan};
pub use pairing_file::{MentorLine, PairLine, PairingFile};
pub use problem::{Cap, Cone, Member, Pool, Problem, Row, Site};
pub use rotation::{
    Post, Rotatable, Rotated, RotationFault, RotationProblem, RotationSum, Spread, rotation_faults, rotation_sum,
};
pub use rotation_file::{ChoiceSum, MoveLine, RotationFile};
