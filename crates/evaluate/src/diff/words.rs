use facts::{Text, text};

use super::{Cause, Changes, FigureChange, SchoolChange, SchoolEvent, SpreadChange, VerdictChange};
use crate::matrix::Cell;
use crate::outcome::Verdict;
use crate::shown;

impl Changes {
    /// What changed and why, the county's verdict first; one line where nothing did.
    pub fn lines(&self) -> Vec<Text> {
        let mut lines = Vec::new();
        if self.rules_changed {
            let (old, new) = (&self.before, &self.after);
            let side = |heading: &crate::Heading| format!("{} {}", heading.pack, heading.pack_version);
            let (old, new) = (side(old), side(new));
            lines.push(text!("所用标准不同：{old} → {new}", "another standard was applied: {old} → {new}"));
        }
        if self.before.on != self.after.on {
            let (old, new) = (self.before.on, self.after.on);
            lines.push(text!("时点：{old} → {new}", "as of: {old} → {new}"));
        }
        if let Some(verdict) = &self.verdict {
            let (zh, en) = arrow(Some(verdict.before), Some(verdict.after));
            lines.push(text!("全县结论：{zh}", "the county's verdict: {en}"));
        }
        for change in self.parts.iter().chain(&self.judgements).chain(&self.items) {
            lines.push(verdict_line(change));
        }
        lines.extend(self.schools.iter().map(school_line));
        for spread in &self.spreads {
            lines.extend(spread_lines(spread));
        }
        for figure in &self.figures {
            lines.extend(figure_lines(figure));
        }
        if lines.is_empty() {
            lines.push(text!("没有变化", "nothing changed"));
        }
        lines
    }
}

impl VerdictChange {
    pub fn line(&self) -> Text {
        verdict_line(self)
    }
}

impl SchoolChange {
    pub fn line(&self) -> Text {
        school_line(self)
    }
}

impl SpreadChange {
    /// The coefficient, then what moved it.
    pub fn lines(&self) -> Vec<Text> {
        spread_lines(self)
    }
}

impl FigureChange {
    /// The figure, then its causes.
    pub fn lines(&self) -> Vec<Text> {
        figure_lines(self)
    }
}

fn arrow(before: Option<Verdict>, after: Option<Verdict>) -> (String, String) {
    let side = |verdict: Option<Verdict>| verdict.map_or_else(|| Text::new("—", "—"), Verdict::title);
    let (old, new) = (side(before), side(after));
    (format!("{} → {}", old.zh, new.zh), format!("{} → {}", old.en, new.en))
}

fn verdict_line(change: &VerdictChange) -> Text {
    let (zh, en) = arrow(change.before, change.after);
    let (title_zh, title_en) = (&change.title.zh, &change.title.en);
    text!("{title_zh}：{zh}", "{title_en}: {en}")
}

fn school_line(change: &SchoolChange) -> Text {
    let (name, code) = (&change.name, &change.school);
    match &change.change {
        SchoolEvent::Appeared => text!("新增学校：{name}（{code}）", "new school: {name} ({code})"),
        SchoolEvent::Vanished => text!("不再存在：{name}（{code}）", "no longer there: {name} ({code})"),
        SchoolEvent::Merged { into } => text!("{name}（{code}）并入 {into}", "{name} ({code}) was merged into {into}"),
        SchoolEvent::Separated { from } => text!("{name}（{code}）从 {from} 分出", "{name} ({code}) was separated from {from}"),
        SchoolEvent::Scope { before, after } => {
            let (old, new) = (before.title(), after.title());
            let (old_zh, new_zh, old_en, new_en) = (old.zh, new.zh, old.en, new.en);
            text!("{name}（{code}）：{old_zh} → {new_zh}", "{name} ({code}): {old_en} → {new_en}")
        }
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or("—".to_string(), shown)
}

fn spread_lines(change: &SpreadChange) -> Vec<Text> {
    let (stage, zh, en) = (change.stage.title(), &change.title.zh, &change.title.en);
    let (stage_zh, stage_en) = (stage.zh, stage.en);
    let (old, new) = (number(change.cv.before), number(change.cv.after));
    let mut lines =
        vec![text!("{stage_zh} {zh} 差异系数：{old} → {new}", "{stage_en} {en}, coefficient of variation: {old} → {new}")];
    if change.verdict.before != change.verdict.after {
        let (zh, en) = arrow(change.verdict.before, change.verdict.after);
        lines.push(text!("  {zh}", "  {en}"));
    }
    for mover in &change.movers {
        let (name, old, new) = (&mover.name, number(mover.before), number(mover.after));
        lines.push(text!(
            "  {name}：对系数平方的贡献 {old} → {new}",
            "  {name}: adds {old} → {new} to the square of the coefficient"
        ));
    }
    lines
}

fn figure_lines(change: &FigureChange) -> Vec<Text> {
    let (name, zh, en) = (&change.name, &change.title.zh, &change.title.en);
    // Two places more than the form has: enough to see what the figure was compared with.
    let places = change.decimals.saturating_add(2);
    let figure = |value: Option<f64>| number(value.map(|value| measures::rounded(value, places)));
    let (stage, old, new) = (change.stage.title(), figure(change.value.before), figure(change.value.after));
    let (stage_zh, stage_en) = (stage.zh, stage.en);
    let (from, to) = (change.state.before.title(), change.state.after.title());
    let (state_zh, state_en) = if change.state.before == change.state.after {
        (from.zh, from.en)
    } else {
        (format!("{} → {}", from.zh, to.zh), format!("{} → {}", from.en, to.en))
    };
    let mut lines =
        vec![text!("{name} {stage_zh} {zh}：{old} → {new}（{state_zh}）", "{name} {stage_en} {en}: {old} → {new} ({state_en})")];
    lines.extend(change.causes.iter().map(cause_line));
    lines
}

fn cause_line(cause: &Cause) -> Text {
    match cause {
        Cause::Stock { title, before, after, .. } => {
            let (zh, en) = (&title.zh, &title.en);
            let side = |cell: &Option<Cell>| match cell {
                Some(Cell::Known(value)) => Text::new(shown(*value), shown(*value)),
                Some(Cell::Missing(lack)) => lack.title(),
                None => Text::new("—", "—"),
            };
            let (old, new) = (side(before), side(after));
            let (old_zh, new_zh, old_en, new_en) = (old.zh, new.zh, old.en, new.en);
            text!("  {zh}：{old_zh} → {new_zh}", "  {en}: {old_en} → {new_en}")
        }
        Cause::Threshold { before, after, .. } => {
            let (old, new) = (number(*before), number(*after));
            text!("  标准值：{old} → {new}", "  required: {old} → {new}")
        }
        Cause::ExceptionApplied { label, .. } => {
            let (zh, en) = (&label.zh, &label.en);
            text!("  开始适用例外：{zh}", "  an exception now applies: {en}")
        }
        Cause::ExceptionEnded { label, .. } => {
            let (zh, en) = (&label.zh, &label.en);
            text!("  不再适用例外：{zh}", "  an exception no longer applies: {en}")
        }
        Cause::Campuses { joined, left } => {
            let codes = |codes: &[facts::SchoolCode]| codes.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
            let (joined, left) = (codes(joined), codes(left));
            text!("  校区变化：并入 {joined}；分出 {left}", "  campuses: joined {joined}; left {left}")
        }
        Cause::Rules => text!("  标准有变", "  the standard changed"),
    }
}
