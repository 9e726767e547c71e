//! A plan on paper: the page on which a meeting decides, and the workbook with every line.

use std::fmt::Write as _;
use std::path::Path;

use facts::{Lang, Text, text};
use plan::{PlanFile, Tally};
use report::{Listing, ListingCell, ListingColumn};
use sha2::{Digest, Sha256};

use crate::plan_check::read_plan;
use crate::{Failure, words};

/// Writes the page for a meeting about a plan's file: one sheet of paper with what is to be decided, and an annex with every
/// line. Printed from a browser; it needs nothing from elsewhere.
pub fn plan_page(plan: &Path, lang: Lang, file: &Path) -> Result<(), Failure> {
    let bytes = std::fs::read(plan).map_err(|error| Failure::io(text!("读取方案", "read the plan"), plan, &error))?;
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let words = page(&read_plan(plan)?, &hash, lang);
    std::fs::write(file, words).map_err(|error| Failure::io(text!("写出上会文件", "write the paper"), file, &error))
}

/// Writes every line of a plan as a workbook.
pub fn plan_workbook(plan: &PlanFile, lang: Lang, file: &Path) -> Result<(), Failure> {
    let act = || text!("写出方案工作簿", "write the workbook of the plan");
    let bytes = report::listing(&[lines_sheet(plan), shifts_sheet(plan)], plan.on, lang).map_err(|fault| {
        let (zh, en) = (fault.words().zh, fault.words().en);
        Failure::prevented(text!("写出方案工作簿失败：{zh}", "the workbook cannot be written: {en}"), Text::new("", ""))
    })?;
    std::fs::write(file, bytes).map_err(|error| Failure::io(act(), file, &error))
}

fn column(zh: &str, en: &str, width: f64) -> ListingColumn {
    ListingColumn { head: vec![Text::new(zh, en)], width }
}

fn lines_sheet(plan: &PlanFile) -> Listing {
    let mut list = Listing::titled(text!("配备方案", "Plan"));
    list.subject = Text::new(plan.county_name.clone(), plan.county_name.clone());
    list.columns = vec![
        column("年度", "year", 6.0),
        column("学校标识码", "code", 13.0),
        column("学校", "school", 22.0),
        column("学段", "stage", 8.0),
        column("内容", "what", 24.0),
        column("调出学校", "from", 22.0),
        column("数量", "units", 9.0),
        column("单位", "unit", 8.0),
        column("费用（元）", "cost (yuan)", 13.0),
        column("资金来源", "fund", 22.0),
        column("理由", "reason", 44.0),
        column("条款", "article", 20.0),
    ];
    list.frozen_columns = 3;
    list.rows = plan
        .lines
        .iter()
        .map(|line| {
            vec![
                ListingCell::Number(f64::from(line.year), 0),
                ListingCell::Word(line.school.to_string()),
                ListingCell::Word(line.name.clone()),
                ListingCell::Words(line.stage.title()),
                ListingCell::Words(line.title.clone()),
                line.from_name.clone().map_or(ListingCell::Empty, ListingCell::Word),
                ListingCell::Number(f64::from(line.units), 0),
                ListingCell::Words(line.unit.clone()),
                ListingCell::Number(line.cost, 0),
                ListingCell::Words(line.fund.clone()),
                ListingCell::Words(line.reason.clone()),
                ListingCell::Word(line.article.clone()),
            ]
        })
        .collect();
    list.notes.clone_from(&plan.notes);
    list.provenance = vec![provenance(plan)];
    list
}

fn shifts_sheet(plan: &PlanFile) -> Listing {
    let mut list = Listing::titled(text!("差异系数", "Coefficients"));
    list.columns = vec![
        column("指标", "indicator", 28.0),
        column("学段", "stage", 8.0),
        column("现在", "now", 10.0),
        column("方案后", "with the plan", 12.0),
        column("上限", "limit", 8.0),
    ];
    let number = |value: Option<f64>, decimals| value.map_or(ListingCell::Missing, |value| ListingCell::Number(value, decimals));
    list.rows = plan
        .coefficients
        .iter()
        .map(|shift| {
            let over = shift.before.zip(shift.limit).is_some_and(|(value, limit)| value > limit);
            let before = match shift.before {
                Some(value) if over => ListingCell::Short(value, 4),
                value => number(value, 4),
            };
            let head = [ListingCell::Words(shift.title.clone()), ListingCell::Words(shift.stage.title()), before];
            head.into_iter().chain([number(shift.after, 4), number(shift.limit, 2)]).collect()
        })
        .collect();
    list.provenance = vec![provenance(plan)];
    list
}

