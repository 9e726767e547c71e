use std::collections::BTreeMap;

use facts::{ColumnKind, Finding, ItemList, Severity, Stage, TABLES, Text, Unit, table, text};
use toml::Spanned;

use super::expr::{self, Expr};
use super::items::read_manners;
use super::raw::{RawAgree, RawCell, RawCheck, RawColumn, RawFact, RawForm, RawLayout, RawSheet, RawSheetWords, RawVocabulary};
use super::toml_file::TomlFile;
use super::vocabulary::Vocabulary;
use super::{
    Agree, Check, Column, Derived, Fact, Form, Forms, Given, Kind, Labels, Reading, Rule, Sheet, SheetCell, SheetWords, SlotPart,
    Unique, cross,
};
use crate::heads;

/// Reads and checks all files of the forms folder.
pub(crate) fn compile(files: &[(String, Vec<u8>)], items: ItemList) -> (Forms, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut forms = Forms { items, ..Forms::default() };
    for (path, bytes) in in_order(files, |path| path.starts_with("vocabularies/") && path.ends_with(".toml")) {
        let (mut file, raw) = TomlFile::read::<RawVocabulary>(path, bytes);
        if let Some(raw) = raw {
            let title = file.title(&raw.title, &raw.title_en);
            match Vocabulary::new(raw.id.as_ref(), title, &raw.words, &raw.contains) {
                Ok(vocabulary) => forms.vocabularies.push(vocabulary),
                Err(word) => file.fault(
                    raw.id.span(),
                    "vocabulary-ambiguous",
                    text!("“{word}”有两种含义", "`{word}` means two things"),
                    text!("一个词只能对应一个值", "a word can stand for one value only"),
                ),
            }
        }
        findings.extend(file.findings);
    }
    for (path, bytes) in in_order(files, |path| path.starts_with("items/") && path.ends_with(".toml")) {
        let (unclear, fractions, faults) = read_manners(path, bytes, &forms.items);
        forms.unclear.extend(unclear);
        forms.fractions.extend(fractions);
        findings.extend(faults);
    }
    for (path, bytes) in in_order(files, |path| path == "sheet-words.toml") {
        let (file, raw) = TomlFile::read::<RawSheetWords>(path, bytes);
        let raw = raw.unwrap_or_default();
        let bare = |words: Vec<String>| words.iter().map(|word| heads::label(word)).collect();
        forms.words = SheetWords { totals: bare(raw.totals), notes: bare(raw.notes) };
        findings.extend(file.findings);
    }
    for (path, bytes) in in_order(files, |path| path.ends_with("/form.toml")) {
        let (mut file, raw) = TomlFile::read::<RawForm>(path, bytes);
        if let Some(raw) = raw {
            let form = Compiler { file: &mut file, forms: &forms }.form(&raw);
            if forms.forms.iter().any(|other| other.id == form.id) {
                file.twice(&raw.id);
            }
            if file.findings.is_empty() {
                forms.forms.push(form);
            }
        }
        findings.extend(file.findings);
    }
    forms.forms.sort_by(|a, b| a.id.cmp(&b.id));
    for (path, bytes) in in_order(files, |path| path == "cross-checks.toml") {
        findings.extend(cross::compile(path, bytes, &mut forms));
    }
    (forms, findings)
}

fn in_order(files: &[(String, Vec<u8>)], is: impl Fn(&str) -> bool) -> Vec<(&str, &[u8])> {
    let mut found: Vec<_> =
        files.iter().filter(|(path, _)| is(path)).map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    found.sort_by_key(|(path, _)| *path);
    found
}

/// As many columns as one form may have.
pub(crate) const COLUMNS_MAX: usize = 64;

struct Compiler<'c, 'a> {
    file: &'c mut TomlFile<'a>,
    forms: &'c Forms,
}

