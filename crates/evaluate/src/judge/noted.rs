use std::collections::BTreeMap;

use facts::{Finding, Place, Severity, text};

use crate::StockMatrix;
use crate::exact::Quick;
use crate::ground::{Ground, Rules};
use crate::outcome::{Applied, Scope, Spread};

/// What is noticed on the walk over the schools.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// In the order of schools, the whole school before its stages, and of application.
    pub applied: Vec<Applied>,
    /// Schools of which it cannot be told whether an exception covers them.
    undecided: BTreeMap<usize, Vec<usize>>,
}

impl Noted {
    pub fn look(&mut self, school: usize, ground: &Ground<'_, Quick>) {
        let stage = ground.stage;
        self.applied.extend(ground.applied.iter().map(|exception| Applied { school, stage, exception: *exception }));
        for exception in &ground.undecided {
            let schools = self.undecided.entry(*exception).or_default();
            if schools.last() != Some(&school) {
                schools.push(school);
            }
        }
    }

    pub fn findings(&self, rules: &Rules<'_>, matrix: &StockMatrix, scope: &[Scope], spreads: &[Spread]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (position, school) in matrix.schools.iter().enumerate() {
            let place = || Place::School { code: school.code.clone(), name: Some(school.name.clone()) };
            match scope[position] {
                Scope::Unknown => findings.push(Finding::new(
                    Severity::Logic,
                    "scope-unknown",
                    place(),
                    text!(
                        "缺少判断是否属于评估范围所需的数据，县级结论因此待定",
                        "what is needed to tell whether the standard concerns the school is missing, so the county's verdict stays open"
                    ),
                    text!("补报办学类型、举办者或在校生数", "report its kind, owner or number of pupils"),
                )),
                Scope::In if rules.division.judged.iter().all(|stage| !rules.teaches(school, *stage)) => {
                    findings.push(Finding::new(
                        Severity::Experience,
                        "school-without-pupils",
                        place(),
                        text!("该日期没有在校生，不参加计算", "the school has no pupils on that day; it is left out of the calculation"),
                        text!("核对在校生数，或学校是否已撤并", "check the number of pupils, or whether the school has closed"),
                    ));
                }
                Scope::In | Scope::Out => {}
            }
        }
        if !scope.contains(&Scope::In) {
            findings.push(Finding::new(
                Severity::Logic,
                "nobody-in-scope",
                Place::Everywhere,
                text!(
                    "没有一所学校属于该标准的评估范围，无法得出结论",
                    "the standard concerns no school of the county; nothing can be concluded"
                ),
                text!("核对学校基本情况表中的办学类型与举办者", "check the kinds and owners in the table of schools"),
            ));
        }
        for (exception, schools) in &self.undecided {
            let label = &rules.resolved.exceptions[*exception].label;
            let (zh, en) = (&label.zh, &label.en);
            let n = schools.len();
            let names: Vec<&str> = schools.iter().take(5).map(|school| matrix.schools[*school].name.as_str()).collect();
            let names = names.join("、");
            findings.push(Finding::new(
                Severity::Experience,
                "exception-undecided",
                Place::Everywhere,
                text!(
                    "{n} 所学校缺少判断是否适用例外“{zh}”所需的数据，按不适用处理：{names} 等",
                    "for {n} schools it cannot be told whether the exception \"{en}\" covers them; it was not applied: {names} …"
                ),
                text!("补报例外条件所用的数据", "report what the exception's condition asks for"),
            ));
        }
        for spread in spreads.iter().filter(|spread| spread.complete && spread.cv.is_none()) {
            let title = &rules.resolved.indicators[spread.indicator].title;
            let (zh, en) = (&title.zh, &title.en);
            let (stage_zh, stage_en) = (spread.stage.title().zh, spread.stage.title().en);
            findings.push(Finding::new(
                Severity::Experience,
                "coefficient-undefined",
                Place::Everywhere,
                text!(
                    "{stage_zh}“{zh}”全县为零，差异系数没有定义",
                    "no {stage_en} school has any of \"{en}\"; there is no coefficient of variation"
                ),
                text!("核对该项数据是否漏报", "check whether these figures were left out"),
            ));
        }
        findings
    }
}
