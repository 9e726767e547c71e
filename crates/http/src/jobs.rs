//! Imports under way: one at a time, each looked over before it is accepted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use app::{Failure, ImportReport, ImportRequest, ImportResult, Progress, Upload};
use axum::http::StatusCode;
use facts::{CountyCode, Text, text};

use crate::refusal::Refusal;
use crate::server::Server;

/// All imports of this server.
pub struct Jobs {
    /// `<home>/uploads`
    root: PathBuf,
    /// This server's own folder in it, once something is received.
    own: Mutex<Option<OwnFolder>>,
    known: Mutex<Vec<Arc<Job>>>,
    queue: Mutex<Option<Sender<Arc<Job>>>>,
    started: u64,
    next: AtomicU64,
}

/// The folder of a running server, marked by a lock that the system takes back when the server ends.
struct OwnFolder {
    path: PathBuf,
    _lock: File,
}

/// A folder for one upload; it goes with the last who holds it. Whoever writes into it holds it too: a file that is made while
/// the folder is being removed would keep it.
pub struct Folder(PathBuf);

/// What was received, and how it is to be imported.
#[derive(Default)]
pub struct Order {
    pub files: Vec<Stored>,
    pub by: Option<String>,
    pub county: Option<CountyCode>,
    pub fresh: bool,
}

/// A received file.
pub struct Stored {
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
}

/// One import.
pub struct Job {
    pub id: String,
    pub by: Option<String>,
    /// RFC 3339
    pub created: String,
    pub files: Vec<Stored>,
    county: Option<CountyCode>,
    fresh: bool,
    folder: Arc<Folder>,
    stop: AtomicBool,
    inner: Mutex<Inner>,
}

struct Inner {
    phase: Phase,
    /// What is to be done when its turn comes.
    answers: Option<Vec<Answer>>,
    progress: Option<Progress>,
    report: Option<Arc<ImportReport>>,
    titles: BTreeMap<String, Text>,
}

#[derive(Clone)]
pub enum Phase {
    /// For whom it waits, where that is known.
    Waiting(Option<Text>),
    Checking,
    Checked,
    Refused,
    Publishing,
    Published,
    Failed(Failure),
}

/// An answer to 经验 findings of one file or school.
#[derive(Debug, Clone)]
pub struct Answer {
    pub about: String,
    pub code: String,
    pub words: String,
    pub by: String,
}

/// Imports that are done are remembered up to so many.
const KEPT_MAX: usize = 20;
/// While another program imports into the same home.
const RETRY_AFTER: Duration = Duration::from_millis(500);
const RETRIES_MAX: usize = 3_600;

impl Jobs {
    pub fn new(home: &Path) -> Jobs {
        let root = home.join("uploads");
        sweep(&root);
        let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Jobs {
            root,
            own: Mutex::new(None),
            known: Mutex::new(Vec::new()),
            queue: Mutex::new(None),
            started,
            next: AtomicU64::new(1),
        }
    }

    /// A new folder for an upload.
    pub fn folder(&self) -> io::Result<Arc<Folder>> {
        let mut own = lock(&self.own);
        let path = match own.as_ref() {
            Some(own) => own.path.clone(),
            None => own.insert(OwnFolder::make(&self.root)?).path.clone(),
        };
        let folder = path.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        make_private(&folder)?;
        Ok(Arc::new(Folder(folder)))
    }

    /// Orders the import of what was received; gives its id.
    pub fn start(&self, server: &Arc<Server>, folder: Arc<Folder>, order: Order) -> String {
        let number = folder.0.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let id = format!("{:x}-{number}", self.started);
        let job = Arc::new(Job {
            id: id.clone(),
            by: order.by,
            created: app::now(),
            files: order.files,
            county: order.county,
            fresh: order.fresh,
            folder,
            stop: AtomicBool::new(false),
            inner: Mutex::new(Inner {
                phase: Phase::Waiting(None),
                answers: None,
                progress: None,
                report: None,
                titles: BTreeMap::new(),
            }),
        });
        let mut known = lock(&self.known);
        let ahead = known.iter().rev().find(|other| other.is_at_work()).map(|other| other.words());
        lock(&job.inner).phase = Phase::Waiting(ahead);
        known.push(job.clone());
        while known.len() > KEPT_MAX {
            let Some(done) = known.iter().position(|other| !other.is_at_work()) else { break };
            known.remove(done);
        }
        drop(known);
        self.send(server, job);
        id
    }

