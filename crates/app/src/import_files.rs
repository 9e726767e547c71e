mod behind;
mod links;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use facts::{CountyCode, Finding, Place, Severity, Text, text};
use import::{Explanations, FileReport, Importer, Source};
use jiff::Timestamp;
use serde::Serialize;
use snapshot::{Finish, Finished, Home, HomeLock, Manifest, SourceFile};

use crate::earlier::{Crossed, Earlier};
use crate::library::paths_under;
use crate::route::{RoutedCounty, Router};
use crate::{Failure, Library};

/// What is to be imported, and how.
pub struct ImportRequest<'a> {
    pub home: &'a Path,
    /// Files, folders and zips.
    pub paths: &'a [PathBuf],
    /// Files that lie under other names than those by which the official knows them.
    pub uploads: &'a [Upload],
    /// Read and check everything, keep nothing.
    pub dry_run: bool,
    /// Answers to 经验 findings.
    pub explanations: Option<PathBuf>,
    /// The county of facts that come without a division code.
    pub county: Option<CountyCode>,
    /// Start from nothing instead of the county's latest snapshot.
    pub fresh: bool,
}

/// A file that was received.
#[derive(Debug, Clone)]
pub struct Upload {
    /// As the official named it. It is only ever shown.
    pub name: String,
    pub path: PathBuf,
}

/// How far an import has come.
#[derive(Debug, Clone)]
pub struct Progress {
    pub file: String,
    pub files_done: usize,
    pub files: usize,
    pub rows: u64,
}

impl Progress {
    pub fn words(&self) -> Text {
        let Progress { file, files_done, files, rows } = self;
        text!("{files_done}/{files} 个文件，{rows} 行：{file}", "{files_done}/{files} files, {rows} rows: {file}")
    }
}

/// What an import found and did.
#[derive(Debug, Serialize)]
#[must_use = "an unread report mends nothing"]
pub struct ImportReport {
    pub files: Vec<FileLine>,
    pub findings: Vec<Finding>,
    pub result: ImportResult,
}

