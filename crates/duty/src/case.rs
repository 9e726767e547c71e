use std::collections::BTreeMap;

use crate::{Event, Moment, Party, Procedure, Proof, Recorded, Sight, Subject};

/// A case: what its events add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub id: String,
    pub procedure: String,
    pub version: String,
    pub subject: Subject,
    /// What opened it, or what was last seen.
    pub finding: String,
    pub status: Status,
    /// 1, and one more each time it is re-opened.
    pub round: u32,
    /// How many events it has.
    pub seq: u64,
    pub opened: Moment,
    /// Who opened it, or made the statement.
    pub opener: String,
    /// When this round began.
    pub began: Moment,
    pub moved: Moment,
    /// Steps that may come next.
    pub ready: Vec<String>,
    pub done: Vec<Done>,
    pub fields: BTreeMap<String, String>,
    pub evidence: Vec<Proof>,
    pub owner: Party,
    /// Offered by whom, to whom, why.
    pub offer: Option<(String, Party, String)>,
    pub sight: Option<Sight>,
    /// A later snapshot that no longer shows the condition, while a person has the last word.
    pub gone: Option<Sight>,
    pub closed: Option<Closing>,
    pub stays: Vec<StayState>,
    /// The seeds with which it was drawn to be looked at again.
    pub drawn: Vec<String>,
    /// Clock, rung and role, in this round.
    pub escalated: Vec<(String, usize, String)>,
    /// When it was paused, and when it went on.
    pub pauses: Vec<(Moment, Option<Moment>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Open,
    Paused,
    Closed,
}

/// A step that was done, or left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub step: String,
    pub at: Moment,
    pub person: String,
    pub round: u32,
    pub skipped: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    pub at: Moment,
    pub person: String,
    pub category: Option<String>,
    pub sight: Option<Sight>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayState {
    pub stay: String,
    pub from: Moment,
    /// Whether it held, once somebody has looked.
    pub held: Option<bool>,
}

impl Status {
    pub fn id(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Paused => "paused",
            Status::Closed => "closed",
        }
    }
}

impl Case {
    /// The case that its events make; `None` where there are none, or the first does not open one.
    pub fn replay(procedure: &Procedure, events: &[Recorded]) -> Option<Case> {
        let (first, rest) = events.split_first()?;
        let mut case = Case::opened(procedure, first)?;
        for event in rest {
            case.apply(procedure, event);
        }
        Some(case)
    }

    /// A case as it stands right after it was opened.
    pub fn opened(procedure: &Procedure, first: &Recorded) -> Option<Case> {
        let Event::Opened { version, subject, finding, first: step, owner, sight, fields, evidence, .. } = &first.event else {
            return None;
        };
        Some(Case {
            id: first.case.clone(),
            procedure: procedure.id.clone(),
            version: version.clone(),
            subject: subject.clone(),
            finding: finding.clone(),
            status: Status::Open,
            round: 1,
            seq: first.seq,
            opened: first.at,
            opener: first.actor.person.clone(),
            began: first.at,
            moved: first.at,
            ready: vec![step.clone()],
            done: Vec::new(),
            fields: fields.clone(),
            evidence: evidence.clone(),
            owner: owner.clone(),
            offer: None,
            sight: sight.clone(),
            gone: None,
            closed: None,
            stays: Vec::new(),
            drawn: Vec::new(),
            escalated: Vec::new(),
            pauses: Vec::new(),
        })
    }

