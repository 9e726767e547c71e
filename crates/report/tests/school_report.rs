mod county;

use county::{CREATED, grid, outcome, schools, signed, standard};
use facts::{Cell, Explanation, Finding, Lang, Place, Severity, Stage, text};
use report::{SchoolReportInput, SourceLine, Working, school_report};

fn findings() -> Vec<Finding> {
    let wrong = Finding::new(
        Severity::Logic,
        "negative-value",
        Place::cell("统计.xlsx", "教基5170", Cell { row: 10, col: 3 }),
        text!("面积为负数", "a negative area"),
        text!("核对后改正", "check and mend it"),
    );
    let odd = Finding::new(
        Severity::Experience,
        "pupils-jump",
        Place::sheet("统计.xlsx", "教基3112"),
        text!("学生数比上年增加 40%", "40 % more pupils than last year"),
        text!("改正，或说明理由", "mend it, or explain"),
    );
    let answered =
        Finding { explanation: Some(Explanation { words: "=并入村小".into(), by: "校办".into() }), ..odd.clone() };
    vec![wrong, odd, answered]
}

fn check(name: &str, school: usize, findings: &[Finding], lang: Lang) {
    let resolved = standard();
    let outcome = outcome(&resolved, &schools(), &[]);
    let workings =
        [Working {
            stage: Stage::Primary, indicator: 0, lines: vec![text!("1200 ㎡ ÷ 400 人 = 3", "1200 m² / 400 pupils = 3")]
        }];
    let sources = [
        SourceLine {
            stage: Stage::Whole,
            stock: text!("用房面积", "floor area"),
            value: Some(1200.0),
            unit: "m2".parse().unwrap(),
            place: Place::cell("统计.xlsx", "教基5170", Cell { row: 10, col: 3 }),
            note: text!("", ""),
        },
        SourceLine {
            stage: Stage::Primary,
            stock: text!("骨干教师数", "backbone teachers"),
            value: None,
            unit: "person".parse().unwrap(),
            place: Place::file("名册.csv"),
            note: text!("填“无”", "says 无"),
        },
    ];
    let input = SchoolReportInput {
        outcome: &outcome,
        resolved: &resolved,
        school,
        findings,
        workings: &workings,
        sources: &sources,
        signed: &signed(),
        created: CREATED,
        lang,
    };
    let bytes = school_report(&input).unwrap();
    assert_eq!(bytes, school_report(&input).unwrap());
    insta::assert_snapshot!(name, grid(&bytes));
}

#[test]
fn reports_of_schools() {
    // Schools stand in the order of their codes: the nine-year school first.
    check("report_short", 3, &findings(), Lang::Zh);
    check("report_short_en", 3, &findings(), Lang::En);
    check("report_without_data", 0, &[], Lang::Zh);
}
