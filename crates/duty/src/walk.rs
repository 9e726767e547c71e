//! Walks: a procedure's worked cases, as data beside it. Each move says who does what when, and what should come of it.

use std::collections::BTreeMap;

use facts::{Finding, Place, Severity, Text, text};
use serde::Deserialize;

use crate::chain::{digest, hex};
use crate::{
    Act, Actor, Calendar, Case, Command, Event, Moment, Opening, Party, Procedure, Proof, Recorded, Refusal, Roles, Shown, Sight,
    Statement, Subject, decide, draw, due, observe, open, state, tick,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Walk {
    title: String,
    title_en: String,
    #[serde(rename = "move")]
    moves: Vec<Move>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    at: String,
    /// A person and a role, as `李校长/principal`; none for a look at the data or the passing of time.
    #[serde(default)]
    by: String,
    /// `open`, `step NAME`, `hand-over`, `take-over`, `decline`, `pause`, `resume`, `close`, `reopen`, `stay NAME`, `see`,
    /// `vault NAME`, `state ROUTINE`, `draw ROUTINE` or `wait`.
    r#do: String,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    evidence: Vec<String>,
    /// For `state` and `draw`: the month.
    #[serde(default)]
    period: String,
    #[serde(default)]
    skip: Option<String>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    held: Option<bool>,
    /// For `see`: the day of the data, and whether they show the problem.
    #[serde(default)]
    as_of: Option<String>,
    #[serde(default)]
    shown: Option<bool>,
    #[serde(default)]
    expect: Expect,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    refused: Option<String>,
    status: Option<String>,
    ready: Option<Vec<String>>,
    due: Option<String>,
    owner: Option<String>,
    told: Option<Vec<String>>,
    round: Option<u32>,
}

/// Walks through one file of a procedure's `walks/`; what comes out otherwise than the file says is told with its line.
pub fn walk(procedure: &Procedure, roles: &Roles, calendar: &Calendar, name: &str, source: &str) -> Vec<Finding> {
    let walk: Walk = match toml::from_str(source) {
        Ok(walk) => walk,
        Err(error) => {
            let words = error.message().lines().collect::<Vec<_>>().join("; ");
            return vec![wrong(name, None, text!("读不懂：{words}", "cannot be read: {words}"))];
        }
    };
    let lines: Vec<u32> =
        source.lines().enumerate().filter(|(_, line)| line.trim() == "[[move]]").map(|(at, _)| at as u32 + 1).collect();
    let mut stage = Stage { procedure, roles, calendar, case: None, seen: 0 };
    let mut findings = Vec::new();
    for (index, step) in walk.moves.iter().enumerate() {
        let (title, title_en) = (&walk.title, &walk.title_en);
        for words in stage.make(step) {
            let Text { zh, en } = words;
            findings.push(wrong(name, lines.get(index).copied(), text!("{title}：{zh}", "{title_en}: {en}")));
        }
    }
    findings
}

struct Stage<'w> {
    procedure: &'w Procedure,
    roles: &'w Roles,
    calendar: &'w Calendar,
    case: Option<Case>,
    seen: usize,
}

