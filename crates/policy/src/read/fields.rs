use facts::{Date, Stage, Text, Unit, text};
use toml::de::{DeTable, DeValue};

use crate::model::{Formula, Law};
use crate::source::{At, Faults, Mark};
use crate::suggest::did_you_mean;
use crate::syntax::{Dialect, parse};

/// One TOML table while it is read: every wrong type, missing key and unknown key becomes a finding.
pub(crate) struct Fields<'a> {
    table: &'a DeTable<'a>,
    file: usize,
    /// Its first line.
    pub mark: Mark,
    /// What it is: `[[parameter]] class_size_max`.
    pub name: String,
    faults: &'a Faults<'a>,
}

impl<'a> Fields<'a> {
    /// Takes a table that may have these keys and no others.
    pub fn new(table: &'a DeTable<'a>, mark: Mark, kind: &str, keys: &[&str], faults: &'a Faults<'a>) -> Fields<'a> {
        let id = table.iter().find(|(key, _)| key.get_ref() == "id").and_then(|(_, value)| value.get_ref().as_str());
        let name = id.map_or_else(|| kind.to_string(), |id| format!("{kind} {id}"));
        let fields = Fields { table, file: mark.file, mark, name, faults };
        // A table with more unknown keys than this is no entry at all.
        const UNKNOWN_MAX: usize = 100;
        let unknown = table.iter().filter(|(key, _)| !keys.contains(&key.get_ref().as_ref()));
        for (key, _) in unknown.take(UNKNOWN_MAX) {
            let word = key.get_ref().as_ref();
            let what = text!("{} 没有 {word} 这一项", "{} has no key `{word}`", fields.name);
            faults.refuse("unknown-key", fields.at(key.span()), what, did_you_mean(word, keys.iter().copied()));
        }
        fields
    }

    /// A table whose keys were checked before.
    pub fn unchecked(table: &'a DeTable<'a>, mark: Mark, faults: &'a Faults<'a>) -> Fields<'a> {
        Fields { table, file: mark.file, mark, name: String::new(), faults }
    }

    /// The keys that are present and not among those given.
    pub fn keys_beside(&self, keys: &[&str]) -> Vec<At<String>> {
        let present = self.table.iter().filter(|(key, _)| !keys.contains(&key.get_ref().as_ref()));
        present.map(|(key, _)| At { value: key.get_ref().to_string(), mark: self.at(key.span()) }).collect()
    }

    pub fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Words; empty ones count as missing.
    pub fn text(&self, key: &str) -> Option<At<String>> {
        let (value, mark) = self.find(key)?;
        match value.as_str() {
            Some(words) => Some(At { value: words.trim().to_string(), mark }).filter(|words| !words.value.is_empty()),
            None => self.wrong(key, mark, text!("要一个带引号的字符串", "a string in quotes is wanted")),
        }
    }

    pub fn need_text(&self, key: &str) -> Option<At<String>> {
        let found = self.text(key);
        let blank = || self.find(key).is_none_or(|(value, _)| value.as_str().is_some());
        if found.is_none() && blank() {
            self.missing(key);
        }
        found
    }

    /// Chinese and English of one thing; both are needed.
    pub fn need_title(&self, key: &str) -> Text {
        let (zh, en) = (self.need_text(key), self.need_text(&format!("{key}_en")));
        Text::new(zh.map(|at| at.value).unwrap_or_default(), en.map(|at| at.value).unwrap_or_default())
    }

    /// Both languages where the Chinese is given.
    pub fn title(&self, key: &str) -> Option<Text> {
        self.has(key).then(|| {
            let zh = self.text(key).map(|at| at.value).unwrap_or_default();
            let en = self.text(&format!("{key}_en")).map_or_else(|| zh.clone(), |at| at.value);
            Text::new(zh, en)
        })
    }

    pub fn number(&self, key: &str) -> Option<At<f64>> {
        let (value, mark) = self.find(key)?;
        match number(value) {
            Some(value) => Some(At { value, mark }),
            None => self.wrong(key, mark, text!("要一个数", "a number is wanted")),
        }
    }

    pub fn whole(&self, key: &str, least: i64, most: i64) -> Option<i64> {
        let number = self.number(key)?;
        if number.value.fract() == 0.0 && (least as f64..=most as f64).contains(&number.value) {
            return Some(number.value as i64);
        }
        self.wrong(key, number.mark, text!("要 {least} 到 {most} 的整数", "a whole number from {least} to {most} is wanted"))
    }

    /// A number on a list, which may be `5` or `"Ⅱ-1"`.
    pub fn whole_or_text(&self, key: &str) -> Option<String> {
        match self.find(key)? {
            (DeValue::Integer(integer), _) => Some(integer.to_string()),
            _ => self.text(key).map(|at| at.value),
        }
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        let (value, mark) = self.find(key)?;
        value.as_bool().or_else(|| self.wrong(key, mark, text!("要 true 或 false", "true or false is wanted")))
    }

    pub fn date(&self, key: &str) -> Option<Date> {
        let (value, mark) = self.find(key)?;
        let found = match value {
            DeValue::Datetime(moment) if moment.time.is_none() => moment.date,
            _ => None,
        };
        let date = found.and_then(|date| Date::new(date.year as i16, date.month as i8, date.day as i8).ok());
        date.or_else(|| {
            self.wrong(
                key,
                mark,
                text!("要日期，如 2017-04-19，不加引号", "a date such as 2017-04-19, without quotes, is wanted"),
            )
        })
    }

    pub fn need_date(&self, key: &str) -> Option<Date> {
        if !self.has(key) {
            self.missing(key);
        }
        self.date(key)
    }

    pub fn need_unit(&self, key: &str) -> Option<Unit> {
        let words = self.need_text(key)?;
        let parsed = words.value.parse().ok();
        if parsed.is_none() {
            let what = text!("不认识的单位“{}”", "unknown unit `{0}`", words.value);
            const UNITS: [&str; 12] =
                ["book", "class", "device", "hour", "lesson", "m2", "person", "point", "room", "school", "year", "yuan"];
            let mut pieces = words.value.split(['*', '/']).map(str::trim);
            let odd = pieces.find(|piece| *piece != "1" && !UNITS.contains(piece)).unwrap_or_default();
            let meant = did_you_mean(odd, UNITS.into_iter());
            let hint = Text::new(
                format!("{}（用 * / 组合，如 m2/person）", meant.zh),
                format!("{} (joined by * and /, as in m2/person)", meant.en),
            );
            self.faults.refuse("unknown-unit", words.mark, what, hint);
        }
        parsed
    }

    pub fn texts(&self, key: &str) -> Vec<At<String>> {
        let Some((value, mark)) = self.find(key) else { return Vec::new() };
        let words = || text!("要字符串的数组，如 [\"211\"]", "an array of strings such as [\"211\"] is wanted");
        let Some(list) = value.as_array() else {
            let _: Option<()> = self.wrong(key, mark, words());
            return Vec::new();
        };
        let mut found = Vec::new();
        for element in list.iter() {
            let mark = self.at(element.span());
            match element.get_ref().as_str() {
                Some(words) => found.push(At { value: words.to_string(), mark }),
                None => {
                    let _: Option<()> = self.wrong(key, mark, words());
                }
            }
        }
        found
    }

    pub fn stage(&self, key: &str) -> Option<Stage> {
        let words = self.text(key)?;
        self.stage_from(&words.value, words.mark)
    }

    pub fn stages(&self, key: &str) -> Option<Vec<Stage>> {
        self.has(key).then(|| self.texts(key).iter().filter_map(|at| self.stage_from(&at.value, at.mark)).collect())
    }

    /// `{ primary = 1, junior = 1.1 }`.
    pub fn by_stage(&self, key: &str) -> Vec<(Stage, f64)> {
        let Some((value, mark)) = self.find(key) else { return Vec::new() };
        let wanted = || text!("要写成 {{ primary = 1, junior = 1.1 }}", "{{ primary = 1, junior = 1.1 }} is wanted");
        let Some(table) = value.as_table() else {
            let _: Option<()> = self.wrong(key, mark, wanted());
            return Vec::new();
        };
        let mut found = Vec::new();
        for (stage, value) in table.iter() {
            let mark = self.at(value.span());
            let stage = self.stage_from(stage.get_ref(), self.at(stage.span()));
            match (stage, number(value.get_ref())) {
                (Some(stage), Some(value)) => found.push((stage, value)),
                (None, _) => {}
                (_, None) => {
                    let _: Option<()> = self.wrong(key, mark, wanted());
                }
            }
        }
        found.sort_by_key(|(stage, _)| *stage);
        found
    }

    /// Numbers by name: `{ pupils = 45, books = 279 }`.
    pub fn by_name(&self, key: &str) -> Vec<(String, f64)> {
        let Some((value, mark)) = self.find(key) else { return Vec::new() };
        let wanted = || text!("要写成 {{ pupils = 45 }}", "{{ pupils = 45 }} is wanted");
        let Some(table) = value.as_table() else {
            let _: Option<()> = self.wrong(key, mark, wanted());
            return Vec::new();
        };
        let mut found = Vec::new();
        for (name, value) in table.iter() {
            match number(value.get_ref()) {
                Some(value) => found.push((name.get_ref().to_string(), value)),
                None => {
                    let _: Option<()> = self.wrong(key, self.at(value.span()), wanted());
                }
            }
        }
        found
    }

    /// One number for all stages, or one for each of some.
    pub fn number_or_by_stage(&self, key: &str) -> Vec<(Option<Stage>, f64)> {
        match self.find(key) {
            None => Vec::new(),
            Some((DeValue::Table(_), _)) => self.by_stage(key).into_iter().map(|(stage, value)| (Some(stage), value)).collect(),
            Some(_) => self.number(key).map(|number| (None, number.value)).into_iter().collect(),
        }
    }

    /// A word of a fixed list.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let words = self.text(key)?;
        let found = choices.iter().find(|(id, _)| *id == words.value).map(|(_, value)| *value);
        if found.is_none() {
            let what = text!("{} 的 {key} 不能是“{}”", "`{key}` of {0} cannot be `{1}`", self.name, words.value);
            self.faults.refuse("unknown-word", words.mark, what, did_you_mean(&words.value, choices.iter().map(|(id, _)| *id)));
        }
        found
    }

    pub fn formula(&self, key: &str, dialect: Dialect) -> Option<Formula> {
        let At { value: text, mark } = self.text(key)?;
        let tree = match parse(&text, dialect) {
            Ok(tree) => Some(tree),
            Err(fault) => {
                self.faults.refuse_within(mark, &text, &fault);
                None
            }
        };
        Some(Formula { text, tree, mark })
    }

    /// Article, dates, source and whether it is confirmed; `label` where the entry replaces something.
    pub fn law(&self, pack: usize, label: Option<Text>) -> Law {
        Law {
            pack,
            article: self.text("article"),
            from: if self.has("from") { self.date("from") } else { None },
            to: if self.has("to") { self.date("to") } else { None },
            confirmed: self.flag("confirmed").unwrap_or(true),
            source: self.text("source").map(|at| at.value).unwrap_or_default(),
            label,
        }
    }

    /// The tables under a key: `[[parameter.value]]`.
    pub fn tables(&self, key: &str) -> Vec<(&'a DeTable<'a>, Mark)> {
        let Some((value, mark)) = self.find(key) else { return Vec::new() };
        let wanted = || text!("要写成 [[…{key}]]", "[[…{key}]] is wanted");
        let Some(list) = value.as_array() else {
            let _: Option<()> = self.wrong(key, mark, wanted());
            return Vec::new();
        };
        let mut found = Vec::new();
        for element in list.iter() {
            let mark = self.at(element.span());
            match element.get_ref().as_table() {
                Some(table) => found.push((table, mark)),
                None => {
                    let _: Option<()> = self.wrong(key, mark, wanted());
                }
            }
        }
        found
    }

    /// The table under a key: `[document]`.
    pub fn table(&self, key: &str) -> Option<(&'a DeTable<'a>, Mark)> {
        let (value, mark) = self.find(key)?;
        match value.as_table() {
            Some(table) => Some((table, mark)),
            None => self.wrong(key, mark, text!("要写成 [{key}]", "[{key}] is wanted")),
        }
    }

    pub fn missing(&self, key: &str) {
        let what = text!("{} 缺少 {key}", "{} has no `{key}`", self.name);
        let hint = hint_for(key);
        self.faults.refuse(&format!("missing-{}", key.replace('_', "-")), self.mark, what, hint);
    }

    pub fn at(&self, span: std::ops::Range<usize>) -> Mark {
        Mark { file: self.file, start: span.start, end: span.end }
    }

    fn find(&self, key: &str) -> Option<(&'a DeValue<'a>, Mark)> {
        let (_, value) = self.table.iter().find(|(known, _)| known.get_ref() == key)?;
        Some((value.get_ref(), self.at(value.span())))
    }

    fn wrong<T>(&self, key: &str, mark: Mark, hint: Text) -> Option<T> {
        self.faults.refuse(
            "wrong-type",
            mark,
            text!("{} 的 {key} 写法不对", "`{key}` of {} is not written right", self.name),
            hint,
        );
        None
    }

    fn stage_from(&self, words: &str, mark: Mark) -> Option<Stage> {
        let found = Stage::from_id(words);
        if found.is_none() {
            let ids = Stage::ALL.iter().map(|stage| stage.id());
            self.faults.refuse(
                "unknown-stage",
                mark,
                text!("没有学段“{words}”", "there is no stage `{words}`"),
                did_you_mean(words, ids),
            );
        }
        found
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    let written = match value {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
        DeValue::Float(float) => float.as_str(),
        _ => return None,
    };
    written.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// What to write where a key is missing.
fn hint_for(key: &str) -> Text {
    match key {
        "article" => {
            text!("写 source.md 里的锚点，如 article = \"a7-1\"", "name an anchor of source.md, as in article = \"a7-1\"")
        }
        "source" => text!("写出处：网址或文件名、文号", "say where it was found: an address, or a document"),
        "unit" => text!(
            "写单位，如 unit = \"m2/person\"，纯数写 \"1\"",
            "give the unit, as in unit = \"m2/person\"; \"1\" for a pure number"
        ),
        "from" => text!("写起始日期，如 from = 2017-04-19", "give the first day, as in from = 2017-04-19"),
        key if key.ends_with("_en") => text!("补上英文", "add the English words"),
        key if key.starts_with("label") => {
            text!("替换和例外都要有标签，结果上会注明", "replacements and exceptions need a label, which every outcome shows")
        }
        _ => text!("补上 {key} = …", "add {key} = …"),
    }
}
