//! An outcome in a dozen plain lines: what fails, by how much, what is unknown, and how to see why.

use evaluate::{AtLeastRow, CvRow, ItemRow, Outcome, Rows, Scope, State, Verdict};
use facts::{Finding, Severity, Stage, Text, text};

use crate::short;

/// One county: the verdict, each judgement, the schools that fall short, what is unknown, and the way on.
pub fn county(outcome: &Outcome, all: bool) -> Vec<Text> {
    let mut lines = heading(outcome);
    for (head, judged) in outcome.frame.judgements.iter().zip(&outcome.judgements) {
        match &judged.rows {
            Rows::CvEach(rows) => lines.extend(cv_lines(outcome, rows)),
            Rows::CvMean(rows) => {
                for row in rows {
                    let (stage, verdict) = (row.stage.title(), verdict(row.verdict));
                    let (mean, limit) = (shown(row.mean, 3), shown(row.limit, 2));
                    lines.push(Text::new(
                        format!("{}综合差异系数 {mean}（不超过 {limit}）：{}", stage.zh, verdict.zh),
                        format!("{}: composite coefficient {mean} (at most {limit}): {}", stage.en, verdict.en),
                    ));
                    lines.extend(each_cv_line(outcome, row.stage));
                }
            }
            Rows::AtLeast(rows) => lines.extend(school_lines(outcome, rows, all)),
            Rows::Items(items) => lines.extend(item_lines(outcome, &head.title, items)),
            Rows::Score { earned, attainable, need, .. } => {
                let (title, verdict) = (&head.title, verdict(judged.verdict));
                let (earned, attainable, need) = (shown(*earned, 1), shown(*attainable, 1), shown(*need, 1));
                lines.push(Text::new(
                    format!("{}：得分 {earned}（满分 {attainable}，要求 {need}）：{}", title.zh, verdict.zh),
                    format!("{}: {earned} of {attainable} points (at least {need}): {}", title.en, verdict.en),
                ));
            }
        }
    }
    let lists_schools = outcome.judgements.iter().any(|judged| matches!(judged.rows, Rows::AtLeast(_)));
    if all && !lists_schools {
        lines.extend(each_school_lines(outcome));
    }
    lines.extend(veto_lines(outcome));
    lines.extend(noted_lines(outcome));
    lines.extend(doubt_line(outcome));
    lines.extend(way_on(outcome));
    lines
}

/// Several counties, one line each, in the order of their codes: not a ranking.
pub fn counties(outcomes: &[Outcome]) -> Vec<Text> {
    let mut lines: Vec<Text> = outcomes.iter().map(county_line).collect();
    let count = |wanted| outcomes.iter().filter(|outcome| outcome.verdict == wanted).count();
    let (n, pass, fail, unknown) = (outcomes.len(), count(Verdict::Pass), count(Verdict::Fail), count(Verdict::NotEnoughData));
    lines.push(text!(
        "共 {n} 个县：达标 {pass}，未达标 {fail}，数据不足 {unknown}",
        "{n} counties: {pass} pass, {fail} fail, {unknown} without enough data"
    ));
    lines
}

pub fn verdict(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Pass => text!("✓ 达标", "✓ met"),
        Verdict::Fail => text!("✗ 未达标", "✗ not met"),
        Verdict::NotEnoughData => text!("? 数据不足", "? not enough data"),
    }
}

/// A number with at most so many decimals, or a dash where there is none.
pub fn shown(value: Option<f64>, decimals: usize) -> String {
    match value {
        None => "—".into(),
        Some(value) => {
            let words = format!("{value:.decimals$}");
            if words.contains('.') { words.trim_end_matches('0').trim_end_matches('.').to_string() } else { words }
        }
    }
}

