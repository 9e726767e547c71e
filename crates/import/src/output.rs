use facts::{
    Cell, ColumnKind, FactSink, FileHash, Finding, Missing, Origin, Place, SchoolCode, SchoolCodeKind, SinkError, Table, Text,
    Value, parse_date, text,
};

use crate::across::{Across, Met, Spot, hash_all, hash_of};
use crate::cell::CellFault;
use crate::forms::compile::is_whole;
use crate::forms::expr::{Expr, Val};
use crate::forms::{Agree, Check, Fact, Form, Given, Kind, Rule, SlotPart};
use crate::report::Findings;

/// Where the rows and findings of one sheet go.
pub(crate) struct Output<'o, 'f> {
    pub sink: &'o mut dyn FactSink,
    pub across: &'o mut Across<'f>,
    pub findings: &'o mut Findings,
    pub file: &'o str,
    pub hash: &'o FileHash,
    pub sheet: &'o str,
    /// The file and sheet as numbers.
    pub spot: Spot,
    pub rows: u64,
    buffer: Vec<Value>,
}

impl<'o, 'f> Output<'o, 'f> {
    pub(crate) fn new(
        sink: &'o mut dyn FactSink,
        across: &'o mut Across<'f>,
        findings: &'o mut Findings,
        file: &'o str,
        hash: &'o FileHash,
        sheet: &'o str,
    ) -> Output<'o, 'f> {
        let spot = Spot { file: across.number(file), sheet: across.number(sheet), row: 0, col: 0 };
        Output { sink, across, findings, file, hash, sheet, spot, rows: 0, buffer: Vec::new() }
    }