impl Compiler<'_, '_> {
    fn form(&mut self, raw: &RawForm) -> Form {
        self.file.is_id(&raw.id);
        if self.file.path.strip_suffix("/form.toml") != Some(raw.id.as_ref()) {
            let what = text!("代号应与文件夹名相同", "the id must be the folder's name");
            self.file.fault(raw.id.span(), "form-elsewhere", what, text!("改文件夹名或代号", "change one of them"));
        }
        let ids: Vec<&str> = raw.columns.iter().map(|column| column.id.as_ref().as_str()).collect();
        let columns: Vec<Column> = raw.columns.iter().enumerate().map(|(at, column)| self.column(column, at, &ids)).collect();
        let is_list = raw.layout == RawLayout::List;
        if is_list && (columns.is_empty() || !raw.sheets.is_empty()) || !is_list && raw.sheets.is_empty() {
            let what = text!("list 要有 column，matrix 要有 sheet", "a list has columns, a matrix has sheets");
            self.file.fault(raw.id.span(), "form-layout", what, text!("核对 layout", "look at `layout`"));
        }
        let uniques = raw
            .uniques
            .iter()
            .map(|unique| {
                let rule =
                    self.rule(&unique.code, &unique.severity, (&unique.title, &unique.title_en), (&unique.hint, &unique.hint_en));
                let within = unique.within.as_ref().map(|within| {
                    let title = Text::new(
                        unique.title_within.clone().unwrap_or_default(),
                        unique.title_within_en.clone().unwrap_or_default(),
                    );
                    let code = unique.code_within.clone().unwrap_or_else(|| rule.code.clone());
                    (self.name(within, &ids), Rule { code, title, ..rule.clone() })
                });
                Unique {
                    rule,
                    key: unique.key.iter().map(|name| self.name(name, &ids)).collect(),
                    within,
                    at: unique.at.as_ref().map(|name| self.name(name, &ids)),
                    when: unique.when.as_ref().map(|when| self.expr(when, &ids)),
                }
            })
            .collect();
        Form {
            id: raw.id.as_ref().clone(),
            title: self.file.title(&raw.title, &raw.title_en),
            slot: self.slot(&raw.slot, &ids),
            facts: raw.facts.iter().map(|fact| self.fact(fact, &ids)).collect(),
            checks: raw.checks.iter().map(|check| self.check(check, &ids)).collect(),
            uniques,
            agrees: raw.agrees.iter().map(|agree| self.agree(agree, &ids)).collect(),
            sheets: raw.sheets.iter().map(|sheet| self.sheet(sheet, &ids)).collect(),
            columns,
        }
    }

    fn column(&mut self, raw: &RawColumn, at: usize, ids: &[&str]) -> Column {
        self.file.is_id(&raw.id);
        if ids[..at].contains(&raw.id.as_ref().as_str()) {
            self.file.twice(&raw.id);
        }
        if at == COLUMNS_MAX {
            let what = text!("一张表最多 {COLUMNS_MAX} 列", "a form has at most {COLUMNS_MAX} columns");
            self.file.fault(raw.id.span(), "form-too-wide", what, text!("去掉用不到的列", "leave out those not needed"));
        }
        if raw.heads.is_empty() {
            let what = text!("没有写表头", "it has no heads");
            self.file.fault(raw.id.span(), "form-no-heads", what, text!("写 heads = […]", "write heads = […]"));
        }
        let reading = Reading {
            unit: raw.unit.as_ref().and_then(|unit| self.unit(unit)),
            may_be_negative: raw.may_be_negative,
            missing: raw.missing.clone(),
            max: raw.max,
            item_column: raw.item_column.as_ref().map(|name| self.name(name, ids)),
            unit_column: raw.unit_column.as_ref().map(|name| self.name(name, ids)),
            ..self.reading(&raw.kind, raw.vocabulary.as_ref(), raw.filled, raw.severity.as_ref())
        };
        Column {
            id: raw.id.as_ref().clone(),
            title: shown(&raw.heads),
            heads: raw.heads.iter().map(|head| heads::parts(head)).collect(),
            reading,
            only_when: raw.only_when.as_ref().map(|when| self.expr(when, &ids[..at])),
            required: raw.required,
            fill_down: raw.fill_down,
            open: raw.open,
            totalled: raw.totalled,
        }
    }

