use facts::{Text, text};

use super::{Basis, Figure, Outcome, Reason, Rows, Scope, State, Verdict};
use crate::matrix::Lack;

/// A number as people write it: six decimals or, of a tiny one, four digits; no trailing zeros. For display only.
///
/// ```
/// assert_eq!(evaluate::shown(4.300000000000001), "4.3");
/// assert_eq!(evaluate::shown(2500.0), "2500");
/// assert_eq!(evaluate::shown(0.0000839414268), "0.00008394");
/// ```
pub fn shown(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 {
        return format!("{value:.3e}").parse().map_or(String::new(), |short: f64| short.to_string());
    }
    let words = format!("{value:.6}");
    let words = words.trim_end_matches('0').trim_end_matches('.');
    if words == "-0" { "0".to_string() } else { words.to_string() }
}

impl Outcome {
    /// Why the county does not pass, in one sentence.
    pub fn words(&self, reason: Reason) -> Text {
        match reason {
            Reason::Judgement(index) => self.judgement_words(index),
            Reason::Veto(index) => {
                let title = self.frame.items.get(index).map_or_else(|| Text::new("", ""), |item| item.title.clone());
                let (zh, en) = (title.zh, title.en);
                match self.items.get(index).map(|item| item.verdict) {
                    Some(Verdict::Fail) => text!("一票否决：{zh}", "veto: {en}"),
                    _ => text!("一票否决项无法排除，缺少数据：{zh}", "a veto cannot be excluded for want of data: {en}"),
                }
            }
            Reason::ScopeUnknown => {
                let n = self.scope.iter().filter(|scope| **scope == Scope::Unknown).count();
                text!("{n} 所学校是否属于评估范围无法判断", "of {n} schools it is not known whether the standard concerns them")
            }
        }
    }

    fn judgement_words(&self, index: usize) -> Text {
        let title = self.frame.judgements.get(index).map_or_else(|| Text::new("", ""), |judgement| judgement.title.clone());
        let (zh, en) = (title.zh, title.en);
        let Some(judged) = self.judgements.get(index) else { return text!("{zh}", "{en}") };
        let count = |verdicts: &mut dyn Iterator<Item = Verdict>| {
            verdicts.fold((0, 0), |(failed, open), verdict| match verdict {
                Verdict::Fail => (failed + 1, open),
                Verdict::NotEnoughData => (failed, open + 1),
                Verdict::Pass => (failed, open),
            })
        };
        match &judged.rows {
            Rows::AtLeast(rows) => {
                let schools = |verdict: Verdict| {
                    let mut schools: Vec<usize> =
                        rows.iter().filter(|row| row.verdict == verdict).map(|row| row.school).collect();
                    schools.dedup();
                    schools.len()
                };
                let (failed, open) = (schools(Verdict::Fail), schools(Verdict::NotEnoughData));
                text!(
                    "{zh}：{failed} 所学校未达标，{open} 所学校数据不足",
                    "{en}: {failed} schools fall short, {open} schools lack data"
                )
            }
            Rows::CvEach(rows) => {
                let (failed, open) = count(&mut rows.iter().map(|row| row.verdict));
                text!(
                    "{zh}：{failed} 项差异系数超过上限，{open} 项数据不足",
                    "{en}: {failed} coefficients of variation exceed their limit, {open} lack data"
                )
            }
            Rows::CvMean(rows) => {
                let (failed, open) = count(&mut rows.iter().map(|row| row.verdict));
                text!(
                    "{zh}：{failed} 个学段综合差异系数超过上限，{open} 个学段数据不足",
                    "{en}: the composite coefficient exceeds its limit at {failed} stages, {open} stages lack data"
                )
            }
            Rows::Items(items) => {
                let (failed, open) = count(&mut self.numbered(items).iter().map(|item| item.verdict));
                text!("{zh}：{failed} 项不符合，{open} 项数据不足", "{en}: {failed} items do not hold, {open} lack data")
            }
            Rows::Score { earned, need, .. } => {
                let number = |value: &Option<f64>| value.map_or("—".to_string(), shown);
                let (earned, need) = (number(earned), number(need));
                text!("{zh}：得分 {earned}，要求 {need}", "{en}: {earned} points earned, {need} needed")
            }
        }
    }

