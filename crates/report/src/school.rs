use evaluate::{Outcome, Rows, Scope, Verdict};
use facts::{Date, Finding, Lang, Place, Severity, Stage, Text, Unit, text};
use policy::expr::Compare;
use policy::{Citation, ItemLevel, Resolved};

use crate::figure::Source;
use crate::sheet::{Cell, Column, Mark, Sheet};
use crate::tables::{Signed, provenance, signatures};
use crate::words;
use crate::workbook::{self, WorkbookFault};

/// What the 核查报告 of one school is made of.
#[derive(Debug, Clone, Copy)]
pub struct SchoolReportInput<'a> {
    pub outcome: &'a Outcome,
    /// The pack by which it was judged.
    pub resolved: &'a Resolved,
    /// Its place in `outcome.matrix.schools`.
    pub school: usize,
    /// What the import found in the files of this school, answered or not.
    pub findings: &'a [Finding],
    /// How figures were worked out, where somebody asked.
    pub workings: &'a [Working],
    /// Where the figures come from.
    pub sources: &'a [SourceLine],
    pub signed: &'a Signed,
    /// The day that the file bears as its creation.
    pub created: Date,
    pub lang: Lang,
}

/// How one figure of the school was worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Working {
    pub stage: Stage,
    /// The indicator's place in the pack.
    pub indicator: usize,
    pub lines: Vec<Text>,
}

/// One row of one file that a stock of the school rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceLine {
    pub stage: Stage,
    pub stock: Text,
    /// What the row adds; none where it says nothing.
    pub value: Option<f64>,
    pub unit: Unit,
    pub place: Place,
    /// What else a reader should know: "由 12,000 ㎡ 按 1:1.1 拆分".
    pub note: Text,
}

/// The 核查报告 of one school as an .xlsx workbook: what came out for it and what it lacks, what is wrong in its files and
/// how to mend it, and from which cells its figures come.
pub fn school_report(input: &SchoolReportInput<'_>) -> Result<Vec<u8>, WorkbookFault> {
    let mut sheets = [conclusion(input), problems(input), sources(input)];
    for sheet in &mut sheets {
        sheet.signatures = signatures(input.signed, input.lang);
        sheet.provenance = provenance(input.outcome, input.resolved, input.lang);
        sheet.subject = subject(input);
    }
    workbook::write(&sheets, input.created, input.lang)
}

fn subject(input: &SchoolReportInput<'_>) -> String {
    let heading = &input.outcome.matrix.heading;
    let Some(school) = input.outcome.matrix.schools.get(input.school) else { return String::new() };
    let (name, code, year, county) = (&school.name, &school.code, heading.year, &heading.county_name);
    text!("{county}　{name}（{code}）　{year} 学年", "{county}, {name} ({code}), school year {year}").get(input.lang).to_string()
}

fn conclusion(input: &SchoolReportInput<'_>) -> Sheet {
    let lang = input.lang;
    let mut rows = Vec::new();
    for stage in &input.outcome.frame.stages {
        rows.extend(indicator_rows(input, *stage));
    }
    rows.extend(item_rows(input));
    let mut notes: Vec<String> = verdicts(input).iter().map(|note| note.get(lang).to_string()).collect();
    notes.push(
        text!(
            "▲ 不达标；△ 未达到标准，但不低于允许的最低比例；“数据不足”未按 0 计算，也未判为达标或不达标。",
            "▲ not met; △ below the standard, yet not below the share of it that is tolerated; \"not enough data\" was not taken for 0, nor judged."
        )
        .get(lang)
        .to_string(),
    );
    Sheet {
        name: text!("1 结论", "1 conclusion").get(lang).to_string(),
        title: text!("学校核查报告：结论", "School report: conclusion").get(lang).to_string(),
        columns: columns(
            lang,
            &[
                (text!("学段", "stage"), 9.0),
                (text!("指标或事项", "indicator or item"), 26.0),
                (text!("数值", "figure"), 11.0),
                (text!("标准", "standard"), 10.0),
                (text!("结论", "verdict"), 12.0),
                (text!("短缺", "what is lacking"), 18.0),
                (text!("依据", "article"), 20.0),
                (text!("计算过程与适用的例外", "working and exceptions"), 84.0),
            ],
        ),
        frozen_columns: 2,
        rows,
        notes,
        ..Sheet::default()
    }
}

