use std::collections::BTreeMap;

use facts::{Text, text};
use jiff::civil::Date;

use crate::procedure::{Field, FieldKind};
use crate::refusal::{named, said};
use crate::{Procedure, Proof};

/// What is missing or wrong among the fields that are asked for, and which were given that nobody asked for.
pub(crate) fn fields_wanted(procedure: &Procedure, asked: &[String], given: &BTreeMap<String, String>) -> Vec<Text> {
    let mut lacking = Vec::new();
    for field in asked.iter().filter_map(|id| procedure.field(id)) {
        let (id, name) = (&field.id, field.name());
        match given.get(id).map(|value| value.trim()).filter(|value| !value.is_empty()) {
            Some(value) => lacking.extend(wrong(field, value)),
            None if field.optional => {}
            None => lacking.push(said!("{}（{id}）", "{} ({id})", name)),
        }
    }
    for id in given.keys().filter(|id| !asked.contains(id)) {
        let known = named(asked.iter().filter_map(|id| procedure.field(id)).map(|field| (&field.id, field.name())));
        lacking.push(if known.zh.is_empty() {
            text!("没有栏目 {id}（这一步没有要填的栏目）", "there is no field {id} here (this step has no fields)")
        } else {
            said!("没有栏目 {id}（可填：{}）", "there is no field {id} here (fields: {})", known)
        });
    }
    lacking
}

pub(crate) fn evidence_wanted(procedure: &Procedure, asked: &[String], given: &[Proof]) -> Vec<Text> {
    let absent = |id: &&String| given.iter().all(|proof| proof.kind != **id);
    let name = |id: &String| {
        let kind = procedure.evidence.iter().find(|kind| kind.id == *id);
        let name = kind.map_or_else(|| Text::new(id, id), |kind| kind.name());
        said!("证据 {}（{id}）", "evidence: {} ({id})", name)
    };
    asked.iter().filter(absent).map(name).collect()
}

fn wrong(field: &Field, value: &str) -> Option<Text> {
    let (id, name) = (&field.id, field.name());
    match field.kind {
        FieldKind::Text => None,
        FieldKind::Date if value.parse::<Date>().is_ok() => None,
        FieldKind::Date => Some(said!(
            "{}（{id}）要写成 2026-03-01 这样的日期，不能是“{value}”",
            "{} ({id}) is a date such as 2026-03-01, not `{value}`",
            name
        )),
        FieldKind::Number if facts::parse_number(value).is_some() => None,
        FieldKind::Number => Some(said!("{}（{id}）要写成数，不能是“{value}”", "{} ({id}) is a number, not `{value}`", name)),
        FieldKind::Choice if field.choices.iter().any(|choice| choice.id == value) => None,
        FieldKind::Choice => {
            let known = named(field.choices.iter().map(|choice| (&choice.id, choice.name())));
            Some(said!("{}（{id}）可以是：{}，不能是“{value}”", "{} ({id}) is one of {}, not `{value}`", name, known))
        }
    }
}
