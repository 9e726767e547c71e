use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use app::{CountyAsked, CountyChanges, Failure, KeptCounty, Ledger, Library, Login, LoginAsked, Viewer, WholeCounty, Workbook};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use facts::text;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::body::Body;
use crate::cache::Cache;
use crate::gate::Who;
use crate::jobs::Jobs;
use crate::ledgers::Ledgers;
use crate::refusal::Refusal;
use crate::turns::Turns;
use crate::visit::{Visit, percent_encoded};

/// What all requests share: one home, the packs and forms in force, and what was worked out lately.
///
/// A snapshot never changes, so what was made of it holds until the home gets another snapshot or a pack or form is edited;
/// both are looked for twice a second at most, whoever did it.
pub struct Server {
    pub home: PathBuf,
    /// Further folders of packs.
    packs: Vec<PathBuf>,
    known: Mutex<Known>,
    counties: Cache<CountyKey, KeptCounty>,
    bodies: Cache<String, Arc<Body>>,
    /// How many requests may work at once; the others wait their turn or find the work done.
    heavy: Semaphore,
    pub jobs: Jobs,
    pub uploads: Semaphore,
    ledgers: Ledgers,
    /// Logins tried in this minute, by where they come from.
    tries: Mutex<(u64, HashMap<String, u32>)>,
    /// Reports of the public, and questions with a receipt.
    pub reports: Turns,
    pub receipts: Turns,
    started: Instant,
    /// How long the home's `looked.log` was when it was last looked at.
    looked: AtomicU64,
    /// Whether a proxy stands before it, which speaks TLS and says who asks.
    pub behind_proxy: bool,
}

/// The state of the home's folders as it was last looked at.
struct Known {
    library: Arc<Library>,
    library_mark: u64,
    home_mark: u64,
    /// Goes up whenever anything changed.
    generation: u64,
    looked: Option<Instant>,
}

/// What is asked for, with nothing left out, and the state of the home in which it was.
type CountyKey = (CountyAsked, u64);

/// Schools that may stand in memory with all their stocks; one takes some ten kilobytes.
const SCHOOLS_MAX: usize = 8_000;
const BODY_BYTES_MAX: usize = 32 << 20;
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The uploads that may be received at once.
const UPLOADS_MAX: usize = 4;
/// The reports of the public that may be received at once.
const REPORTS_MAX: usize = 3;

/// One request at work, away from the threads that serve the others.
pub struct Work {
    server: Arc<Server>,
    pub library: Arc<Library>,
    pub home: PathBuf,
    /// Who asks.
    pub viewer: Arc<Viewer>,
    generation: u64,
}

