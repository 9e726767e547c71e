use facts::{Text, text};
use serde::Serialize;

use crate::procedure::{Clock, fit};
use crate::{Calendar, Case, Moment, Procedure, Status};

/// A clock of a case as it stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Running {
    /// A clock of the procedure, or `stay:` and a stay check.
    pub clock: String,
    pub name: Text,
    pub started: Moment,
    pub due: Moment,
    pub state: ClockState,
    /// Whether the length and the holidays on the way are confirmed.
    pub sure: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockState {
    Running,
    Paused,
    /// The step that stops it was done.
    Stopped,
    Expired,
}

/// Every clock that has been started in this round, in the order of the procedure, then the stay checks of a closed case.
pub fn clocks(procedure: &Procedure, case: &Case, calendar: &Calendar, now: Moment) -> Vec<Running> {
    let mut running = Vec::new();
    for clock in &procedure.clocks {
        running.extend(clock_of(procedure, case, calendar, clock, now, 0));
    }
    for state in &case.stays {
        let Some(stay) = procedure.stay(&state.stay) else { continue };
        let due = calendar.end(stay.span, state.from, false);
        let open = if now > due { ClockState::Expired } else { ClockState::Running };
        running.push(Running {
            clock: format!("stay:{}", stay.id),
            name: stay.name(),
            started: state.from,
            due,
            state: if state.held.is_some() { ClockState::Stopped } else { open },
            sure: stay.confirmed,
        });
    }
    running
}

/// The next moment at which something is due: the earliest end of a clock that runs and must be kept.
pub fn due(procedure: &Procedure, case: &Case, calendar: &Calendar, now: Moment) -> Option<Moment> {
    let waits = |id: &str| procedure.clock(id).is_some_and(|clock| clock.until.is_empty());
    let open = clocks(procedure, case, calendar, now).into_iter().filter(|clock| !waits(&clock.clock));
    open.filter(|clock| matches!(clock.state, ClockState::Running | ClockState::Expired)).map(|clock| clock.due).min()
}

/// One clock; none where it has not been started in this round.
pub(crate) fn clock_of(
    procedure: &Procedure,
    case: &Case,
    calendar: &Calendar,
    clock: &Clock,
    now: Moment,
    depth: usize,
) -> Option<Running> {
    // A chain of clocks longer than this is a circle; the check of the procedure says so.
    const CHAIN_MAX: usize = 8;
    if !fit(&clock.only, &case.fields) {
        return None;
    }
    let started = match clock.from.strip_prefix("end:") {
        Some(before) if depth < CHAIN_MAX => clock_of(procedure, case, calendar, procedure.clock(before)?, now, depth + 1)?.due,
        Some(_) => return None,
        // A case that comes back at a later step does not begin again with the first: what runs to a set day does.
        None if clock.from == "open" && case.round > 1 && clock.ends.is_none() && !procedure.begins_anew() => return None,
        None if clock.from == "open" => case.began,
        None => case.this_round().rfind(|done| done.step == clock.from && !done.skipped)?.at,
    };
    let stopped = case.this_round().find(|done| done.at >= started && clock.until.contains(&done.step)).map(|done| done.at);
    let closed = case.closed.as_ref().map(|closing| closing.at);
    let until = stopped.or(closed);
    let value = clock.value_at(started);
    let mut due = match (&clock.ends, value) {
        // A day that somebody set is moved by setting another, not by a pause.
        (Some(field), _) => Moment::end_of(case.fields.get(field)?.trim().parse().ok()?),
        (None, Some(value)) => calendar.end(value.span, started, clock.rolls),
        (None, None) => return None,
    };
    let mut paused = false;
    for (from, to) in case.pauses.iter().filter(|_| clock.pausable && clock.ends.is_none()) {
        let begins = (*from).max(started);
        let ends = to.unwrap_or(now).min(until.unwrap_or(now)).min(now);
        // A pause that begins after the end of a clock no longer helps it.
        if begins <= due && ends > begins {
            let span = value.map_or(crate::Span::Days(0), |value| value.span);
            due = calendar.extended(span, due, (begins, ends), clock.rolls);
        }
        paused |= to.is_none() && begins <= due;
    }
    let state = match until {
        Some(_) => ClockState::Stopped,
        None if paused && case.status == Status::Paused => ClockState::Paused,
        None if now > due => ClockState::Expired,
        None => ClockState::Running,
    };
    let sure = clock.ends.is_some()
        || value.is_some_and(|value| {
            let working = matches!(value.span, crate::Span::WorkingDays(_)) || clock.rolls;
            value.confirmed && (!working || calendar.is_sure(started.date(), due.date()))
        });
    Some(Running { clock: clock.id.clone(), name: clock.name(), started, due, state, sure })
}

impl ClockState {
    pub fn name(self) -> Text {
        match self {
            ClockState::Running => text!("计时中", "running"),
            ClockState::Paused => text!("中止", "paused"),
            ClockState::Stopped => text!("已停", "stopped"),
            ClockState::Expired => text!("已到期", "run out"),
        }
    }
}