fn county_line(outcome: &Outcome) -> Text {
    let heading = &outcome.matrix.heading;
    let (code, name, verdict) = (&heading.county, &heading.county_name, verdict(outcome.verdict));
    let over: usize = outcome.judgements.iter().map(|judged| failing_cvs(&judged.rows).len()).sum();
    let schools = failing_schools(outcome);
    Text::new(
        format!("{code} {name}：{}；差异系数超限 {over} 项；未达标学校 {schools} 所", verdict.zh),
        format!("{code} {name}: {}; {over} coefficients over their limit; {schools} schools fall short", verdict.en),
    )
}

fn heading(outcome: &Outcome) -> Vec<Text> {
    let heading = &outcome.matrix.heading;
    let (county, name, year, on) = (&heading.county, &heading.county_name, heading.year, heading.on);
    let (pack, version) = (&heading.pack, &heading.pack_version);
    let snapshot = heading.snapshot.as_deref().map_or("—", short);
    let (title, verdict) = (&outcome.frame.title, verdict(outcome.verdict));
    let count = |wanted| outcome.scope.iter().filter(|scope| **scope == wanted).count();
    let (inside, outside, unsure) = (count(Scope::In), count(Scope::Out), count(Scope::Unknown));
    let (unsure_zh, unsure_en) = if unsure == 0 {
        (String::new(), String::new())
    } else {
        (format!("，{unsure} 所说不准（缺数据）"), format!(", {unsure} undecided for lack of data"))
    };
    vec![
        Text::new(
            format!("{name}（{county}）{year} 学年，按《{}》核算，时点 {on}", title.zh),
            format!("{name} ({county}), school year {year}, under {}, as of {on}", title.en),
        ),
        text!("标准 {pack} 版本 {version}；快照 {snapshot}", "pack {pack} version {version}; snapshot {snapshot}"),
        Text::new(
            format!("结论：{}（参评学校 {inside} 所，不在范围 {outside} 所{unsure_zh}）", verdict.zh),
            format!("verdict: {} ({inside} schools in scope, {outside} outside{unsure_en})", verdict.en),
        ),
    ]
}

fn failing_cvs(rows: &Rows) -> Vec<&CvRow> {
    match rows {
        Rows::CvEach(rows) => rows.iter().filter(|row| row.verdict == Verdict::Fail).collect(),
        _ => Vec::new(),
    }
}

/// How many schools fall short of an at-least judgement; a school with two stages counts once.
fn failing_schools(outcome: &Outcome) -> usize {
    let mut schools: Vec<usize> = Vec::new();
    for judged in &outcome.judgements {
        if let Rows::AtLeast(rows) = &judged.rows {
            schools.extend(rows.iter().filter(|row| row.verdict == Verdict::Fail).map(|row| row.school));
        }
    }
    schools.sort_unstable();
    schools.dedup();
    schools.len()
}

fn cv_lines(outcome: &Outcome, rows: &[CvRow]) -> Vec<Text> {
    let mut lines = Vec::new();
    for stage in &outcome.frame.stages {
        let of_stage: Vec<&CvRow> = rows.iter().filter(|row| row.stage == *stage).collect();
        let Some(limit) = of_stage.iter().find_map(|row| row.limit) else { continue };
        let over: Vec<&&CvRow> = of_stage.iter().filter(|row| row.verdict == Verdict::Fail).collect();
        let unknown = of_stage.iter().filter(|row| row.verdict == Verdict::NotEnoughData).count();
        let (name, n, limit) = (stage.title(), of_stage.len(), format!("{limit:.2}"));
        let list = |zh: bool| {
            let of = |row: &&&CvRow| {
                let short = &outcome.frame.indicators[row.indicator].short;
                let short = if zh { &short.zh } else { &short.en };
                let (cv, gap) = (shown(row.cv, 4), shown(row.distance().map(|distance| -distance), 4));
                if zh { format!("{short} {cv}（超 {gap}）") } else { format!("{short} {cv} (over by {gap})") }
            };
            over.iter().map(of).collect::<Vec<_>>().join(if zh { "、" } else { ", " })
        };
        let line = match (over.len(), unknown) {
            (0, 0) => Text::new(
                format!("✓ {} {n} 项差异系数都不超过 {limit}", name.zh),
                format!("✓ {}: all {n} coefficients at most {limit}", name.en),
            ),
            (0, unknown) => Text::new(
                format!("? {} {n} 项差异系数中 {unknown} 项数据不足，其余不超过 {limit}", name.zh),
                format!("? {}: {unknown} of {n} coefficients lack data, the others are at most {limit}", name.en),
            ),
            (over, unknown) => {
                let (more_zh, more_en) = if unknown == 0 {
                    (String::new(), String::new())
                } else {
                    (format!("；另有 {unknown} 项数据不足"), format!("; {unknown} lack data"))
                };
                Text::new(
                    format!("✗ {} {over} 项差异系数超过 {limit}：{}{more_zh}", name.zh, list(true)),
                    format!("✗ {}: {over} coefficients over {limit}: {}{more_en}", name.en, list(false)),
                )
            }
        };
        lines.push(line);
    }
    lines
}

