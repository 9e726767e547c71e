//! What earlier imports left in a county takes part in a new one: their rows in the checks between forms, and the answers given
//! to their findings.

use std::collections::BTreeMap;

use facts::{Cell, Explanation, Finding, Place, Severity, Text, text};
use import::{Forms, Importer};
use snapshot::Replaced;

use crate::Failure;
use crate::route::RoutedCounty;

/// The findings of earlier imports that are still kept, with what was answered to them.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// By code and words, which name the places.
    told: BTreeMap<(String, String), Option<Explanation>>,
    /// What forms say with fewer rows than before, by form.
    fewer: BTreeMap<String, Vec<Replaced>>,
}

/// What the checks between forms say, over the rows of this import and those that it leaves standing.
#[derive(Debug, Default)]
pub(crate) struct Crossed {
    /// To be told now.
    pub told: Vec<Finding>,
    /// Told by an earlier import, and explained or about rows that this import has nothing to do with: only kept.
    pub kept: Vec<Finding>,
}

impl Earlier {
    /// Gives the rows that the counties' new snapshots take over to the checks between forms, and reads what was said before.
    pub(crate) fn recall(counties: &mut [RoutedCounty<'_>], importer: &mut Importer<'_>) -> Result<Earlier, Failure> {
        let mut earlier = Earlier::default();
        let codes = importer.cross_codes();
        for county in counties {
            let writer = &mut county.writer;
            for table in importer.recalled_tables() {
                writer.inherited_rows(table, &mut |values, place| {
                    let cell = Cell { row: place.row, col: place.col.unwrap_or(0) };
                    importer.recall(table, values, (&place.file_name, &place.sheet, cell));
                })?;
            }
            for replaced in writer.replaced()?.iter().filter(|replaced| replaced.rows_now < replaced.rows_before) {
                earlier.fewer.entry(replaced.form.clone()).or_default().push(replaced.clone());
            }
            let Some(manifest) = writer.inherited()? else { continue };
            for finding in &manifest.findings {
                let answer = earlier.told.entry(key(finding)).or_default();
                *answer = answer.take().or_else(|| finding.explanation.clone());
            }
            // All that still hold are found anew; one whose other side was corrected must not live on.
            writer.forget_findings(&|finding| {
                let is_listed_now = finding.code == "school-not-listed"
                    && matches!(&finding.place, Place::School { code, .. } if importer.lists_school(code));
                is_listed_now || codes.contains(&finding.code.as_str())
            })?;
        }
        Ok(earlier)
    }

    /// Divides what the checks between forms found into news and what is known.
    pub(crate) fn cross(&self, importer: Importer<'_>) -> Crossed {
        let mut crossed = Crossed::default();
        for mut cross in importer.finish() {
            let known = self.told.get(&key(&cross.finding));
            let is_answered = self.answer(&mut cross.finding);
            match known.is_some() && (is_answered || !cross.is_new) {
                true => crossed.kept.push(cross.finding),
                false => crossed.told.push(cross.finding),
            }
        }
        crossed
    }

    /// A remark for each form by which something lost rows: a list that was handed in by halves would show so.
    pub(crate) fn remarks(&self, forms: &Forms) -> Vec<Finding> {
        let remark = |(form, fewer): (&String, &Vec<Replaced>)| {
            let title = forms.title(form).cloned().unwrap_or_else(|| Text::new(form.as_str(), form.as_str()));
            let (form_zh, form_en, n) = (title.zh, title.en, fewer.len());
            let listed: Vec<_> = fewer.iter().take(5).map(shrunk).collect();
            let join = |of: fn(&Text) -> &str, by: &str| listed.iter().map(of).collect::<Vec<_>>().join(by);
            let (zh, en) = (join(|text| &text.zh, "；"), join(|text| &text.en, "; "));
            Finding::new(
                Severity::Note,
                "fewer-rows-than-before",
                Place::Everywhere,
                text!(
                    "{form_zh}：有 {n} 处的数据由新文件整体替换，行数比原来少（{zh}）",
                    "{form_en}: the new files replace what was there and have fewer rows, in so many places: {n} ({en})"
                ),
                text!(
                    "新文件若只是其中一部分，请与原来的合成一个文件再导入；确实减少的不用管",
                    "if a new file is only a part, put it together with the old one and import again; if rows are meant to be gone, all is well"
                ),
            )
        };
        self.fewer.iter().map(remark).collect()
    }

    /// Puts beside a finding what was answered when an earlier import found the very same at the same place.
    pub(crate) fn answer(&self, finding: &mut Finding) -> bool {
        if finding.severity == Severity::Experience && finding.explanation.is_none() {
            finding.explanation = self.told.get(&key(finding)).cloned().flatten();
        }
        finding.explanation.is_some()
    }
}

/// One slot, as `2153990012/2025-2026`; the dash of a line without a school is the county as a whole.
fn shrunk(replaced: &Replaced) -> Text {
    let Replaced { slot, rows_before, rows_now, .. } = replaced;
    let (zh, en) = match slot.strip_prefix("-/") {
        Some(rest) => (format!("全县/{rest}"), format!("whole county/{rest}")),
        None => (slot.clone(), slot.clone()),
    };
    text!("{zh} 原 {rows_before} 行，现 {rows_now} 行", "{en}: {rows_before} rows before, {rows_now} now")
}

fn key(finding: &Finding) -> (String, String) {
    (finding.code.clone(), format!("{} {}", finding.place.words().zh, finding.what.zh))
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::path::Path;

    use facts::{Finding, Severity};

    use crate::{ImportReport, ImportRequest, import_files, library};

    const SCHOOL: &str = "2153990012";

    /// One school's figures, as the long form has them.
    fn figures(year: &str, pupils: u32, classes: u32) -> String {
        format!(
            "学校标识码,学校名称,办学类型,举办者,区划代码,学段,学年,在校生数,项目,数值,单位\n\
             {SCHOOL},青石小学,小学,公办,539901101,小学,{year},{pupils},班数,{classes},个\n"
        )
    }

    /// A roll of classes of these sizes.
    fn classes(year: &str, sizes: &[u32]) -> String {
        let row = |(at, size): (usize, &u32)| format!("{SCHOOL},青石小学,{year},小学,一年级,{}班,{size}\n", at + 1);
        let rows: String = sizes.iter().enumerate().map(row).collect();
        format!("学校标识码,学校名称,学年,学段,年级,班级名称,学生数\n{rows}")
    }

    fn import(home: &Path, files: &[(&str, String)], answers: Option<&str>) -> ImportReport {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, words: &str| {
            std::fs::write(folder.path().join(name), words).unwrap();
            folder.path().join(name)
        };
        let paths: Vec<_> = files.iter().map(|(name, words)| write(name, words)).collect();
        let request = ImportRequest {
            home,
            paths: &paths,
            uploads: &[],
            dry_run: false,
            explanations: answers.map(|answers| write("说明.csv", answers)),
            county: facts::CountyCode::parse("539901"),
            fresh: false,
        };
        let report = import_files(&library(home, &[]).unwrap(), &request, &mut |_| ControlFlow::Continue(()))
            .map_err(|failure| failure.what);
        let report = report.unwrap();
        assert_eq!(report.published().len(), 1, "{:?}", report.findings);
        report
    }

    fn lines(findings: &[Finding]) -> Vec<String> {
        let serious = findings.iter().filter(|finding| finding.severity == Severity::Experience);
        serious.map(|finding| format!("{} @ {}: {}", finding.code, finding.place.words(), finding.what)).collect()
    }

    /// Whichever way the files come, what they say against each other is found, in the same words.
    fn check(first: &[(&str, String)], second: &[(&str, String)], expected: &[&str]) {
        let home = || tempfile::tempdir().unwrap();
        let together = home();
        let all: Vec<_> = first.iter().chain(second).cloned().collect();
        let report = import(together.path(), &all, None);
        let told = lines(&report.findings);
        let codes: Vec<&str> = told.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(codes, expected, "{told:#?}");
        // Rolls that come first are of a school that no list has yet: that is told then, and over when the list has come.
        for (one, other) in [(first, second), (second, first)] {
            let apart = home();
            let _ = import(apart.path(), one, None);
            let report = import(apart.path(), other, None);
            assert_eq!(lines(&report.findings), told);
            assert_eq!(lines(&report.published()[0].manifest.findings), told);
        }
    }

    #[test]
    fn statistics_and_rolls_in_two_imports() {
        let statistics = [("统计.csv", figures("2025-2026", 90, 3))];
        let rolls = [("班级.csv", classes("2025-2026", &[40, 42]))];
        check(&statistics, &rolls, &["classes-differ-roll-statistics", "pupils-differ-classes-statistics"]);
        check(&statistics, &[("班级.csv", classes("2025-2026", &[30, 30, 30]))], &[]);
    }

    #[test]
    fn last_year_and_this_year_in_two_imports() {
        let last = [("去年.csv", figures("2024-2025", 200, 5))];
        check(&last, &[("今年.csv", figures("2025-2026", 90, 3))], &["pupils-jump"]);
        check(&last, &[("今年.csv", figures("2025-2026", 190, 5))], &[]);
    }

    #[test]
    fn what_was_told_or_explained_is_not_told_again() {
        let home = tempfile::tempdir().unwrap();
        let statistics = [("统计.csv", figures("2025-2026", 90, 3))];
        let rolls = [("班级.csv", classes("2025-2026", &[40, 42]))];
        let _ = import(home.path(), &statistics, None);
        let answers = "学校,代码,说明,说明人\n2153990012,pupils-differ-classes-statistics,8 人九月后转出,王老师\n";
        let report = import(home.path(), &rolls, Some(answers));
        assert_eq!(report.findings.iter().filter(|finding| finding.explanation.is_some()).count(), 1);

        // Another form: nothing of the two is in it.
        let rooms = "学校标识码,学校名称,学年,教室类型,教室名称,使用面积（平方米）,建成年份\n\
                     2153990012,青石小学,2025-2026,音乐,音乐室,78.5,2016\n";
        let report = import(home.path(), &[("教室.csv", rooms.into())], None);
        assert_eq!(lines(&report.findings), Vec::<String>::new());
        let manifest = &report.published()[0].manifest;
        let words: Vec<_> = manifest.findings.iter().filter_map(|finding| finding.explanation.as_ref()).collect();
        assert_eq!((manifest.findings.len(), words.len(), words[0].by.as_str()), (2, 1, "王老师"));

        // The roll again: what was explained stays explained, what was not is told again, and nothing changes.
        let report = import(home.path(), &rolls, None);
        assert_eq!(
            report.findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(),
            ["classes-differ-roll-statistics"]
        );
        assert!(!report.published()[0].new);

        // An answer can still be given later, with whatever import.
        let answers = "学校,代码,说明,说明人\n2153990012,classes-differ-roll-statistics,复式班,王老师\n";
        let report = import(home.path(), &[("教室.csv", rooms.into())], Some(answers));
        assert_eq!(report.findings, []);
        assert!(report.published()[0].manifest.findings.iter().all(|finding| finding.explanation.is_some()));

        // A corrected roll ends it.
        let report = import(home.path(), &[("班级.csv", classes("2025-2026", &[30, 30, 30]))], None);
        assert_eq!((report.findings.as_slice(), report.published()[0].manifest.findings.as_slice()), (&[][..], &[][..]));
    }

    /// Each school hands in its own file: one adds to the other, and a corrected one replaces only its school's lines.
    #[test]
    fn schools_that_hand_in_apart_do_not_replace_each_other() {
        let home = tempfile::tempdir().unwrap();
        let school = |code: &str, name: &str| figures("2025-2026", 90, 3).replace(SCHOOL, code).replace("青石小学", name);
        let _ = import(home.path(), &[("甲.csv", school(SCHOOL, "甲小学")), ("乙.csv", school("2153990020", "乙小学"))], None);
        let declared = |lines: &[(&str, &str)]| {
            let row = |(school, value): &(&str, &str)| {
                format!(
                    "grades,年级数,{school},2025-2026,小学,{value},,校历
"
                )
            };
            let rows: String = lines.iter().map(row).collect();
            format!(
                "项目编号,项目,学校标识码,学年,学段,数值,结论,佐证材料
{rows}"
            )
        };
        let money = |lines: &[(&str, &str)]| {
            let row = |(school, amount): &(&str, &str)| {
                format!(
                    "{school},2025-2026,公用经费,{amount}
"
                )
            };
            let rows: String = lines.iter().map(row).collect();
            format!(
                "学校标识码,学年,经费项目,预算数（元）
{rows}"
            )
        };
        for (table, make) in [("declarations", &declared as &dyn Fn(&[(&str, &str)]) -> String), ("finance", &money)] {
            let kept = |report: ImportReport| report.published()[0].manifest.tables[table];
            assert_eq!(kept(import(home.path(), &[("甲表.csv", make(&[(SCHOOL, "6")]))], None)), 1);
            assert_eq!(kept(import(home.path(), &[("乙表.csv", make(&[("2153990020", "5"), ("全县", "6")]))], None)), 3);
            assert_eq!(kept(import(home.path(), &[("甲表改.csv", make(&[(SCHOOL, "4")]))], None)), 3);
            let report = import(home.path(), &[("乙表改.csv", make(&[("2153990020", "4")]))], None);
            assert!(report.findings.is_empty(), "{:?}", report.findings);
            assert_eq!(kept(report), 3);
        }
    }

    #[test]
    fn what_shrinks_is_remarked() {
        let home = tempfile::tempdir().unwrap();
        let _ = import(
            home.path(),
            &[("统计.csv", figures("2025-2026", 82, 2)), ("班级.csv", classes("2025-2026", &[40, 42]))],
            None,
        );
        let report = import(home.path(), &[("班级改.csv", classes("2025-2026", &[82]))], None);
        let note = report.findings.iter().find(|finding| finding.code == "fewer-rows-than-before").unwrap();
        assert_eq!(
            note.what.zh,
            "班级名册：有 1 处的数据由新文件整体替换，行数比原来少（2153990012/2025-2026 原 2 行，现 1 行）"
        );
    }

    /// The same class in two files of two forms, or twice in one way, is one class.
    #[test]
    fn a_row_said_again_counts_once() {
        let home = tempfile::tempdir().unwrap();
        let _ = import(home.path(), &[("统计.csv", figures("2025-2026", 82, 2))], None);
        let _ = import(home.path(), &[("班级.csv", classes("2025-2026", &[40, 42]))], None);
        let report = import(home.path(), &[("班级新.csv", classes("2025-2026", &[40, 42]))], None);
        assert_eq!(lines(&report.findings), Vec::<String>::new());
    }
}