/// A file, and what it was recognised as.
#[derive(Debug, Serialize)]
pub struct FileLine {
    pub name: String,
    pub hash: String,
    /// The forms found in it; empty where it is none that is known.
    pub forms: Vec<String>,
    pub rows: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportResult {
    /// Something must be fixed first: nothing was kept.
    Refused,
    /// It would be accepted; nothing was kept, as asked.
    DryRun,
    /// One snapshot for each county among the facts.
    Kept(Vec<Published>),
}

#[derive(Debug, Serialize)]
pub struct Published {
    pub manifest: Manifest,
    /// False where the home had this very content already.
    pub new: bool,
}

/// Reads files into one new snapshot of each county that they speak of, or into none.
///
/// Every problem of every file is found before anything is refused. Until the last moment all rows lie in a file of their own
/// beside the snapshots, so that a crash, a full disk or a finding leaves everything as it was.
pub fn import_files(
    library: &Library,
    request: &ImportRequest,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<ImportReport, Failure> {
    // A dry run must leave no trace, so where there is no home yet it works in one that is thrown away.
    let scratch = (request.dry_run && !request.home.is_dir()).then(Scratch::new).transpose()?;
    let home = Home::open_or_create(scratch.as_ref().map_or(request.home, |scratch| scratch.0.as_path()))?;
    let lock = home.lock(&format!("junheng import（{}）", std::process::id()))?;

    let (mut sources, mut findings) = open(request.paths, request.uploads)?;
    // Small files first: statistics workbooks tell which schools there are and where, before the long rolls speak of them.
    sources.sort_by(|a, b| (a.size(), a.name()).cmp(&(b.size(), b.name())));

    let mut router = Router::new(&lock, request.county.clone(), request.fresh)?;
    let mut importer = Importer::new(&library.forms);
    let mut reports: Vec<FileReport> = Vec::new();
    let mut rows_before = 0;
    for (done, source) in sources.iter().enumerate() {
        let mut step = Progress { file: source.name().to_string(), files_done: done, files: sources.len(), rows: rows_before };
        if progress(&step).is_break() {
            return Err(stopped());
        }
        let report = behind::behind(&mut router, |sink| {
            importer.read(source, sink, &mut |now| {
                step.rows = rows_before + now.rows;
                progress(&step)
            })
        });
        let report = report.map_err(|error| sink_failure(&error))?;
        if report.stopped {
            return Err(stopped());
        }
        rows_before += report.rows;
        reports.push(report);
    }
    for report in &mut reports {
        findings.append(&mut report.findings);
    }
    findings.extend(router.settle().map_err(|error| sink_failure(&error))?);
    let files: Vec<SourceFile> = reports.iter().flat_map(source_files).collect();
    findings.extend(router.conflicts(&files)?);
    let mut counties = router.into_counties();
    let earlier = Earlier::recall(&mut counties, &mut importer)?;
    let Crossed { told, mut kept } = earlier.cross(importer);
    findings.iter_mut().for_each(|finding| {
        earlier.answer(finding);
    });
    findings.extend(told);
    findings.extend(earlier.remarks(&library.forms));
    if reports.iter().all(|report| report.rows == 0) && !findings.iter().any(Finding::must_fix) {
        findings.push(nothing_to_import(&reports));
    }
    if let Some(path) = &request.explanations {
        answer(path, &mut findings, &mut kept)?;
    }
    findings.sort_by_cached_key(|finding| (finding.severity, finding.place.order(), finding.code.clone()));

    let result = if findings.iter().any(Finding::must_fix) {
        ImportResult::Refused
    } else if request.dry_run {
        ImportResult::DryRun
    } else {
        std::thread::scope(|scope| {
            let preparing = scope.spawn(|| counties.iter_mut().try_for_each(|county| county.writer.prepare()));
            let kept = keep_raw(&lock, &sources, &reports);
            // A thread that panicked prepared nothing; publishing does it again and meets the cause.
            preparing.join().unwrap_or(Ok(()))?;
            kept
        })?;
        ImportResult::Kept(publish(counties, &files, findings.iter().chain(&kept))?)
    };
    let mut files: Vec<FileLine> = reports.iter().map(file_line).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(ImportReport { files, findings, result })
}

/// Every source in files, folders and zips, named as the official would: relative to what was given.
fn open(paths: &[PathBuf], uploads: &[Upload]) -> Result<(Vec<Source>, Vec<Finding>), Failure> {
    let (mut sources, mut findings) = (Vec::new(), Vec::new());
    for upload in uploads {
        let (opened, found) = import::open_path(&upload.name, &upload.path);
        sources.extend(opened);
        findings.extend(found);
    }
    for given in paths {
        let metadata = std::fs::metadata(given).map_err(|error| Failure {
            wrong_use: true,
            ..Failure::io(text!("打开要导入的文件", "open what is to be imported"), given, &error)
        })?;
        let inside = if metadata.is_dir() { paths_under(given)? } else { vec![given.clone()] };
        for path in inside {
            let shown = if metadata.is_dir() {
                path.strip_prefix(given.parent().unwrap_or(given)).unwrap_or(&path).to_path_buf()
            } else {
                PathBuf::from(path.file_name().unwrap_or(path.as_os_str()))
            };
            let (opened, found) = import::open_path(&import::shown_path(&shown), &path);
            sources.extend(opened);
            findings.extend(found);
        }
        if metadata.is_dir() {
            findings.extend(links::remarks(given)?);
        }
    }
    // The same file given twice, or under two names, is read once.
    let mut seen = std::collections::BTreeSet::new();
    sources.retain(|source| seen.insert(source.hash().clone()));
    Ok((sources, findings))
}

fn source_files(report: &FileReport) -> Vec<SourceFile> {
    report
        .forms()
        .into_iter()
        .map(|form| SourceFile { name: report.name.clone(), hash: report.hash.clone(), form: form.to_string() })
        .collect()
}

fn file_line(report: &FileReport) -> FileLine {
    FileLine {
        name: report.name.clone(),
        hash: report.hash.0.clone(),
        forms: report.forms().into_iter().map(str::to_string).collect(),
        rows: report.rows,
    }
}

/// `kept` are findings that are not told again, but may be answered now.
fn answer(path: &Path, findings: &mut Vec<Finding>, kept: &mut Vec<Finding>) -> Result<(), Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure {
        wrong_use: true,
        ..Failure::io(text!("读取说明文件", "read the explanations"), path, &error)
    })?;
    let (explanations, faults) = Explanations::read(&path.to_string_lossy(), &bytes);
    let n_told = findings.len();
    findings.append(kept);
    let left_over = explanations.answer(findings);
    *kept = findings.split_off(n_told);
    findings.extend(faults);
    findings.extend(left_over);
    Ok(())
}

/// Raw files are kept before the snapshot that points to them is published; one without the other would be a figure
/// without its source.
fn keep_raw(lock: &HomeLock, sources: &[Source], reports: &[FileReport]) -> Result<(), Failure> {
    for (source, report) in sources.iter().zip(reports) {
        if report.rows == 0 {
            continue;
        }
        let from = source.open_again().map_err(|finding| Failure::found(&[*finding]))?;
        // A file that was changed meanwhile is kept under its own hash, and nothing points to it.
        if lock.store_raw(from)? != *source.hash() {
            return Err(Failure::found(&[source.was_changed()]));
        }
    }
    Ok(())
}