/// The coefficient of every indicator at a stage; those that lack data say so.
fn each_cv_line(outcome: &Outcome, stage: Stage) -> Option<Text> {
    let list = |zh: bool| {
        let of = |spread: &evaluate::Spread| {
            let short = &outcome.frame.indicators[spread.indicator].short;
            let cv = match (spread.cv.filter(|_| spread.complete), zh) {
                (Some(cv), _) => shown(Some(cv), 4),
                (None, true) => "数据不足".to_string(),
                (None, false) => "not enough data".to_string(),
            };
            format!("{} {cv}", if zh { &short.zh } else { &short.en })
        };
        let of_stage = outcome.spreads.iter().filter(|spread| spread.stage == stage && spread.schools + spread.missing > 0);
        of_stage.map(of).collect::<Vec<_>>().join(if zh { "、" } else { ", " })
    };
    let (zh, en) = (list(true), list(false));
    (!zh.is_empty()).then(|| text!("    各项差异系数：{zh}", "    coefficients: {en}"))
}

/// How many remarks of the evaluation are shown; all are in the JSON.
const NOTED_SHOWN: usize = 6;

/// What the evaluation noticed about its data: schools whose scope is open, stages without pupils.
fn noted_lines(outcome: &Outcome) -> Vec<Text> {
    let noted: Vec<&Finding> = outcome.findings.iter().filter(|finding| finding.severity != Severity::Note).collect();
    let mut lines: Vec<Text> = noted
        .iter()
        .take(NOTED_SHOWN)
        .map(|finding| {
            let (place, what) = (finding.place.words(), &finding.what);
            Text::new(format!("数据：{}：{}", place.zh, what.zh), format!("data: {}: {}", place.en, what.en))
        })
        .collect();
    if let Some(more) = noted.len().checked_sub(NOTED_SHOWN).filter(|more| *more > 0) {
        lines.push(text!("数据：还有 {more} 处（--format json 列出全部）", "data: {more} more (--format json lists all)"));
    }
    lines
}

fn school_lines(outcome: &Outcome, rows: &[AtLeastRow], all: bool) -> Vec<Text> {
    let mut failing: Vec<usize> = rows.iter().filter(|row| row.verdict == Verdict::Fail).map(|row| row.school).collect();
    failing.dedup();
    let failing = failing.len();
    let unknown = rows.iter().filter(|row| row.verdict == Verdict::NotEnoughData).count();
    let mut lines = vec![if failing == 0 && unknown == 0 {
        text!("✓ 参评学校的资源配置都达标", "✓ every school in scope is up to standard")
    } else {
        let sign = if failing > 0 { "✗" } else { "?" };
        text!(
            "{sign} {failing} 所学校未达标，{unknown} 个学段数据不足：",
            "{sign} {failing} schools fall short, {unknown} stages lack data:"
        )
    }];
    lines.extend(rows.iter().filter(|row| all || row.verdict != Verdict::Pass).map(|row| school_line(outcome, row)));
    lines
}

