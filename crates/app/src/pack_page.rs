use facts::{CountyCode, Date, Finding, Stage, Text, text};
use policy::{Document, Exception, Indicator, Item, Parameter, Resolved, Stock, Target};

use crate::list_packs::{somewhere_in, today};
use crate::{Failure, Library};

/// A pack in the list of packs.
pub struct PackRow {
    pub id: String,
    pub title: Text,
    pub document: Document,
    pub version: String,
    pub place: String,
    pub extends: Option<String>,
    pub from: Date,
    pub to: Option<Date>,
    pub on: Date,
    pub in_force: bool,
    pub unconfirmed: usize,
}

/// A pack on a day, and what changes later.
pub struct PackPage {
    pub row: PackRow,
    /// None where it is not in force on the day.
    resolved: Option<Resolved>,
    /// Later days on which something changes, the next one first.
    pub changes: Vec<(Date, Vec<Text>)>,
}

pub struct PackException {
    pub id: String,
    pub label: Text,
    pub target: String,
    pub article: Text,
    pub expires: Option<Date>,
    pub review_by: Option<Date>,
    pub confirmed: bool,
}

/// Every pack with its state on a day; today where none is given.
pub fn pack_rows(library: &Library, on: Option<Date>) -> Vec<PackRow> {
    let on = on.unwrap_or_else(today);
    library.packs.ids().filter_map(|id| Some(row(library, id, on)?.0)).collect()
}

/// One pack on a day, today where none is given, with what of it changes later.
pub fn pack_page(library: &Library, id: &str, on: Option<Date>) -> Result<PackPage, Failure> {
    let on = on.unwrap_or_else(today);
    let Some((row, resolved)) = row(library, id, on) else {
        return Err(Failure::unknown(
            text!("没有“{id}”这个标准", "there is no pack `{id}`"),
            text!("在“标准”页查看全部", "see them all on the page Packs"),
        ));
    };
    let county = somewhere_in(&row.place);
    let mut before = resolved.clone();
    let mut changes = Vec::new();
    for day in library.packs.days(id).into_iter().filter(|day| *day > on) {
        let after = library.packs.resolve(id, day, &county).ok();
        let lines = differences(before.as_ref(), after.as_ref());
        if !lines.is_empty() {
            changes.push((day, lines));
        }
        before = after;
    }
    Ok(PackPage { row, resolved, changes })
}

fn row(library: &Library, id: &str, on: Date) -> Option<(PackRow, Option<Resolved>)> {
    let pack = library.packs.get(id)?;
    let county: CountyCode = somewhere_in(&pack.layer.place);
    let resolved = library.packs.resolve(id, on, &county).ok();
    let values = resolved.iter().flat_map(|resolved| &resolved.parameters).flat_map(|parameter| &parameter.values);
    let row = PackRow {
        id: id.to_string(),
        title: pack.layer.title.clone(),
        document: pack.layer.document.clone(),
        version: pack.layer.version.clone(),
        place: pack.layer.place.clone(),
        extends: pack.extends.clone(),
        from: pack.from,
        to: pack.to,
        on,
        in_force: resolved.is_some(),
        unconfirmed: values.filter(|value| !value.cited.citation.confirmed).count(),
    };
    Some((row, resolved))
}

impl PackPage {
    pub fn parameters(&self) -> &[Parameter] {
        self.resolved.as_ref().map_or(&[], |resolved| &resolved.parameters)
    }

    pub fn stocks(&self) -> &[Stock] {
        self.resolved.as_ref().map_or(&[], |resolved| &resolved.stocks)
    }

    pub fn indicators(&self) -> &[Indicator] {
        self.resolved.as_ref().map_or(&[], |resolved| &resolved.indicators)
    }

    pub fn items(&self) -> &[Item] {
        self.resolved.as_ref().map_or(&[], |resolved| &resolved.items)
    }

    pub fn notes(&self) -> &[Finding] {
        self.resolved.as_ref().map_or(&[], |resolved| &resolved.notes)
    }

