use std::fmt::Write as _;
use std::path::Path;

use facts::{Lang, text};
use linkage::{Linked, Records, Settings, State};

use crate::Failure;
use crate::link_files::{LinkAsked, LinkReport, mask};
use crate::link_output::write_whole;

/// Pairs whose waterfall is shown: so many of the least sure.
const EXAMPLES: usize = 12;
/// Pixels of a bar for each bit of weight.
const BAR: f64 = 8.0;

/// Writes one page that needs nothing else: what was done, findings, weights, thresholds, waterfalls of the least sure pairs.
pub(crate) fn write_page(
    out: &Path,
    report: &LinkReport,
    records: &Records,
    settings: &Settings,
    linked: &Linked,
    asked: &LinkAsked<'_>,
) -> Result<(), Failure> {
    let lang = asked.lang;
    let mut page = head(lang);
    summary(&mut page, report, lang);
    weights(&mut page, report, lang);
    curve(&mut page, report, lang);
    let unsure = linked.pairs.iter().filter(|pair| matches!(pair.state, State::Link | State::Review));
    let mut unsure: Vec<_> = unsure.collect();
    unsure.sort_by(|a, b| {
        (a.probability - 0.5).abs().total_cmp(&(b.probability - 0.5).abs()).then((a.left, a.right).cmp(&(b.left, b.right)))
    });
    let _ = writeln!(page, "<h2>{}</h2>", text!("最没有把握的几对", "The least sure pairs").get(lang));
    for pair in unsure.into_iter().take(EXAMPLES) {
        let mut explanation = linkage::explain(records, settings, &linked.model, pair.left, pair.right);
        if !asked.unmasked {
            mask(&mut explanation);
        }
        waterfall(&mut page, &explanation, lang);
    }
    page.push_str("</body></html>\n");
    write_whole(out, page.as_bytes())
}

fn head(lang: Lang) -> String {
    let title = text!("比对报告", "Linkage report");
    let (title, code) = (title.get(lang), if lang == Lang::En { "en" } else { "zh-CN" });
    format!(
        "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\"><title>{title}</title><style>\
         body{{font:15px/1.6 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}}table{{border-collapse:collapse;margin:1em 0}}\
         td,th{{border:1px solid #bbb;padding:.15em .6em;text-align:left}}td.n{{text-align:right;font-variant-numeric:tabular-nums}}\
         svg{{vertical-align:middle}}</style></head><body><h1>{title}</h1>\n"
    )
}

fn summary(page: &mut String, report: &LinkReport, lang: Lang) {
    for line in report.lines() {
        let _ = writeln!(page, "<p>{}</p>", escaped(line.get(lang)));
    }
    if !report.findings.is_empty() {
        let _ = writeln!(page, "<h2>{}</h2><ul>", text!("问题和提示", "Findings").get(lang));
        for finding in &report.findings {
            let _ = writeln!(
                page,
                "<li>[{}] {} — {}</li>",
                finding.severity.title().get(lang),
                escaped(finding.what.get(lang)),
                escaped(finding.hint.get(lang))
            );
        }
        page.push_str("</ul>\n");
    }
    let heads = [text!("分块规则", "key"), text!("对数", "pairs"), text!("细分后少比", "left out")];
    table(
        page,
        &heads,
        lang,
        report.keys.iter().map(|key| vec![escaped(&key.key), number(key.pairs as f64, 0), number(key.left_out as f64, 0)]),
    );
}

fn weights(page: &mut String, report: &LinkReport, lang: Lang) {
    let _ = writeln!(page, "<h2>{}</h2>", text!("各项的证据", "Weights").get(lang));
    let heads = [
        text!("比较项", "comparison"),
        text!("情形", "level"),
        text!("同一人中占", "among matches"),
        text!("亲属中占", "among relatives"),
        text!("陌生人中占", "among strangers"),
        text!("证据（2 的对数）", "weight (log2)"),
        text!("", ""),
    ];
    let rows = report.weights.iter().map(|row| {
        vec![
            escaped(&row.comparison),
            escaped(row.level.get(lang)),
            number(row.matched, 5),
            row.kin.map_or_else(|| "—".to_string(), |kin| number(kin, 5)),
            format!("{:.2e}", row.stranger),
            number(row.weight, 2),
            bar(row.weight),
        ]
    });
    table(page, &heads, lang, rows);
}