/// Under a standard that judges no school by its indicators: each school with its figures, and the items it does not satisfy.
fn each_school_lines(outcome: &Outcome) -> Vec<Text> {
    let inside: Vec<usize> = (0..outcome.scope.len()).filter(|school| outcome.scope[*school] == Scope::In).collect();
    let n = inside.len();
    let mut lines = vec![text!("参评学校 {n} 所：", "the {n} schools in scope:")];
    lines.extend(inside.into_iter().flat_map(|school| figure_lines(outcome, school)));
    lines
}

fn figure_lines(outcome: &Outcome, school: usize) -> Vec<Text> {
    let (code, name) = (&outcome.matrix.schools[school].code, &outcome.matrix.schools[school].name);
    let figures = |stage: Stage, zh: bool| {
        let of = |(index, head): (usize, &evaluate::IndicatorHead)| {
            let figure = outcome.figure(school, stage, index).filter(|figure| figure.state != State::NotApplicable)?;
            let value = match (figure.value, zh) {
                // Ratios of people to people are small: two places would make them all alike.
                (Some(value), _) => shown(Some(value), if value.abs() < 1.0 { 4 } else { 2 }),
                (None, true) => "数据不足".to_string(),
                (None, false) => "not enough data".to_string(),
            };
            Some(format!("{} {value}", if zh { &head.short.zh } else { &head.short.en }))
        };
        let figures: Vec<String> = outcome.frame.indicators.iter().enumerate().filter_map(of).collect();
        figures.join(if zh { "、" } else { ", " })
    };
    let items = |wanted: Verdict, zh: bool| {
        let holds = |row: &ItemRow| row.school == Some(school) && row.verdict == wanted;
        let named = outcome.frame.items.iter().zip(&outcome.items).filter(|(_, item)| item.rows.iter().any(holds));
        let titles: Vec<String> = named
            .map(|(head, _)| {
                format!("{} {}", head.no, brief(if zh { &head.title.zh } else { &head.title.en })).trim().to_string()
            })
            .collect();
        titles.join(if zh { "；" } else { "; " })
    };
    let mut lines = vec![text!("    {name}（{code}）", "    {name} ({code})")];
    for stage in &outcome.frame.stages {
        let (title, zh, en) = (stage.title(), figures(*stage, true), figures(*stage, false));
        if !zh.is_empty() {
            lines.push(Text::new(format!("      {}：{zh}", title.zh), format!("      {}: {en}", title.en)));
        }
    }
    for (wanted, sign) in [(Verdict::Fail, "✗"), (Verdict::NotEnoughData, "?")] {
        let (title, zh, en) = (wanted.title(), items(wanted, true), items(wanted, false));
        if !zh.is_empty() {
            lines.push(Text::new(format!("      {sign} {}：{zh}", title.zh), format!("      {sign} {}: {en}", title.en)));
        }
    }
    lines
}

fn school_line(outcome: &Outcome, row: &AtLeastRow) -> Text {
    let school = &outcome.matrix.schools[row.school];
    let (code, name, stage, verdict) = (&school.code, &school.name, row.stage.title(), verdict(row.verdict));
    let total = row.met + row.missed + row.missing;
    let list = |zh: bool| {
        let missed =
            outcome.frame.indicators.iter().enumerate().filter_map(|(index, _)| miss(outcome, row.school, row.stage, index, zh));
        missed.collect::<Vec<_>>().join(if zh { "；" } else { "; " })
    };
    let (zh, en) = (list(true), list(false));
    let colon = |words: String, mark: &str| if words.is_empty() { words } else { format!("{mark}{words}") };
    Text::new(
        format!("    {} {name}（{code}）{} {}/{total} 项{}", verdict.zh, stage.zh, row.met, colon(zh, "：")),
        format!("    {} {name} ({code}) {} {}/{total}{}", verdict.en, stage.en, row.met, colon(en, ": ")),
    )
}

