use crate::connection::Value;
use crate::{Filter, StoreError};

/// Does something with the condition of a filter and the values that it binds, which live as long as that lasts.
pub(crate) fn with_condition<T>(
    filter: &Filter,
    act: impl FnOnce(&str, &[Value<'_>]) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut values: Vec<Value<'_>> = Vec::new();
    let mut wheres: Vec<String> = Vec::new();
    // The first code after all those that begin with the one asked for.
    let beyond = filter.division.as_ref().map(|division| format!("{division}~"));
    let beyond_subject = filter.subject.as_ref().map(|subject| format!("{subject}~"));
    for (sql, value) in [
        ("procedure = ", &filter.procedure),
        ("status = ", &filter.status),
        ("owner_role = ", &filter.owner_role),
        ("owner_person = ", &filter.owner_person),
        ("division >= ", &filter.division),
        ("division < ", &beyond),
        ("school = ", &filter.school),
        ("subject >= ", &filter.subject),
        ("subject < ", &beyond_subject),
        ("due >= ", &filter.due_from),
        ("due < ", &filter.due_before),
        ("wake < ", &filter.wake_before),
    ] {
        if let Some(value) = value {
            values.push(Value::Text(value));
            wheres.push(format!("{sql}${}", values.len()));
        }
    }
    if filter.unclosed {
        wheres.push("status IN ('open', 'paused')".into());
    }
    if filter.relapsed {
        wheres.push("round > 1".into());
    }
    let told = filter.told.as_ref().map(|role| format!("% {role} %"));
    if let Some(told) = &told {
        values.push(Value::Text(told));
        wheres.push(format!("told LIKE ${}", values.len()));
    }
    // A sign that LIKE understands stands for itself.
    let plain = |words: &String| words.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let words = filter.words.as_ref().map(|words| format!("%{}%", plain(words)));
    if let Some(words) = &words {
        values.push(Value::Text(words));
        let at = values.len();
        wheres.push(format!("(case_id LIKE ${at} ESCAPE '!' OR label LIKE ${at} ESCAPE '!' OR finding LIKE ${at} ESCAPE '!')"));
    }
    let beside: Vec<(Option<String>, Vec<String>)> = (filter.reaches.iter())
        .map(|reach| {
            (reach.unit.as_ref().map(|unit| format!("{unit}~")), reach.roles.iter().map(|role| format!("% {role} %")).collect())
        })
        .collect();
    let mut any = Vec::new();
    for (reach, (beyond, told)) in filter.reaches.iter().zip(&beside) {
        any.push(reach_sql(reach, beyond.as_deref(), told, &mut values));
    }
    if !any.is_empty() {
        wheres.push(format!("({})", any.join(" OR ")));
    }
    let wheres = if wheres.is_empty() { String::new() } else { format!("WHERE {}", wheres.join(" AND ")) };
    act(&wheres, &values)
}

/// The condition of one reach; its values are added behind those that are there.
fn reach_sql<'v>(reach: &'v crate::Reach, beyond: Option<&'v str>, told: &'v [String], values: &mut Vec<Value<'v>>) -> String {
    let mut mark = |value: &'v str| {
        values.push(Value::Text(value));
        format!("${}", values.len())
    };
    let mut all = vec!["1 = 1".to_string()];
    if let (Some(unit), Some(beyond)) = (&reach.unit, beyond) {
        let (from, to) = (mark(unit), mark(beyond));
        all.push(format!("((division >= {from} AND division < {to}) OR school = {from})"));
    }
    let mut any = Vec::new();
    for (role, told) in reach.roles.iter().zip(told) {
        let role = mark(role);
        any.push(match &reach.person {
            Some(person) => format!("(owner_role = {role} AND (owner_person IS NULL OR owner_person = {}))", mark(person)),
            None => format!("owner_role = {role}"),
        });
        any.push(format!("told LIKE {}", mark(told)));
    }
    if let Some(person) = &reach.person {
        any.push(format!("owner_person = {}", mark(person)));
    }
    if !any.is_empty() {
        all.push(format!("({})", any.join(" OR ")));
    }
    format!("({})", all.join(" AND "))
}
