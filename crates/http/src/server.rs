use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use app::{County, CountyAsked, CountyChanges, Explained, Failure, Library, Workbook};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use facts::{SchoolCode, Stage, text};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::body::Body;
use crate::cache::Cache;
use crate::jobs::Jobs;
use crate::refusal::Refusal;
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
    counties: Cache<CountyKey, Arc<County>>,
    bodies: Cache<String, Arc<Body>>,
    /// How many requests may work at once; the others wait their turn or find the work done.
    heavy: Semaphore,
    pub jobs: Jobs,
    pub uploads: Semaphore,
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

/// One request at work, away from the threads that serve the others.
pub struct Work {
    server: Arc<Server>,
    pub library: Arc<Library>,
    pub home: PathBuf,
    generation: u64,
}

impl Server {
    pub fn new(home: PathBuf, packs: Vec<PathBuf>) -> Result<Server, Failure> {
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
        let at = self.work().await;
        let key = format!("{} {}", at.generation, visit.address());
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
        match self.do_work(move |at| work(at, &visit)).await {
            Ok(made) => crate::refusal::Json(made).into_response(),
            Err(refusal) => refusal.into_response(),
        }
    }

    /// Makes a workbook and hands it out under its name.
    pub async fn download<F>(self: &Arc<Self>, visit: Visit, work: F) -> Response
    where
        F: FnOnce(&Work, &Visit) -> Result<Workbook, Failure> + Send + 'static,
    {
        match self.do_work(move |at| work(at, &visit)).await {
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

    async fn do_work<T, F>(self: &Arc<Self>, work: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&Work) -> Result<T, Failure> + Send + 'static,
    {
        let at = self.work().await;
        let Ok(_permit) = self.heavy.acquire().await else { return Err(broken()) };
        match spawn_blocking(move || work(&at)).await {
            Ok(made) => made.map_err(Refusal::from),
            Err(_) => Err(broken()),
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
    async fn work(self: &Arc<Self>) -> Work {
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
        self.work_now()
    }

    pub fn work_now(self: &Arc<Self>) -> Work {
        let known = self.known();
        Work { server: self.clone(), library: known.library.clone(), home: self.home.clone(), generation: known.generation }
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
    /// Works out what the first reader will ask for: the latest snapshot in all its years, and the one before it. A reader who
    /// comes meanwhile waits for the same evaluation instead of making another.
    pub fn prepare(&self) {
        let asked = CountyAsked { pack: app::DEFAULT_PACK.to_string(), snapshot: None, on: None, rules_on: None };
        // Where it cannot be done, the reader is told why.
        if let Ok(county) = self.county(&asked) {
            let _ = self.changes(&county, &asked);
            let _ = self.years(&county, &asked);
        }
    }

    /// The county that is asked for, worked out now or lately.
    pub fn county(&self, asked: &CountyAsked) -> Result<Arc<County>, Failure> {
        // A page names everything, a program perhaps nothing: both mean one outcome, which is worked out once.
        let asked = app::county_meant(&self.home, asked)?;
        self.server.counties.get_or_make(&(asked.clone(), self.generation), || {
            let county = Arc::new(app::open_county(&self.library, &self.home, &asked)?);
            let weight = county.outcome().matrix.schools.len() + 1;
            Ok((county, weight))
        })
    }

    /// What changed since the snapshot over which this one was laid; nothing where that one cannot be judged.
    pub fn changes(&self, county: &County, asked: &CountyAsked) -> Result<Option<CountyChanges>, Failure> {
        let Some(parent) = &county.manifest.parent else { return Ok(None) };
        let before = |on| self.county(&CountyAsked { snapshot: Some(parent.to_string()), on, ..asked.clone() });
        let before = before(asked.on).or_else(|failure| if asked.on.is_some() { before(None) } else { Err(failure) });
        Ok(before.ok().map(|before| app::county_changes(&before, county)))
    }

    /// The county in each school year of its snapshot that can be judged, the oldest first.
    pub fn years(&self, county: &Arc<County>, asked: &CountyAsked) -> Result<Vec<Arc<County>>, Failure> {
        let own = county.outcome().matrix.heading.year;
        let id = county.manifest.id.to_string();
        let of_year = |year: &facts::SchoolYear| {
            if *year == own {
                return Some(county.clone());
            }
            let on = Some(year.statistics_date());
            self.county(&CountyAsked { snapshot: Some(id.clone()), on, rules_on: None, pack: asked.pack.clone() }).ok()
        };
        Ok(county.manifest.years.iter().filter_map(of_year).collect())
    }

    pub fn explain(
        &self,
        county: &County,
        school: Option<&SchoolCode>,
        stage: Option<Stage>,
        figure: &str,
    ) -> Result<Explained, Failure> {
        app::explain_judged(&county.snapshot(&self.home)?, &county.judged, school, stage, figure)
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
    mark([home.join("snapshots"), home.join("map")].iter().map(PathBuf::as_path))
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
