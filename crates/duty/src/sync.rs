use facts::Text;

use crate::chain::{digest, hex};
use crate::closing::CloseBy;
use crate::{Calendar, Case, Event, Moment, Procedure, Sight, Status, Subject, clocks};

/// What a snapshot says of one subject: missing data say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Shown,
    Gone,
    Unknown,
}

/// The number of the case that data open for a subject: the same subject has the same case for ever.
///
/// ```
/// assert_eq!(duty::case_id("DX", "cn/procedures/class-size", "2153990002:primary").len(), 13);
/// ```
pub fn case_id(prefix: &str, procedure: &str, key: &str) -> String {
    let hash = hex(&digest(format!("{procedure}\n{key}").as_bytes()));
    format!("{prefix}-{}", &hash[..10])
}

/// What a look at the data does: opens a case, keeps it open, closes it, or re-opens it with its history.
///
/// A case closes only on a later look than the one that last showed the problem, and re-opens only on a later one than the
/// look that closed it; older snapshots change nothing.
pub fn observe(
    procedure: &Procedure,
    case: Option<&Case>,
    subject: &Subject,
    sight: &Sight,
    shown: Shown,
    finding: &str,
) -> Option<Event> {
    let owner = || procedure.opening.owner_of(case.map_or(&Default::default(), |case| &case.fields));
    let Some(case) = case else {
        return (shown == Shown::Shown).then(|| Event::Opened {
            procedure: procedure.id.clone(),
            version: procedure.version.clone(),
            subject: subject.clone(),
            finding: finding.to_string(),
            first: procedure.first.clone(),
            owner: owner(),
            sight: Some(sight.clone()),
            fields: Default::default(),
            evidence: Vec::new(),
        });
    };
    let later_than = |other: &Option<Sight>| other.as_ref().is_none_or(|other| sight.is_later_than(other));
    match (case.status, shown) {
        (Status::Open | Status::Paused, Shown::Shown) if later_than(&case.sight) && later_than(&case.gone) => {
            Some(Event::SeenAgain { sight: sight.clone(), finding: finding.to_string() })
        }
        (Status::Open | Status::Paused, Shown::Gone) if later_than(&case.sight) && later_than(&case.gone) => {
            Some(match procedure.close.by {
                CloseBy::Data => Event::Closed {
                    category: None,
                    sight: Some(sight.clone()),
                    evidence: Vec::new(),
                    note: String::new(),
                    stays: Vec::new(),
                },
                CloseBy::SecondPerson => Event::NoLongerSeen { sight: sight.clone() },
            })
        }
        (Status::Closed, Shown::Shown) => {
            let reopen = procedure.reopen.as_ref()?;
            let closing = case.closed.as_ref()?;
            // What a person closed, only data of a later day can open again.
            let later = match &closing.sight {
                Some(closed_by) => sight.is_later_than(closed_by),
                None => sight.as_of > closing.at.date(),
            };
            (later && later_than(&case.sight)).then(|| Event::Reopened {
                at: reopen.at.clone(),
                reason: finding.to_string(),
                owner: owner(),
                sight: Some(sight.clone()),
                tell: reopen.tell.clone(),
            })
        }
        _ => None,
    }
}

/// What the passing of time does to a case: whoever stands higher on the ladder is told when a clock has run out.
pub fn tick(procedure: &Procedure, case: &Case, calendar: &Calendar, now: Moment) -> Vec<Event> {
    let mut events = Vec::new();
    for clock in clocks(procedure, case, calendar, now).iter().filter(|clock| clock.state == clocks::ClockState::Expired) {
        let rungs = procedure.escalations.iter().filter(|rung| rung.clock == clock.clock);
        for (index, rung) in rungs.enumerate() {
            let told = case.escalated.iter().any(|(id, known, _)| *id == clock.clock && *known == index);
            if !told && now > calendar.end(rung.after, clock.due, false) {
                events.push(Event::Escalated { clock: clock.clock.clone(), rung: index, to: rung.to.clone() });
            }
        }
    }
    events
}

/// The next moment at which [`tick`] could do something.
pub fn wakes(procedure: &Procedure, case: &Case, calendar: &Calendar, now: Moment) -> Option<Moment> {
    let mut next: Option<Moment> = None;
    for clock in clocks(procedure, case, calendar, now) {
        if !matches!(clock.state, clocks::ClockState::Running | clocks::ClockState::Expired) {
            continue;
        }
        let rungs = procedure.escalations.iter().filter(|rung| rung.clock == clock.clock);
        for (index, rung) in rungs.enumerate() {
            let told = case.escalated.iter().any(|(id, known, _)| *id == clock.clock && *known == index);
            let at = calendar.end(rung.after, clock.due, false);
            if !told && next.is_none_or(|known| at < known) {
                next = Some(at);
            }
        }
    }
    next
}

/// The units whose statements are looked at again in a period: fixed by the period and a published seed, so that nobody can
/// choose and everybody can check.
///
/// ```
/// let units: Vec<String> = (0..40).map(|n| format!("school {n}")).collect();
/// let drawn = duty::sampled(&units, 10, 3, "2026-03", "seed");
/// assert_eq!(drawn.len(), 4);
/// assert_eq!(drawn, duty::sampled(&units, 10, 3, "2026-03", "seed"));
/// assert_ne!(drawn, duty::sampled(&units, 10, 3, "2026-04", "seed"));
/// ```
pub fn sampled(units: &[String], in_hundred: u8, at_least: u16, period: &str, seed: &str) -> Vec<String> {
    let wanted = (units.len() * usize::from(in_hundred)).div_ceil(100).max(usize::from(at_least)).min(units.len());
    let mut drawn: Vec<(String, &String)> =
        units.iter().map(|unit| (hex(&digest(format!("{seed}\n{period}\n{unit}").as_bytes())), unit)).collect();
    drawn.sort();
    drawn.truncate(wanted);
    let mut drawn: Vec<String> = drawn.into_iter().map(|(_, unit)| unit.clone()).collect();
    drawn.sort();
    drawn
}

/// The words of a shown state, for those who wonder why nothing happened.
impl Shown {
    pub fn name(self) -> Text {
        match self {
            Shown::Shown => facts::text!("仍显示", "still shown"),
            Shown::Gone => facts::text!("不再显示", "no longer shown"),
            Shown::Unknown => facts::text!("数据不足", "not enough data"),
        }
    }
}