impl Stage<'_> {
    /// Makes a move and gives what came out otherwise than expected.
    fn make(&mut self, step: &Move) -> Vec<Text> {
        let Ok(now) = step.at.parse::<Moment>() else {
            return vec![text!("at 不是时间：{}", "`at` is no time: {}", step.at)];
        };
        let actor = self.actor(&step.by);
        let outcome = self.ask(step, &actor, now);
        let mut off = Vec::new();
        match (outcome, &step.expect.refused) {
            (None, _) => off.push(text!("没有这种动作：{}", "there is no such move: {}", step.r#do)),
            (Some(Err(refusal)), Some(expected)) => differs(&mut off, "refused", expected, &refusal.code),
            (Some(Err(refusal)), None) => {
                let Text { zh, en } = refusal.what;
                let (code, article) = (refusal.code, refusal.article.anchor);
                off.push(text!("被拒绝（{code}，{article}）：{zh}", "refused ({code}, {article}): {en}"));
            }
            (Some(Ok(events)), expected) => {
                if let Some(expected) = expected {
                    off.push(text!("应被拒绝（{expected}），却办成了", "should be refused ({expected}), and was done"));
                }
                self.record(events, &actor, now);
            }
        }
        self.compare(&step.expect, now, &mut off);
        off
    }

    fn actor(&self, by: &str) -> Actor {
        let (person, role) = by.split_once('/').unwrap_or((by, ""));
        let (level, line) =
            self.roles.role(role).map_or((String::new(), String::new()), |role| (role.level.clone(), role.line.clone()));
        let (person, role) = (person.to_string(), role.to_string());
        Actor { name: person.clone(), person, role, level, line, unit: String::new() }
    }

    fn ask(&mut self, step: &Move, actor: &Actor, now: Moment) -> Option<Result<Vec<Event>, Box<Refusal>>> {
        let (word, name) = step.r#do.split_once(' ').unwrap_or((&step.r#do, ""));
        let evidence: Vec<Proof> = step
            .evidence
            .iter()
            .map(|kind| Proof { kind: kind.clone(), sha256: hex(&digest(kind.as_bytes())), name: format!("{kind}.pdf") })
            .collect();
        let subject =
            || Subject {
                key: "walk".into(), label: "示例".into(), division: "539901".into(), school: Some("2153990001".into())
            };
        let reason = step.skip.clone().unwrap_or_else(|| "说明".into());
        let command = match word {
            "open" => {
                let opening = Opening { subject: subject(), finding: "示例".into(), fields: step.set.clone(), evidence };
                return Some(open(self.procedure, opening, actor, now).map(|event| vec![event]));
            }
            "state" => {
                let (routine, period, fields) = (name.to_string(), step.period.clone(), step.set.clone());
                let statement = Statement { routine, period, subject: subject(), fields, evidence };
                return Some(state(self.procedure, &statement, self.case.as_ref(), actor, now));
            }
            "draw" => {
                let drawn = self.case.as_ref().map(|case| case.drawn.clone()).unwrap_or_default();
                let units = [subject().key];
                let done = draw(self.procedure, (name, &step.period), &reason, &units, &drawn, (actor, now));
                return Some(done.map(|(_, event)| vec![event]));
            }
            "see" => {
                self.seen += 1;
                let sight = Sight {
                    snapshot: format!("{:012}", self.seen),
                    as_of: step.as_of.as_deref().unwrap_or(&step.at).get(..10)?.parse().ok()?,
                    published: now.to_string(),
                };
                let shown = match step.shown {
                    Some(true) => Shown::Shown,
                    Some(false) => Shown::Gone,
                    None => Shown::Unknown,
                };
                let event = observe(self.procedure, self.case.as_ref(), &subject(), &sight, shown, "数据显示");
                return Some(Ok(event.into_iter().collect()));
            }
            "wait" => {
                return Some(Ok(self
                    .case
                    .as_ref()
                    .map(|case| tick(self.procedure, case, self.calendar, now))
                    .unwrap_or_default()));
            }
            "step" => Command::Act(Act {
                step: name.to_string(),
                fields: step.set.clone(),
                evidence,
                skip: step.skip.clone(),
                note: String::new(),
            }),
            "hand-over" => {
                let to = step.to.clone()?;
                let (person, role) = to.split_once('/').map_or((None, to.as_str()), |(person, role)| (Some(person), role));
                Command::HandOver { to: Party { role: role.to_string(), person: person.map(str::to_string) }, reason }
            }
            "take-over" => Command::TakeOver,
            "decline" => Command::Decline { reason },
            "pause" => Command::Pause { reason },
            "resume" => Command::Resume { reason },
            "close" => Command::Close { category: step.category.clone(), evidence, note: String::new() },
            "reopen" => Command::Reopen { reason },
            "stay" => Command::Stay { stay: name.to_string(), held: step.held.unwrap_or(true), evidence, note: String::new() },
            "vault" => Command::ReadVault { vault: name.to_string(), reason },
            _ => return None,
        };
        let case = self.case.as_ref()?;
        Some(decide(self.procedure, self.calendar, case, &command, actor, now))
    }

    fn record(&mut self, events: Vec<Event>, actor: &Actor, now: Moment) {
        for event in events {
            let (id, seq) = match &self.case {
                Some(case) => (case.id.clone(), case.seq + 1),
                None => (format!("{}-walk", self.procedure.prefix), 1),
            };
            let recorded = Recorded { case: id, seq, at: now, actor: actor.clone(), event };
            match &mut self.case {
                Some(case) => case.apply(self.procedure, &recorded),
                None => self.case = Case::opened(self.procedure, &recorded),
            }
        }
    }

    fn compare(&self, expect: &Expect, now: Moment, off: &mut Vec<Text>) {
        let Some(case) = &self.case else {
            if expect.status.is_some() {
                off.push(text!("还没有立案", "there is no case yet"));
            }
            return;
        };
        if let Some(status) = &expect.status {
            differs(off, "status", status, case.status.id());
        }
        if let Some(ready) = &expect.ready {
            differs(off, "ready", &ready.join(" "), &case.ready.join(" "));
        }
        if let Some(expected) = &expect.due {
            let date = due(self.procedure, case, self.calendar, now).map_or_else(|| "-".into(), |due| due.to_string());
            let date = date.replace("T23:59:59+08:00", "");
            differs(off, "due", expected, date.trim_end_matches("+08:00"));
        }
        if let Some(owner) = &expect.owner {
            differs(off, "owner", owner, case.owner.person.as_ref().unwrap_or(&case.owner.role));
        }
        if let Some(told) = &expect.told {
            let roles: Vec<&str> = case.escalated.iter().map(|(_, _, role)| role.as_str()).collect();
            differs(off, "told", &told.join(" "), &roles.join(" "));
        }
        if let Some(round) = expect.round {
            differs(off, "round", &round.to_string(), &case.round.to_string());
        }
    }
}

fn differs(off: &mut Vec<Text>, what: &str, expected: &str, is: &str) {
    if expected != is {
        off.push(text!("{what} 应为“{expected}”，实为“{is}”", "{what} should be `{expected}`, and is `{is}`"));
    }
}

fn wrong(name: &str, line: Option<u32>, what: Text) -> Finding {
    let place = Place::Source { file: name.to_string(), line, excerpt: None };
    let hint = text!("核对这一步，或改正程序", "look at the move again, or mend the procedure");
    Finding::new(Severity::Logic, "walk-differs", place, what, hint)
}
