use facts::{Place, Stage, Text, Unit, text};
use policy::Citation;

use super::{ExplainedParameter, ExplainedStock, ExplainedUnit, Explanation, ItemExplanation, SourceCell, SpreadExplanation};
use crate::matrix::Cell;
use crate::outcome::{ExceptionHead, Verdict};
use crate::shown;

/// Rows shown for one unit before the rest is only counted.
const ROWS_SHOWN: usize = 20;

impl Explanation {
    /// The whole way from the figure to the cells, one thought a line; deeper steps are indented.
    pub fn lines(&self) -> Vec<Text> {
        let mut lines = Vec::new();
        let (school, code) = (&self.school_name, &self.school);
        let (stage, title, state) = (self.stage.title(), &self.indicator.title, self.state.title());
        let (stage_zh, stage_en, title_zh, title_en) = (stage.zh, stage.en, &title.zh, &title.en);
        let (state_zh, state_en) = (state.zh, state.en);
        lines.push(text!(
            "{school}（{code}）{stage_zh} · {title_zh}：{state_zh}",
            "{school} ({code}), {stage_en} · {title_en}: {state_en}"
        ));
        if let Some(reason) = &self.not_applicable {
            let (zh, en) = (&reason.zh, &reason.en);
            lines.push(text!("  {zh}", "  {en}"));
        }
        let value = number(self.value);
        let (unit_zh, unit_en) = behind(&self.indicator.unit_title);
        let (formula, worked) = (&self.formula, &self.worked);
        lines.push(text!("  {formula} = {worked} = {value}{unit_zh}", "  {formula} = {worked} = {value}{unit_en}"));
        let (zh, en) = (&self.indicator.article.zh, &self.indicator.article.en);
        lines.push(text!("  依据：{zh}", "  by: {en}"));
        if let Some(threshold) = &self.threshold {
            lines.extend(parameter_lines(threshold, self.indicator.compare.sign()));
        }
        for parameter in &self.parameters {
            lines.extend(parameter_lines(parameter, "="));
        }
        if let Some(gap) = &self.gap_words {
            let (zh, en) = (&gap.zh, &gap.en);
            lines.push(text!("  {zh}", "  {en}"));
        }
        if let Some(share) = self.share_of_variance {
            let percent = shown((share * 1000.0).round() / 10.0);
            lines.push(text!("  占全县该指标方差的 {percent}%", "  {percent} % of the county's variance of this indicator"));
        }
        lines.extend(exception_lines(&self.exceptions));
        lines.extend(self.stocks.iter().flat_map(stock_lines));
        lines.push(heading_line(&self.heading));
        lines
    }
}

impl ItemExplanation {
    /// The item, its condition with numbers, and what it rests on; over all schools, those that do not satisfy it.
    pub fn lines(&self) -> Vec<Text> {
        let mut lines = vec![self.first_line()];
        if let Some(applies) = &self.applies {
            lines.push(text!("  适用于：{applies}", "  concerns: {applies}"));
        }
        let over_schools = self.is_over_schools();
        let (condition, worked) = (&self.condition, &self.worked);
        lines.push(text!("  要求：{condition}", "  asked: {condition}"));
        if !over_schools {
            lines.push(text!("  代入：{worked}", "  with numbers: {worked}"));
        }
        match (&self.otherwise, &self.otherwise_worked) {
            (Some(otherwise), Some(worked)) if !over_schools => {
                lines.push(text!("  缺数据时：{otherwise}，即 {worked}", "  where data lack: {otherwise}, that is {worked}"));
            }
            (Some(otherwise), _) => lines.push(text!("  缺数据时：{otherwise}", "  where data lack: {otherwise}")),
            (None, _) => {}
        }
        if let Some(gap) = self.gap {
            let (gap, value, limit) = (shown(gap), number(self.value), number(self.limit));
            lines.push(text!("  差 {gap}（{value}，标准 {limit}）", "  missed by {gap} ({value}, standard {limit})"));
        }
        lines.push(citation_line(&self.citation));
        for parameter in &self.parameters {
            lines.extend(parameter_lines(parameter, "="));
        }
        lines.extend(exception_lines(&self.exceptions));
        lines.extend(self.stocks.iter().flat_map(stock_lines));
        if over_schools {
            lines.extend(self.school_lines());
        }
        lines.push(heading_line(&self.heading));
        lines
    }

