use std::ops::ControlFlow;

use facts::{Cell, FactSink, Finding, Origin, Place, SchoolCode, Severity, SinkError, Table, Value, text};

use crate::across::{Across, CrossFinding, Spot};
use crate::book::Book;
use crate::context::{self, Context};
use crate::fault::Fault;
use crate::forms::{Form, Forms};
use crate::heads::{self, Heads};
use crate::list::ListReader;
use crate::matrix::{self, Kept};
use crate::output::Output;
use crate::report::{FileReport, Findings, Progress, SheetReport};
use crate::rows::{Batch, Row};
use crate::source::{self, Source};
use crate::stream::{self, Next};

/// One import: the files that are read into it are compared with each other, so that a pupil in two rolls, a school with two
/// names, or a roll that disagrees with the statistics comes to light.
///
/// ```
/// use std::ops::ControlFlow;
/// # struct Nowhere;
/// # impl facts::FactSink for Nowhere {
/// #     fn push(&mut self, _: &'static facts::Table, _: &[facts::Value], _: &facts::Origin<'_>) -> Result<(), facts::SinkError> { Ok(()) }
/// # }
/// let (forms, _) = import::Forms::check(&[], facts::ItemList::default());
/// let mut importer = import::Importer::new(&forms);
/// let (sources, mut findings) = import::open("名册.xlsx", b"%PDF-1.7".to_vec());
/// for source in &sources {
///     let report = importer.read(source, &mut Nowhere, &mut |_| ControlFlow::Continue(())).unwrap();
///     findings.extend(report.findings);
/// }
/// findings.extend(importer.finish().into_iter().map(|cross| cross.finding));
/// assert_eq!(findings[0].code, "file-is-something-else");
/// ```
#[derive(Debug)]
pub struct Importer<'f> {
    forms: &'f Forms,
    across: Across<'f>,
}

impl<'f> Importer<'f> {
    pub fn new(forms: &'f Forms) -> Importer<'f> {
        Importer { forms, across: Across::new(forms) }
    }

    /// Reads one file into the sink. `progress` is called every few hundred rows and may stop the reading.
    pub fn read(
        &mut self,
        source: &Source,
        sink: &mut dyn FactSink,
        progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<FileReport, SinkError> {
        self.across.expect(source.size());
        let mut reading = FileReading {
            forms: self.forms,
            across: &mut self.across,
            source,
            sink,
            progress,
            findings: Findings::default(),
            sheets: Vec::new(),
            kept: Vec::new(),
            stopped: false,
        };
        reading.read()?;
        let FileReading { findings, sheets, stopped, .. } = reading;
        Ok(FileReport {
            name: source.name().to_string(),
            hash: source.hash().clone(),
            rows: sheets.iter().map(|sheet| sheet.rows).sum(),
            sheets,
            findings: findings.close(source.name()),
            stopped,
        })
    }

    /// The tables whose rows of earlier imports the cross-form checks want to see; see [`Importer::recall`].
    pub fn recalled_tables(&self) -> Vec<&'static Table> {
        self.across.recalled_tables()
    }

    /// Takes in a row of an earlier import that this one leaves standing, so that statistics imported then and rolls imported
    /// now are held against each other. `place` is the row's, or the cell's; personal columns may be missing.
    pub fn recall(&mut self, table: &'static Table, values: &[Value], (file, sheet, cell): (&str, &str, Cell)) {
        let spot = Spot { file: self.across.number(file), sheet: self.across.number(sheet), row: cell.row, col: cell.col };
        self.across.take(table, values, spot, false);
    }

    /// Whether a list of schools, read or recalled, has this one.
    pub fn lists_school(&self, code: &SchoolCode) -> bool {
        self.across.lists_school(code)
    }

    /// The codes of the checks that [`Importer::finish`] makes: a finding of such a code that it does not give holds no longer.
    pub fn cross_codes(&self) -> Vec<&'f str> {
        self.forms.cross_checks.iter().map(|check| check.rule.code.as_str()).collect()
    }

    /// What comes to light only when all files have been read: forms held against each other.
    pub fn finish(self) -> Vec<CrossFinding> {
        self.across.close()
    }
}

