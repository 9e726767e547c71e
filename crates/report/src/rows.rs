use evaluate::{Basis, ItemRow, NumberedItem, Rows, Scope, State, Verdict};
use facts::{Lang, Stage, Text, text};
use policy::{OfficialTable, Rule, Shows, StageMeasure, TableColumn, TableLine, TableRows};

use crate::figure::{CountyFigure, Source};
use crate::sheet::{Cell, Mark};
use crate::words;

/// In a cell that the form rules out.
const RULED_OUT: &str = "——";

/// The rows of an official table, and for which schools' data its missing figures wait, by number of the column.
pub(crate) struct TableBody {
    pub rows: Vec<Vec<Cell>>,
    pub lacking: Vec<(String, Vec<usize>)>,
}

pub(crate) fn body(source: Source<'_>, table: &OfficialTable, lang: Lang) -> TableBody {
    let mut filling = Filling { source, table, lang, lacking: Vec::new() };
    let rows = match &table.rows {
        TableRows::County => filling.lines(None),
        TableRows::Stages(stages) => stages.iter().flat_map(|stage| filling.lines(Some(*stage))).collect(),
        TableRows::Schools(stages) => stages.iter().flat_map(|stage| filling.schools(*stage)).collect(),
        TableRows::Items(part) => filling.items(*part),
    };
    TableBody { rows, lacking: filling.lacking }
}

struct Filling<'a> {
    source: Source<'a>,
    table: &'a OfficialTable,
    lang: Lang,
    lacking: Vec<(String, Vec<usize>)>,
}