    fn reading(
        &mut self,
        kind: &Spanned<String>,
        vocabulary: Option<&Spanned<String>>,
        filled: bool,
        severity: Option<&Spanned<String>>,
    ) -> Reading {
        const KINDS: &[(&str, Kind)] = &[
            ("citizen-id", Kind::CitizenId),
            ("code", Kind::Code),
            ("date", Kind::Date),
            ("division", Kind::Division),
            ("figure", Kind::Figure),
            ("integer", Kind::Integer),
            ("item", Kind::Item),
            ("number", Kind::Number),
            ("school", Kind::School),
            ("stage", Kind::Stage),
            ("student-no", Kind::StudentNo),
            ("text", Kind::Text),
            ("unit", Kind::Unit),
            ("year", Kind::Year),
        ];
        let known = KINDS.iter().find(|(word, _)| word == kind.as_ref());
        if known.is_none() {
            let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
            self.file.unknown(kind, &text!("读法", "kind"), &words);
        }
        let vocabulary = vocabulary.and_then(|name| {
            let found = self.forms.vocabularies.iter().position(|vocabulary| vocabulary.id == *name.as_ref());
            if found.is_none() {
                let ids: Vec<&str> = self.forms.vocabularies.iter().map(|vocabulary| vocabulary.id.as_str()).collect();
                self.file.unknown(name, &text!("词表", "vocabulary"), &ids);
            }
            found
        });
        let kind_read = known.map_or(Kind::Text, |(_, kind)| *kind);
        if kind_read == Kind::Code && vocabulary.is_none() {
            let what = text!("code 要写 vocabulary", "a code needs a vocabulary");
            self.file.fault(kind.span(), "form-no-vocabulary", what, text!("写 vocabulary = \"…\"", "write vocabulary = \"…\""));
        }
        Reading {
            kind: kind_read,
            vocabulary,
            unit: None,
            filled,
            may_be_negative: false,
            max: None,
            item_column: None,
            unit_column: None,
            missing: Vec::new(),
            severity: severity.map_or(Severity::Logic, |severity| self.file.severity(severity)),
        }
    }

    fn unit(&mut self, word: &Spanned<String>) -> Option<Unit> {
        let unit = word.as_ref().parse().ok();
        if unit.is_none() {
            self.file.unknown(
                word,
                &text!("单位", "unit"),
                &["person", "m2", "yuan", "book", "class", "device", "room", "hour", "1"],
            );
        }
        unit
    }

    fn fact(&mut self, raw: &RawFact, ids: &[&str]) -> Fact {
        let Some(table) = table(raw.table.as_ref()) else {
            let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
            self.file.unknown(&raw.table, &text!("事实表", "fact table"), &names);
            return Fact { table: &TABLES[0], when: None, values: Vec::new(), once: Vec::new() };
        };
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        for (name, expr) in &raw.set {
            if !columns.contains(&name.as_str()) {
                let word = Spanned::new(expr.span(), name.clone());
                self.file.unknown(&word, &text!("事实表列", "column of the table"), &columns);
            }
        }
        if let Some(item) = raw.set.get("item").filter(|_| table.name == "school_figures") {
            self.figures_named(item, ids);
        }
        let values = columns
            .iter()
            .map(|column| match raw.set.get(*column) {
                Some(expr) => match self.expr(expr, ids) {
                    Expr::Name(index) => Given::Column(index),
                    expr => Given::Expr(expr),
                },
                None => ids.iter().position(|id| id == column).map_or(Given::Missing, Given::Column),
            })
            .collect();
        Fact {
            table,
            when: raw.when.as_ref().map(|when| self.expr(when, ids)),
            values,
            once: raw.once.iter().map(|name| self.name(name, &columns)).collect(),
        }
    }

    /// A figure that no list of items knows would be read by nothing.
    fn figures_named(&mut self, source: &Spanned<String>, ids: &[&str]) {
        let Ok(expr) = expr::parse(source.as_ref(), &mut |name| ids.iter().position(|id| *id == name)) else { return };
        let mut words = Vec::new();
        expr.results(&mut words);
        for word in words {
            self.item(&Spanned::new(source.span(), word.to_string()));
        }
    }