impl Server {
    pub fn new(home: PathBuf, packs: Vec<PathBuf>, store: Option<String>, behind_proxy: bool) -> Result<Server, Failure> {
        let library = Arc::new(app::library(&home, &packs)?);
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Server {
            known: Mutex::new(Known {
                library,
                library_mark: library_mark(&home, &packs),
                home_mark: home_mark(&home),
                generation: 0,
                looked: None,
            }),
            counties: Cache::new(SCHOOLS_MAX),
            bodies: Cache::new(BODY_BYTES_MAX),
            heavy: Semaphore::new(cores.max(2)),
            jobs: Jobs::new(&home),
            uploads: Semaphore::new(UPLOADS_MAX),
            ledgers: Ledgers::new(home.clone(), packs.clone(), store),
            tries: Mutex::new((0, HashMap::new())),
            reports: Turns::new(REPORTS_MAX),
            receipts: Turns::new(REPORTS_MAX),
            started: Instant::now(),
            looked: AtomicU64::new(0),
            behind_proxy,
            home,
            packs,
        })
    }

    /// Answers from what is known, or works it out, once for all who ask the same.
    pub async fn answer<T, F>(self: &Arc<Self>, visit: Visit, work: F) -> Response
    where
        T: Serialize,
        F: FnOnce(&Work, &Visit) -> Result<T, Failure> + Send + 'static,
    {
        let at = self.work(&visit.viewer).await;
        let key = format!("{} {} {}", at.generation, visit.viewer.key(), visit.address());
        if let Some(body) = self.bodies.get(&key) {
            return body.answer(&visit);
        }
        let Ok(_permit) = self.heavy.acquire().await else { return broken().into_response() };
        // Whoever waited may find that another has done the work.
        if let Some(body) = self.bodies.get(&key) {
            return body.answer(&visit);
        }
        let done = spawn_blocking(move || {
            let made = work(&at, &visit).map_err(Refusal::from);
            (made.and_then(|made| Body::json(&made).map_err(|_| broken())), visit)
        });
        match done.await {
            Ok((Ok(body), visit)) => {
                let body = Arc::new(body);
                self.bodies.put(key, body.clone(), body.weight());
                body.answer(&visit)
            }
            Ok((Err(refusal), _)) => refusal.into_response(),
            Err(_) => broken().into_response(),
        }
    }

    /// Works an answer out anew for each who asks.
    pub async fn answer_anew<T, F>(self: &Arc<Self>, visit: Visit, work: F) -> Response
    where
        T: Serialize + Send + 'static,
        F: FnOnce(&Work, &Visit) -> Result<T, Failure> + Send + 'static,
    {
        match self.made_anew(visit, work).await {
            Ok(made) => crate::refusal::Json(made).into_response(),
            Err(refusal) => refusal.into_response(),
        }
    }

    /// The same, before it is an answer.
    pub async fn made_anew<T, F>(self: &Arc<Self>, visit: Visit, work: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&Work, &Visit) -> Result<T, Failure> + Send + 'static,
    {
        self.do_work(&visit.viewer.clone(), move |at| work(at, &visit)).await
    }

    /// Makes a workbook and hands it out under its name.
    pub async fn download<F>(self: &Arc<Self>, visit: Visit, work: F) -> Response
    where
        F: FnOnce(&Work, &Visit) -> Result<Workbook, Failure> + Send + 'static,
    {
        match self.do_work(&visit.viewer.clone(), move |at| work(at, &visit)).await {
            Ok(workbook) => {
                let named =
                    format!("attachment; filename=\"junheng.xlsx\"; filename*=UTF-8''{}", percent_encoded(&workbook.name));
                let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                let headers =
                    [(CONTENT_TYPE, kind.to_string()), (CONTENT_DISPOSITION, named), (CACHE_CONTROL, "no-store".to_string())];
                (headers, workbook.bytes).into_response()
            }
            Err(refusal) => refusal.into_response(),
        }
    }

    /// Works with a ledger, away from the threads that serve the others.
    pub async fn at_ledger<T, F>(self: &Arc<Self>, act: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut Ledger) -> Result<T, Failure> + Send + 'static,
    {
        let (server, generation) = (self.clone(), self.known().generation);
        match spawn_blocking(move || server.ledgers.with(generation, act)).await {
            Ok(made) => made.map_err(Refusal::from),
            Err(_) => Err(broken()),
        }
    }

    /// The same with a ledger that is made where there is none.
    pub async fn at_new_ledger<T, F>(self: &Arc<Self>, act: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut Ledger) -> Result<T, Failure> + Send + 'static,
    {
        let (server, generation) = (self.clone(), self.known().generation);
        match spawn_blocking(move || server.ledgers.with_new(generation, act)).await {
            Ok(made) => made.map_err(Refusal::from),
            Err(_) => Err(broken()),
        }
    }

    /// Lets somebody in. The password is compared outside the ledger, few at a time: it costs much by design.
    pub async fn log_in(self: &Arc<Self>, asked: LoginAsked) -> Result<Login, Refusal> {
        let Ok(_permit) = self.heavy.acquire().await else { return Err(broken()) };
        let (server, generation) = (self.clone(), self.known().generation);
        let tried = spawn_blocking(move || {
            let candidate = server.ledgers.with(generation, |ledger| app::begin_login(ledger, &asked))?;
            let fitted = candidate.password_fits(&asked.password);
            let random = app::random()?;
            server.ledgers.with(generation, |ledger| app::end_login(ledger, &asked, candidate, fitted, &random))
        });
        match tried.await {
            Ok(tried) => tried.map_err(Refusal::from),
            Err(_) => Err(broken()),
        }
    }

    /// Whether one more login may be tried from an address in this minute.
    pub async fn may_try(self: &Arc<Self>, address: &str) -> bool {
        let most = self.at_ledger(|ledger| Ok(ledger.procedures.rights.logins.as_ref().map_or(0, |logins| logins.per_minute)));
        let most = most.await.unwrap_or(0);
        let minute = self.started.elapsed().as_secs() / 60;
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.0 != minute {
            *tries = (minute, HashMap::new());
        }
        let tried = tries.1.entry(address.to_string()).or_default();
        *tried += 1;
        *tried <= most
    }

    /// Who asks, by what the browser holds.
    pub async fn who(self: Arc<Self>, token: Option<String>, address: String, agent: String) -> Result<Who, Refusal> {
        let generation = self.known().generation;
        let found = spawn_blocking(move || {
            if !self.ledgers.ask_for_login(generation)? {
                return Ok((Viewer::alone(), None, token));
            }
            let entered = match &token {
                Some(token) => self.ledgers.with(generation, |ledger| app::enter(ledger, token))?,
                None => None,
            };
            let viewer = entered.as_ref().map_or_else(Viewer::nobody, |entered| entered.viewer.clone());
            Ok::<_, Failure>((viewer, entered.map(Arc::new), token))
        });
        match found.await {
            Ok(Ok((viewer, entered, token))) => Ok(Who { viewer: Arc::new(viewer), entered, address, agent, token }),
            Ok(Err(failure)) => Err(failure.into()),
            Err(_) => Err(broken()),
        }
    }

    /// Whether the home asks for a login, and whether it was made for showing.
    pub fn asks_for_login(&self) -> Result<(bool, bool), Failure> {
        let asks = self.ledgers.ask_for_login(0)?;
        Ok((asks, asks && self.ledgers.with(0, app::is_demo)?))
    }

    async fn do_work<T, F>(self: &Arc<Self>, viewer: &Arc<Viewer>, work: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&Work) -> Result<T, Failure> + Send + 'static,
    {
        let at = self.work(viewer).await;
        let done = {
            let Ok(_permit) = self.heavy.acquire().await else { return Err(broken()) };
            spawn_blocking(move || work(&at)).await
        };
        self.take_in_looks().await;
        match done {
            Ok(made) => made.map_err(Refusal::from),
            Err(_) => Err(broken()),
        }
    }

    /// Looks that some work left in the home's `looked.log` go into the ledger's log at once. Where that cannot be done it is tried
    /// again with the next look, and whenever the log is read.
    async fn take_in_looks(self: &Arc<Self>) {
        let length = std::fs::metadata(self.home.join("looked.log")).map_or(0, |data| data.len());
        if self.looked.swap(length, Ordering::Relaxed) != length && self.ledgers.exists() {
            let _ = self.at_ledger(|ledger| app::take_in_looks(ledger).map(|_| ())).await;
        }
    }

    /// The page of the console at a path, made ready once.
    pub fn page(&self, path: &str, make: impl FnOnce() -> Option<Body>) -> Option<Arc<Body>> {
        let key = format!("page {path}");
        if let Some(body) = self.bodies.get(&key) {
            return Some(body);
        }
        let body = Arc::new(make()?);
        self.bodies.put(key, body.clone(), body.weight());
        Some(body)
    }

    /// The state of things now, after a look at the folders if the last one was some time ago.
    async fn work(self: &Arc<Self>, viewer: &Arc<Viewer>) -> Work {
        let due = {
            let mut known = self.known();
            let due = known.looked.is_none_or(|looked| looked.elapsed() >= LOOK_EVERY);
            if due {
                known.looked = Some(Instant::now());
            }
            due
        };
        if due {
            let server = self.clone();
            // A look that fails is made again with the next request.
            let _ = spawn_blocking(move || server.look()).await;
        }
        Work { viewer: viewer.clone(), ..self.work_now() }
    }

    /// Work for the one official at the machine, or for nobody in particular.
    pub fn work_now(self: &Arc<Self>) -> Work {
        let known = self.known();
        Work {
            server: self.clone(),
            library: known.library.clone(),
            home: self.home.clone(),
            viewer: Arc::new(Viewer::alone()),
            generation: known.generation,
        }
    }

    /// Looks at the folders; what was made of an older state is not used any more.
    pub fn look(&self) {
        let (library_mark, home_mark) = (library_mark(&self.home, &self.packs), home_mark(&self.home));
        let (is_other_library, is_other_home) = {
            let known = self.known();
            (known.library_mark != library_mark, known.home_mark != home_mark)
        };
        // Packs that cannot be read at the moment stay as they were.
        let library = is_other_library.then(|| app::library(&self.home, &self.packs).ok()).flatten();
        let mut known = self.known();
        if let Some(library) = library {
            known.library = Arc::new(library);
            known.library_mark = library_mark;
            known.generation += 1;
        }
        if is_other_home {
            known.home_mark = home_mark;
            known.generation += 1;
        }
        if is_other_home || is_other_library {
            self.bodies.clear();
            self.counties.clear();
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Work {
    /// Further folders of packs.
    pub fn packs(&self) -> &[PathBuf] {
        &self.server.packs
    }

    /// Works out what the first reader will ask for: the latest snapshot in all its years, and the one before it. A reader who
    /// comes meanwhile waits for the same evaluation instead of making another.
    pub fn prepare(&self) {
        let asked = CountyAsked { pack: app::DEFAULT_PACK.to_string(), snapshot: None, on: None, rules_on: None };
        // Where it cannot be done, the reader is told why.
        if let Ok(kept) = self.kept(&asked) {
            let _ = self.before(&kept, &asked);
            let _ = self.years(&kept, &asked);
        }
    }

    /// The county that is asked for, for those who may see the whole of it.
    pub fn county(&self, asked: &CountyAsked) -> Result<WholeCounty, Failure> {
        self.kept(asked)?.whole(&self.viewer, "county:read")
    }

    /// The county that is asked for, worked out now or lately; `app` shows of it what the reader may see.
    pub fn kept(&self, asked: &CountyAsked) -> Result<KeptCounty, Failure> {
        // A page names everything, a program perhaps nothing: both mean one outcome, which is worked out once.
        let asked = app::county_meant(&self.home, asked)?;
        self.server.counties.get_or_make(&(asked.clone(), self.generation), || {
            let kept = app::open_county(&self.library, &self.home, &asked)?;
            let weight = kept.weight();
            Ok((kept, weight))
        })
    }

    /// What changed since the snapshot over which this one was laid; nothing where that one cannot be judged, or not be seen.
    pub fn changes(&self, county: &WholeCounty, asked: &CountyAsked) -> Result<Option<CountyChanges>, Failure> {
        let before = self.before(&self.kept(asked)?, asked);
        let before = before.and_then(|before| before.whole(&self.viewer, "county:read").ok());
        Ok(before.map(|before| app::county_changes(&before, county)))
    }

    /// The county by the snapshot over which this one was laid.
    fn before(&self, kept: &KeptCounty, asked: &CountyAsked) -> Option<KeptCounty> {
        let parent = kept.parent()?;
        let before = |on| self.kept(&CountyAsked { snapshot: Some(parent.clone()), on, ..asked.clone() });
        before(asked.on).or_else(|failure| if asked.on.is_some() { before(None) } else { Err(failure) }).ok()
    }

    /// The county in each school year of its snapshot that can be judged, the oldest first.
    pub fn years(&self, kept: &KeptCounty, asked: &CountyAsked) -> Vec<KeptCounty> {
        let (years, own) = kept.years();
        let of_year = |year: &facts::SchoolYear| {
            if *year == own {
                return Some(kept.clone());
            }
            self.kept(&kept.beside(asked, Some(year.statistics_date()))).ok()
        };
        years.iter().filter_map(of_year).collect()
    }
}

fn broken() -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        text!("服务器内部出错，这次请求没有完成", "something broke inside the server; this request was not carried out"),
        text!(
            "重试；若再次发生，请附上地址和时间报告",
            "try again; if it happens again, report it with the address and the time"
        ),
    )
}

/// A number that is another as soon as a pack or form is edited.
fn library_mark(home: &Path, packs: &[PathBuf]) -> u64 {
    let own = [home.join("policies"), home.join("forms")];
    mark(own.iter().chain(packs).map(PathBuf::as_path))
}

/// A number that is another as soon as there is another snapshot or map.
fn home_mark(home: &Path) -> u64 {
    mark([home.join("snapshots"), home.join("planned"), home.join("map")].iter().map(PathBuf::as_path))
}

fn mark<'a>(folders: impl Iterator<Item = &'a Path>) -> u64 {
    let mut hash = DefaultHasher::new();
    folders.for_each(|folder| add_mark(folder, 0, &mut hash));
    hash.finish()
}

fn add_mark(path: &Path, depth: usize, hash: &mut DefaultHasher) {
    const DEPTH_MAX: usize = 8;
    let Ok(data) = path.symlink_metadata() else { return };
    path.hash(hash);
    data.len().hash(hash);
    data.modified().ok().hash(hash);
    if !data.is_dir() || depth == DEPTH_MAX {
        return;
    }
    let mut inside: Vec<PathBuf> = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    inside.sort();
    inside.iter().for_each(|path| add_mark(path, depth + 1, hash));
}
