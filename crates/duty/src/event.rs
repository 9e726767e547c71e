use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Actor, Moment, Party};

/// One thing that happened to a case. Events are only ever added; the state of a case is what they add up to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    Opened {
        procedure: String,
        version: String,
        subject: Subject,
        finding: String,
        first: String,
        owner: Party,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sight: Option<Sight>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        fields: BTreeMap<String, String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Proof>,
    },
    StepDone {
        step: String,
        /// Steps that were left out on the way, with the reason.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        skipped: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        fields: BTreeMap<String, String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Proof>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        papers: Vec<PaperMade>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    HandedOver {
        to: Party,
        reason: String,
    },
    HandOverTaken,
    HandOverDeclined {
        reason: String,
    },
    Paused {
        reason: String,
    },
    Resumed {
        reason: String,
    },
    /// A later snapshot still shows the condition.
    SeenAgain {
        sight: Sight,
        finding: String,
    },
    /// A later snapshot no longer shows it, but a second person has the last word.
    NoLongerSeen {
        sight: Sight,
    },
    Closed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<String>,
        /// The snapshot that no longer shows the condition, where the data closed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sight: Option<Sight>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Proof>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stays: Vec<String>,
    },
    Reopened {
        at: String,
        reason: String,
        owner: Party,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sight: Option<Sight>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tell: Option<String>,
    },
    StayChecked {
        stay: String,
        held: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Proof>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// A statement was drawn to be looked at again.
    Drawn {
        stay: String,
        period: String,
        seed: String,
    },
    Escalated {
        clock: String,
        rung: usize,
        to: String,
    },
    /// Somebody looked into the vault.
    VaultRead {
        vault: String,
        reason: String,
    },
}

/// What a case is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The same for the same thing: `2153990002:primary`.
    pub key: String,
    /// How people call it.
    pub label: String,
    /// The division in which it lies, as far down as is known.
    pub division: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<String>,
}

/// A look at the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    pub snapshot: String,
    /// The day for which the facts hold.
    pub as_of: Date,
    /// When the snapshot was published: of two for the same day the later one counts.
    pub published: String,
}

/// A piece of evidence: what kind, and the hash of its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub kind: String,
    pub sha256: String,
    pub name: String,
}

/// A paper that a step produced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperMade {
    pub paper: String,
    pub number: String,
    pub sha256: String,
}

/// An event as it stands in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    pub case: String,
    /// Counted from 1 within the case.
    pub seq: u64,
    pub at: Moment,
    pub actor: Actor,
    pub event: Event,
}

impl Sight {
    /// Whether it tells of a later day, or of the same day from a later snapshot.
    pub fn is_later_than(&self, other: &Sight) -> bool {
        self.snapshot != other.snapshot && (self.as_of, &self.published) > (other.as_of, &other.published)
            || self.as_of > other.as_of
    }
}