fn provenance(plan: &PlanFile) -> Text {
    let (pack, version, on) = (&plan.pack, &plan.pack_version, plan.on);
    let snapshot = plan.snapshot.as_deref().map_or("", crate::short);
    text!("标准 {pack}（{version}），{on}；快照 {snapshot}", "standard {pack} ({version}), {on}; snapshot {snapshot}")
}

/// Ten thousand yuan, as meetings count.
fn wan(yuan: f64) -> String {
    words::shown(Some(yuan / 10_000.0), 2)
}

fn page(plan: &PlanFile, hash: &str, lang: Lang) -> String {
    let say = |zh: &str, en: &str| escaped(if lang == Lang::Zh { zh } else { en });
    let get = |text: &Text| escaped(text.get(lang));
    let name = escaped(&plan.county_name);
    let title = say("达标配备方案（提请会议审定）", "Plan of purchases and moves, for decision");
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><title>{name} {title}</title><style>{STYLE}</style>",
        lang_code(lang)
    );
    let _ = write!(out, "<h1>{name}</h1><h1 class=\"sub\">{title}</h1><p class=\"right\">{}</p>", get(&provenance(plan)));
    decision(&mut out, plan, lang);
    let _ = write!(out, "<h2>{}</h2>", say("方案前后", "Before and after"));
    before_after(&mut out, plan, lang);
    let _ = write!(out, "<h2>{}</h2>", say("资金", "Money"));
    funds(&mut out, plan, lang);
    let (bound, gap) = (wan(plan.bound), words::shown(Some(plan.gap * 100.0), 2));
    let _ = write!(
        out,
        "<p>{}</p>",
        say(
            &format!(
                "已证明：按本价目表，任何能使全部学校和差异系数达标的买法调法都不低于 {bound} 万元；本方案最多可再省 {gap}%。"
            ),
            &format!(
                "Proven: no purchases and moves at these prices with which all schools and coefficients pass cost less than {bound} (10,000 yuan); at most {gap} % of this plan's cost could be saved."
            )
        )
    );
    if !plan.binding.is_empty() {
        let _ = write!(out, "<h2>{}</h2><ul>", say("哪些要求最费钱", "What costs most"));
        for binding in plan.binding.iter().take(4) {
            let (what, saves) = (get(&binding.what), wan(binding.saves));
            let _ = write!(
                out,
                "<li>{}</li>",
                say("若", "with ") + &what + &say(&format!("，约省 {saves} 万元"), &format!(": about {saves} saved"))
            );
        }
        out.push_str("</ul>");
    }
    let _ = write!(out, "<h2>{}</h2><ul>", say("须知", "To be known"));
    for note in &plan.notes {
        let _ = write!(out, "<li>{}</li>", get(note));
    }
    let left = plan.left.len();
    if left > 0 {
        let _ = write!(
            out,
            "<li>{}</li>",
            say(
                &format!("按标准允许、留在标准以下（不低于底线）的数值 {left} 个，见附表二。"),
                &format!("{left} figures stay below their standard, above the floor, as the standard allows: annex 2.")
            )
        );
    }
    let _ = write!(
        out,
        "</ul><p class=\"sign\">{}</p>",
        say(
            "会议意见：　　　　　　　　　　签字：　　　　　　　　　　年　　月　　日",
            "Decision: ____________________  Signed: ____________________  Date: __________"
        )
    );
    let _ = write!(out, "<p class=\"small\">{} {}</p>", say("方案编号", "plan id"), escaped(hash));
    annexes(&mut out, plan, lang);
    out.push_str("</html>\n");
    out
}