fn publish<'f>(
    counties: Vec<RoutedCounty<'_>>,
    files: &[SourceFile],
    findings: impl Iterator<Item = &'f Finding> + Clone,
) -> Result<Vec<Published>, Failure> {
    let only = counties.len() == 1;
    let mut published = Vec::new();
    for mut county in counties {
        let files: Vec<SourceFile> = files.iter().filter(|file| county.files.contains(&file.hash)).cloned().collect();
        let inherited = county.writer.inherited()?.map(|manifest| manifest.files.clone()).unwrap_or_default();
        let concerns = |finding: &&Finding| match &finding.place {
            Place::File { file: name, .. } => files.iter().chain(&inherited).any(|file| file.name == *name),
            _ => only,
        };
        let explained = findings.clone().filter(|finding| finding.severity == Severity::Experience).filter(concerns);
        let findings = explained.cloned().collect();
        let finish = Finish { county_name: county.name, created: Timestamp::now(), files, findings };
        published.push(match county.writer.finish(finish)? {
            Finished::New(manifest) => Published { manifest, new: true },
            Finished::Unchanged(manifest) => Published { manifest, new: false },
        });
    }
    Ok(published)
}

fn stopped() -> Failure {
    Failure::wrong_use(
        text!("导入已停止，没有保存任何数据", "the import was stopped; nothing was kept"),
        text!("需要时重新导入", "import again when it is wanted"),
    )
}

fn nothing_to_import(reports: &[FileReport]) -> Finding {
    if reports.iter().any(|report| !report.forms().is_empty()) {
        return Finding::new(
            Severity::Logic,
            "no-rows",
            Place::Everywhere,
            text!("认出了表，但表头下面没有一行数据", "forms were recognised, but no row stands below their headings"),
            text!("重新导出这些表，再导入一次", "export these tables again and import them"),
        );
    }
    Finding::new(
        Severity::Logic,
        "nothing-recognised",
        Place::Everywhere,
        text!("没有一个文件被认出来，没有可导入的数据", "no file was recognised, there is nothing to import"),
        text!(
            "对照说明里的表式检查表头；没有国家统计报表时，可用 school-figures 长表",
            "compare the headings with the forms in the guide; without the national workbooks, use the long form school-figures"
        ),
    )
}

fn sink_failure(error: &facts::SinkError) -> Failure {
    match error.0.downcast_ref::<snapshot::HomeError>() {
        Some(error) => Failure::prevented(error.words(), Text::new("", "")),
        None => match error.0.downcast_ref::<Failure>() {
            Some(failure) => failure.clone(),
            None => {
                Failure::prevented(text!("写入数据失败：{error}", "the facts could not be written: {error}"), Text::new("", ""))
            }
        },
    }
}

impl ImportReport {
    /// The snapshots that it made or confirmed.
    pub fn published(&self) -> &[Published] {
        match &self.result {
            ImportResult::Kept(published) => published,
            ImportResult::Refused | ImportResult::DryRun => &[],
        }
    }

    /// One line a kind of file, and one for each file that was not recognised.
    pub fn file_lines(&self) -> Vec<Text> {
        let mut by_forms: std::collections::BTreeMap<String, (usize, u64)> = std::collections::BTreeMap::new();
        let mut lines = Vec::new();
        for file in &self.files {
            if file.forms.is_empty() {
                let name = &file.name;
                lines.push(text!("未识别，跳过：{name}", "not recognised, left out: {name}"));
            } else {
                let sum = by_forms.entry(file.forms.join(" + ")).or_default();
                sum.0 += 1;
                sum.1 += file.rows;
            }
        }
        let known = by_forms.into_iter().map(|(forms, (files, rows))| {
            text!("识别为 {forms}：{files} 个文件，{rows} 行", "recognised as {forms}: {files} files, {rows} rows")
        });
        known.chain(lines).collect()
    }

    /// What became of it.
    pub fn result_lines(&self) -> Vec<Text> {
        match &self.result {
            ImportResult::Refused => vec![text!(
                "没有导入：上面的逻辑问题改正后再导入一次；原有数据没有任何变化",
                "nothing was imported: mend what must be fixed and import again; earlier data are unchanged"
            )],
            ImportResult::DryRun => vec![text!("检查通过，按要求没有保存", "it would be accepted; nothing was kept, as asked")],
            ImportResult::Kept(published) => published
                .iter()
                .map(|one| {
                    let (id, county, name) = (one.manifest.id.short(), &one.manifest.county, &one.manifest.county_name);
                    let is_stated = *county != CountyCode::unstated();
                    let name_en = if is_stated { name.as_str() } else { "no county stated" };
                    if one.new {
                        text!("新快照 {id}（{county} {name}）", "new snapshot {id} ({county} {name_en})")
                    } else {
                        text!(
                            "内容与快照 {id}（{county} {name}）相同，没有变化",
                            "the same content as snapshot {id} ({county} {name_en}); nothing changed"
                        )
                    }
                })
                .collect(),
        }
    }
}

/// A home for one dry run, removed afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Scratch, Failure> {
        let path = std::env::temp_dir().join(format!("junheng-dry-run-{}", std::process::id()));
        std::fs::create_dir_all(&path)
            .map_err(|error| Failure::io(text!("建立临时目录", "make a temporary folder"), &path, &error))?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is a temporary folder without personal data in clear: the system clears it in time.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