    pub fn exceptions(&self) -> Vec<PackException> {
        let Some(resolved) = &self.resolved else { return Vec::new() };
        let line = |exception: &Exception| PackException {
            id: exception.id.clone(),
            label: exception.label.clone(),
            target: target(resolved, exception.target),
            article: exception.citation.article_title.clone(),
            expires: exception.citation.to,
            review_by: exception.review_by,
            confirmed: exception.citation.confirmed,
        };
        resolved.exceptions.iter().map(line).collect()
    }
}

fn target(resolved: &Resolved, target: Target) -> String {
    let id = match target {
        Target::Parameter(index) => resolved.parameters.get(index).map(|parameter| &parameter.id),
        Target::Stock(index) => resolved.stocks.get(index).map(|stock| &stock.id),
    };
    id.cloned().unwrap_or_default()
}

/// What is another than the day before.
fn differences(before: Option<&Resolved>, after: Option<&Resolved>) -> Vec<Text> {
    let (before, after) = match (before, after) {
        (None, None) => return Vec::new(),
        (None, Some(_)) => return vec![text!("开始施行", "it comes into force")],
        (Some(_), None) => return vec![text!("停止施行", "it ceases to be in force")],
        (Some(before), Some(after)) => (before, after),
    };
    let mut lines = Vec::new();
    for new in &after.parameters {
        let old = before.parameter(&new.id).and_then(|at| before.parameters.get(at));
        lines.extend(parameter_differences(old, new));
    }
    let gone = before.parameters.iter().filter(|old| after.parameter(&old.id).is_none());
    lines.extend(gone.map(|old| named(&old.title, &text!("不再使用", "no longer used"))));
    let entries = [
        (titles(&before.indicators, |one| (&one.id, &one.title)), titles(&after.indicators, |one| (&one.id, &one.title))),
        (titles(&before.judgements, |one| (&one.id, &one.title)), titles(&after.judgements, |one| (&one.id, &one.title))),
        (titles(&before.items, |one| (&one.id, &one.title)), titles(&after.items, |one| (&one.id, &one.title))),
        (titles(&before.exceptions, |one| (&one.id, &one.label)), titles(&after.exceptions, |one| (&one.id, &one.label))),
    ];
    for (old, new) in entries {
        let begins = new.iter().filter(|entry| !old.contains(entry)).map(|(_, title)| named(title, &text!("开始", "begins")));
        let ends = old.iter().filter(|entry| !new.contains(entry)).map(|(_, title)| named(title, &text!("结束", "ends")));
        lines.extend(begins.chain(ends));
    }
    lines
}

fn titles<'a, T>(of: &'a [T], get: fn(&'a T) -> (&'a String, &'a Text)) -> Vec<(&'a String, &'a Text)> {
    of.iter().map(get).collect()
}

fn named(title: &Text, what: &Text) -> Text {
    Text::new(format!("{}：{}", title.zh, what.zh), format!("{}: {}", title.en, what.en))
}

fn parameter_differences(old: Option<&Parameter>, new: &Parameter) -> Vec<Text> {
    let value =
        |of: &Parameter, stage: Option<Stage>| of.values.iter().find(|value| value.stage == stage).map(|value| value.cited.value);
    let mut stages: Vec<Option<Stage>> = new.values.iter().map(|value| value.stage).collect();
    stages.extend(
        old.iter()
            .flat_map(|old| &old.values)
            .map(|value| value.stage)
            .filter(|stage| !stages.contains(stage))
            .collect::<Vec<_>>(),
    );
    let shown = |value: Option<f64>| value.map_or("—".to_string(), evaluate::shown);
    let line = |stage: Option<Stage>| {
        let (was, is) = (old.and_then(|old| value(old, stage)), value(new, stage));
        let of = stage.map_or_else(|| Text::new("", ""), |stage| Text::new(stage.title().zh, format!(" {}", stage.title().en)));
        let (title, unit) = (&new.title, &new.unit_title);
        (was != is).then(|| {
            Text::new(
                format!("{}{}：{} → {} {}", title.zh, of.zh, shown(was), shown(is), unit.zh).trim_end().to_string(),
                format!("{}{}: {} → {} {}", title.en, of.en, shown(was), shown(is), unit.en).trim_end().to_string(),
            )
        })
    };
    stages.into_iter().filter_map(line).collect()
}
