use facts::{Explanation, Finding, Place, Severity, plain, text};

use crate::source::Source;
use crate::{book, heads};

/// Answers to 经验 findings, as a school or bureau gives them in a table of its own: 文件/学校, 代码, 说明, 说明人.
#[derive(Debug, Clone, Default)]
pub struct Explanations {
    answers: Vec<Answer>,
}

#[derive(Debug, Clone)]
struct Answer {
    about: String,
    code: String,
    words: String,
    by: String,
    place: Place,
}

impl Explanations {
    /// Reads the answers from a CSV file or the first sheet of a workbook.
    ///
    /// ```
    /// use facts::{Finding, Place, Severity, Text};
    /// let table = "文件/学校,代码,说明,说明人\n名册.csv,class-too-large,今年合并了两所学校,王老师\n";
    /// let (explanations, problems) = import::Explanations::read("说明.csv", table.as_bytes());
    /// assert!(problems.is_empty());
    /// let big = Finding::new(Severity::Experience, "class-too-large", Place::file("名册.csv"), Text::new("", ""), Text::new("", ""));
    /// let mut findings = vec![big];
    /// assert!(explanations.answer(&mut findings).is_empty());
    /// assert_eq!(findings[0].explanation.as_ref().unwrap().by, "王老师");
    /// ```
    pub fn read(name: &str, bytes: &[u8]) -> (Explanations, Vec<Finding>) {
        let grid = match Source::of_bytes(name, bytes.to_vec()).bytes().and_then(|bytes| book::first_grid(&bytes, name)) {
            Ok(grid) => grid,
            Err(fault) => return (Explanations::default(), vec![fault.finding(name)]),
        };
        let wanted: [&[&str]; 4] = [
            &["文件/学校", "文件", "学校", "学校标识码", "file", "school"],
            &["代码", "code"],
            &["说明", "explanation"],
            &["说明人", "by"],
        ];
        let Some((head_row, columns)) = heads::find_simple(&grid, &wanted) else {
            let what = text!(
                "说明表中没有找到表头：文件/学校、代码、说明、说明人",
                "the table of explanations has no heads 文件/学校, 代码, 说明, 说明人"
            );
            let hint = text!("首行写这四个表头，每行一条说明", "put these four heads in the first row, one answer a row");
            return (
                Explanations::default(),
                vec![Finding::new(Severity::Logic, "explanations-not-recognised", Place::file(name), what, hint)],
            );
        };
        let mut explanations = Explanations::default();
        let mut problems = Vec::new();
        for row in grid.rows().filter(|row| row.number > head_row) {
            let [about, code, words, by] = columns.map(|col| plain(row.text(col)));
            let place = Place::cell(name, "", facts::Cell { row: row.number, col: 0 });
            if code.is_empty() && words.is_empty() {
                continue;
            }
            if code.is_empty() || words.is_empty() || by.is_empty() {
                problems.push(Finding::new(
                    Severity::Logic,
                    "explanation-incomplete",
                    place,
                    text!("这条说明缺少代码、说明或说明人", "this answer lacks its code, its words or who gave it"),
                    text!("三项都要填写", "fill in all three"),
                ));
                continue;
            }
            explanations.answers.push(Answer { about, code, words, by, place });
        }
        (explanations, problems)
    }

    /// Puts each answer beside the findings that it answers, and returns a note for each answer that met none.
    pub fn answer(&self, findings: &mut [Finding]) -> Vec<Finding> {
        let mut unmet = Vec::new();
        for answer in &self.answers {
            let mut met = false;
            for finding in findings.iter_mut().filter(|finding| finding.severity == Severity::Experience) {
                if answer.is_about(finding) {
                    finding.explanation = Some(Explanation { words: answer.words.clone(), by: answer.by.clone() });
                    met = true;
                }
            }
            if !met {
                let (code, about) = (&answer.code, &answer.about);
                unmet.push(Finding::new(
                    Severity::Note,
                    "explanation-unused",
                    answer.place.clone(),
                    text!(
                        "没有代码为 {code} 的经验问题与“{about}”相符，这条说明没有用到",
                        "no finding to explain with code {code} fits `{about}`; this answer was not used"
                    ),
                    text!(
                        "对照导入结果中的文件名、学校标识码和代码",
                        "compare with the file, school code and code that the import printed"
                    ),
                ));
            }
        }
        unmet
    }
}

impl Answer {
    fn is_about(&self, finding: &Finding) -> bool {
        if finding.code != self.code {
            return false;
        }
        let about = self.about.as_str();
        let in_place = match &finding.place {
            Place::File { file, .. } => file == about || file.rsplit('/').next() == Some(about),
            Place::School { code, name } => code.as_str() == about || name.as_deref() == Some(about),
            Place::Source { .. } | Place::Everywhere => false,
        };
        about.is_empty() || in_place || finding.what.zh.contains(about)
    }
}
