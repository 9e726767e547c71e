use std::path::Path;

use evaluate::{Figure, State, Verdict};
use facts::{Date, Lang, Stage, Text, text};
use report::{Listing, ListingCell, ListingColumn};

use crate::write_reports::{Workbook, workbook_failure};
use crate::{County, Failure, KeptCounty, Library, Viewer, WholeCounty, list_classes};

/// What a page shows and somebody wants as a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportView {
    Schools,
    Indicator { indicator: String, stage: Option<Stage> },
    Classes,
    Findings,
    Parameters,
}

/// Makes a workbook of what a page shows, for whoever may take out figures of the county: heads over several rows, codes as
/// text, nothing that a spreadsheet would run.
pub fn export_view(
    library: &Library,
    home: &Path,
    (viewer, kept): (&Viewer, &KeptCounty),
    view: &ExportView,
    lang: Lang,
) -> Result<Workbook, Failure> {
    let county = &kept.whole(viewer, "county:export")?;
    let listings = match view {
        ExportView::Schools => vec![schools(county)],
        ExportView::Indicator { indicator, stage } => indicator_sheets(county, indicator, *stage)?,
        ExportView::Classes => vec![classes(library, home, county)?],
        ExportView::Findings => vec![findings(county)],
        ExportView::Parameters => vec![parameters(county)],
    };
    let heading = &county.outcome().matrix.heading;
    let listings: Vec<Listing> = listings.into_iter().map(|listing| with_source(listing, county)).collect();
    let title = listings.first().map_or_else(|| Text::new("", ""), |listing| listing.title.clone());
    let bytes = report::listing(&listings, county.created(), lang).map_err(|fault| workbook_failure(&fault))?;
    Ok(Workbook { name: report::file_name(&heading.county_name, title.get(lang), heading.year, heading.on), bytes })
}

fn with_source(mut listing: Listing, county: &County) -> Listing {
    let heading = &county.outcome().matrix.heading;
    let (name, year, on, pack, version) = (&heading.county_name, heading.year, heading.on, &heading.pack, &heading.pack_version);
    let (id, rules_on) = (&county.manifest.id, county.judged.resolved.on);
    listing.subject = text!("{name}　{year} 学年", "{name}, school year {year}");
    listing.provenance = vec![text!(
        "数据时点 {on}；标准 {pack}（版本 {version}，按 {rules_on} 施行的条文）；快照 {id}",
        "facts as of {on}; pack {pack} (version {version}, rules of {rules_on}); snapshot {id}"
    )];
    listing
}

fn column(width: f64, head: &[&Text]) -> ListingColumn {
    ListingColumn { head: head.iter().map(|words| (*words).clone()).collect(), width }
}

fn word(words: impl Into<String>) -> ListingCell {
    ListingCell::Word(words.into())
}

fn optional(words: Option<&str>) -> ListingCell {
    words.map_or(ListingCell::Empty, word)
}

fn number(value: Option<f64>, decimals: u8) -> ListingCell {
    value.map_or(ListingCell::Missing, |value| ListingCell::Number(value, decimals))
}

fn figure_cell(figure: &Figure, decimals: u8) -> ListingCell {
    match (figure.value, figure.state) {
        (Some(value), State::Missed | State::BelowFloor) => ListingCell::Short(value, decimals),
        (value, _) => number(value, decimals),
    }
}

fn day(day: Option<Date>) -> ListingCell {
    day.map_or(ListingCell::Empty, |day| word(day.to_string()))
}

