//! Hand-overs: what is offered and not yet signed for, and the receipts of those that were.

use duty::{Event, Recorded};
use facts::Text;
use store::{Filter, Order};

use crate::desk::shown;
use crate::duty_ledger::CaseLine;
use crate::duty_show::{cases_of, write_list_down};
use crate::{Failure, Ledger, Viewer};

/// One offer of a case to somebody else, and what became of it.
#[derive(Debug)]
pub struct HandOver {
    pub line: CaseLine,
    /// The number of the receipt: the case and the event.
    pub receipt: String,
    pub from: String,
    pub to: Text,
    pub reason: String,
    pub at: String,
    /// Whether the viewer may sign for it.
    pub mine: bool,
    /// When it was answered, by whom, whether it was taken, and why not.
    pub answer: Option<HandOverAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOverAnswer {
    pub at: String,
    pub by: String,
    pub taken: bool,
    pub reason: String,
}

/// Among how many of the cases moved last hand-overs are looked for.
const CASES_MAX: u32 = 200;

/// Hand-overs to the viewer's roles or by the viewer: first those that wait, then the receipts, the latest first.
pub fn hand_overs(ledger: &mut Ledger, viewer: &Viewer) -> Result<Vec<HandOver>, Failure> {
    ledger.look_at_clock();
    let reaches = viewer.reaches("cases:read")?;
    let seen = Filter { reaches, limit: CASES_MAX, ..Filter::default() };
    let mut lines = cases_of(ledger, &Filter { order: Order::Moved, ..seen.clone() })?.cases;
    for role in &viewer.roles {
        lines.extend(cases_of(ledger, &Filter { told: Some(role.clone()), unclosed: true, ..seen.clone() })?.cases);
    }
    lines.sort_by(|a, b| a.row.case.cmp(&b.row.case));
    lines.dedup_by(|a, b| a.row.case == b.row.case);
    let mut found = Vec::new();
    for line in lines {
        // Opened and nothing else: nobody has handed it over.
        if line.row.seq < 2 {
            continue;
        }
        let events = ledger.store.events(&line.row.case)?;
        for (at, recorded) in events.iter().enumerate() {
            if let Some(one) = hand_over(ledger, viewer, &line, recorded, &events[at + 1..]) {
                found.push(one);
            }
        }
    }
    let listed: Vec<CaseLine> = found.iter().map(|one| one.line.clone()).collect();
    write_list_down(ledger, viewer, &listed)?;
    found.sort_by(|a, b| (a.answer.is_some(), &b.at, &a.receipt).cmp(&(b.answer.is_some(), &a.at, &b.receipt)));
    Ok(found)
}

fn hand_over(ledger: &Ledger, viewer: &Viewer, line: &CaseLine, recorded: &Recorded, later: &[Recorded]) -> Option<HandOver> {
    let Event::HandedOver { to, reason } = &recorded.event else { return None };
    let answer = later.iter().find_map(|later| {
        let (taken, reason) = match &later.event {
            Event::HandOverTaken => (true, String::new()),
            Event::HandOverDeclined { reason } => (false, reason.clone()),
            _ => return None,
        };
        Some((later, HandOverAnswer { at: later.at.to_string(), by: later.actor.name.clone(), taken, reason }))
    });
    let to_me = viewer.roles.contains(&to.role) && to.person.as_ref().is_none_or(|person| *person == viewer.person);
    let by_me =
        recorded.actor.person == viewer.person || answer.as_ref().is_some_and(|(later, _)| later.actor.person == viewer.person);
    if !viewer.is_alone() && !to_me && !by_me {
        return None;
    }
    Some(HandOver {
        receipt: format!("{}-{}", recorded.case, recorded.seq),
        from: recorded.actor.name.clone(),
        to: ledger.procedures.roles.title(&to.role),
        reason: viewer.masked(None, reason),
        at: recorded.at.to_string(),
        mine: answer.is_none() && (viewer.is_alone() || to_me) && viewer.may("cases:act"),
        answer: answer.map(|(_, answer)| answer),
        line: shown(viewer, line.clone()),
    })
}