fn indicator_rows(input: &SchoolReportInput<'_>, stage: Stage) -> Vec<Vec<Cell>> {
    let (outcome, lang) = (input.outcome, input.lang);
    let mut rows = Vec::new();
    for (index, rule) in input.resolved.indicators.iter().enumerate() {
        let Some(figure) = outcome.figure(input.school, stage, index) else { continue };
        if figure.state == evaluate::State::NotApplicable {
            continue;
        }
        let mark = words::mark_of(figure);
        let value = match figure.value {
            Some(value) => Cell::number(value, rule.form_decimals).marked(mark),
            None => words::missing(lang),
        };
        let standard = figure.threshold.map_or_else(|| "—".to_string(), |threshold| limit(rule.compare, threshold));
        let lack = outcome.gap_words(figure, index).map(|words| words.get(lang).to_string()).unwrap_or_default();
        let mut working: Vec<String> = input
            .workings
            .iter()
            .filter(|working| working.stage == stage && working.indicator == index)
            .flat_map(|working| working.lines.iter().map(|line| line.get(lang).to_string()))
            .collect();
        working.extend(exceptions(input, stage, index));
        rows.push(vec![
            Cell::word(stage.title().get(lang)),
            Cell::words(rule.title.get(lang)),
            value,
            Cell::word(standard),
            Cell::word(figure.state.title().get(lang)).marked(mark),
            Cell::words(lack),
            Cell::words(article(&rule.citation, lang)),
            Cell::words(working.join("\n")),
        ]);
    }
    rows
}

/// The exceptions that changed the figure or its threshold.
fn exceptions(input: &SchoolReportInput<'_>, stage: Stage, indicator: usize) -> Vec<String> {
    let resolved = input.resolved;
    let Some(rule) = resolved.indicators.get(indicator) else { return Vec::new() };
    let stocks = rule.formula.stocks().into_iter().filter_map(|stock| resolved.stocks.get(stock).map(|stock| stock.id.as_str()));
    let threshold =
        rule.threshold.and_then(|threshold| resolved.parameters.get(threshold)).map(|parameter| parameter.id.as_str());
    let targets: Vec<&str> = stocks.chain(threshold).collect();
    input
        .outcome
        .applied_at(input.school, stage)
        .filter(|exception| targets.contains(&exception.target.as_str()))
        .map(|exception| {
            let label = exception.label.get(input.lang);
            match exception.expires {
                Some(day) => {
                    let day = words::day(day, input.lang);
                    text!("适用例外：{label}（至 {day}）", "exception: {label} (until {day})").get(input.lang).to_string()
                }
                None => text!("适用例外：{label}", "exception: {label}").get(input.lang).to_string(),
            }
        })
        .collect()
}