fn schools(county: &County) -> Listing {
    let outcome = county.outcome();
    let (frame, stages) = (&outcome.frame, &outcome.frame.stages);
    let mut listing = Listing::titled(text!("学校一览", "Schools"));
    listing.frozen_columns = 2;
    listing.columns = vec![
        column(14.0, &[&text!("学校标识码", "code")]),
        column(28.0, &[&text!("学校名称", "school")]),
        column(18.0, &[&text!("办学类型", "kind")]),
        column(12.0, &[&text!("城乡", "urban or rural")]),
        column(24.0, &[&text!("所在地", "place")]),
        column(14.0, &[&text!("是否参评", "examined")]),
    ];
    for stage in stages {
        let title = stage.title();
        listing.columns.push(column(10.0, &[&title, &text!("在校生数", "pupils")]));
        listing.columns.push(column(12.0, &[&title, &text!("结论", "verdict")]));
        listing.columns.extend(frame.indicators.iter().map(|head| column(12.0, &[&title, &head.short])));
    }
    for (index, school) in outcome.matrix.schools.iter().enumerate() {
        let row = county.school_row(&school.code);
        let kind = row.and_then(|row| row.kind.as_deref());
        let place = row.and_then(|row| row.division.as_ref()).map(|division| county.address(division).join(" "));
        let mut cells = vec![
            word(school.code.to_string()),
            ListingCell::Words(Text::new(&*school.name, &*school.name)),
            kind.and_then(|kind| county.kind_title(kind)).map_or_else(|| optional(kind), ListingCell::Words),
            optional(row.and_then(|row| row.urban_rural.as_deref())),
            optional(place.as_deref()),
            outcome.scope.get(index).map_or(ListingCell::Empty, |scope| ListingCell::Words(scope.title())),
        ];
        for stage in stages {
            let verdict = verdict_at(county, index, *stage);
            cells.push(county.pupils(index, *stage).map_or(ListingCell::Empty, |pupils| ListingCell::Number(pupils, 0)));
            cells.push(verdict.map_or(ListingCell::Empty, |verdict| ListingCell::Words(verdict.title())));
            cells.extend(frame.indicators.iter().enumerate().map(|(at, head)| match outcome.figure(index, *stage, at) {
                Some(figure) if figure.state != State::NotApplicable => figure_cell(figure, head.decimals),
                _ => ListingCell::Empty,
            }));
        }
        listing.rows.push(cells);
    }
    listing
        .notes
        .push(text!("▲：未达到标准。按学校标识码排列，不是排名。", "▲: misses its standard. In order of code: no ranking."));
    listing
}

fn verdict_at(county: &County, school: usize, stage: Stage) -> Option<Verdict> {
    county.outcome().judgements.iter().find_map(|judged| match &judged.rows {
        evaluate::Rows::AtLeast(rows) => {
            rows.iter().find(|row| row.school == school && row.stage == stage).map(|row| row.verdict)
        }
        _ => None,
    })
}

fn indicator_sheets(county: &County, id: &str, stage: Option<Stage>) -> Result<Vec<Listing>, Failure> {
    let outcome = county.outcome();
    let index = county.indicator_index(id)?;
    let head = &outcome.frame.indicators[index];
    let mut sheets = Vec::new();
    for at in head.stages.iter().copied().filter(|at| stage.is_none_or(|stage| stage == *at)) {
        let spread = county.explain_spread(id, at)?;
        let (title, of) = (&head.title, at.title());
        let mut listing = Listing::titled(Text::new(format!("{}{}", of.zh, title.zh), format!("{}, {}", title.en, of.en)));
        listing.frozen_columns = 2;
        listing.columns = vec![
            column(14.0, &[&text!("学校标识码", "code")]),
            column(28.0, &[&text!("学校名称", "school")]),
            column(10.0, &[&text!("在校生数", "pupils")]),
            column(14.0, &[&text!("指标", "indicator"), &text!("数值", "value")]),
            column(14.0, &[&text!("指标", "indicator"), &text!("标准值", "threshold")]),
            column(14.0, &[&text!("指标", "indicator"), &text!("结论", "state")]),
            column(12.0, &[&text!("差异系数", "coefficient"), &text!("权重 P_i/P", "weight P_i/P")]),
            column(16.0, &[&text!("差异系数", "coefficient"), &text!("方差项", "term of the variance")]),
            column(14.0, &[&text!("差异系数", "coefficient"), &text!("占方差 %", "% of the variance")]),
        ];
        for (school, of_school) in outcome.matrix.schools.iter().enumerate() {
            let Some(figure) = outcome.figure(school, at, index).filter(|figure| figure.state != State::NotApplicable) else {
                continue;
            };
            let term = spread.terms.iter().find(|term| term.school == of_school.code);
            listing.rows.push(vec![
                word(of_school.code.to_string()),
                ListingCell::Words(Text::new(&*of_school.name, &*of_school.name)),
                number(county.pupils(school, at), 0),
                figure_cell(figure, head.decimals),
                figure.threshold.map_or(ListingCell::Empty, |threshold| ListingCell::Number(threshold, head.decimals)),
                ListingCell::Words(figure.state.title()),
                number(term.map(|term| term.weight), 4),
                number(term.map(|term| term.term), 6),
                number(term.map(|term| term.share * 100.0), 2),
            ]);
        }
        let shown = |value: Option<f64>| value.map_or("—".to_string(), evaluate::shown);
        let (mean, sd, cv) = (shown(spread.mean), shown(spread.sd), shown(spread.cv));
        listing.notes.push(text!(
            "全县均值 {mean}；标准差 {sd}；差异系数 {cv}",
            "county mean {mean}; standard deviation {sd}; coefficient of variation {cv}"
        ));
        sheets.push(listing);
    }
    if sheets.is_empty() { Err(Failure::not_at_stage()) } else { Ok(sheets) }
}