    /// The newest first.
    pub fn all(&self) -> Vec<Arc<Job>> {
        lock(&self.known).iter().rev().cloned().collect()
    }

    pub fn get(&self, id: &str) -> Result<Arc<Job>, Refusal> {
        lock(&self.known).iter().find(|job| job.id == id).cloned().ok_or_else(|| {
            Refusal::new(
                StatusCode::NOT_FOUND,
                text!(
                    "没有这次导入（服务器重启过，或已放弃）",
                    "there is no such import (the server was started anew, or it was thrown away)"
                ),
                text!("重新上传文件", "send the files again"),
            )
        })
    }

    /// Orders that what was looked over be published.
    pub fn accept(&self, server: &Arc<Server>, id: &str, answers: Vec<Answer>) -> Result<(), Refusal> {
        let job = self.get(id)?;
        {
            let mut inner = lock(&job.inner);
            match &inner.phase {
                Phase::Checked => {}
                Phase::Refused => {
                    return Err(Refusal::new(
                        StatusCode::CONFLICT,
                        text!("还有必须改正的问题，不能接受", "something must be mended first; it cannot be accepted"),
                        text!("改正文件后重新上传", "mend the files and send them again"),
                    ));
                }
                Phase::Waiting(_) | Phase::Checking | Phase::Publishing => {
                    return Err(Refusal::new(
                        StatusCode::CONFLICT,
                        text!("还没有检查完", "it is still being looked over"),
                        text!("等检查完再接受", "wait until that is done"),
                    ));
                }
                Phase::Published | Phase::Failed(_) => {
                    return Err(Refusal::new(
                        StatusCode::CONFLICT,
                        text!("这次导入已经结束", "this import has ended"),
                        text!("需要时重新上传", "send the files again where that is wanted"),
                    ));
                }
            }
            inner.phase = Phase::Waiting(None);
            inner.answers = Some(answers);
        }
        self.send(server, job);
        Ok(())
    }

    /// Throws an import away.
    pub fn discard(&self, id: &str) -> Result<(), Refusal> {
        let job = self.get(id)?;
        if matches!(job.phase(), Phase::Publishing) {
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                text!("正在保存，不能放弃", "it is being published and cannot be thrown away"),
                text!("等几秒钟", "wait some seconds"),
            ));
        }
        job.stop.store(true, Ordering::Relaxed);
        lock(&self.known).retain(|other| other.id != id);
        Ok(())
    }

    /// Hands a job to the one thread that imports.
    fn send(&self, server: &Arc<Server>, job: Arc<Job>) {
        let mut queue = lock(&self.queue);
        let job = match queue.as_ref().map(|queue| queue.send(job.clone())) {
            Some(Ok(())) => return,
            _ => job,
        };
        let (sender, waiting) = channel::<Arc<Job>>();
        let server: Weak<Server> = Arc::downgrade(server);
        let spawned = std::thread::Builder::new().name("import".into()).spawn(move || {
            for job in waiting {
                let Some(server) = server.upgrade() else { return };
                run(&server, &job);
            }
        });
        if spawned.is_ok() && sender.send(job.clone()).is_ok() {
            *queue = Some(sender);
            return;
        }
        lock(&job.inner).phase = Phase::Failed(Failure::prevented(
            text!("系统不能再开线程，导入没有开始", "the system gives no further thread; the import did not begin"),
            text!("关闭一些程序后重试", "end some programs and try again"),
        ));
    }
}

impl Job {
    pub fn phase(&self) -> Phase {
        lock(&self.inner).phase.clone()
    }

    pub fn progress(&self) -> Option<Progress> {
        lock(&self.inner).progress.clone()
    }

    pub fn report(&self) -> Option<Arc<ImportReport>> {
        lock(&self.inner).report.clone()
    }

    pub fn form_title(&self, id: &str) -> Text {
        lock(&self.inner).titles.get(id).cloned().unwrap_or_else(|| Text::new(id, id))
    }

    pub fn uploads(&self) -> Vec<Upload> {
        self.files.iter().map(|file| Upload { name: file.name.clone(), path: file.path.clone() }).collect()
    }

    fn is_at_work(&self) -> bool {
        matches!(self.phase(), Phase::Waiting(_) | Phase::Checking | Phase::Publishing)
    }