/// What the meeting is asked, in one sentence.
fn decision(out: &mut String, plan: &PlanFile, lang: Lang) {
    let (n, total) = (plan.lines.len(), wan(plan.cost));
    let schools = {
        let mut codes: Vec<_> = plan.lines.iter().map(|line| &line.school).collect();
        codes.sort();
        codes.dedup();
        codes.len()
    };
    let (moved, years) = (plan.lines.iter().filter(|line| line.from.is_some()).count(), plan.years.len().max(1));
    let (all, a, b) = (plan.after.schools, plan.before.schools_pass, plan.after.schools_pass);
    let later = wan(plan.later_years);
    let words = text!(
        "请审定：用 {years} 年、{total} 万元，为 {schools} 所学校安排 {n} 项配备（其中调配 {moved} 项），使达标学校由 {a} 所增至 {b} 所（参评 {all} 所）；以后每年另需 {later} 万元。",
        "To be decided: within {years} year(s) and for {total} (10,000 yuan), {n} lines for {schools} schools ({moved} of them moves), with which {b} instead of {a} of {all} schools pass; {later} come back every year."
    );
    let _ = write!(out, "<p class=\"ask\">{}</p>", escaped(words.get(lang)));
}

fn before_after(out: &mut String, plan: &PlanFile, lang: Lang) {
    let get = |zh: &str, en: &str| escaped(if lang == Lang::Zh { zh } else { en });
    let _ = write!(out, "<table><tr><th></th><th>{}</th>", get("现在", "now"));
    let several = plan.years.len() > 1;
    if several {
        for year in &plan.years {
            let n = year.year;
            let _ = write!(out, "<th>{}</th>", get(&format!("第 {n} 年末"), &format!("year {n}")));
        }
    } else {
        let _ = write!(out, "<th>{}</th>", get("方案后", "with the plan"));
    }
    out.push_str("</tr>");
    type Reading = fn(&Tally) -> usize;
    let rows: [(&str, &str, Reading); 3] = [
        ("达标学校（所）", "schools that pass", |tally| tally.schools_pass),
        ("差异系数超限（项）", "coefficients over their limit", |tally| tally.coefficients_over),
        ("不符合的其他项目（项）", "other items that do not hold", |tally| tally.items_failing),
    ];
    for (zh, en, read) in rows {
        let _ = write!(out, "<tr><td>{}</td><td class=\"n\">{}</td>", get(zh, en), read(&plan.before));
        if several {
            plan.years.iter().for_each(|year| out.push_str(&format!("<td class=\"n\">{}</td>", read(&year.after))));
        } else {
            let _ = write!(out, "<td class=\"n\">{}</td>", read(&plan.after));
        }
        out.push_str("</tr>");
    }
    out.push_str("</table>");
    let over = plan.coefficients.iter().filter(|shift| shift.before.zip(shift.limit).is_some_and(|(value, limit)| value > limit));
    let words: Vec<String> = over
        .map(|shift| {
            let (old, new) = (words::shown(shift.before, 4), words::shown(shift.after, 4));
            let limit = words::shown(shift.limit, 2);
            format!("{}{} {old} → {new}（≤ {limit}）", shift.stage.title().get(lang), shift.title.get(lang))
        })
        .collect();
    if !words.is_empty() {
        let _ = write!(
            out,
            "<p>{}{}</p>",
            get("差异系数：", "coefficients: "),
            escaped(&words.join(if lang == Lang::Zh { "；" } else { "; " }))
        );
    }
}