fn classes(library: &Library, home: &Path, county: &WholeCounty) -> Result<Listing, Failure> {
    let sizes = list_classes(library, home, county)?;
    let mut listing = Listing::titled(text!("班额", "Class sizes"));
    listing.frozen_columns = 2;
    listing.columns = vec![
        column(14.0, &[&text!("学校标识码", "code")]),
        column(28.0, &[&text!("学校名称", "school")]),
        column(10.0, &[&text!("班级", "class"), &text!("学段", "stage")]),
        column(8.0, &[&text!("班级", "class"), &text!("年级", "grade")]),
        column(16.0, &[&text!("班级", "class"), &text!("名称", "name")]),
        column(12.0, &[&text!("班级", "class"), &text!("类型", "kind")]),
        column(10.0, &[&text!("学生数", "pupils")]),
        column(30.0, &[&text!("超过的限额", "limits reached")]),
    ];
    for class in &sizes.classes {
        let name = sizes.name(&class.school);
        let limits = class.reaches.iter().filter_map(|at| sizes.limits.get(*at));
        let titles: Vec<(String, String)> = limits
            .map(|limit| (format!("{}（{}）", limit.title.zh, limit.value), format!("{} ({})", limit.title.en, limit.value)))
            .collect();
        let join = |of: fn(&(String, String)) -> &str, mark: &str| titles.iter().map(of).collect::<Vec<_>>().join(mark);
        listing.rows.push(vec![
            word(class.school.to_string()),
            ListingCell::Words(Text::new(name.clone(), name)),
            ListingCell::Words(class.stage.title()),
            word(class.grade.to_string()),
            word(class.name.clone()),
            optional(class.kind.as_deref()),
            number(class.size.map(|size| size as f64), 0),
            ListingCell::Words(Text::new(join(|title| &title.0, "、"), join(|title| &title.1, ", "))),
        ]);
    }
    Ok(listing)
}

fn findings(county: &County) -> Listing {
    let mut listing = Listing::titled(text!("核查问题", "Findings"));
    listing.columns = vec![
        column(12.0, &[&text!("类别", "kind")]),
        column(40.0, &[&text!("位置", "place")]),
        column(24.0, &[&text!("代码", "code")]),
        column(50.0, &[&text!("问题", "what")]),
        column(40.0, &[&text!("办法", "way on")]),
        column(30.0, &[&text!("说明", "explanation"), &text!("内容", "words")]),
        column(14.0, &[&text!("说明", "explanation"), &text!("说明人", "by")]),
    ];
    for finding in county.outcome().findings.iter().chain(&county.manifest.findings) {
        let answer = finding.explanation.as_ref();
        listing.rows.push(vec![
            ListingCell::Words(finding.severity.title()),
            ListingCell::Words(finding.place.words()),
            word(finding.code.clone()),
            ListingCell::Words(finding.what.clone()),
            ListingCell::Words(finding.hint.clone()),
            optional(answer.map(|answer| answer.words.as_str())),
            optional(answer.map(|answer| answer.by.as_str())),
        ]);
    }
    listing
}

fn parameters(county: &County) -> Listing {
    let mut listing = Listing::titled(text!("标准参数", "Parameters"));
    listing.frozen_columns = 1;
    listing.columns = vec![
        column(36.0, &[&text!("参数", "parameter")]),
        column(10.0, &[&text!("学段", "stage")]),
        column(12.0, &[&text!("值", "value")]),
        column(12.0, &[&text!("单位", "unit")]),
        column(24.0, &[&text!("条文", "article")]),
        column(12.0, &[&text!("施行", "in force"), &text!("自", "from")]),
        column(12.0, &[&text!("施行", "in force"), &text!("至", "to")]),
        column(10.0, &[&text!("已核实", "confirmed")]),
        column(50.0, &[&text!("出处", "source")]),
        column(28.0, &[&text!("代号", "id")]),
    ];
    for parameter in &county.judged.resolved.parameters {
        for value in &parameter.values {
            let citation = &value.cited.citation;
            listing.rows.push(vec![
                ListingCell::Words(parameter.title.clone()),
                value.stage.map_or(ListingCell::Empty, |stage| ListingCell::Words(stage.title())),
                // As many decimals as the value has.
                word(evaluate::shown(value.cited.value)),
                ListingCell::Words(parameter.unit_title.clone()),
                ListingCell::Words(citation.article_title.clone()),
                day(citation.from),
                day(citation.to),
                ListingCell::Words(if citation.confirmed { text!("是", "yes") } else { text!("否", "no") }),
                optional(Some(&citation.source)),
                word(parameter.id.clone()),
            ]);
        }
    }
    listing
}