fn curve(page: &mut String, report: &LinkReport, lang: Lang) {
    let _ = writeln!(page, "<h2>{}</h2>", text!("门槛", "Thresholds").get(lang));
    let heads = [
        text!("门槛", "threshold"),
        text!("连上", "links"),
        text!("预计准确率", "expected precision"),
        text!("预计查全率", "expected recall"),
        text!("预计 F1", "expected F1"),
    ];
    let rows = report.curve.iter().map(|point| {
        vec![
            number(point.threshold, 4),
            number(point.links as f64, 0),
            number(point.precision, 5),
            number(point.recall, 5),
            number(point.f1, 5),
        ]
    });
    table(page, &heads, lang, rows);
    let line = |value: fn(&crate::link_files::CurveLine) -> f64| -> String {
        let last = report.curve.len().max(2) - 1;
        report
            .curve
            .iter()
            .enumerate()
            .map(|(at, point)| format!("{:.1},{:.1}", 20.0 + 560.0 * at as f64 / last as f64, 190.0 - 170.0 * value(point)))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (precision, recall) =
        (text!("预计准确率（实线）", "expected precision (solid)"), text!("预计查全率（虚线）", "expected recall (dashed)"));
    let _ = writeln!(
        page,
        "<svg width=\"600\" height=\"200\" role=\"img\"><rect x=\"20\" y=\"20\" width=\"560\" height=\"170\" fill=\"none\" stroke=\"#999\"/><polyline points=\"{}\" fill=\"none\" stroke=\"#000\" stroke-width=\"2\"/>\
         <polyline points=\"{}\" fill=\"none\" stroke=\"#000\" stroke-width=\"2\" stroke-dasharray=\"5 4\"/></svg><p>{} · {}</p>",
        line(|point| point.precision),
        line(|point| point.recall),
        precision.get(lang),
        recall.get(lang)
    );
    if !report.calibration.is_empty() {
        let _ = writeln!(page, "<h2>{}</h2>", text!("与人工判定对照", "Against decisions").get(lang));
        let heads = [
            text!("模型的可能", "probability"),
            text!("判定数", "decided"),
            text!("应有相同", "expected same"),
            text!("实际相同", "same"),
        ];
        let rows = (report.calibration.iter()).map(|bin| {
            vec![
                format!("{}–{}", bin.from, bin.to),
                number(bin.decided as f64, 0),
                number(bin.expected, 1),
                number(bin.same as f64, 0),
            ]
        });
        table(page, &heads, lang, rows);
    }
}

fn waterfall(page: &mut String, explanation: &linkage::Explanation, lang: Lang) {
    let (left, right, percent) = (escaped(&explanation.left), escaped(&explanation.right), 100.0 * explanation.probability);
    let _ = writeln!(page, "<h3>{left} | {right}: {percent:.2}%</h3>");
    let mut rows = vec![vec![
        text!("任意两条记录", "any two records").get(lang).to_string(),
        String::new(),
        String::new(),
        number(explanation.start, 2),
        bar(explanation.start),
    ]];
    for step in &explanation.steps {
        rows.push(vec![
            escaped(&step.comparison),
            escaped(step.level.get(lang)),
            escaped(&format!("{} | {}", step.left.join(" "), step.right.join(" "))),
            number(step.weight, 2),
            bar(step.weight),
        ]);
    }
    rows.push(vec![
        text!("也可能是亲属", "may be relatives").get(lang).to_string(),
        String::new(),
        String::new(),
        number(explanation.kin, 2),
        bar(explanation.kin),
    ]);
    rows.push(vec![
        text!("合计", "together").get(lang).to_string(),
        String::new(),
        String::new(),
        number(explanation.end, 2),
        bar(explanation.end),
    ]);
    let heads = [
        text!("比较项", "comparison"),
        text!("情形", "level"),
        text!("左 | 右", "left | right"),
        text!("证据", "weight"),
        text!("", ""),
    ];
    table(page, &heads, lang, rows.into_iter());
}

fn table(page: &mut String, heads: &[facts::Text], lang: Lang, rows: impl Iterator<Item = Vec<String>>) {
    let heads: String = heads.iter().map(|head| format!("<th>{}</th>", escaped(head.get(lang)))).collect();
    let _ = writeln!(page, "<table><tr>{heads}</tr>");
    for row in rows {
        let numeric =
            |cell: &str| cell.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'-') && cell.parse::<f64>().is_ok();
        let cells: String = row
            .iter()
            .map(|cell| if numeric(cell) { format!("<td class=\"n\">{cell}</td>") } else { format!("<td>{cell}</td>") })
            .collect();
        let _ = writeln!(page, "<tr>{cells}</tr>");
    }
    page.push_str("</table>\n");
}

fn number(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}")
}

/// A bar to the right of the middle speaks for the same person, one to the left (hatched by a lighter shade) against.
fn bar(weight: f64) -> String {
    const HALF: f64 = 30.0 * BAR;
    let length = (weight.abs() * BAR).min(HALF);
    let (x, shade) = if weight < 0.0 { (HALF - length, "#b55") } else { (HALF, "#357") };
    format!(
        "<svg width=\"{:.0}\" height=\"12\"><rect x=\"{x:.0}\" y=\"1\" width=\"{length:.0}\" height=\"10\" fill=\"{shade}\"/></svg>",
        2.0 * HALF
    )
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl LinkReport {
    /// What is said of the whole, in a few lines.
    pub fn lines(&self) -> Vec<facts::Text> {
        let (name, records, lonely) = (&self.left.name, self.left.records, self.left.unlinkable);
        let mut lines = vec![match &self.right {
            None => text!(
                "{name}：{records} 条，其中 {lonely} 条没有像它的",
                "{name}: {records} records, {lonely} of them like no other"
            ),
            Some(right) => {
                let (other, others, strangers) = (&right.name, right.records, right.unlinkable);
                text!(
                    "{name}：{records} 条，其中 {lonely} 条在对方没有候选；{other}：{others} 条，其中 {strangers} 条没有候选",
                    "{name}: {records} records, {lonely} without a candidate; {other}: {others} records, {strangers} without"
                )
            }
        }];
        let (compared, links, reviews, expected, threshold) =
            (self.compared, self.links, self.reviews, self.matches_expected, self.threshold);
        lines.push(text!(
            "比较 {compared} 对；判为同一人 {links} 对（可能不低于 {threshold}），待人核对 {reviews} 对；估计共有 {expected:.0} 对同一人",
            "{compared} pairs compared; {links} links (probability {threshold} and above), {reviews} to be reviewed; an estimated {expected:.0} pairs are the same person"
        ));
        let at = self.curve.iter().rfind(|point| point.threshold <= threshold + 1e-12);
        if let Some(point) = at.filter(|_| links > 0) {
            let (precision, recall) = (100.0 * point.precision, 100.0 * point.recall);
            lines.push(text!(
                "预计准确率 {precision:.2}%，查全率 {recall:.2}%",
                "expected precision {precision:.2}%, recall {recall:.2}%"
            ));
        }
        lines.extend(self.private.iter().map(|loss| loss.line()));
        lines
    }
}