    fn first_line(&self) -> Text {
        let (zh, en) = (&self.item.title.zh, &self.item.title.en);
        let (verdict, basis) = (self.verdict.title(), self.basis.title());
        let (verdict_zh, verdict_en, basis_zh, basis_en) = (verdict.zh, verdict.en, basis.zh, basis.en);
        if self.is_over_schools() {
            return text!("{zh}：{verdict_zh}", "{en}: {verdict_en}");
        }
        let (of_zh, of_en) = match (&self.school, self.stage.map(Stage::title)) {
            (None, _) => (String::new(), String::new()),
            (Some(code), stage) => {
                let name = self.school_name.as_deref().unwrap_or_default();
                let (stage_zh, stage_en) = stage.map_or_else(Default::default, |stage| (stage.zh, format!(", {}", stage.en)));
                (format!("{name}（{code}）{stage_zh} · "), format!("{name} ({code}){stage_en} · "))
            }
        };
        if !self.concerned {
            return text!(
                "{of_zh}{zh}：不涉及该校（不参加评估、没有这一学段或不在适用范围）",
                "{of_en}{en}: does not concern the school (it is not examined, lacks the stage, or is not among those it applies to)"
            );
        }
        text!("{of_zh}{zh}：{verdict_zh}（{basis_zh}）", "{of_en}{en}: {verdict_en} ({basis_en})")
    }

    /// Whether an item about schools is told of all of them.
    fn is_over_schools(&self) -> bool {
        self.school.is_none() && self.item.level != policy::ItemLevel::County
    }

    /// Each school that does not satisfy the item, and the command that explains it.
    fn school_lines(&self) -> Vec<Text> {
        let count = |verdict: Verdict| self.schools.iter().filter(|school| school.verdict == verdict).count();
        let (n, failed, open) = (self.checked, count(Verdict::Fail), count(Verdict::NotEnoughData));
        let mut lines = vec![text!(
            "  核对 {n} 处：不符合 {failed}，缺数据 {open}",
            "  looked at {n} schools or stages: {failed} do not satisfy it, {open} lack data"
        )];
        let (pack, id) = (&self.heading.pack, &self.item.id);
        for school in self.schools.iter().take(ROWS_SHOWN) {
            let (name, code, verdict) = (&school.name, &school.code, school.verdict.title());
            let stage = school.stage.map_or_else(|| Text::new("", ""), |stage| stage.title());
            let words = |zh: bool| {
                let mut words = if zh { verdict.zh.clone() } else { verdict.en.clone() };
                if let (Some(value), Some(limit)) = (school.value, school.limit) {
                    let (value, limit) = (shown(value), shown(limit));
                    words += &if zh { format!("，{value}，标准 {limit}") } else { format!(", {value}, standard {limit}") };
                }
                if let Some(gap) = school.gap.map(shown) {
                    words += &if zh { format!("，差 {gap}") } else { format!(", missed by {gap}") };
                }
                words
            };
            let (zh, en, stage_zh, stage_en) = (words(true), words(false), stage.zh, stage.en);
            lines.push(text!("    {name}（{code}）{stage_zh}：{zh}", "    {name} ({code}) {stage_en}: {en}"));
            let stage = school.stage.map_or(String::new(), |stage| format!(" --stage {}", stage.id()));
            let command = format!("junheng explain --pack {pack} --school {code}{stage} --indicator {id}");
            lines.push(text!("      {command}", "      {command}"));
        }
        lines.extend(and_more(self.schools.len()));
        if self.schools.is_empty() {
            lines.push(text!(
                "  看某一所学校：加上 --school 学校标识码，有几个学段的再加 --stage",
                "  for one school add --school CODE, and --stage where it has several"
            ));
        }
        lines
    }
}