    /// Gives the row of facts that a form makes of `values`, unless it was given before.
    pub(crate) fn push_fact(
        &mut self,
        form: &Form,
        fact: &Fact,
        values: &[Value],
        slot: &str,
        place: Cell,
    ) -> Result<(), SinkError> {
        let get = |at: usize| values.get(at).map_or(Val::Missing, Val::of);
        if fact.when.as_ref().is_some_and(|when| when.holds(&get) != Some(true)) {
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(fact.values.len(), Value::Missing(Missing::Blank));
        for ((given, column), value) in fact.values.iter().zip(fact.table.columns).zip(&mut buffer) {
            match given {
                Given::Missing => *value = Value::Missing(Missing::Blank),
                Given::Column(at) => assign(value, &values[*at], column.kind),
                Given::Expr(expr) => assign_val(value, expr.eval(&get), column.kind),
            }
        }
        let pushed = self.push_row(form, fact.table, &fact.once, &buffer, slot, place, None);
        self.buffer = buffer;
        pushed
    }

    /// Gives one row of facts. With `once`, a row that says again what was said is left out, and one that says otherwise is
    /// a finding.
    #[expect(clippy::too_many_arguments, reason = "a row, and everything that tells where it came from")]
    pub(crate) fn push_row(
        &mut self,
        form: &Form,
        table: &'static Table,
        once: &[usize],
        values: &[Value],
        slot: &str,
        place: Cell,
        col: Option<u32>,
    ) -> Result<(), SinkError> {
        let spot = Spot { row: place.row, col: place.col, ..self.spot };
        if !once.is_empty()
            && let key = hash_all(once.iter().filter_map(|at| values.get(*at)))
            && let Some(key) = hash_of(&form.id, [&Value::text(table.name), &Value::Integer(key as i64)])
        {
            match self.across.meet(key, hash_all(values), spot) {
                Met::First => {}
                Met::Same(_) => return Ok(()),
                Met::Other(first) => {
                    self.rows_disagree(table, first, spot);
                    return Ok(());
                }
            }
        }
        self.across.take(table, values, spot, true);
        let origin = Origin { form: &form.id, file: self.hash, sheet: self.sheet, row: place.row, col, slot };
        self.rows += 1;
        self.sink.push(table, values, &origin)
    }

    pub(crate) fn cell_fault(&mut self, fault: CellFault, title: &str, place: Cell) {
        if self.findings.is_full(fault.code) {
            self.findings.count(fault.code);
            return;
        }
        let (zh, en) = (&fault.what.zh, &fault.what.en);
        let what = text!("{title}：{zh}", "{title}: {en}");
        let place = Place::cell(self.file, self.sheet, place);
        self.findings.push(Finding::new(fault.severity, fault.code, place, what, fault.hint));
    }

    pub(crate) fn broken_rule(&mut self, rule: &Rule, detail: &Text, place: Cell) {
        if self.findings.is_full(&rule.code) {
            self.findings.count(&rule.code);
            return;
        }
        let what = Text::new(format!("{}{}", rule.title.zh, detail.zh), format!("{}{}", rule.title.en, detail.en));
        let place = Place::cell(self.file, self.sheet, place);
        self.findings.push(Finding::new(rule.severity, rule.code.clone(), place, what, rule.hint.clone()));
    }

    /// Runs the checks of a form over one row. `named` gives a value's title, or nothing where it may not be shown.
    pub(crate) fn run_checks(
        &mut self,
        checks: &[Check],
        values: &[Value],
        is_faulty: &dyn Fn(usize) -> bool,
        named: &dyn Fn(usize) -> Option<String>,
        place: &dyn Fn(Option<usize>) -> Cell,
    ) {
        for check in checks.iter().filter(|check| !check.needs.iter().any(|at| is_faulty(*at))) {
            let holds = check.must.holds(&|at: usize| values.get(at).map_or(Val::Missing, Val::of));
            if holds == Some(false) {
                let detail = detail(&check.must, values, named);
                self.broken_rule(&check.rule, &detail, place(check.at));
            }
        }
    }

    /// Holds what a row says of something against what was said of it before, in whatever file.
    pub(crate) fn run_agree(&mut self, agree: &Agree, values: &[Value], place: Cell) {
        let said = match &values[agree.value] {
            Value::Missing(_) => return,
            Value::Text(words) if words.contains(' ') => hash_all([&Value::text(words.replace(' ', ""))]),
            value => hash_all([value]),
        };
        let Some(about) = hash_of(&agree.subject, agree.key.iter().map(|at| &values[*at])) else { return };
        let spot = Spot { row: place.row, col: place.col, ..self.spot };
        let Met::Other(first) = self.across.meet(about, said, spot) else { return };
        // A roll says it in every row: told once for each way of saying it.
        if !self.across.is_news(about ^ said.rotate_left(17)) {
            return;
        }
        let first = self.across.place(first).words();
        let keys: Vec<String> = agree.key.iter().map(|at| show(&values[*at])).collect();
        let (keys, value) = (keys.join(" "), show(&values[agree.value]));
        let (zh, en) = (&first.zh, &first.en);
        let detail = text!("：{keys} 此处为“{value}”，与 {zh} 不同", ": {keys} is `{value}` here, unlike at {en}");
        self.broken_rule(&agree.rule, &detail, place);
    }

    /// Remarks once on each school code that is not a national one.
    pub(crate) fn look_at_school_code(&mut self, kind: Kind, value: &Value, place: Cell) {
        let (Kind::School, Value::Text(words)) = (kind, value) else { return };
        if words.len() == 10 && words.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        let Some(code) = SchoolCode::parse(words).filter(|code| code.kind() == SchoolCodeKind::Local) else { return };
        if hash_of("local-school-code", [value]).is_none_or(|about| !self.across.is_news(about)) {
            return;
        }
        let what =
            text!("学校代码 {code} 不是国家学校标识码（10 位数字）", "the school code {code} is not a national one (ten digits)");
        let hint = text!(
            "是国家标识码而位数不对的，请改正；本来就用自己的编码，可作说明",
            "mend it if it was meant to be one; explain it if you use codes of your own"
        );
        let place = Place::cell(self.file, self.sheet, place);
        self.findings.push(Finding::new(facts::Severity::Experience, "school-code-not-national", place, what, hint));
    }

    fn rows_disagree(&mut self, table: &Table, first: Spot, spot: Spot) {
        let (title, name, first) = (table.title, table.name, self.across.place(first).words());
        let (zh, en) = (&first.zh, &first.en);
        let what = text!("同一条“{title}”数据，此处与 {zh} 的内容不同", "the same row of `{name}` says something else at {en}");
        let hint = text!("核对两处，改正错的一处", "compare both and mend the wrong one");
        let place = Place::cell(self.file, self.sheet, Cell { row: spot.row, col: spot.col });
        self.findings.push(Finding::new(facts::Severity::Logic, "rows-disagree", place, what, hint));
    }
}

/// The numbers that a check compared.
fn detail(must: &Expr, values: &[Value], named: &dyn Fn(usize) -> Option<String>) -> Text {
    let mut names = Vec::new();
    must.names(&mut names);
    let mut shown: Vec<String> = Vec::new();
    for at in names {
        let Some(value) = values.get(at).filter(|value| !value.is_missing()) else { continue };
        let Some(title) = named(at) else { continue };
        let entry = format!("{title} {}", show(value));
        if !shown.contains(&entry) {
            shown.push(entry);
        }
    }
    if shown.is_empty() {
        return Text::new("", "");
    }
    Text::new(format!("（{}）", shown.join("，")), format!(" ({})", shown.join(", ")))
}

pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Missing(_) => String::new(),
        Value::Text(words) => words.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Date(day) => day.to_string(),
    }
}

