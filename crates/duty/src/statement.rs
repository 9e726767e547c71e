//! Statements: what a named person reports on a fixed day for a unit, with proof, even when there is nothing to report.

use std::collections::BTreeMap;

use facts::{Text, text};

use crate::decide::may;
use crate::procedure::{Choice, Field, FieldKind};
use crate::refusal::{Refusal, named, said};
use crate::routine::{Routine, begins, due_of};
use crate::wanted::{evidence_wanted, fields_wanted};
use crate::{Actor, Case, Event, Moment, Party, Procedure, Proof, Subject};

/// For each of what a routine may ask for a statement.
pub(crate) const UNITS: &[&str] = &["school", "township", "county", "prefecture", "province"];

/// A statement as somebody makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub routine: String,
    /// The month in which it falls due: `2026-03`.
    pub period: String,
    /// The unit of which it tells.
    pub subject: Subject,
    pub fields: BTreeMap<String, String>,
    pub evidence: Vec<Proof>,
}

/// The key of the one statement that a unit makes in a period.
pub fn statement_key(routine: &str, period: &str, unit: &str) -> String {
    format!("{routine}:{period}:{unit}")
}

/// Records a statement: a case that is closed as soon as it is opened, because nothing has to be done about it, unless it is
/// drawn to be looked at again. `known` is the statement that the unit has already made.
pub fn state(
    procedure: &Procedure,
    statement: &Statement,
    known: Option<&Case>,
    actor: &Actor,
    now: Moment,
) -> Result<Vec<Event>, Box<Refusal>> {
    let (routine, due) = due(procedure, &statement.routine, &statement.period)?;
    let (article, name) = (procedure.article(&routine.article), routine.name());
    let (period, label) = (&statement.period, &statement.subject.label);
    may(procedure, &routine.who, actor, &article, &name)?;
    if let Some(known) = known {
        let (id, at) = (&known.id, known.opened.date());
        let what = text!("{label} 的 {period} 已于 {at} 报过（{id}）", "{label} has reported for {period} on {at} ({id})");
        let hint =
            text!("报错了的，重新立案后更正：junheng duty reopen {id}", "to correct it, re-open it: junheng duty reopen {id}");
        return Err(Refusal::new("already-stated", what, hint, article));
    }
    let first = begins(routine, due);
    if now.date() < first {
        let what = text!("{period} 还没有开始，不能预先报", "{period} has not begun: nothing is reported beforehand");
        return Err(Refusal::new("too-early", what, text!("{first} 起报", "report from {first}"), article));
    }
    let asked = asked(procedure, routine);
    let mut lacking = fields_wanted(procedure, &asked, &statement.fields);
    lacking.extend(evidence_wanted(procedure, &routine.needs, &statement.evidence));
    lacking.extend(unfollowed(procedure, routine, &statement.fields));
    lacking.extend(unequal(procedure, routine, &statement.fields));
    Refusal::unless_whole(&lacking, &name, &article)?;
    let count = routine.counts.as_ref().and_then(|id| statement.fields.get(id)).map(|count| count.trim());
    let late = if now.date() > due { "，逾期" } else { "" };
    let title = &routine.title;
    let finding = match count {
        Some("0") => format!("{title} {period}：零报告{late}"),
        Some(count) => format!("{title} {period}：{count}{late}"),
        None => format!("{title} {period}{late}"),
    };
    let key = statement_key(&routine.id, period, &statement.subject.key);
    let opened = Event::Opened {
        procedure: procedure.id.clone(),
        version: procedure.version.clone(),
        subject: Subject { key, ..statement.subject.clone() },
        finding,
        first: procedure.first.clone(),
        owner: Party { role: procedure.opening.owner.clone(), person: None },
        sight: None,
        fields: statement.fields.clone(),
        evidence: statement.evidence.clone(),
    };
    let closed =
        Event::Closed { category: None, sight: None, evidence: Vec::new(), note: routine.title.clone(), stays: Vec::new() };
    Ok(vec![opened, closed])
}

/// The units drawn to be looked at again in a period, and the event that goes to the statement of each. Only after the last
/// day, so that nobody knows beforehand; only once, so that nobody draws until it pleases: `drawn` holds the seeds with which
/// statements of the period were drawn already.
pub fn draw(
    procedure: &Procedure,
    (routine, period): (&str, &str),
    seed: &str,
    units: &[String],
    drawn: &[String],
    (actor, now): (&Actor, Moment),
) -> Result<(Vec<String>, Event), Box<Refusal>> {
    let (routine, due) = due(procedure, routine, period)?;
    let article = procedure.article(&routine.article);
    let Some(sample) = &routine.sample else {
        let what = said!("“{}”不抽查", "no statement of \"{}\" is drawn", routine.name());
        return Err(Refusal::new("no-sample", what, text!("直接到场核查", "go and look"), article));
    };
    may(procedure, &sample.who, actor, &article, &text!("抽查", "draw the sample"))?;
    if now.date() <= due {
        let what = text!("{due} 之后才能抽查", "the sample is drawn after {due}");
        let hint = text!("截止之前抽，被抽到的会先知道", "drawn before the last day, those drawn would know beforehand");
        return Err(Refusal::new("too-early", what, hint, article));
    }
    if seed.trim().is_empty() {
        let what = text!("没有给出公布的种子", "no published seed is given");
        let hint = text!(
            "用截止日之后才知道、人人可查的数，如当日福彩开奖号码",
            "a number known only after the last day, that anybody can look up, such as a lottery result"
        );
        return Err(Refusal::new("no-seed", what, hint, article));
    }
    if let Some(other) = drawn.iter().find(|known| *known != seed) {
        let what = text!("{period} 已用种子“{other}”抽过", "{period} was drawn already, with the seed `{other}`");
        return Err(Refusal::new("drawn-already", what, text!("一期只抽一次", "a period is drawn once"), article));
    }
    let chosen = crate::sampled(units, sample.in_hundred, sample.at_least, &format!("{} {period}", routine.id), seed);
    Ok((chosen, Event::Drawn { stay: sample.stay.clone(), period: period.to_string(), seed: seed.to_string() }))
}

