//! The same stories on both databases; PostgreSQL is a real server, started from the Debian package in a folder of its own.

mod accounts;
mod full;
mod kill;
mod server;
mod story;

use duty::{Actor, Event, Party, Recorded, Sight, Subject};
use store::{Batch, Entry, Row};

pub fn actor(person: &str) -> Actor {
    let word = |words: &str| words.to_string();
    Actor {
        person: word(person),
        name: word(person),
        role: word("principal"),
        level: word("school"),
        line: word("education"),
        unit: word("539901"),
    }
}

/// The next event of a case: the first opens it, the others see it again.
pub fn entry(case: &str, expected: u64) -> Entry {
    let sight = Sight { snapshot: format!("s{expected}"), as_of: "2025-09-01".parse().unwrap(), published: "x".into() };
    let subject = Subject { key: case.into(), label: "某校 小学".into(), division: "539901".into(), school: None };
    let event = if expected == 0 {
        Event::Opened {
            procedure: "cn/x".into(),
            version: "1".into(),
            subject: subject.clone(),
            finding: "大班额 1 个".into(),
            first: "plan".into(),
            owner: Party { role: "principal".into(), person: None },
            sight: Some(sight),
            fields: Default::default(),
            evidence: Vec::new(),
        }
    } else {
        Event::SeenAgain { sight, finding: "大班额 1 个".into() }
    };
    let at: duty::Moment = "2026-03-01T08:00:00".parse().unwrap();
    let seq = expected + 1;
    let recorded = Recorded { case: case.into(), seq, at, actor: actor("li"), event };
    let row = Row {
        case: case.into(),
        procedure: "cn/x".into(),
        version: "1".into(),
        subject: subject.key,
        label: subject.label,
        division: subject.division,
        school: None,
        status: "open".into(),
        step: Some("plan".into()),
        owner_role: "principal".into(),
        owner_person: None,
        told: None,
        round: 1,
        due: None,
        wake: None,
        opened: at.to_string(),
        moved: at.to_string(),
        closed: None,
        finding: "大班额 1 个".into(),
        seq,
    };
    Entry { expected, events: vec![recorded], row }
}

pub fn batch(entries: impl IntoIterator<Item = Entry>) -> Batch {
    Batch { entries: entries.into_iter().collect(), ..Batch::default() }
}