/// Opens and reads one file to nowhere, and returns what there is to say about it; for looking a file over, and for fuzzing.
///
/// ```
/// let (forms, _) = import::Forms::check(&[], facts::ItemList::default());
/// let findings = import::read_bytes("名册.csv", b"", &forms);
/// assert_eq!(findings[0].code, "file-empty");
/// ```
pub fn read_bytes(name: &str, bytes: &[u8], forms: &Forms) -> Vec<Finding> {
    let (sources, mut findings) = source::open(name, bytes.to_vec());
    let mut importer = Importer::new(forms);
    for source in &sources {
        if let Ok(report) = importer.read(source, &mut Nowhere, &mut |_| ControlFlow::Continue(())) {
            findings.extend(report.findings);
        }
    }
    findings.extend(importer.finish().into_iter().map(|cross| cross.finding));
    findings
}

struct Nowhere;

impl FactSink for Nowhere {
    fn push(&mut self, _: &'static Table, _: &[Value], _: &Origin<'_>) -> Result<(), SinkError> {
        Ok(())
    }
}

struct FileReading<'r, 'f> {
    forms: &'f Forms,
    across: &'r mut Across<'f>,
    source: &'r Source,
    sink: &'r mut dyn FactSink,
    progress: &'r mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    findings: Findings,
    sheets: Vec<SheetReport>,
    /// Official tables, and which sheet each is.
    kept: Vec<(usize, Kept<'f>)>,
    stopped: bool,
}

/// What a sheet was taken for.
pub(crate) enum Recognised<'f> {
    List(&'f Form, Heads, Context),
    Matrix(&'f Form, &'f crate::forms::Sheet),
    /// The form that comes nearest, and the columns that it lacks.
    Nothing(Option<(&'f Form, Vec<String>)>),
}

impl<'f> FileReading<'_, 'f> {
    fn read(&mut self) -> Result<(), SinkError> {
        let name = self.source.name();
        let bytes = match self.source.bytes() {
            Ok(bytes) => bytes,
            Err(fault) => {
                self.findings.push(fault.finding(name));
                return Ok(());
            }
        };
        let mut book = match Book::open(&bytes, name) {
            Ok((book, faults)) => {
                faults.into_iter().for_each(|fault| self.findings.push(fault.finding(name)));
                book
            }
            Err(fault) => {
                self.findings.push(fault.finding(name));
                return Ok(());
            }
        };
        let mut strangers = Vec::new();
        for (index, sheet) in book.sheets().iter().enumerate() {
            self.sheets.push(SheetReport { sheet: sheet.clone(), form: None, rows: 0 });
            if let Some(nearest) = self.sheet(&mut book, index, sheet)? {
                strangers.push((sheet.clone(), nearest));
            }
            if self.stopped {
                return Ok(());
            }
        }
        self.tables()?;
        self.tell_strangers(strangers);
        Ok(())
    }

    /// Reads one sheet; what it is nearest to comes back where it is no form that is known.
    fn sheet(&mut self, book: &mut Book<'_>, index: usize, name: &str) -> Result<Option<Nearest>, SinkError> {
        let source = self.source;
        let forms = self.forms;
        let mut state = State::Start;
        let mut refused = None;
        let mut n_rows = 0_u64;
        let (across, sink, findings) = (&mut *self.across, &mut *self.sink, &mut self.findings);
        let mut out = Output::new(sink, across, findings, source.name(), source.hash(), name);
        let (progress, stopped) = (&mut *self.progress, &mut self.stopped);
        let read = stream::rows(book, index, &mut |batch: &Batch| {
            n_rows += batch.len() as u64;
            if progress(Progress { file: source.name(), sheet: name, rows: n_rows }).is_break() {
                *stopped = true;
                return Next::Stop;
            }
            let next = state.take(batch, forms, name, &mut out);
            next.unwrap_or_else(|error| {
                refused = Some(error);
                Next::Stop
            })
        });
        if let Some(error) = refused {
            return Err(error);
        }
        let rows = out.rows;
        let report_of = |sheets: &mut Vec<SheetReport>, form: &str| {
            sheets[index].form = Some(form.to_string());
            sheets[index].rows = rows;
        };
        let (faults, fatal) = match read {
            Ok(faults) => (faults, None),
            Err(fault) => (Vec::new(), Some(fault)),
        };
        let is_damaged = fatal.is_some();
        for fault in faults.into_iter().chain(fatal) {
            self.findings.push(fault.in_sheet(name).finding(source.name()));
        }
        Ok(match state {
            State::Start => (!is_damaged).then_some(Nearest::Blank),
            State::Nothing(Some((form, lacking))) => Some(Nearest::Form(form.id.clone(), form.title.clone(), lacking)),
            State::Nothing(None) => Some(Nearest::Nothing),
            State::List(reader) => {
                report_of(&mut self.sheets, &reader.form().id);
                None
            }
            State::Matrix(kept) => {
                report_of(&mut self.sheets, &kept.form.id);
                self.kept.push((index, kept));
                None
            }
        })
    }

    /// Reads the official tables, now that all sheets have told what school and year they are of.
    fn tables(&mut self) -> Result<(), SinkError> {
        let source = self.source;
        let kept = std::mem::take(&mut self.kept);
        let mut contexts = Vec::new();
        let mut workbook = Context::default();
        for (_, kept) in &kept {
            let out = Output::new(self.sink, self.across, &mut self.findings, source.name(), source.hash(), &kept.name);
            let context = matrix::read_context(kept, &out);
            workbook.values.resize(context.values.len().max(workbook.values.len()), None);
            for (shared, own) in workbook.values.iter_mut().zip(&context.values) {
                if shared.is_none() {
                    shared.clone_from(own);
                }
            }
            contexts.push(context);
        }
        let Some((_, first)) = kept.first() else { return Ok(()) };
        let lacking: Vec<&str> = (first.form.columns.iter().zip(&workbook.values))
            .filter(|(column, value)| column.required && value.is_none())
            .map(|(column, _)| column.title.as_str())
            .collect();
        if !lacking.is_empty() {
            let lacking = lacking.join("、");
            self.findings.push(Finding::new(
                Severity::Logic,
                "school-not-stated",
                Place::file(source.name()),
                text!("工作簿里没有写明：{lacking}", "the workbook does not state: {lacking}"),
                text!("在表名下一行写“学校标识码：… 学年：…”", "write `学校标识码：… 学年：…` in the line below the title"),
            ));
            return Ok(());
        }
        for ((index, kept), context) in kept.iter().zip(&contexts) {
            let mut out = Output::new(self.sink, self.across, &mut self.findings, source.name(), source.hash(), &kept.name);
            let values = matrix::settle(context, &workbook, kept, &mut out);
            matrix::read(kept, values, context.unit.as_ref(), &mut out)?;
            self.sheets[*index].rows = out.rows;
        }
        Ok(())
    }

    /// A file without any known form is a problem; a sheet beside known ones is only remarked.
    fn tell_strangers(&mut self, strangers: Vec<(String, Nearest)>) {
        let name = self.source.name();
        let any_known = self.sheets.iter().any(|sheet| sheet.form.is_some());
        let all_blank = strangers.iter().all(|(_, nearest)| matches!(nearest, Nearest::Blank));
        if all_blank && !strangers.is_empty() && !any_known {
            let what = text!("文件里没有任何数据", "there are no data in the file");
            let fault = Fault::new("file-empty", what, text!("重新导出这个文件", "export it again"));
            self.findings.push(fault.finding(name));
            return;
        }
        let severity = if any_known || !crate::book::claims_table(name) { Severity::Note } else { Severity::Logic };
        let titles: Vec<&str> = self.forms.forms.iter().map(|form| form.title.zh.as_str()).collect();
        let titles = titles.join("、");
        for (sheet, nearest) in strangers {
            let (what, hint) = match nearest {
                Nearest::Blank => continue,
                Nearest::Form(id, title, lacking) => {
                    let (zh, lacking) = (&title.zh, lacking.join("、"));
                    (
                        text!(
                            "不是已知的表；最接近“{zh}”，但没有表头：{lacking}",
                            "it is no known form; nearest is `{id}`, but it lacks the heads: {lacking}"
                        ),
                        text!("补上这些表头，或改用 forms/{id} 中的样表", "add these heads, or use the sample in forms/{id}"),
                    )
                }
                Nearest::Nothing => (
                    text!("不是已知的表，表头一个也没有认出", "it is no known form; none of its heads is known"),
                    text!("可导入的表有：{titles}", "forms that can be imported: {titles}"),
                ),
            };
            let place = if sheet.is_empty() { Place::file(name) } else { Place::sheet(name, sheet) };
            self.findings.push(Finding::new(severity, "form-not-recognised", place, what, hint));
        }
    }
}

/// What a sheet that is no known form comes nearest to.
enum Nearest {
    Blank,
    Form(String, facts::Text, Vec<String>),
    Nothing,
}

/// How far a sheet has been understood.
enum State<'f> {
    Start,
    List(Box<ListReader<'f>>),
    Matrix(Kept<'f>),
    Nothing(Option<(&'f Form, Vec<String>)>),
}

impl<'f> State<'f> {
    fn take(&mut self, batch: &Batch, forms: &'f Forms, name: &str, out: &mut Output<'_, 'f>) -> Result<Next, SinkError> {
        match self {
            State::Start => {
                let rows: Vec<Row<'_>> = batch.rows().collect();
                match recognise(forms, name, &rows) {
                    Recognised::List(form, heads, context) => {
                        let mut reader = Box::new(ListReader::new(form, &heads, context, &rows, out));
                        for row in &rows[heads.last + 1..] {
                            reader.row(*row, out)?;
                        }
                        *self = State::List(reader);
                    }
                    Recognised::Matrix(form, sheet) => {
                        *self = State::Matrix(Kept { name: name.to_string(), form, sheet, grid: batch.clone() });
                    }
                    Recognised::Nothing(nearest) => {
                        *self = State::Nothing(nearest);
                        return Ok(Next::Stop);
                    }
                }
            }
            State::List(reader) => {
                for row in batch.rows() {
                    reader.row(row, out)?;
                }
            }
            State::Matrix(kept) => {
                batch.rows().for_each(|row| kept.grid.append(row));
                if kept.grid.len() > matrix::ROWS_MAX {
                    return Ok(Next::Stop);
                }
            }
            State::Nothing(_) => return Ok(Next::Stop),
        }
        Ok(Next::Go)
    }
}

/// Takes a sheet for the official table that its name or title says, or for the list most of whose columns its headings name.
pub(crate) fn recognise<'f>(forms: &'f Forms, name: &str, rows: &[Row<'_>]) -> Recognised<'f> {
    for form in forms.forms.iter().filter(|form| !form.sheets.is_empty()) {
        if let Some(sheet) = matrix::recognise(form, name, rows) {
            return Recognised::Matrix(form, sheet);
        }
    }
    let mut best: Option<(&Form, Heads, Context)> = None;
    let mut nearest: Option<(&Form, Vec<String>, usize)> = None;
    for form in forms.forms.iter().filter(|form| form.sheets.is_empty()) {
        let Some(found) = heads::find(rows, &form.columns) else { continue };
        let context = context::read(&rows[..found.first], &form.columns, forms);
        let is_lacking = |at: usize| form.columns[at].required && found.columns[at].is_none() && context.values[at].is_none();
        let lacking: Vec<String> =
            (0..form.columns.len()).filter(|at| is_lacking(*at)).map(|at| form.columns[at].title.clone()).collect();
        let n_found = found.n_found();
        if lacking.is_empty() {
            if best.as_ref().is_none_or(|(_, heads, _)| n_found > heads.n_found()) {
                best = Some((form, found, context));
            }
        } else if n_found >= 2 && nearest.as_ref().is_none_or(|(_, _, number)| n_found > *number) {
            nearest = Some((form, lacking, n_found));
        }
    }
    match best {
        Some((form, heads, context)) => Recognised::List(form, heads, context),
        None => Recognised::Nothing(nearest.map(|(form, lacking, _)| (form, lacking))),
    }
}