/// An indicator that a school misses or of which it lacks data, with what is lacking.
fn miss(outcome: &Outcome, school: usize, stage: Stage, indicator: usize, zh: bool) -> Option<String> {
    let head = &outcome.frame.indicators[indicator];
    let figure = outcome.figure(school, stage, indicator)?;
    let short = if zh { &head.short.zh } else { &head.short.en };
    let (value, threshold) = (shown(figure.value, 2), shown(figure.threshold, 2));
    let lack = match (&head.lever, figure.lever_gap) {
        (Some(lever), Some(gap)) if gap > 0.0 => {
            let (gap, unit) = (shown(Some(gap), if lever.whole { 0 } else { 2 }), lever.unit.title());
            if zh { format!("，还差 {gap} {}", unit.zh) } else { format!(", {gap} {} short", unit.en) }
        }
        _ => String::new(),
    };
    match figure.state {
        State::Missed if zh => Some(format!("{short} {value} < {threshold}{lack}")),
        State::Missed => Some(format!("{short} {value} < {threshold}{lack}")),
        State::BelowFloor if zh => Some(format!("{short} {value} < {threshold}，且低于底线 {}{lack}", shown(figure.floor, 3))),
        State::BelowFloor => {
            Some(format!("{short} {value} < {threshold}, even below the floor {}{lack}", shown(figure.floor, 3)))
        }
        State::NotEnoughData if zh => Some(format!("{short} 数据不足")),
        State::NotEnoughData => Some(format!("{short} lacks data")),
        State::Met | State::Unjudged | State::NotApplicable => None,
    }
}

fn item_lines(outcome: &Outcome, title: &Text, items: &[usize]) -> Vec<Text> {
    let numbered = outcome.numbered(items);
    let count = |wanted: Verdict| numbered.iter().filter(|item| item.verdict == wanted).count();
    let (n, pass, fail, unknown) = (numbered.len(), count(Verdict::Pass), count(Verdict::Fail), count(Verdict::NotEnoughData));
    let of = |wanted: Verdict| items.iter().copied().filter(move |item| outcome.items[*item].verdict == wanted);
    let sign = if fail > 0 {
        "✗"
    } else if unknown > 0 {
        "?"
    } else {
        "✓"
    };
    let mut lines = vec![Text::new(
        format!("{sign} {}：{n} 项中达标 {pass}，未达标 {fail}，数据不足 {unknown}", title.zh),
        format!("{sign} {}: {pass} of {n} met, {fail} not met, {unknown} without enough data", title.en),
    )];
    lines.extend(of(Verdict::Fail).map(|item| item_line(outcome, item)));
    if of(Verdict::NotEnoughData).next().is_some() {
        let list = |zh: bool| {
            let title = |item: usize| {
                if zh { &outcome.frame.items[item].title.zh } else { &outcome.frame.items[item].title.en }
            };
            of(Verdict::NotEnoughData)
                .map(|item| format!("{} {}", outcome.frame.items[item].no, brief(title(item))))
                .collect::<Vec<_>>()
                .join(if zh { "；" } else { "; " })
        };
        lines.push(Text::new(format!("    ? 数据不足：{}", list(true)), format!("    ? without enough data: {}", list(false))));
    }
    lines
}

