use facts::{Finding, Place, Severity, Stage, text};

use super::divide::STAGES;
use super::{Cell, Division, Lack, School, StockMatrix};
use crate::outcome::Scope;

/// What people should know about how the stocks of schools came together.
pub(crate) fn notice(division: &Division<'_>, matrix: &StockMatrix, scope: &[Scope]) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Whom the standard does not concern need mend nothing for it.
    for (school, _) in matrix.schools.iter().zip(scope).filter(|(_, scope)| **scope != Scope::Out) {
        for stage in STAGES.into_iter().filter(|stage| division.judged.contains(stage)) {
            findings.extend(without_pupils(division, school, stage));
        }
        findings.extend(undivided(division, school));
    }
    findings
}

/// A stage that has things but no pupils is left out: there is nothing to divide by.
fn without_pupils(division: &Division<'_>, school: &School, stage: Stage) -> Option<Finding> {
    let pupils = division.pupils?;
    let has = |cell: Cell| cell.known().is_some_and(|value| value > 0.0);
    if school.stocks.get(stage, pupils) != Cell::Known(0.0) || !school.stocks.stage(stage).any(has) {
        return None;
    }
    let (zh, en) = (stage.title().zh, stage.title().en);
    Some(Finding::new(
        Severity::Experience,
        "stage-without-pupils",
        place(school),
        text!(
            "{zh}学段没有在校生，却有其他数据；该学段不参加计算",
            "the {en} stage has no pupils but has other figures; it is left out of the calculation"
        ),
        text!("核对该学段在校生数", "check the number of pupils of this stage"),
    ))
}

/// Figures of a whole school that could not be divided among its stages.
fn undivided(division: &Division<'_>, school: &School) -> Option<Finding> {
    if !school.combined {
        return None;
    }
    let lacks = |lack: Lack| {
        let found = (0..division.resolved.stocks.len()).filter(|stock| {
            division.resolved.stocks[*stock].split
                && division.judged.iter().any(|stage| school.stocks.get(*stage, *stock) == Cell::Missing(lack))
        });
        found.map(|stock| division.resolved.stocks[stock].title.clone()).collect::<Vec<_>>()
    };
    let list = |titles: &[facts::Text]| {
        let zh: Vec<&str> = titles.iter().map(|title| title.zh.as_str()).collect();
        let en: Vec<&str> = titles.iter().map(|title| title.en.as_str()).collect();
        (zh.join("、"), en.join(", "))
    };
    let kind = school.traits.kind.as_deref().unwrap_or("—");
    let without_pupils = lacks(Lack::PupilsMissing);
    if !without_pupils.is_empty() {
        let (zh, en) = list(&without_pupils);
        return Some(Finding::new(
            Severity::Logic,
            "division-lacks-pupils",
            place(school),
            text!(
                "全校的{zh}要按各学段在校生数拆分，但缺少某一学段的在校生数，无法拆分",
                "{en} of the whole school is to be divided by the pupils of each stage, but the pupils of one stage are missing"
            ),
            text!("补报该学段在校生数；没有学生的学段报 0", "report the pupils of that stage; 0 where it has none"),
        ));
    }
    let without_rule = lacks(Lack::NotDivided);
    if without_rule.is_empty() {
        return None;
    }
    let (zh, en) = list(&without_rule);
    Some(Finding::new(
        Severity::Logic,
        "division-without-rule",
        place(school),
        text!(
            "学校有多个学段，只报了全校的{zh}，而标准没有为办学类型 {kind} 规定各学段的拆分权重",
            "the school has several stages and reports only {en} of the whole; the standard sets no weights for kind {kind}"
        ),
        text!("分学段填报，或核对办学类型", "report by stage, or check the kind of school"),
    ))
}

fn place(school: &School) -> Place {
    Place::School { code: school.code.clone(), name: Some(school.name.clone()) }
}