    fn check(&mut self, raw: &RawCheck, ids: &[&str]) -> Check {
        let must = self.expr(&raw.must, ids);
        let mut needs = Vec::new();
        must.names(&mut needs);
        Check {
            rule: self.rule(&raw.code, &raw.severity, (&raw.title, &raw.title_en), (&raw.hint, &raw.hint_en)),
            must,
            needs,
            at: raw.at.as_ref().map(|name| self.name(name, ids)),
        }
    }

    fn agree(&mut self, raw: &RawAgree, ids: &[&str]) -> Agree {
        Agree {
            rule: self.rule(&raw.code, &raw.severity, (&raw.title, &raw.title_en), (&raw.hint, &raw.hint_en)),
            subject: raw.subject.clone(),
            key: raw.key.iter().map(|name| self.name(name, ids)).collect(),
            value: self.name(&raw.value, ids),
        }
    }

    fn rule(
        &mut self,
        code: &Spanned<String>,
        severity: &Spanned<String>,
        title: (&str, &Spanned<String>),
        hint: (&str, &Spanned<String>),
    ) -> Rule {
        rule(self.file, code, severity, title, hint)
    }

    fn expr(&mut self, source: &Spanned<String>, ids: &[&str]) -> Expr {
        expression(self.file, source, &mut |name| ids.iter().position(|id| *id == name))
    }

    fn name(&mut self, word: &Spanned<String>, ids: &[&str]) -> usize {
        ids.iter().position(|id| id == word.as_ref()).unwrap_or_else(|| {
            self.file.unknown(word, &text!("列", "column"), ids);
            0
        })
    }

    fn slot(&mut self, raw: &Spanned<String>, ids: &[&str]) -> Vec<SlotPart> {
        let mut parts = Vec::new();
        for (at, piece) in raw.as_ref().split(['{', '}']).enumerate() {
            if at % 2 == 1 {
                parts.push(SlotPart::Column(self.name(&Spanned::new(raw.span(), piece.to_string()), ids)));
            } else if !piece.is_empty() {
                parts.push(SlotPart::Words(piece.to_string()));
            }
        }
        parts
    }

    fn sheet(&mut self, raw: &RawSheet, columns: &[&str]) -> Sheet {
        let stage = raw.stage.as_ref().map_or(Stage::Whole, |stage| self.stage(stage));
        let row_ids: Vec<&str> = raw.rows.keys().map(String::as_str).collect();
        let column_ids: Vec<&str> = raw.columns.keys().map(String::as_str).collect();
        let cells: Vec<SheetCell> =
            raw.cells.iter().map(|cell| self.cell(cell, stage, (&row_ids, &column_ids), columns)).collect();
        let mut ids = columns.to_vec();
        ids.extend(cells.iter().map(|cell| cell.id.as_str()));
        for (at, cell) in cells.iter().enumerate() {
            if ids[..columns.len() + at].contains(&cell.id.as_str()) {
                let span = raw.cells[at].row.span();
                self.file.twice(&Spanned::new(span, cell.id.clone()));
            }
        }
        let derived = raw
            .derived
            .iter()
            .map(|derived| Derived {
                item: self.item(&derived.item).unwrap_or_default(),
                stage: derived.stage.as_ref().map_or(stage, |stage| self.stage(stage)),
                value: self.expr(&derived.value, &ids),
                at: self.name(&derived.at, &ids[columns.len()..]),
            })
            .collect();
        let labels = |labels: &BTreeMap<String, Vec<String>>| {
            let one = |names: &Vec<String>| Labels {
                title: shown(names),
                heads: names.iter().map(|name| heads::parts(name)).collect(),
            };
            labels.values().map(one).collect()
        };
        Sheet {
            names: raw.names.iter().map(|name| heads::label(name)).collect(),
            rows: labels(&raw.rows),
            columns: labels(&raw.columns),
            unit_column: raw.unit_column.as_ref().map(|name| self.name(name, &column_ids)),
            facts: raw.facts.iter().map(|fact| self.fact(fact, &ids)).collect(),
            checks: raw.checks.iter().map(|check| self.check(check, &ids)).collect(),
            agrees: raw.agrees.iter().map(|agree| self.agree(agree, &ids)).collect(),
            derived,
            cells,
        }
    }