impl Filling<'_> {
    fn lines(&mut self, stage: Option<Stage>) -> Vec<Vec<Cell>> {
        let table = self.table;
        let mut rows = Vec::new();
        for (index, line) in table.lines.iter().enumerate() {
            let mut cells = Vec::with_capacity(table.columns.len());
            for column in &table.columns {
                cells.push(self.line_cell(column, index, line, stage));
            }
            rows.push(cells);
        }
        rows
    }

    fn line_cell(&mut self, column: &TableColumn, index: usize, line: &TableLine, stage: Option<Stage>) -> Cell {
        let lang = self.lang;
        let shows = if column.shows.len() > 1 { column.shows.get(index) } else { column.shows.first() };
        match shows {
            Some(Shows::Words(words)) => Cell::word(words.get(lang)),
            Some(Shows::Order) => Cell::word((index + 1).to_string()),
            Some(Shows::Line) => Cell::word(line.title.get(lang)),
            Some(Shows::Stage) if index > 0 => Cell::above(),
            Some(Shows::Stage) => stage.map_or_else(Cell::empty, |stage| Cell::word(stage.title().get(lang))),
            Some(Shows::Indicator(indicator)) => self.measured_indicator(*indicator, line, stage, column),
            Some(Shows::Judgement { judgement, met, unmet }) => match (line.measure, stage) {
                (Some(measure), Some(stage)) => self.measured_judgement(*judgement, measure, stage, (met, unmet), line, column),
                _ => {
                    let verdict = self.source.outcome.judgements.get(*judgement).map(|judged| judged.verdict);
                    words::verdict_cell(verdict.unwrap_or(Verdict::NotEnoughData), met, unmet, lang)
                }
            },
            Some(Shows::Figure(figure)) => {
                let worked = self.source.of_county(figure, stage);
                let decimals = line.decimals.or(column.decimals).unwrap_or(figure.decimals);
                self.county_cell(worked, decimals, &column.number)
            }
            _ => Cell::empty(),
        }
    }

    fn measured_indicator(&mut self, indicator: usize, line: &TableLine, stage: Option<Stage>, column: &TableColumn) -> Cell {
        let (Some(measure), Some(stage), Some(rule)) = (line.measure, stage, self.source.resolved.indicators.get(indicator))
        else {
            return Cell::empty();
        };
        if let Some(cell) = self.nobody_to_measure(stage) {
            return cell;
        }
        let outcome = self.source.outcome;
        let decimals = line.decimals.or(column.decimals).unwrap_or(rule.form_decimals);
        let states: Vec<(usize, State)> = (0..outcome.matrix.schools.len())
            .filter(|school| outcome.scope.get(*school) == Some(&Scope::In))
            .filter_map(|school| Some((school, outcome.figure(school, stage, indicator)?.state)))
            .filter(|(_, state)| *state != State::NotApplicable)
            .collect();
        let spread = outcome.spread(indicator, stage).filter(|spread| spread.complete);
        let cell = match measure {
            StageMeasure::Mean => spread.and_then(|spread| spread.mean).map(|mean| Cell::number(mean, decimals)),
            StageMeasure::Cv => spread.and_then(|spread| spread.cv).map(|cv| {
                let over = self.over_limit(indicator, stage);
                Cell::number(cv, decimals).marked(if over { Mark::Short } else { Mark::None })
            }),
            StageMeasure::SchoolsMeeting | StageMeasure::ShareMeeting if rule.threshold.is_none() => Some(Cell::word(RULED_OUT)),
            StageMeasure::SchoolsMeeting | StageMeasure::ShareMeeting => {
                let met = states.iter().filter(|(_, state)| *state == State::Met).count();
                share(measure, met, states.len(), line.decimals.or(column.decimals))
            }
        };
        let unknown: Vec<usize> =
            states.iter().filter(|(_, state)| *state == State::NotEnoughData).map(|(school, _)| *school).collect();
        if !unknown.is_empty() {
            self.lacking.push((column.number.clone(), unknown));
        }
        cell.unwrap_or_else(|| words::missing(self.lang))
    }

    fn measured_judgement(
        &self,
        judgement: usize,
        measure: StageMeasure,
        stage: Stage,
        (met, unmet): (&Text, &Text),
        line: &TableLine,
        column: &TableColumn,
    ) -> Cell {
        let Some(judged) = self.source.outcome.judgements.get(judgement) else { return Cell::empty() };
        if let Some(cell) = self.nobody_to_measure(stage) {
            return cell;
        }
        let decimals = line.decimals.or(column.decimals);
        match (&judged.rows, measure) {
            (Rows::AtLeast(_) | Rows::Items(_), StageMeasure::SchoolsMeeting | StageMeasure::ShareMeeting) => {
                let schools: Vec<usize> = self.examined(stage).collect();
                let passes = |school: &&usize| self.school_verdict(judgement, **school, stage) == Verdict::Pass;
                let passing = schools.iter().filter(passes).count();
                share(measure, passing, schools.len(), decimals).unwrap_or_else(|| words::missing(self.lang))
            }
            (Rows::CvEach(rows), StageMeasure::Cv) => {
                let verdict = Verdict::all(rows.iter().filter(|row| row.stage == stage).map(|row| row.verdict));
                words::verdict_cell(verdict, met, unmet, self.lang)
            }
            (Rows::CvMean(rows), StageMeasure::Cv) => {
                let Some(row) = rows.iter().find(|row| row.stage == stage) else { return Cell::empty() };
                let mark = if row.verdict == Verdict::Fail { Mark::Short } else { Mark::None };
                match row.mean.filter(|_| row.verdict != Verdict::NotEnoughData) {
                    Some(mean) => Cell::number(mean, decimals.unwrap_or(3)).marked(mark),
                    None => words::missing(self.lang),
                }
            }
            _ => Cell::word(RULED_OUT),
        }
    }

    /// What stands in the place of any measure of a stage that no examined school teaches.
    fn nobody_to_measure(&self, stage: Stage) -> Option<Cell> {
        if self.examined(stage).next().is_some() {
            return None;
        }
        let nothing_known = self.source.outcome.matrix.schools.is_empty();
        Some(if nothing_known { words::missing(self.lang) } else { Cell::word(RULED_OUT) })
    }

    /// Whether any judgement finds the coefficient of an indicator too high.
    fn over_limit(&self, indicator: usize, stage: Stage) -> bool {
        self.source.outcome.judgements.iter().any(|judged| match &judged.rows {
            Rows::CvEach(rows) => {
                rows.iter().any(|row| row.indicator == indicator && row.stage == stage && row.verdict == Verdict::Fail)
            }
            _ => false,
        })
    }

    /// The schools in scope that teach a stage.
    fn examined(&self, stage: Stage) -> impl Iterator<Item = usize> {
        let source = self.source;
        (0..source.outcome.matrix.schools.len())
            .filter(move |school| source.outcome.scope.get(*school) == Some(&Scope::In) && source.teaches(*school, stage))
    }

    fn schools(&self, stage: Stage) -> Vec<Vec<Cell>> {
        self.examined(stage)
            .enumerate()
            .map(|(order, school)| {
                self.table.columns.iter().map(|column| self.school_cell(column, order, school, stage)).collect()
            })
            .collect()
    }

    fn school_cell(&self, column: &TableColumn, order: usize, school: usize, stage: Stage) -> Cell {
        let lang = self.lang;
        let (Some(shows), Some(about)) = (column.shows.first(), self.source.outcome.matrix.schools.get(school)) else {
            return Cell::empty();
        };
        match shows {
            Shows::Words(words) => Cell::word(words.get(lang)),
            Shows::Order => Cell::word((order + 1).to_string()),
            Shows::Stage => Cell::word(stage.title().get(lang)),
            Shows::SchoolName => Cell::words(self.name_of_part(&about.name, school, stage)),
            Shows::SchoolCode => Cell::word(about.code.as_str()),
            Shows::Choice(choices) => choices
                .iter()
                .find(|choice| self.source.holds(&choice.when, school, stage) == Some(true))
                .map_or_else(|| words::missing(lang), |choice| Cell::word(choice.words.get(lang))),
            Shows::Indicator(indicator) => {
                let Some(rule) = self.source.resolved.indicators.get(*indicator) else { return Cell::empty() };
                let decimals = column.decimals.unwrap_or(rule.form_decimals);
                match self.source.outcome.figure(school, stage, *indicator) {
                    Some(figure) => match figure.value {
                        Some(value) => Cell::number(value, decimals).marked(words::mark_of(figure)),
                        None => words::missing(lang),
                    },
                    None => Cell::empty(),
                }
            }
            Shows::Judgement { judgement, met, unmet } => {
                words::verdict_cell(self.school_verdict(*judgement, school, stage), met, unmet, lang)
            }
            Shows::Standing(judgement) => Cell::words(self.standing(*judgement, school, stage)),
            Shows::Figure(figure) => match self.source.of_school(figure, school, stage) {
                Some(value) => Cell::number(value, column.decimals.unwrap_or(figure.decimals)),
                None => words::missing(lang),
            },
            _ => Cell::empty(),
        }
    }

    /// The name of a school, and which part of it is meant where it teaches more than one stage.
    fn name_of_part(&self, name: &str, school: usize, stage: Stage) -> String {
        let others = [Stage::Primary, Stage::Junior, Stage::Senior].into_iter().filter(|other| *other != stage);
        if !others.into_iter().any(|other| self.source.teaches(school, other)) {
            return name.to_string();
        }
        let title = stage.title();
        Text::new(format!("{name}（{}部）", title.zh), format!("{name} ({} part)", title.en)).get(self.lang).to_string()
    }

    /// What a judgement finds of one school at one stage.
    fn school_verdict(&self, judgement: usize, school: usize, stage: Stage) -> Verdict {
        let outcome = self.source.outcome;
        match outcome.judgements.get(judgement).map(|judged| &judged.rows) {
            Some(Rows::AtLeast(rows)) => {
                let of_school = rows.iter().skip(rows.partition_point(|row| row.school < school));
                let row = of_school.take_while(|row| row.school == school).find(|row| row.stage == stage);
                row.map_or(Verdict::NotEnoughData, |row| row.verdict)
            }
            // An item keeps the schools that fail it or lack data; the others that it looked at meet it.
            Some(Rows::Items(items)) => Verdict::all(items.iter().filter_map(|item| outcome.items.get(*item)).flat_map(|item| {
                let of_school = |row: &&ItemRow| row.school == Some(school) && row.stage.is_none_or(|of| of == stage);
                item.rows.iter().filter(of_school).map(|row| row.verdict)
            })),
            _ => Verdict::NotEnoughData,
        }
    }

    /// "达标 5 项：…；达到 85%：…；低于 85%：…".
    fn standing(&self, judgement: usize, school: usize, stage: Stage) -> String {
        let resolved = self.source.resolved;
        let Some(Rule::AtLeast { of, floor, .. }) = resolved.judgements.get(judgement).map(|judgement| &judgement.rule) else {
            return String::new();
        };
        let named = |wanted: State| -> Vec<&str> {
            of.iter()
                .filter(|indicator| {
                    self.source.outcome.figure(school, stage, **indicator).is_some_and(|figure| figure.state == wanted)
                })
                .filter_map(|indicator| resolved.indicators.get(*indicator).map(|rule| rule.short.get(self.lang)))
                .collect()
        };
        let floor =
            floor.and_then(|floor| resolved.parameters.get(floor)?.at(stage)).map(|cited| words::number(100.0 * cited.value));
        let (near, below) = match floor {
            Some(floor) => (text!("达到 {floor}%", "at {floor} % or more"), text!("低于 {floor}%", "below {floor} %")),
            None => (text!("未达标", "missed"), text!("未达标", "missed")),
        };
        let groups = [
            (State::Met, text!("达标", "met")),
            (State::Missed, near),
            (State::BelowFloor, below),
            (State::NotEnoughData, words::not_enough_data()),
        ];
        let mut parts = Vec::new();
        for (state, title) in groups {
            let names = named(state);
            let count = names.len();
            if count > 0 {
                parts.push(match self.lang {
                    Lang::Zh => format!("{} {count} 项：{}", title.zh, names.join("、")),
                    Lang::En => format!("{} {count}: {}", title.en, names.join(", ")),
                });
            }
        }
        parts.join(if self.lang == Lang::Zh { "；" } else { "; " })
    }

    fn items(&self, part: usize) -> Vec<Vec<Cell>> {
        let resolved = self.source.resolved;
        let of_part: Vec<usize> = (0..resolved.items.len()).filter(|item| resolved.items[*item].part == Some(part)).collect();
        let numbered = self.source.outcome.numbered(&of_part);
        let row = |(order, item): (usize, &NumberedItem)| {
            self.table.columns.iter().map(|column| self.item_cell(column, order, item)).collect()
        };
        numbered.iter().enumerate().map(row).collect()
    }

    fn item_cell(&self, column: &TableColumn, order: usize, item: &NumberedItem) -> Cell {
        let lang = self.lang;
        let rules = || item.items.iter().filter_map(|item| self.source.resolved.items.get(*item));
        let (Some(shows), Some(first)) = (column.shows.first(), rules().next()) else {
            return Cell::empty();
        };
        match shows {
            Shows::Words(words) => Cell::word(words.get(lang)),
            Shows::Order => Cell::word((order + 1).to_string()),
            Shows::ItemTitle => {
                let titles: Vec<&str> = rules().map(|rule| rule.title.get(lang)).collect();
                let between = if lang == Lang::Zh { "；" } else { "; " };
                Cell::words(format!("{}. {}", first.no, titles.join(between)))
            }
            Shows::ItemBrief => {
                let briefs = item.items.iter().map(|item| self.item_brief(*item)).filter(|brief| !brief.is_empty());
                Cell::words(briefs.collect::<Vec<_>>().join("\n"))
            }
            Shows::ItemVerdict { met, unmet } => words::verdict_cell(item.verdict, met, unmet, lang),
            _ => Cell::empty(),
        }
    }

    /// What the form wants to know about an item, then which schools fail it or lack data.
    fn item_brief(&self, item: usize) -> String {
        let (source, lang) = (self.source, self.lang);
        let mut lines = Vec::new();
        if let Some(brief) = self.table.briefs.iter().find(|brief| brief.item == item) {
            lines.push(words::wording(&brief.words, lang, |blank| blank_words(source, self.table, blank, lang)));
        } else if let Some(summary) = source.resolved.items.get(item).and_then(|rule| rule.summary.as_ref()) {
            lines.push(words::summary(source, summary, lang));
        }
        let Some(outcome) = source.outcome.items.get(item) else { return lines.join("\n") };
        let schools = |verdict: Verdict| {
            let mut schools: Vec<usize> =
                outcome.rows.iter().filter(|row| row.verdict == verdict).filter_map(|row| row.school).collect();
            schools.dedup();
            schools
        };
        let (failing, unknown) = (schools(Verdict::Fail), schools(Verdict::NotEnoughData));
        if !failing.is_empty() {
            let names = words::schools(source, &failing);
            lines.push(Text::new(format!("不达标：{}", names.zh), format!("not met by: {}", names.en)).get(lang).to_string());
        }
        if !unknown.is_empty() {
            let names = words::schools(source, &unknown);
            lines.push(
                Text::new(format!("数据不足：{}", names.zh), format!("not enough data: {}", names.en)).get(lang).to_string(),
            );
        }
        if outcome.rows.iter().any(|row| row.school.is_none() && row.basis == Basis::Declared) {
            lines.push(text!("（按申报值判定）", "(judged on what was declared)").get(lang).to_string());
        }
        lines.join("\n")
    }

    fn county_cell(&mut self, worked: CountyFigure, decimals: u8, number: &str) -> Cell {
        match worked.value {
            Some(value) => Cell::number(value, decimals),
            None => {
                if !worked.lacking.is_empty() {
                    self.lacking.push((number.to_string(), worked.lacking));
                }
                words::missing(self.lang)
            }
        }
    }
}

/// A figure in running text.
pub(crate) fn blank_words(source: Source<'_>, table: &OfficialTable, blank: usize, lang: Lang) -> String {
    let value = table.blanks.get(blank).and_then(|figure| Some((source.of_county(figure, None).value?, figure.decimals)));
    match value {
        Some((value, decimals)) => measures::round_half_up(value, decimals),
        None => words::not_enough_data().get(lang).to_string(),
    }
}

/// A count of schools, or their share in per cent; none where there are no schools to count.
fn share(measure: StageMeasure, met: usize, all: usize, decimals: Option<u8>) -> Option<Cell> {
    match measure {
        StageMeasure::SchoolsMeeting if all > 0 => Some(Cell::number(met as f64, 0)),
        StageMeasure::ShareMeeting if all > 0 => Some(Cell::number(100.0 * met as f64 / all as f64, decimals.unwrap_or(1))),
        _ => None,
    }
}
