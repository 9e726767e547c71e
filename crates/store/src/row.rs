use serde::Serialize;

/// A case as a list shows it. It follows from the events and is kept beside them, so that a list need not read them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub case: String,
    pub procedure: String,
    pub version: String,
    /// The key of its subject.
    pub subject: String,
    pub label: String,
    pub division: String,
    pub school: Option<String>,
    /// `open`, `paused` or `closed`.
    pub status: String,
    /// The steps that come next, separated by spaces.
    pub step: Option<String>,
    pub owner_role: String,
    pub owner_person: Option<String>,
    /// Roles told of it, with a space before and after each.
    pub told: Option<String>,
    pub round: u64,
    /// When the next thing is due.
    pub due: Option<String>,
    /// When the passing of time may next do something to it.
    pub wake: Option<String>,
    pub opened: String,
    pub moved: String,
    pub closed: Option<String>,
    pub finding: String,
    pub seq: u64,
}

/// Which cases are meant; what is not given does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub procedure: Option<String>,
    pub status: Option<String>,
    /// Not closed.
    pub unclosed: bool,
    pub owner_role: Option<String>,
    pub owner_person: Option<String>,
    /// The beginning of a division code.
    pub division: Option<String>,
    pub school: Option<String>,
    /// The beginning of the key of the subject.
    pub subject: Option<String>,
    /// Due at a moment or later.
    pub due_from: Option<String>,
    /// Due before a moment.
    pub due_before: Option<String>,
    /// May be changed by the passing of time before a moment.
    pub wake_before: Option<String>,
    /// Opened a second time or more.
    pub relapsed: bool,
    /// Words in the number, what it is about, or the problem.
    pub words: Option<String>,
    /// Offered to one of these roles and not yet signed for, or told of what is overdue.
    pub told: Option<String>,
    /// As far as somebody may see: within any of these; everything where there is none.
    pub reaches: Vec<Reach>,
    pub order: Order,
    pub limit: u32,
    pub offset: u32,
}

/// A part of all cases: what is given must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The beginning of a division code, or a school's code.
    pub unit: Option<String>,
    /// One of these roles answers for it, or is told of it.
    pub roles: Vec<String>,
    /// Of what a role answers for, only what this person does, or nobody by name yet.
    pub person: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// What is due first stands first.
    #[default]
    Due,
    /// What was moved last stands first.
    Moved,
    Case,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// How many there are.
    pub total: u64,
    pub rows: Vec<Row>,
}

/// How many cases of a procedure a township has had, and how they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The first nine digits of the division: a township, or less where a case lies in no one township.
    pub division: String,
    pub procedure: String,
    pub opened: u64,
    pub closed: u64,
    pub paused: u64,
    /// Opened a second time or more.
    pub relapsed: u64,
    /// Of these, not closed again.
    pub relapsed_open: u64,
    /// Not closed, and something was due before the moment that is asked for.
    pub overdue: u64,
}

/// The end of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    pub lines: u64,
    pub hash: String,
    pub practice: bool,
}
