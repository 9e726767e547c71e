//! What is odd about the registers and about what was learned: said before anybody trusts a link.

use facts::{Finding, Place, Severity, Text, text};

use crate::model::Model;
use crate::settings::Settings;
use crate::{Records, curve};

/// Columns that are not there, are empty, or say the same of everybody.
pub(crate) fn at_columns(records: &Records, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let everywhere = |severity, code: &str, what: Text, hint: Text| Finding::new(severity, code, Place::Everywhere, what, hint);
    let sides = [0..records.n_left, records.n_left..records.len()];
    let sides = if records.within { &sides[..1] } else { &sides[..] };
    for (side, rows) in sides.iter().enumerate() {
        if rows.is_empty() {
            let which = if side == 0 { text!("左", "left") } else { text!("右", "right") };
            let (zh, en) = (which.zh, which.en);
            findings.push(everywhere(
                Severity::Logic,
                "link-register-empty",
                text!("{zh}边的表没有一行记录", "the {en} register has no records"),
                text!("看看是不是给错了文件或工作表", "see whether it is the right file and sheet"),
            ));
        }
    }
    for (at, column) in settings.columns.iter().enumerate() {
        let codes = |rows: std::ops::Range<usize>| rows.map(|row| records.cell_code(at, row as u32));
        let name = &column.name;
        for (side, rows) in sides.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let heads = column.heads.of(side).join("、");
            if codes(rows.clone()).all(|code| code == 0) {
                findings.push(everywhere(
                    Severity::Experience,
                    "link-column-empty",
                    text!(
                        "列“{name}”（{heads}）在一边全是空的，这一项等于没有比",
                        "column `{name}` ({heads}) is empty on one side: it cannot be compared"
                    ),
                    text!("核对表头写法，或从设置中去掉这一列", "look at the heading, or take the column out of the settings"),
                ));
            }
        }
        let first = codes(0..records.len()).find(|code| *code != 0);
        if let Some(first) = first.filter(|_| records.len() > 1)
            && codes(0..records.len()).all(|code| code == 0 || code == first)
        {
            findings.push(everywhere(
                Severity::Experience,
                "link-column-constant",
                text!("列“{name}”人人相同，分辨不出人", "column `{name}` is the same for everybody and tells nobody apart"),
                text!("从设置中去掉，或换一列", "take it out of the settings, or use another"),
            ));
        }
    }
    findings
}

/// Whether matches and strangers can be told apart at all.
pub(crate) fn at_model(records: &Records, settings: &Settings, model: &Model) -> Vec<Finding> {
    /// In nats: a pair of the same person must, on average, be so much likelier among matches, over the odds against any pair.
    const APART_MIN: f64 = 1.0;
    let weights = &model.weights;
    let mut findings = Vec::new();
    let gain: f64 = (weights.matched.iter().zip(&weights.stranger))
        .flat_map(|(matched, stranger)| matched.iter().zip(stranger))
        .map(|(m, u)| if *m > 0.0 { m * (m / u).ln() } else { 0.0 })
        .sum();
    let against = (weights.n_stranger / weights.n_matched).ln();
    if gain - against < APART_MIN {
        findings.push(Finding::new(
            Severity::Logic,
            "link-not-apart",
            Place::Everywhere,
            text!(
                "这些列分不清同一人和陌生人（平均证据 {gain:.1}，需要 {against:.1} 以上），下面的结果不能直接用",
                "these columns do not tell the same person from a stranger (evidence {gain:.1} on average, {against:.1} would be needed): do not rely on the links"
            ),
            text!("增加能区分人的列：姓名、出生日期、证件号、监护人、电话、住址", "add columns that tell people apart: name, birth date, id, guardian, telephone, address"),
        ));
    }
    let most = if records.within { f64::INFINITY } else { records.n_left.min(records.right_rows().len()) as f64 };
    let expected = weights.n_matched;
    if expected > most * 1.2 && settings.unique == crate::Unique::Both {
        findings.push(Finding::new(
            Severity::Experience,
            "link-more-matches-than-records",
            Place::Everywhere,
            text!(
                "估计有 {expected:.0} 对同一人，多于较小一边的 {most:.0} 人：表内有重复，或比较项分得不够开",
                "an estimated {expected:.0} pairs are the same person, more than the {most:.0} of the smaller register: it holds doubles, or the comparisons are too weak"
            ),
            text!("先用 --dedupe 查重，或把 unique 改为 neither", "look for doubles with --dedupe, or set unique = \"neither\""),
        ));
    }
    findings
}

/// How many records have no candidate that is worth a look, on each side.
pub fn unlinkable(linked: &crate::Linked, records: &Records) -> (usize, usize) {
    let mut seen = vec![false; records.len()];
    for pair in linked.pairs.iter().filter(|pair| pair.probability >= curve::REVIEW_MIN || pair.state == crate::State::SaidSame) {
        seen[pair.left as usize] = true;
        seen[pair.right as usize] = true;
    }
    let lonely = |rows: std::ops::Range<usize>| seen[rows].iter().filter(|seen| !**seen).count();
    (lonely(0..records.n_left), lonely(records.right_rows()))
}