/// The items that concern schools, each as this school stands to it.
fn item_rows(input: &SchoolReportInput<'_>) -> Vec<Vec<Cell>> {
    let (outcome, lang) = (input.outcome, input.lang);
    if outcome.scope.get(input.school) == Some(&Scope::Out) {
        return Vec::new();
    }
    let source = Source { outcome, resolved: input.resolved };
    let mut rows = Vec::new();
    for (index, rule) in input.resolved.items.iter().enumerate() {
        let stages: Vec<Option<Stage>> = match rule.level {
            ItemLevel::County => continue,
            ItemLevel::School => vec![None],
            ItemLevel::SchoolStage => {
                rule.stages.iter().copied().filter(|stage| source.teaches(input.school, *stage)).map(Some).collect()
            }
        };
        for stage in stages {
            let at = stage.unwrap_or(Stage::Whole);
            if rule.applies.as_ref().is_some_and(|applies| source.holds(applies, input.school, at) == Some(false)) {
                continue;
            }
            let row = outcome
                .items
                .get(index)
                .and_then(|item| item.rows.iter().find(|row| row.school == Some(input.school) && row.stage == stage));
            let verdict = row.map_or(Verdict::Pass, |row| row.verdict);
            let mark = if verdict == Verdict::Fail { Mark::Short } else { Mark::None };
            let shown = |value: Option<f64>| value.map_or_else(Cell::empty, |value| Cell::word(evaluate::shown(value)));
            let basis = row.map(|row| row.basis.title().get(lang).to_string()).unwrap_or_default();
            let lack = row.and_then(|row| row.gap()).map(evaluate::shown).unwrap_or_default();
            rows.push(vec![
                Cell::word(stage.map_or_else(|| text!("全校", "whole school"), Stage::title).get(lang)),
                Cell::words(format!("{}. {}", rule.no, rule.title.get(lang))),
                shown(row.and_then(|row| row.value)),
                shown(row.and_then(|row| row.limit)),
                Cell::word(verdict.title().get(lang)).marked(mark),
                Cell::words(lack),
                Cell::words(article(&rule.citation, lang)),
                Cell::words(basis),
            ]);
        }
    }
    rows
}

/// Whether the school is examined, and what the judgements on schools find.
fn verdicts(input: &SchoolReportInput<'_>) -> Vec<Text> {
    let outcome = input.outcome;
    let mut notes = Vec::new();
    if let Some(scope) = outcome.scope.get(input.school) {
        let title = scope.title();
        notes.push(Text::new(format!("评估范围：{}。", title.zh), format!("scope: {}.", title.en)));
    }
    for (judged, rule) in outcome.judgements.iter().zip(&outcome.frame.judgements) {
        let Rows::AtLeast(rows) = &judged.rows else { continue };
        for row in rows.iter().filter(|row| row.school == input.school) {
            let (stage, verdict) = (row.stage.title(), row.verdict.title());
            let (met, missed, missing) = (row.met, row.missed, row.missing);
            notes.push(Text::new(
                format!(
                    "{}（{}）：{}；达标 {met} 项，未达标 {missed} 项，数据不足 {missing} 项。",
                    rule.title.zh, stage.zh, verdict.zh
                ),
                format!("{} ({}): {}; {met} met, {missed} missed, {missing} without data.", rule.title.en, stage.en, verdict.en),
            ));
        }
    }
    notes
}

fn problems(input: &SchoolReportInput<'_>) -> Sheet {
    let lang = input.lang;
    let rows: Vec<Vec<Cell>> = match input.findings {
        [] => {
            let nothing = Cell::words(text!("未发现问题", "nothing was found").get(lang));
            let mut row = vec![Cell::empty(); 8];
            row[5] = nothing;
            vec![row]
        }
        findings => findings.iter().enumerate().map(|(index, finding)| problem_row(index, finding, lang)).collect(),
    };
    let note = text!(
        "“逻辑”必须改正后重新报送；“经验”请改正，或说明理由，理由将随数据一并保留。",
        "\"must fix\": mend it and hand the file in again; \"fix or explain\": mend it, or give the reason, which is kept with the figure."
    );
    Sheet {
        name: text!("2 问题清单", "2 problems").get(lang).to_string(),
        title: text!("学校核查报告：问题清单", "School report: problems").get(lang).to_string(),
        columns: columns(
            lang,
            &[
                (text!("序号", "no."), 6.0),
                (text!("性质", "kind"), 10.0),
                (text!("文件", "file"), 28.0),
                (text!("工作表", "sheet"), 18.0),
                (text!("单元格", "cell"), 8.0),
                (text!("问题", "what is wrong"), 40.0),
                (text!("处理办法", "how to mend it"), 36.0),
                (text!("说明", "explanation"), 26.0),
            ],
        ),
        frozen_columns: 2,
        rows,
        notes: vec![note.get(lang).to_string()],
        ..Sheet::default()
    }
}