    fn cell(&mut self, raw: &RawCell, stage: Stage, (rows, columns): (&[&str], &[&str]), context: &[&str]) -> SheetCell {
        let item = raw.item.as_ref().and_then(|item| self.item(item));
        let known = item.as_ref().and_then(|id| self.forms.items().by_id(id)).cloned();
        let number = Spanned::new(raw.row.span(), "number".to_string());
        let kind = raw.kind.as_ref().unwrap_or(&number);
        let mut reading = self.reading(kind, raw.vocabulary.as_ref(), raw.filled, raw.severity.as_ref());
        if let Some(item) = known {
            reading.kind = if item.whole_number { Kind::Integer } else { Kind::Number };
            (reading.unit, reading.may_be_negative) = (Some(item.unit), item.may_be_negative);
        }
        let id = raw.id.as_ref().map(|id| id.as_ref().clone()).or_else(|| item.clone());
        if id.is_none() {
            let what = text!("既没有 id 也没有 item", "it has neither an id nor an item");
            self.file.fault(raw.row.span(), "form-nameless-cell", what, text!("写其中一个", "write one of them"));
        }
        let hint = raw.hint.as_ref().and_then(|hint| {
            let place = crate::xlsx_sheet::parse_place(hint.as_ref());
            if place.is_none() {
                self.file.unknown(hint, &text!("单元格", "cell"), &["C5"]);
            }
            place
        });
        SheetCell {
            id: id.unwrap_or_default(),
            item,
            stage: raw.stage.as_ref().map_or(stage, |stage| self.stage(stage)),
            row: self.name(&raw.row, rows),
            column: self.name(&raw.column, columns),
            hint,
            optional: raw.optional,
            context: raw.context.as_ref().map(|name| self.name(name, context)),
            reading,
        }
    }

    fn item(&mut self, word: &Spanned<String>) -> Option<String> {
        let found = self.forms.items().by_id(word.as_ref()).map(|item| item.id.clone());
        if found.is_none() {
            let ids: Vec<&str> = self.forms.items().iter().map(|item| item.id.as_str()).collect();
            self.file.unknown(word, &text!("数据项", "item"), &ids);
        }
        found
    }

    fn stage(&mut self, word: &Spanned<String>) -> Stage {
        Stage::from_id(word.as_ref()).unwrap_or_else(|| {
            self.file.unknown(word, &text!("学段", "stage"), &Stage::ALL.map(Stage::id));
            Stage::Whole
        })
    }
}

pub(super) fn rule(
    file: &mut TomlFile<'_>,
    code: &Spanned<String>,
    severity: &Spanned<String>,
    title: (&str, &Spanned<String>),
    hint: (&str, &Spanned<String>),
) -> Rule {
    file.is_id(code);
    Rule {
        code: code.as_ref().clone(),
        severity: file.severity(severity),
        title: file.title(title.0, title.1),
        hint: file.title(hint.0, hint.1),
    }
}

pub(super) fn expression(
    file: &mut TomlFile<'_>,
    source: &Spanned<String>,
    resolve: &mut dyn FnMut(&str) -> Option<usize>,
) -> Expr {
    expr::parse(source.as_ref(), resolve).unwrap_or_else(|fault| {
        let words = source.as_ref();
        let (zh, en) = (&fault.zh, &fault.en);
        file.fault(
            source.span(),
            "form-bad-expression",
            text!("式子“{words}”有误：{zh}", "`{words}` cannot be read: {en}"),
            text!("对照 docs/reference/form-format.md 改正", "mend it by docs/reference/form-format.md"),
        );
        Expr::Number(0.0)
    })
}

/// The first name of a column or row, as people know it: `金额·预算数`.
fn shown(names: &[String]) -> String {
    names.first().map(|name| name.replace('/', "·")).unwrap_or_default()
}

/// Whether a value of this kind of column is kept as a whole number.
pub(crate) fn is_whole(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Integer | ColumnKind::Boolean)
}
