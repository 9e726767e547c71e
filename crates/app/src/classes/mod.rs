//! The assignment to classes: a trial, the official one by draw, and what comes after it.

mod after;
mod balance;
mod official;
mod output;
mod roll;
mod rules;
mod trial;

pub use after::{ClassMove, ClassMoved, TeamPair, move_pupil, pair_teams, prepare_teams};
pub use balance::{BalanceCount, BalanceScore, BalanceWay, ClassChance};
pub use official::{ClassesAsked, ClassesHeld, ClassesPrepared, hold_classes, prepare_classes, verify_classes};
pub use rules::{ClassException, ClassOption, ClassRules, RuleDocument, class_rules};
pub use trial::{ClassTrial, ClassTrialAsked, try_classes};

pub(crate) use after::{Moved, TEAM_POOLS};
pub(crate) use official::{CERTIFICATE, HeldClasses, PURPOSE};
pub(crate) use output::{COPIES, class_paper_names, columns, masked_name, no_paper, seal_lines};