    /// Whose import it is, for those who wait.
    fn words(&self) -> Text {
        let (n, time) = (self.files.len(), self.created.get(11..16).unwrap_or(""));
        match &self.by {
            Some(by) => text!("{by} 的导入（{n} 个文件）", "the import of {by} ({n} files)"),
            None => text!("{time}（UTC）开始的导入（{n} 个文件）", "the import begun at {time} UTC ({n} files)"),
        }
    }
}

/// Looks a job over, or publishes it where it has been accepted.
fn run(server: &Arc<Server>, job: &Arc<Job>) {
    let answers = lock(&job.inner).answers.take();
    let is_accepted = answers.is_some();
    let explanations = match answers.map(|answers| write_answers(job.folder.path(), &answers)).transpose() {
        Ok(path) => path.flatten(),
        Err(error) => {
            let act = text!("写下说明", "write the explanations down");
            lock(&job.inner).phase = Phase::Failed(Failure::io(act, job.folder.path(), &error));
            return;
        }
    };
    let (mut tries, library) = (0, server.work_now().library);
    let result = loop {
        lock(&job.inner).phase = if is_accepted { Phase::Publishing } else { Phase::Checking };
        let request = ImportRequest {
            home: &server.home,
            paths: &[],
            uploads: &job.uploads(),
            dry_run: !is_accepted,
            explanations: explanations.clone(),
            county: job.county.clone(),
            fresh: job.fresh,
        };
        let result = app::import_files(&library, &request, &mut |step| {
            lock(&job.inner).progress = Some(step.clone());
            if job.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match result {
            // Another program imports into this home: wait for it, as long as somebody waits for us.
            Err(failure) if failure.busy && tries < RETRIES_MAX && !job.stop.load(Ordering::Relaxed) => {
                tries += 1;
                lock(&job.inner).phase = Phase::Waiting(Some(failure.what));
                std::thread::sleep(RETRY_AFTER);
            }
            result => break result,
        }
    };
    if matches!(&result, Ok(report) if !report.published().is_empty()) {
        // What readers get from now on must know the new snapshot; and raw files lie about no longer than they must.
        server.look();
        job.folder.clear();
    }
    if finish(job, &library, result) {
        server.work_now().prepare();
    }
}

/// Writes down how an import ended; gives whether it published anything.
fn finish(job: &Job, library: &app::Library, result: Result<ImportReport, Failure>) -> bool {
    let mut inner = lock(&job.inner);
    inner.progress = None;
    match result {
        Ok(report) => {
            let forms = report.files.iter().flat_map(|file| &file.forms);
            inner.titles = forms.filter_map(|id| Some((id.clone(), library.forms.title(id)?.clone()))).collect();
            inner.phase = match report.result {
                ImportResult::Refused => Phase::Refused,
                ImportResult::DryRun => Phase::Checked,
                ImportResult::Kept(_) => Phase::Published,
            };
            let is_new = !report.published().is_empty();
            inner.report = Some(Arc::new(report));
            is_new
        }
        Err(failure) => {
            inner.phase = Phase::Failed(failure);
            false
        }
    }
}

/// The answers as the table that an import reads; none where there are none.
fn write_answers(folder: &Path, answers: &[Answer]) -> io::Result<Option<PathBuf>> {
    if answers.is_empty() {
        return Ok(None);
    }
    let quoted = |words: &str| format!("\"{}\"", facts::plain(words).replace('"', "\"\""));
    let mut table = String::from("文件/学校,代码,说明,说明人\n");
    for Answer { about, code, words, by } in answers {
        table += &[about, code, words, by].map(|words| quoted(words)).join(",");
        table.push('\n');
    }
    let path = folder.join("explanations.csv");
    std::fs::write(&path, table)?;
    Ok(Some(path))
}

impl Folder {
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes away what lies in it: raw files hold people's data in clear.
    fn clear(&self) {
        // What cannot be removed now is removed when the server ends or the next one starts.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.clear();
    }
}

impl OwnFolder {
    fn make(root: &Path) -> io::Result<OwnFolder> {
        make_private(root)?;
        let mut number = u64::from(std::process::id());
        loop {
            let path = root.join(number.to_string());
            match std::fs::create_dir(&path) {
                Ok(()) => {
                    let lock = File::create(path.join("lock"))?;
                    lock.try_lock()?;
                    return Ok(OwnFolder { path, _lock: lock });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1_000_000,
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes what servers left that ended without doing so; those still running hold their locks.
fn sweep(root: &Path) {
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let left = File::open(entry.path().join("lock")).is_ok_and(|lock| lock.try_lock().is_ok());
        if left {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A folder that only its owner may look into.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