/// Turns the points of each checklist into fields with three answers, as if the pack had written them out.
pub(crate) fn spell_out(procedure: &mut Procedure) {
    let answers = || {
        [(GOOD, "合格", "good"), (BAD, "有隐患或问题", "bad"), ("none", "没有这一项", "not there")]
            .map(|(id, title, title_en)| Choice { id: id.into(), title: title.into(), title_en: title_en.into() })
    };
    for item in procedure.checklists.iter().flat_map(|list| &list.items) {
        procedure.fields.push(Field {
            id: item.id.clone(),
            title: item.title.clone(),
            title_en: item.title_en.clone(),
            kind: FieldKind::Choice,
            optional: false,
            choices: answers().to_vec(),
            vault: None,
        });
    }
}

const GOOD: &str = "good";
const BAD: &str = "bad";

/// Every field that a statement of a routine fills in.
fn asked(procedure: &Procedure, routine: &Routine) -> Vec<String> {
    let lists = routine.checklists.iter().filter_map(|id| procedure.checklist(id));
    let points = lists.flat_map(|list| list.items.iter().map(|item| item.id.clone()));
    routine.fields.iter().cloned().chain(points).collect()
}

/// Points that are bad while nothing is said to have come of them.
fn unfollowed(procedure: &Procedure, routine: &Routine, fields: &BTreeMap<String, String>) -> Vec<Text> {
    let mut lacking = Vec::new();
    for list in routine.checklists.iter().filter_map(|id| procedure.checklist(id)) {
        let bad: Vec<&str> = (list.items.iter())
            .filter(|item| fields.get(&item.id).is_some_and(|answer| answer == BAD))
            .map(|item| item.title.as_str())
            .collect();
        let told = fields.get(&list.follow).is_some_and(|words| !words.trim().is_empty());
        if !bad.is_empty() && !told {
            let (id, points) = (&list.follow, bad.join("、"));
            let title = procedure.field(id).map_or_else(|| Text::new(id.clone(), id.clone()), Field::name);
            lacking.push(said!("{}（{id}，因为有问题：{points}）", "{} ({id}, because these are bad: {points})", title));
        }
    }
    lacking
}

/// Numbers that do not add up.
fn unequal(procedure: &Procedure, routine: &Routine, fields: &BTreeMap<String, String>) -> Vec<Text> {
    let number = |id: &String| fields.get(id).and_then(|words| facts::parse_number(words.trim())).unwrap_or(0.0);
    let title = |id: &String| procedure.field(id).map_or_else(|| Text::new(id.clone(), id.clone()), Field::name);
    let mut lacking = Vec::new();
    for sum in &routine.sums {
        let (total, parts): (f64, f64) = (number(&sum.total), sum.parts.iter().map(number).sum());
        // Whole numbers of people: a tenth is far from both.
        if (total - parts).abs() > 0.1 {
            let names = crate::refusal::join(&sum.parts.iter().map(title).collect::<Vec<_>>());
            let of = title(&sum.total);
            lacking.push(said!("{} {total} 应等于 {}之和 {parts}", "{} {total} should be the sum {parts} of {}", of, names));
        }
    }
    lacking
}

/// The routine that is meant, and the day on which a period's statement is due.
fn due<'p>(procedure: &'p Procedure, id: &str, period: &str) -> Result<(&'p Routine, jiff::civil::Date), Box<Refusal>> {
    let article = procedure.article(&procedure.opening.article);
    let Some(routine) = procedure.routine(id) else {
        let known = named(procedure.routines.iter().map(|routine| (&routine.id, routine.name())));
        let what = text!("没有“{id}”这个定期报告", "there is no routine `{id}`");
        return Err(Refusal::new("unknown-routine", what, said!("可以是：{}", "it can be: {}", known), article));
    };
    due_of(routine, period).map(|due| (routine, due)).ok_or_else(|| {
        let months: Vec<String> = routine.months.iter().map(u8::to_string).collect();
        let months = months.join("、");
        let what = text!("“{period}”不是报告的月份", "`{period}` is no month of this report");
        let hint = text!("写成 2026-03；月份：{months}", "write 2026-03; months: {months}");
        Refusal::new("wrong-period", what, hint, article)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_may_be_made_from_the_month_after_the_one_before() {
        let routine = |months: &[u8]| Routine {
            id: "r".into(),
            title: String::new(),
            title_en: String::new(),
            article: String::new(),
            who: Vec::new(),
            months: months.to_vec(),
            day: 28,
            each: "school".into(),
            fields: Vec::new(),
            checklists: Vec::new(),
            counts: None,
            sums: Vec::new(),
            needs: Vec::new(),
            sample: None,
        };
        for (months, period, from) in [
            (&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12][..], "2026-03", "2026-03-01"),
            (&[3, 6, 9, 12][..], "2026-03", "2026-01-01"),
            (&[6][..], "2026-06", "2025-07-01"),
        ] {
            let routine = routine(months);
            let due = due_of(&routine, period).unwrap();
            assert_eq!(begins(&routine, due).to_string(), from, "{months:?} {period}");
            assert_eq!(due_of(&routine, "2026-13"), None);
        }
    }
}