    /// What an indicator lacks at a school: "还差 3 人（专任教师）". None where it is met.
    pub fn gap_words(&self, figure: &Figure, indicator: usize) -> Option<Text> {
        let head = self.frame.indicators.get(indicator)?;
        let gap = figure.gap()?;
        let (amount, title, unit) = match (figure.lever_gap, &head.lever) {
            (Some(lever_gap), Some(lever)) => (lever_gap, &lever.title, lever.unit.title()),
            _ => (gap, &head.short, head.unit_title.clone()),
        };
        let (title_zh, title_en, unit_zh, unit_en) = (&title.zh, &title.en, unit.zh, unit.en);
        // Rounded up, so that what is said to be lacking is enough; without the dust of binary arithmetic.
        let size = shown((facts::significant(amount.abs() * 100.0)).ceil() / 100.0);
        Some(if amount < 0.0 {
            text!("超出 {size} {unit_zh}（{title_zh}）", "{size} {unit_en} too many ({title_en})")
        } else {
            text!("还差 {size} {unit_zh}（{title_zh}）", "{size} {unit_en} short ({title_en})")
        })
    }
}

impl Verdict {
    pub fn title(self) -> Text {
        match self {
            Verdict::Pass => text!("达标", "pass"),
            Verdict::Fail => text!("不达标", "fail"),
            Verdict::NotEnoughData => text!("数据不足", "not enough data"),
        }
    }
}

impl State {
    pub fn title(self) -> Text {
        match self {
            State::Met => text!("达标", "met"),
            State::Missed => text!("未达标", "missed"),
            State::BelowFloor => text!("未达标，且低于最低限", "missed, and below the floor"),
            State::Unjudged => text!("不设标准值", "no threshold"),
            State::NotEnoughData => text!("数据不足", "not enough data"),
            State::NotApplicable => text!("不适用", "not applicable"),
        }
    }
}

impl Scope {
    pub fn title(self) -> Text {
        match self {
            Scope::In => text!("参加评估", "examined"),
            Scope::Out => text!("不在评估范围", "not examined"),
            Scope::Unknown => text!("无法判断是否参加评估", "not known whether examined"),
        }
    }
}

impl Basis {
    pub fn title(self) -> Text {
        match self {
            Basis::Computed => text!("由数据计算", "computed from data"),
            Basis::Declared => text!("按申报", "as declared"),
            Basis::Nothing => text!("缺少数据", "nothing known"),
        }
    }
}

impl Lack {
    pub fn title(self) -> Text {
        match self {
            Lack::NoRow => text!("没有任何文件填报", "no file states it"),
            Lack::NotInRegister => text!("该校本学年未报送这类名册", "the school handed in no such register this year"),
            Lack::ItemsNotStated => {
                text!("几项相加，有的项没有任何一行", "it adds up several figures, of which some have no row")
            }
            Lack::Blank => text!("填报为空、“—”或“无”", "reported as blank, \"—\" or \"无\""),
            Lack::NotDivided => {
                text!("只报了全校数，无法分到学段", "reported for the whole school only; it cannot be divided by stage")
            }
            Lack::PupilsMissing => {
                text!("缺少某一学段的在校生数，无法拆分", "the pupils of a stage are missing, so it cannot be divided")
            }
            Lack::SchoolUnclear => text!(
                "只计一部分学校，而该校的基本情况不足以判断",
                "only some schools count, and too little is known of this one"
            ),
            Lack::ParameterMissing => text!("口径所用的参数无法确定", "a parameter of its filter could not be determined"),
            Lack::NoSuchStage => text!("没有这一学段", "the school has no such stage"),
        }
    }
}