fn funds(out: &mut String, plan: &PlanFile, lang: Lang) {
    let get = |zh: &str, en: &str| escaped(if lang == Lang::Zh { zh } else { en });
    let _ = write!(out, "<table><tr><th>{}</th>", get("资金来源（万元）", "fund (10,000 yuan)"));
    for year in &plan.years {
        let n = year.year;
        let _ = write!(out, "<th>{}</th>", get(&format!("第 {n} 年"), &format!("year {n}")));
    }
    let _ = write!(out, "<th>{}</th></tr>", get("以后每年", "each year after"));
    for (fund, _) in &plan.funds {
        let title = plan.lines.iter().find(|line| line.fund.zh == *fund).map_or(fund.as_str(), |line| line.fund.get(lang));
        let _ = write!(out, "<tr><td>{}</td>", escaped(title));
        let of_fund = || plan.lines.iter().filter(|line| line.fund.zh == *fund);
        for year in &plan.years {
            let sum: f64 = of_fund()
                .filter(|line| line.year == year.year || (line.yearly && line.year < year.year))
                .map(|line| line.cost)
                .sum();
            let _ = write!(out, "<td class=\"n\">{}</td>", wan(sum));
        }
        let later: f64 = of_fund().filter(|line| line.yearly).map(|line| line.cost).sum();
        let _ = write!(out, "<td class=\"n\">{}</td></tr>", wan(later));
    }
    let _ = write!(out, "<tr class=\"sum\"><td>{}</td>", get("合计", "sum"));
    for year in &plan.years {
        let _ = write!(out, "<td class=\"n\">{}</td>", wan(year.cost));
    }
    let _ = write!(out, "<td class=\"n\">{}</td></tr></table>", wan(plan.later_years));
}

fn annexes(out: &mut String, plan: &PlanFile, lang: Lang) {
    let get = |zh: &str, en: &str| escaped(if lang == Lang::Zh { zh } else { en });
    let heads = [
        ("年", "year"),
        ("学校", "school"),
        ("学段", "stage"),
        ("内容", "what"),
        ("数量", "units"),
        ("从哪里调", "from"),
        ("万元", "10,000 yuan"),
        ("理由", "reason"),
    ];
    let _ = write!(out, "<h2 class=\"annex\">{}</h2><table><tr>", get("附表一　逐校配备", "Annex 1. Every line"));
    heads.iter().for_each(|(zh, en)| out.push_str(&format!("<th>{}</th>", get(zh, en))));
    out.push_str("</tr>");
    let mut lines: Vec<&plan::Line> = plan.lines.iter().collect();
    lines.sort_by_key(|line| line.year);
    for line in lines {
        let (units, unit) = (line.units, line.unit.get(lang));
        let from = line.from_name.as_deref().unwrap_or("—");
        let cells = [
            line.year.to_string(),
            line.name.clone(),
            line.stage.title().get(lang).to_string(),
            line.title.get(lang).to_string(),
            format!("{units} {unit}"),
            from.to_string(),
            wan(line.cost),
            line.reason.get(lang).to_string(),
        ];
        out.push_str("<tr>");
        cells.iter().for_each(|cell| out.push_str(&format!("<td>{}</td>", escaped(cell))));
        out.push_str("</tr>");
    }
    out.push_str("</table>");
    if plan.left.is_empty() {
        return;
    }
    let _ = write!(out, "<h2>{}</h2><table>", get("附表二　留在标准以下的数值", "Annex 2. Figures left below their standard"));
    for left in &plan.left {
        let (value, need) = (words::shown(Some(left.value), 2), words::shown(Some(left.need), 2));
        let (name, stage, title) = (escaped(&left.name), escaped(left.stage.title().get(lang)), escaped(left.title.get(lang)));
        let _ = write!(
            out,
            "<tr><td>{name}</td><td>{stage}</td><td>{title}</td><td class=\"n\">{value}</td><td class=\"n\">{need}</td></tr>"
        );
    }
    out.push_str("</table>");
}

fn lang_code(lang: Lang) -> &'static str {
    if lang == Lang::Zh { "zh-CN" } else { "en" }
}

/// Words of officials in HTML.
pub(crate) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "@page{size:A4;margin:16mm}body{font:10.5pt/1.45 'Noto Serif CJK SC','SimSun',serif;max-width:180mm;margin:0 auto}\
h1{font-size:16pt;text-align:center;margin:0}h1.sub{font-size:13pt;margin-bottom:4pt}h2{font-size:11.5pt;margin:8pt 0 3pt}\
h2.annex{break-before:page}p,ul{margin:3pt 0}.ask{border:1px solid #333;padding:5pt;font-weight:bold}.right{text-align:right;font-size:9pt}\
.small{font-size:8pt;color:#555}.sign{margin-top:12pt}table{border-collapse:collapse;width:100%;font-size:9.5pt}\
td,th{border:1px solid #888;padding:1.5pt 4pt;text-align:left}td.n{text-align:right}tr.sum td{font-weight:bold}tr{break-inside:avoid}";