/// Puts the slot's name together; what is missing is a dash.
pub(crate) fn write_slot(slot: &mut String, parts: &[SlotPart], values: &[Value]) {
    slot.clear();
    for part in parts {
        match part {
            SlotPart::Words(words) => slot.push_str(words),
            SlotPart::Column(at) => match values.get(*at) {
                Some(Value::Text(words)) => slot.push_str(words),
                Some(value) if !value.is_missing() => slot.push_str(&show(value)),
                _ => slot.push('-'),
            },
        }
    }
}

/// Copies a value into a column of a table, as the column keeps it, without a new allocation where there is one.
fn assign(into: &mut Value, from: &Value, kind: ColumnKind) {
    match (from, &mut *into) {
        (Value::Text(words), Value::Text(old)) if !is_whole(kind) && kind != ColumnKind::Date => {
            old.clear();
            old.push_str(words);
        }
        (Value::Text(words), _) if is_whole(kind) => {
            *into = words.parse().map_or(Value::Missing(Missing::Blank), Value::Integer);
        }
        (Value::Text(words), _) if kind == ColumnKind::Date => {
            *into = parse_date(words).map_or(Value::Missing(Missing::Blank), Value::Date);
        }
        (Value::Integer(number), _) if kind == ColumnKind::Real => *into = Value::Real(*number as f64),
        (Value::Integer(number), _) if !is_whole(kind) => *into = Value::text(number.to_string()),
        (Value::Real(number), _) if is_whole(kind) => *into = Value::Integer(*number as i64),
        (value, _) => *into = value.clone(),
    }
}

fn assign_val(into: &mut Value, from: Val<'_>, kind: ColumnKind) {
    let from = match from {
        Val::Missing => Value::Missing(Missing::Blank),
        Val::Number(number) if kind == ColumnKind::Text => Value::Text(number.to_string()),
        Val::Number(number) => Value::Real(number),
        Val::Words(words) => {
            // Without a new allocation where there is one.
            if let (Value::Text(old), ColumnKind::Text) = (&mut *into, kind) {
                old.clear();
                old.push_str(&words);
                return;
            }
            Value::Text(words.into_owned())
        }
        Val::Day(day) => Value::Date(day),
        Val::Truth(truth) => Value::Integer(i64::from(truth)),
    };
    assign(into, &from, kind);
}