impl SpreadExplanation {
    /// The coefficient, its limit, and the schools with the largest shares of the variance.
    pub fn lines(&self) -> Vec<Text> {
        let mut lines = Vec::new();
        let (stage, title) = (self.stage.title(), &self.indicator.title);
        let (stage_zh, stage_en, zh, en) = (stage.zh, stage.en, &title.zh, &title.en);
        let (cv, mean, sd) = (number(self.cv), number(self.mean), number(self.sd));
        lines.push(if self.complete {
            text!("{stage_zh} · {zh}：差异系数 {cv}", "{stage_en} · {en}: coefficient of variation {cv}")
        } else {
            text!(
                "{stage_zh} · {zh}：数据不足，差异系数不能定（已有数据的学校 {cv}）",
                "{stage_en} · {en}: not enough data for the coefficient of variation ({cv} over the schools that have data)"
            )
        });
        let (total, pupils) = (shown(self.total), shown(self.pupils));
        lines.push(text!(
            "  全县均值 = Σ(Xᵢ × Pᵢ) / ΣPᵢ = {total} / {pupils} = {mean}；标准差（按在校生加权）{sd}；差异系数 = {sd} / {mean} = {cv}",
            "  county mean = Σ(Xᵢ × Pᵢ) / ΣPᵢ = {total} / {pupils} = {mean}; standard deviation, weighted by pupils, {sd}; coefficient = {sd} / {mean} = {cv}"
        ));
        for limit in &self.limits {
            lines.extend(parameter_lines(limit, "<="));
        }
        let rule = self.citation.as_ref().map(citation_line);
        lines.extend(rule.filter(|rule| !lines.contains(rule)));
        for term in self.terms.iter().take(ROWS_SHOWN) {
            let (name, code) = (&term.name, &term.school);
            let (value, weight, share) = (shown(term.value), shown(term.weight), shown((term.share * 1000.0).round() / 10.0));
            let contribution = shown(term.term);
            lines.push(text!(
                "  {name}（{code}）{value}：{weight} × ({value} − {mean})² = {contribution}，占方差 {share}%",
                "  {name} ({code}) {value}: {weight} × ({value} − {mean})² = {contribution}, {share} % of the variance"
            ));
        }
        lines.extend(and_more(self.terms.len()));
        if !self.missing.is_empty() {
            let codes: Vec<String> = self.missing.iter().map(ToString::to_string).collect();
            let (zh, en) = (codes.join("、"), codes.join(", "));
            lines.push(text!("  缺少数据的学校：{zh}", "  schools whose figure is missing: {en}"));
        }
        if !self.complete && self.missing.is_empty() {
            lines.push(if self.terms.is_empty() {
                text!("  没有参加计算的学校", "  no school counts in it")
            } else {
                text!(
                    "  有学校说不准是否参评，junheng evaluate 列出是哪些、缺什么",
                    "  of some schools it is not known whether they count; junheng evaluate names them and what is missing"
                )
            });
        }
        lines.push(heading_line(&self.heading));
        lines
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or("?".to_string(), shown)
}

/// A unit as it stands behind a number: a plain ratio has none.
fn behind(unit: &Text) -> (String, String) {
    let after = |words: &str| if words.is_empty() { String::new() } else { format!(" {words}") };
    (after(&unit.zh), after(&unit.en))
}

fn parameter_lines(parameter: &ExplainedParameter, sign: &str) -> Vec<Text> {
    let (zh, en) = (&parameter.title.zh, &parameter.title.en);
    let (unit_zh, unit_en) = behind(&parameter.unit_title);
    let value = if parameter.by_stage.is_empty() {
        Text::new(number(parameter.value), number(parameter.value))
    } else {
        let of = |(stage, value): &(Stage, f64)| {
            (format!("{} {}", stage.title().zh, shown(*value)), format!("{} {}", stage.title().en, shown(*value)))
        };
        let (zh, en): (Vec<String>, Vec<String>) = parameter.by_stage.iter().map(of).unzip();
        Text::new(zh.join("、"), en.join(", "))
    };
    let (value_zh, value_en) = (value.zh, value.en);
    let mut lines = vec![text!("  {zh} {sign} {value_zh}{unit_zh}", "  {en} {sign} {value_en}{unit_en}")];
    lines.extend(parameter.citation.as_ref().map(citation_line));
    for (label, citation) in &parameter.exceptions {
        let (zh, en, general) = (&label.zh, &label.en, number(parameter.general));
        lines.push(text!("    例外：{zh}（一般为 {general}）", "    exception: {en} (in general {general})"));
        lines.push(citation_line(citation));
    }
    lines
}

fn citation_line(citation: &Citation) -> Text {
    let (title, no, article) = (&citation.document.title, &citation.document.number, &citation.article_title);
    let (title_zh, title_en, zh, en) = (&title.zh, &title.en, &article.zh, &article.en);
    let date = |date: Option<facts::Date>| date.map_or("—".to_string(), |date| date.to_string());
    let (from, to) = (date(citation.from), date(citation.to));
    let (mark_zh, mark_en) = if citation.confirmed { ("", "") } else { ("；未经核实", "; not confirmed") };
    text!(
        "    依据：{title_zh}（{no}）{zh}，{from} 至 {to} 有效{mark_zh}",
        "    by: {title_en} ({no}) {en}, in force {from} to {to}{mark_en}"
    )
}

fn exception_lines(exceptions: &[ExceptionHead]) -> Vec<Text> {
    let line = |exception: &ExceptionHead| {
        let (zh, en) = (&exception.label.zh, &exception.label.en);
        let (by_zh, by_en) = (&exception.article.zh, &exception.article.en);
        match exception.expires.or(exception.review_by) {
            Some(day) => {
                text!("  适用例外：{zh}（{by_zh}，至 {day}）", "  exception applied: {en} ({by_en}, until {day})")
            }
            None => text!("  适用例外：{zh}（{by_zh}）", "  exception applied: {en} ({by_en})"),
        }
    };
    exceptions.iter().map(line).collect()
}

fn stock_lines(stock: &ExplainedStock) -> Vec<Text> {
    let (zh, en, value) = (&stock.title.zh, &stock.title.en, number(stock.value));
    let (unit_zh, unit_en) = behind(&stock.unit.title());
    let (from_zh, from_en) = match (&stock.table, stock.filter.as_str()) {
        (table, "") => (table.clone(), table.clone()),
        (table, filter) => (format!("{table}：{filter}"), format!("{table}: {filter}")),
    };
    let mut lines = vec![text!("  {zh} = {value}{unit_zh}（{from_zh}）", "  {en} = {value}{unit_en} ({from_en})")];
    if let Cell::Missing(lack) = stock.measured {
        let (zh, en) = (lack.title().zh, lack.title().en);
        lines.push(text!("    没有数值：{zh}", "    no value: {en}"));
    }
    for label in &stock.exceptions {
        let (zh, en, measured) = (&label.zh, &label.en, number(stock.measured.known()));
        lines.push(text!("    例外：{zh}（原为 {measured}）", "    exception: {en} (before: {measured})"));
    }
    let several = stock.units.len() > 1;
    lines.extend(stock.units.iter().take(ROWS_SHOWN).flat_map(|unit| unit_lines(unit, several, &stock.unit)));
    lines.extend(and_more(stock.units.len()));
    lines.extend(row_lines(&stock.rows, &stock.unit));
    lines
}

fn unit_lines(unit: &ExplainedUnit, several: bool, measure: &Unit) -> Vec<Text> {
    let mut lines = Vec::new();
    let (name, code) = (&unit.name, &unit.code);
    if several {
        let reported = match unit.reported {
            Cell::Known(value) => Text::new(shown(value), shown(value)),
            Cell::Missing(lack) => lack.title(),
        };
        let (zh, en) = (reported.zh, reported.en);
        lines.push(text!("    {name}（{code}）：{zh}", "    {name} ({code}): {en}"));
    }
    if !unit.left_out.is_empty() {
        let list = |words: fn(&Text) -> &String, between: &str| {
            unit.left_out.iter().map(words).cloned().collect::<Vec<_>>().join(between)
        };
        let (zh, en) = (list(|text| &text.zh, "、"), list(|text| &text.en, ", "));
        lines.push(text!(
            "    没有任何一行的项：{zh}（没有的要报 0）",
            "    figures without a row: {en} (0 must be stated where there is none)"
        ));
    }
    if let Some(working) = &unit.working {
        let (words, share) = (&working.words, shown(working.share));
        let (zh, en) = (&working.article.zh, &working.article.en);
        lines.push(text!("    按学段拆分：{words} = {share}（{zh}）", "    divided by stage: {words} = {share} ({en})"));
    } else if unit.from_whole {
        lines.push(text!("    取自全校数", "    taken from the figure of the whole school"));
    }
    lines.extend(row_lines(&unit.rows, measure));
    lines
}

fn row_lines(rows: &[SourceCell], measure: &Unit) -> Vec<Text> {
    let line = |row: &SourceCell| {
        let place: &Place = &row.place;
        let (zh, en) = (place.words().zh, place.words().en);
        let item = row
            .item
            .as_ref()
            .map_or_else(|| Text::new("", ""), |item| Text::new(format!("{} ", item.zh), format!("{} ", item.en)));
        let (item_zh, item_en) = (item.zh, item.en);
        match (row.value, &row.missing, &row.written) {
            (Some(value), _, Some(written)) => {
                let (value, (unit_zh, unit_en)) = (shown(value), behind(&measure.title()));
                text!("      {zh}：{item_zh}{written} = {value}{unit_zh}", "      {en}: {item_en}{written} = {value}{unit_en}")
            }
            (Some(value), _, None) => {
                let value = shown(value);
                text!("      {zh}：{item_zh}{value}", "      {en}: {item_en}{value}")
            }
            (None, Some(why), _) => text!("      {zh}：{item_zh}缺失（{why}）", "      {en}: {item_en}missing ({why})"),
            (None, None, _) => text!("      {zh}", "      {en}"),
        }
    };
    let mut lines: Vec<Text> = rows.iter().take(ROWS_SHOWN).map(line).collect();
    lines.extend(and_more(rows.len()));
    lines
}

fn and_more(count: usize) -> Option<Text> {
    let rest = count.checked_sub(ROWS_SHOWN).filter(|rest| *rest > 0)?;
    Some(text!("      …… 另有 {rest} 行", "      … and {rest} more"))
}

fn heading_line(heading: &crate::Heading) -> Text {
    let (pack, version, year, on) = (&heading.pack, &heading.pack_version, heading.year, heading.on);
    let snapshot = heading.snapshot.as_deref().map_or("—", |id| id.get(..12).unwrap_or(id));
    text!(
        "  标准 {pack}（版本 {version}，{on}）；学年 {year}；快照 {snapshot}",
        "  standard {pack} (version {version}, as of {on}); school year {year}; snapshot {snapshot}"
    )
}
