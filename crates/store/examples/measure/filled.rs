//! Cases as a county has them after years, for measuring.

use duty::{Actor, Event, Moment, Party, Recorded, Sight, Subject};
use store::{Entry, Row};

/// The n-th case with so many events.
pub fn entry(n: u64, events: u64) -> Entry {
    let case = format!("M-{n:010}");
    let word = |words: &str| words.to_string();
    let at: Moment = Moment::from_unix(1_772_000_000 + i64::try_from(n).unwrap_or(0));
    let actor = Actor {
        person: word("li"),
        name: word("李"),
        role: word("principal"),
        level: word("school"),
        line: word("education"),
        unit: word("539901"),
    };
    let subject = Subject {
        key: format!("subject{n}"),
        label: format!("第{n}学校（小学）"),
        division: format!("5399011{:02}{:03}", n % 12, n % 130),
        school: Some(format!("2153{n:06}")),
    };
    let sight = |seq: u64| Sight { snapshot: format!("{seq:012}"), as_of: at.date(), published: at.to_string() };
    let owner = Party { role: format!("role{}", n % 9), person: None };
    let opened = Event::Opened {
        procedure: format!("cn/p{}", n % 5),
        version: word("1"),
        subject: subject.clone(),
        finding: word("大班额 1 个"),
        first: word("plan"),
        owner: owner.clone(),
        sight: Some(sight(0)),
        fields: Default::default(),
        evidence: Vec::new(),
    };
    let later = (2..=events).map(|seq| Event::SeenAgain { sight: sight(seq), finding: word("大班额 1 个") });
    let events: Vec<Recorded> = std::iter::once(opened)
        .chain(later)
        .zip(1..)
        .map(|(event, seq)| Recorded { case: case.clone(), seq, at, actor: actor.clone(), event })
        .collect();
    let closed = n.is_multiple_of(3);
    let row = Row {
        case,
        procedure: format!("cn/p{}", n % 5),
        version: word("1"),
        subject: subject.key,
        label: subject.label,
        division: subject.division,
        school: subject.school,
        status: word(if closed { "closed" } else { "open" }),
        step: (!closed).then(|| word("plan")),
        owner_role: owner.role,
        owner_person: None,
        told: None,
        round: 1 + u64::from(n.is_multiple_of(50)),
        due: (!closed).then(|| at.to_string()),
        wake: None,
        opened: at.to_string(),
        moved: at.to_string(),
        closed: closed.then(|| at.to_string()),
        finding: word("大班额 1 个"),
        seq: events.len() as u64,
    };
    Entry { expected: 0, events, row }
}
