use facts::{CountyCode, Date, Text, text};
use policy::Resolved;
use serde::Serialize;

use crate::{Failure, Library};

/// A pack, whether it is in force on a day, and its parameters.
#[derive(Debug, Serialize)]
pub struct ListedPack {
    pub id: String,
    pub title: Text,
    pub number: String,
    pub version: String,
    /// The division prefix where it applies; "" the nation.
    pub place: String,
    pub from: Date,
    pub to: Option<Date>,
    pub on: Date,
    pub in_force: bool,
    pub unconfirmed: usize,
    /// Filled for a single pack.
    pub parameters: Vec<ListedParameter>,
}

#[derive(Debug, Serialize)]
pub struct ListedParameter {
    pub id: String,
    pub title: Text,
    pub stage: Option<facts::Stage>,
    pub value: f64,
    pub unit: String,
    pub article: Text,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub confirmed: bool,
    pub source: String,
}

/// Every pack with its state on a day (today where none is given), or one pack with its parameters.
pub fn list_packs(library: &Library, on: Option<Date>, one: Option<&str>) -> Result<Vec<ListedPack>, Failure> {
    let on = on.unwrap_or_else(today);
    let ids: Vec<&str> = library.packs.ids().filter(|id| one.is_none_or(|one| one == *id)).collect();
    if let (true, Some(one)) = (ids.is_empty(), one) {
        return Err(Failure::wrong_use(
            text!("没有“{one}”这个标准", "there is no pack `{one}`"),
            text!("junheng packs 列出全部", "`junheng packs` lists all"),
        ));
    }
    Ok(ids.into_iter().filter_map(|id| listed(library, id, on, one.is_some())).collect())
}

/// The day in China, which has one time zone.
pub fn today() -> Date {
    jiff::tz::Offset::constant(8).to_datetime(jiff::Timestamp::now()).date()
}

fn listed(library: &Library, id: &str, on: Date, whole: bool) -> Option<ListedPack> {
    let pack = library.packs.get(id)?;
    let resolved = library.packs.resolve(id, on, &somewhere_in(&pack.layer.place));
    let parameters: Vec<ListedParameter> = resolved.iter().flat_map(parameters).collect();
    Some(ListedPack {
        id: id.to_string(),
        title: pack.layer.title.clone(),
        number: pack.layer.document.number.clone(),
        version: pack.layer.version.clone(),
        place: pack.layer.place.clone(),
        from: pack.from,
        to: pack.to,
        on,
        in_force: resolved.is_ok(),
        unconfirmed: parameters.iter().filter(|parameter| !parameter.confirmed).count(),
        parameters: if whole { parameters } else { Vec::new() },
    })
}

/// A county for which a pack of this place holds.
pub fn somewhere_in(place: &str) -> CountyCode {
    let padded: String = place.chars().chain("000000".chars()).take(6).collect();
    CountyCode::parse(&padded).unwrap_or_else(CountyCode::unstated)
}

fn parameters(resolved: &Resolved) -> impl Iterator<Item = ListedParameter> {
    resolved.parameters.iter().flat_map(|parameter| {
        parameter.values.iter().map(|value| ListedParameter {
            id: parameter.id.clone(),
            title: parameter.title.clone(),
            stage: value.stage,
            value: value.cited.value,
            unit: parameter.unit.to_string(),
            article: value.cited.citation.article_title.clone(),
            from: value.cited.citation.from,
            to: value.cited.citation.to,
            confirmed: value.cited.citation.confirmed,
            source: value.cited.citation.source.clone(),
        })
    })
}

impl ListedPack {
    pub fn lines(&self) -> Vec<Text> {
        let ListedPack { id, number, version, on, unconfirmed, from, .. } = self;
        let Text { zh, en } = &self.title;
        let state = match (self.in_force, self.to) {
            (true, _) => text!("{on} 有效", "in force on {on}"),
            (false, Some(to)) => text!("{on} 不适用（{from} 至 {to}）", "not in force on {on} ({from} to {to})"),
            (false, None) => text!("{on} 不适用（自 {from} 起）", "not in force on {on} (from {from})"),
        };
        let mut lines = vec![Text::new(
            format!("{id}  {number} {zh}  版本 {version}  {}  未核实参数 {unconfirmed} 个", state.zh),
            format!("{id}  {number} {en}  version {version}  {}  {unconfirmed} parameters not confirmed", state.en),
        )];
        lines.extend(self.parameters.iter().map(ListedParameter::line));
        lines
    }
}

impl ListedParameter {
    fn line(&self) -> Text {
        let ListedParameter { id, value, unit, article, source, .. } = self;
        let stage = self.stage.map(|stage| stage.title()).unwrap_or_else(|| Text::new("", ""));
        let (title, from) = (&self.title, self.from.map(|from| from.to_string()).unwrap_or_default());
        let to = self.to.map(|to| to.to_string()).unwrap_or_else(|| "…".into());
        let unit = if unit == "1" { "" } else { unit };
        let doubt = if self.confirmed { Text::new("", "") } else { text!("【未核实】", " [not confirmed]") };
        Text::new(
            format!(
                "  {}{} = {value} {unit}  {}  {from} 至 {to}{}  {id}  出处：{source}",
                title.zh, stage.zh, article.zh, doubt.zh
            ),
            format!(
                "  {} {} = {value} {unit}  {}  {from} to {to}{}  {id}  source: {source}",
                title.en, stage.en, article.en, doubt.en
            ),
        )
    }
}