fn item_line(outcome: &Outcome, item: usize) -> Text {
    let (head, result) = (&outcome.frame.items[item], &outcome.items[item]);
    let failing: Vec<&ItemRow> = result.rows.iter().filter(|row| row.verdict == Verdict::Fail).collect();
    // A limit that holds for all is said once, at the end.
    let limit = failing.first().and_then(|row| row.limit).filter(|limit| failing.iter().all(|row| row.limit == Some(*limit)));
    let standard = |limit: Option<f64>| {
        limit
            .map(|limit| shown(Some(limit), 2))
            .map_or((String::new(), String::new()), |limit| (format!("（标准 {limit}）"), format!(" (standard {limit})")))
    };
    let named = |row: &ItemRow| {
        let name = row.school.map_or("", |school| outcome.matrix.schools[school].name.as_str());
        let value = row.value.map(|value| shown(Some(value), 2)).unwrap_or_default();
        let (own_zh, own_en) = standard(row.limit.filter(|_| limit.is_none() && row.value.is_some()));
        (format!("{name} {value}{own_zh}").trim().to_string(), format!("{name} {value}{own_en}").trim().to_string())
    };
    let (first_zh, first_en): (Vec<String>, Vec<String>) = failing.iter().take(3).map(|row| named(row)).unzip();
    let colon = |mark: &str, between: &str, first: &[String]| {
        let first = first.join(between);
        if first.is_empty() { first } else { format!("{mark}{first}") }
    };
    let (which_zh, which_en) = (colon("：", "、", &first_zh), colon(": ", ", ", &first_en));
    let (no, n) = (&head.no, failing.len());
    let (limit_zh, limit_en) = standard(limit);
    if failing.iter().any(|row| row.school.is_some()) {
        let (etc_zh, etc_en) =
            if n > 3 { (format!(" 等 {n} 处"), format!(" and others, {n} in all")) } else { (String::new(), String::new()) };
        Text::new(
            format!("    ✗ {no} {}{which_zh}{etc_zh}{limit_zh}", head.title.zh),
            format!("    ✗ {no} {}{which_en}{etc_en}{limit_en}", head.title.en),
        )
    } else {
        Text::new(
            format!("    ✗ {no} {}{which_zh}{limit_zh}", head.title.zh),
            format!("    ✗ {no} {}{which_en}{limit_en}", head.title.en),
        )
    }
}

fn veto_lines(outcome: &Outcome) -> Vec<Text> {
    let vetoes = outcome.frame.items.iter().zip(&outcome.items).filter(|(head, _)| head.veto);
    vetoes
        .filter(|(_, result)| result.verdict == Verdict::Fail)
        .map(|(head, _)| Text::new(format!("✗ 一票否决：{}", head.title.zh), format!("✗ veto: {}", head.title.en)))
        .collect()
}

fn doubt_line(outcome: &Outcome) -> Option<Text> {
    let unconfirmed = &outcome.frame.unconfirmed;
    let (n, pack) = (unconfirmed.len(), &outcome.matrix.heading.pack);
    (n > 0).then(|| {
        text!(
            "注意：结论依据的参数中有 {n} 个尚未与原文核对（junheng packs --pack {pack} 查看）",
            "note: {n} parameters behind this are not confirmed against the originals (see `junheng packs --pack {pack}`)"
        )
    })
}

/// The commands that show why: one for a coefficient that fails, one for a school that falls short.
fn way_on(outcome: &Outcome) -> Vec<Text> {
    let pack = &outcome.matrix.heading.pack;
    let mut commands = Vec::new();
    for judged in &outcome.judgements {
        if let Some(row) = failing_cvs(&judged.rows).first() {
            let indicator = &outcome.frame.indicators[row.indicator].id;
            commands.push(format!("junheng explain --pack {pack} --indicator {indicator} --stage {}", row.stage.id()));
        }
        if let Rows::AtLeast(rows) = &judged.rows {
            let first = rows.iter().filter(|row| row.verdict == Verdict::Fail).find_map(|row| {
                let missed = (0..outcome.frame.indicators.len())
                    .find(|index| outcome.figure(row.school, row.stage, *index).is_some_and(|figure| figure.gap().is_some()))?;
                Some((row, missed))
            });
            if let Some((row, indicator)) = first {
                let (code, indicator) = (&outcome.matrix.schools[row.school].code, &outcome.frame.indicators[indicator].id);
                commands.push(format!(
                    "junheng explain --pack {pack} --school {code} --stage {} --indicator {indicator}",
                    row.stage.id()
                ));
            }
        }
    }
    commands.into_iter().map(|command| text!("为什么：{command}", "why: {command}")).collect()
}

fn brief(title: &str) -> String {
    let mut brief: String = title.chars().take(24).collect();
    if title.chars().count() > 24 {
        brief.push('…');
    }
    brief
}