    /// Takes in one more event.
    pub fn apply(&mut self, procedure: &Procedure, recorded: &Recorded) {
        let person = &recorded.actor.person;
        self.seq = recorded.seq;
        self.moved = recorded.at;
        match &recorded.event {
            Event::Opened { .. } | Event::VaultRead { .. } => {}
            Event::StepDone { step, skipped, fields, evidence, .. } => {
                let mark = |step: &String, skipped: bool| Done {
                    step: step.clone(),
                    at: recorded.at,
                    person: person.clone(),
                    round: self.round,
                    skipped,
                };
                let marks: Vec<Done> = skipped.iter().map(|step| mark(step, true)).chain([mark(step, false)]).collect();
                self.done.extend(marks);
                self.fields.extend(fields.iter().map(|(id, value)| (id.clone(), value.clone())));
                self.evidence.extend(evidence.iter().cloned());
                if let Some(step) = procedure.step(step).filter(|step| !step.side) {
                    self.ready = step.follows(&self.fields).to_vec();
                    self.answered(procedure);
                }
            }
            Event::HandedOver { to, reason } => self.offer = Some((person.clone(), to.clone(), reason.clone())),
            Event::HandOverTaken => {
                if let Some((_, to, _)) = self.offer.take() {
                    self.owner = Party { role: to.role, person: Some(person.clone()) };
                }
            }
            Event::HandOverDeclined { .. } => self.offer = None,
            Event::Paused { .. } => {
                self.status = Status::Paused;
                self.pauses.push((recorded.at, None));
            }
            Event::Resumed { .. } => {
                self.status = Status::Open;
                self.end_pause(recorded.at);
            }
            Event::SeenAgain { sight, finding } => {
                self.sight = Some(sight.clone());
                self.gone = None;
                self.finding.clone_from(finding);
            }
            Event::NoLongerSeen { sight } => self.gone = Some(sight.clone()),
            Event::Closed { category, sight, evidence, stays, .. } => {
                self.end_pause(recorded.at);
                self.status = Status::Closed;
                self.ready.clear();
                self.offer = None;
                self.evidence.extend(evidence.iter().cloned());
                self.closed =
                    Some(Closing { at: recorded.at, person: person.clone(), category: category.clone(), sight: sight.clone() });
                let stay = |stay: &String| StayState { stay: stay.clone(), from: recorded.at, held: None };
                self.stays = stays.iter().map(stay).collect();
            }
            Event::Reopened { at, reason, owner, sight, tell } => {
                self.status = Status::Open;
                self.round += 1;
                self.began = recorded.at;
                self.ready = vec![at.clone()];
                self.owner.clone_from(owner);
                self.closed = None;
                self.stays.clear();
                self.gone = None;
                self.escalated.clear();
                self.escalated.extend(tell.iter().map(|role| (String::new(), 0, role.clone())));
                self.finding.clone_from(reason);
                if sight.is_some() {
                    self.sight.clone_from(sight);
                }
            }
            Event::StayChecked { stay, held, evidence, .. } => {
                self.evidence.extend(evidence.iter().cloned());
                if let Some(state) = self.stays.iter_mut().find(|state| state.stay == *stay) {
                    state.held = Some(*held);
                }
            }
            Event::Drawn { stay, seed, .. } => {
                self.stays.push(StayState { stay: stay.clone(), from: recorded.at, held: None });
                self.drawn.push(seed.clone());
            }
            Event::Escalated { clock, rung, to } => self.escalated.push((clock.clone(), *rung, to.clone())),
        }
    }

    /// Whoever answers for what comes next takes the place of whoever answered before.
    fn answered(&mut self, procedure: &Procedure) {
        let next = self.ready.first().and_then(|step| procedure.step(step));
        if let Some(role) = next.and_then(|step| step.owner.as_ref()).filter(|role| **role != self.owner.role) {
            self.owner = Party { role: role.clone(), person: None };
            self.offer = None;
        }
    }

    fn end_pause(&mut self, at: Moment) {
        if let Some((_, end @ None)) = self.pauses.last_mut() {
            *end = Some(at);
        }
    }

    /// What was done in this round, what was left out among it.
    pub fn this_round(&self) -> impl DoubleEndedIterator<Item = &Done> {
        self.done.iter().filter(|done| done.round == self.round)
    }

    /// Whether a step was really done in this round.
    pub fn has_done(&self, step: &str) -> bool {
        self.this_round().any(|done| done.step == step && !done.skipped)
    }

    /// Whether somebody did one of the steps in this round; `*` stands for any.
    pub(crate) fn was_done_by(&self, person: &str, steps: &[String]) -> Option<&Done> {
        let meant = |done: &&Done| steps.iter().any(|step| step == "*" || *step == done.step);
        self.this_round().filter(meant).find(|done| done.person == person && !done.skipped)
    }
}
