//! A plan for the enrolment that is expected, not for today's: pupils by school and stage from a list.

use std::path::Path;

use evaluate::Delta;
use facts::{Finding, SchoolCode, Stage, Text, text};
use plan::Expected;

use crate::Failure;
use crate::plain_table::read_plain;
use crate::plan_budget::PlanGround;

/// Reads a list of expected pupils: 学校标识码, 学段, 学生数.
///
/// Errors: a column that is not there, a school, stage or number that cannot be read, a school that has no such stage.
pub(crate) fn read_expected(file: &Path, ground: &PlanGround) -> Result<Vec<Expected>, Failure> {
    let (table, _) = read_plain(file)?;
    let column = |names: &[&str]| table.column(&names.iter().map(|name| (*name).to_string()).collect::<Vec<_>>());
    let columns = (column(&["学校标识码", "school"]), column(&["学段", "stage"]), column(&["学生数", "pupils"]));
    let shown = file.display();
    let hint = || text!("列名写成：学校标识码、学段、学生数", "it needs the columns 学校标识码, 学段, 学生数");
    let (Some(school), Some(stage), Some(pupils)) = columns else {
        return Err(Failure::wrong_use(
            text!("预测学生数缺少列：{shown}", "the list of expected pupils lacks a column: {shown}"),
            hint(),
        ));
    };
    let mut expected = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let line = at + 2;
        let refuse = |what: Text| {
            let (zh, en) = (what.zh, what.en);
            Failure::wrong_use(text!("{shown} 第 {line} 行：{zh}", "{shown}, line {line}: {en}"), hint())
        };
        let words = (&row[school], &row[stage], &row[pupils]);
        let code = SchoolCode::parse(words.0).filter(|code| ground.matrix.position(code).is_some());
        let code = code.ok_or_else(|| refuse(text!("没有学校“{}”", "there is no school `{}`", words.0)))?;
        let of = [Stage::Primary, Stage::Junior].into_iter().find(|of| of.id() == words.1 || of.title().zh == *words.1);
        let of = of.ok_or_else(|| refuse(text!("学段“{}”读不懂", "the stage `{}` cannot be read", words.1)))?;
        let number = words.2.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        let number = number.ok_or_else(|| refuse(text!("学生数“{}”不是数", "`{}` is no number of pupils", words.2)))?;
        let now = now(ground, &code, of);
        let now = now.ok_or_else(|| refuse(text!("这所学校现在没有这个学段", "the school has no such stage now")))?;
        expected.push(Expected { school: code, stage: of, now, pupils: number });
    }
    Ok(expected)
}

fn now(ground: &PlanGround, school: &SchoolCode, stage: Stage) -> Option<f64> {
    let at = ground.matrix.position(school)?;
    ground.matrix.schools[at].stocks.get(stage, ground.resolved.stock("pupils")?).known()
}

/// The changes that expected pupils make.
pub(crate) fn expected_deltas(expected: &[Expected]) -> Vec<Delta> {
    let delta = |of: &Expected| Delta::Add {
        school: of.school.clone(),
        stage: of.stage,
        stock: "pupils".to_string(),
        amount: of.pupils - of.now,
    };
    expected.iter().map(delta).collect()
}

/// The ground with the pupils that are expected.
pub(crate) fn expecting(ground: PlanGround, expected: &[Expected]) -> Result<PlanGround, Failure> {
    if expected.is_empty() {
        return Ok(ground);
    }
    let PlanGround { resolved, matrix, .. } = ground;
    let known = matrix.findings.len();
    let mut matrix = evaluate::changed(&resolved, &matrix, &expected_deltas(expected));
    let refused: Vec<Finding> = matrix.findings.split_off(known);
    if !refused.is_empty() {
        return Err(Failure::found(&refused));
    }
    let before = evaluate::evaluate(&resolved, &matrix);
    Ok(PlanGround { resolved, matrix, before })
}