fn problem_row(index: usize, finding: &Finding, lang: Lang) -> Vec<Cell> {
    let (file, sheet, cell) = place_words(&finding.place, lang);
    let mark = if finding.severity == Severity::Logic { Mark::Short } else { Mark::None };
    let explanation = match &finding.explanation {
        Some(answer) => text!("{}（{}）", "{} ({})", answer.words, answer.by).get(lang).to_string(),
        None if finding.wants_explanation() => text!("待说明", "not yet explained").get(lang).to_string(),
        None => String::new(),
    };
    vec![
        Cell::word((index + 1).to_string()),
        Cell::word(finding.severity.title().get(lang)).marked(mark),
        Cell::words(file),
        Cell::words(sheet),
        Cell::word(cell),
        Cell::words(finding.what.get(lang)),
        Cell::words(finding.hint.get(lang)),
        Cell::words(explanation),
    ]
}

fn sources(input: &SchoolReportInput<'_>) -> Sheet {
    let lang = input.lang;
    let row = |line: &SourceLine| {
        let (file, sheet, cell) = place_words(&line.place, lang);
        let decimals = if line.value.is_some_and(|value| value.fract() == 0.0) { 0 } else { 2 };
        vec![
            Cell::word(line.stage.title().get(lang)),
            Cell::words(line.stock.get(lang)),
            line.value.map_or_else(|| words::missing(lang), |value| Cell::number(value, decimals)),
            Cell::word(line.unit.title().get(lang)),
            Cell::words(file),
            Cell::words(sheet),
            Cell::word(cell),
            Cell::words(line.note.get(lang)),
        ]
    };
    Sheet {
        name: text!("3 数据来源", "3 sources").get(lang).to_string(),
        title: text!("学校核查报告：数据来源", "School report: sources of the figures").get(lang).to_string(),
        columns: columns(
            lang,
            &[
                (text!("学段", "stage"), 9.0),
                (text!("数据项", "figure"), 32.0),
                (text!("数值", "value"), 13.0),
                (text!("单位", "unit"), 8.0),
                (text!("文件", "file"), 32.0),
                (text!("工作表", "sheet"), 20.0),
                (text!("单元格", "cell"), 8.0),
                (text!("说明", "note"), 36.0),
            ],
        ),
        frozen_columns: 2,
        rows: input.sources.iter().map(row).collect(),
        ..Sheet::default()
    }
}

/// File, sheet and cell, as far as a place has them.
fn place_words(place: &Place, lang: Lang) -> (String, String, String) {
    match place {
        Place::File { file, sheet, cell } => (file.clone(), sheet.clone().unwrap_or_default(), cell.clone().unwrap_or_default()),
        other => (other.words().get(lang).to_string(), String::new(), String::new()),
    }
}

fn columns(lang: Lang, heads: &[(Text, f64)]) -> Vec<Column> {
    let column =
        |(head, width): &(Text, f64)| Column { head: vec![head.get(lang).to_string()], number: String::new(), width: *width };
    heads.iter().map(column).collect()
}

/// "≥ 4.2".
fn limit(compare: Compare, threshold: f64) -> String {
    let sign = match compare {
        Compare::Equal => "=",
        Compare::NotEqual => "≠",
        Compare::Less => "<",
        Compare::LessOrEqual => "≤",
        Compare::Greater => ">",
        Compare::GreaterOrEqual => "≥",
    };
    format!("{sign} {}", evaluate::shown(threshold))
}

/// "教督〔2017〕6号 第七条（一）".
fn article(citation: &Citation, lang: Lang) -> String {
    format!("{} {}", citation.document.number, citation.article_title.get(lang)).trim().to_string()
}
