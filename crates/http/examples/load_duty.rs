//! Many people at work at once: `cargo build --release -p junheng && cargo run --release -p http-server --example load_duty --
//! [USERS] [SECONDS] [THINK] [STORE]` (300 users, 60 s, 5 s of thought between two requests, SQLite; or `postgres://…`).
//!
//! Makes a home of the sample county in the temporary folder with an account for each user and duties for each school, starts
//! the release server over it, lets everybody come in, and then each reads their desk, lists and cases and acts on them, with time
//! to think. Prints the waits of each kind of request. At the end every act that was acknowledged is looked for in the log, and
//! the log is verified: `nothing lost`, or the command fails.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use app::{AccountAsked, CaseFilter, DutyAsked, DutyOpening, Keeper, LedgerAsked};
use serde_json::{Value, json};

type Fault = Box<dyn Error + Send + Sync>;

const LETTER: &str = "cn/procedures/duty-letter";

fn main() -> Result<(), Fault> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| words.get(at).map_or(Ok(default), |word| word.parse());
    let (users, seconds, think) = (number(0, 300)?, number(1, 60)?, number(2, 5)?);
    let folder = std::env::temp_dir().join(format!("junheng-load-{}", std::process::id()));
    let home = folder.join("home");
    let store = words.get(3).cloned();
    let people = prepare(&folder, &home, store.as_deref(), usize::try_from(users)?)?;
    let (server, at) = serve(&home, store.as_deref())?;
    let done = work(at, &people, Duration::from_secs(seconds), think as f64);
    let stopped = stop(server);
    let (waits, acts, refused) = done?;
    stopped?;
    print(&waits, seconds);
    let total: usize = acts.values().sum();
    println!("{total} acts acknowledged, {refused} refused");
    look_for(&home, store.as_deref(), &acts)?;
    Ok(std::fs::remove_dir_all(&folder)?)
}

/// Somebody who works.
#[derive(Clone)]
struct Person {
    id: String,
    /// Whether they break documents into duties.
    opens: bool,
    /// School and division of one that they answer for.
    school: String,
    division: String,
}

/// The home: the sample county of one year, an account a user, and three duties for each school.
fn prepare(folder: &Path, home: &Path, store: Option<&str>, users: usize) -> Result<Vec<Person>, Fault> {
    let started = Instant::now();
    let files = folder.join("files");
    // A few townships are enough where only the command itself is tried.
    let size = if users < 50 { sample::Size::Townships } else { sample::Size::County };
    let truth = sample::write(&files, 1, size)?;
    let library = std::sync::Arc::new(app::library(home, &[]).map_err(said)?);
    let paths = [files.join(&truth.years.last().ok_or("no year")?.year)];
    let request =
        app::ImportRequest { home, paths: &paths, uploads: &[], dry_run: false, explanations: None, county: None, fresh: false };
    let report = app::import_files(&library, &request, &mut |_| std::ops::ControlFlow::Continue(())).map_err(said)?;
    if report.published().is_empty() {
        return Err("the sample was not imported".into());
    }
    let asked =
        LedgerAsked { home: home.into(), policies: Vec::new(), store: store.map(str::to_string), practice: true, at: None };
    let mut ledger = app::open_ledger(&asked).map_err(said)?;
    let synced = app::sync_duties(&library, &mut ledger, home, None, &[]).map_err(said)?;
    if synced.opened.is_empty() {
        return Err("the sample opened no case".into());
    }
    app::make_demo(&mut ledger, home).map_err(said)?;
    let asked = app::CountyAsked { pack: app::DEFAULT_PACK.into(), snapshot: None, on: None, rules_on: None };
    let kept = app::open_county(&library, home, &asked).map_err(said)?;
    let county = kept.whole(&app::Viewer::alone(), "county:read").map_err(said)?;
    let schools: Vec<(String, String)> = (county.schools.iter())
        .filter_map(|school| Some((school.code.to_string(), school.division.as_ref()?.to_string())))
        .collect();
    let mut people = Vec::new();
    for n in 0..users {
        let (school, division) = schools[n % schools.len()].clone();
        // Of ten, six head a school, two sit in a township, two in the bureau.
        let (role, unit, opens) = match n % 10 {
            0..6 => ("principal", school.clone(), false),
            6..8 => ("township_education", division[..9].to_string(), false),
            8 => ("basic_education", division[..6].to_string(), true),
            _ => ("bureau_leader", division[..6].to_string(), true),
        };
        let id = format!("user{n}");
        let asked =
            AccountAsked { person: id.clone(), name: "用户".into(), role: role.into(), unit, ..AccountAsked::default() };
        app::put_account(&mut ledger, Keeper::Machine, &asked).map_err(said)?;
        people.push(Person { id, opens, school, division });
    }
    for (school, division) in &schools {
        for n in 0..3 {
            let opening = opening(&format!("任务 {n}"), school, division);
            let asked = DutyAsked { by: Some("bureau-leader".into()), set: fields(), ..DutyAsked::default() };
            app::open_duty(&mut ledger, &opening, &asked).map_err(said)?;
        }
    }
    println!("{users} accounts, {} duties, ready after {:.0} s", schools.len() * 3, started.elapsed().as_secs_f64());
    Ok(people)
}

fn said(failure: app::Failure) -> Fault {
    format!("{} {}", failure.what.en, failure.hint.en).into()
}

fn opening(label: &str, school: &str, division: &str) -> DutyOpening {
    DutyOpening {
        procedure: LETTER.into(),
        label: label.into(),
        division: division.into(),
        school: Some(school.into()),
        finding: "任务".into(),
    }
}

fn fields() -> BTreeMap<String, String> {
    [
        ("document", "通知"),
        ("clause", "1"),
        ("task", "排查"),
        ("party", "principal"),
        ("responsible", "校长"),
        ("complete_by", "2099-12-31"),
        ("proof_wanted", "清单"),
    ]
    .map(|(field, words)| (field.to_string(), words.to_string()))
    .into()
}

/// The server as it is delivered, beside this example in the folder of the build.
fn serve(home: &Path, store: Option<&str>) -> Result<(Child, SocketAddr), Fault> {
    let own = std::env::current_exe()?;
    let bin: PathBuf = own.ancestors().nth(2).ok_or("no folder of the build")?.join("junheng");
    let mut command = Command::new(bin);
    command.args(["serve", "--port", "0", "--behind-proxy", "--format", "json", "--home"]).arg(home);
    store.iter().for_each(|store| {
        command.args(["--store", store]);
    });
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut said = String::new();
    let mut out = BufReader::new(child.stdout.take().ok_or("no output")?);
    loop {
        let before = said.len();
        out.read_line(&mut said)?;
        if said.len() == before {
            return Err(format!("the server did not start: {said}").into());
        }
        if let Some(at) = said.split("http://").nth(1).and_then(|rest| rest.split('/').next()) {
            return Ok((child, at.parse()?));
        }
    }
}

fn stop(mut server: Child) -> Result<(), Fault> {
    server.kill()?;
    server.wait()?;
    Ok(())
}

type Waits = BTreeMap<&'static str, Vec<Duration>>;
/// How often each person did something to each case, as far as it was acknowledged.
type Acts = BTreeMap<(String, String), usize>;

fn work(at: SocketAddr, people: &[Person], lasts: Duration, think: f64) -> Result<(Waits, Acts, usize), Fault> {
    let begun = Instant::now();
    // Everybody is in before the clock starts.
    let mut inside = Vec::new();
    for person in people {
        let mut link = Link::new(at, &person.id)?;
        link.come_in(&person.id)?;
        inside.push(link);
    }
    println!("{} came in after {:.1} s", people.len(), begun.elapsed().as_secs_f64());
    let ends = Instant::now() + lasts;
    let all: Vec<Result<(Waits, Acts, usize), Fault>> = std::thread::scope(|scope| {
        let working: Vec<_> = (inside.into_iter().zip(people).enumerate())
            .map(|(n, (link, person))| scope.spawn(move || day(link, person, n as u64, ends, think)))
            .collect();
        working.into_iter().map(|one| one.join().unwrap_or_else(|_| Err("a user broke".into()))).collect()
    });
    let (mut waits, mut acts, mut refused) = (Waits::new(), Acts::new(), 0);
    for one in all {
        let (own, did, no) = one?;
        own.into_iter().for_each(|(kind, some)| waits.entry(kind).or_default().extend(some));
        did.into_iter().for_each(|(what, n)| *acts.entry(what).or_default() += n);
        refused += no;
    }
    Ok((waits, acts, refused))
}

/// What somebody does until the time is up.
fn day(mut link: Link, person: &Person, seed: u64, ends: Instant, think: f64) -> Result<(Waits, Acts, usize), Fault> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995;
    let mut chance = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64) / (1_u64 << 53) as f64
    };
    let (mut waits, mut acts, mut refused, mut cases) = (Waits::new(), Acts::new(), 0, Vec::<String>::new());
    loop {
        // Times between two requests as they are when nobody waits for anybody.
        let pause = Duration::from_secs_f64(-think * (1.0 - chance()).ln());
        if Instant::now() + pause > ends {
            return Ok((waits, acts, refused));
        }
        std::thread::sleep(pause);
        let lot = chance();
        let mut timed = |kind: &'static str, started: Instant| waits.entry(kind).or_default().push(started.elapsed());
        let started = Instant::now();
        let case = cases.get((chance() * cases.len() as f64) as usize).cloned();
        match (lot, case) {
            (..0.4, _) => {
                link.ask("GET", "/api/desk", None)?.ok()?;
                timed("desk", started);
            }
            (..0.65, _) | (_, None) => {
                let path = format!("/api/cases?status=unclosed&procedure={LETTER}&limit=50");
                let listed = link.ask("GET", &path, None)?.ok()?;
                timed("list", started);
                cases = (listed["cases"].as_array().into_iter().flatten())
                    .filter_map(|line| line["case"].as_str().map(str::to_string))
                    .collect();
            }
            (..0.85, Some(case)) => {
                link.ask("GET", &format!("/api/cases/{case}"), None)?.ok()?;
                timed("case", started);
            }
            (_, Some(case)) => {
                let (path, deed) = if person.opens {
                    let set = fields();
                    let deed = json!({
                        "procedure": LETTER, "label": "新任务", "division": person.division, "school": person.school,
                        "finding": "任务", "fields": set,
                    });
                    ("/api/cases".to_string(), deed)
                } else {
                    let deed = json!({ "deed": "step", "name": "report", "fields": { "progress": "已安排" } });
                    (format!("/api/cases/{case}"), deed)
                };
                let answer = link.ask("POST", &path, Some(&deed))?;
                timed("act", started);
                match answer.status {
                    200 => {
                        let case = answer.body["case"].as_str().unwrap_or_default().to_string();
                        *acts.entry((case, person.id.clone())).or_default() += 1;
                    }
                    400..500 => refused += 1,
                    status => return Err(format!("{path}: {status}").into()),
                }
            }
        }
    }
}

/// One browser: a connection that stays open, and its cookie.
struct Link {
    at: SocketAddr,
    stream: BufReader<TcpStream>,
    from: String,
    cookie: String,
}

struct Answer {
    status: u16,
    cookie: Option<String>,
    body: Value,
}

impl Answer {
    fn ok(self) -> Result<Value, Fault> {
        if self.status == 200 { Ok(self.body) } else { Err(format!("{}: {}", self.status, self.body).into()) }
    }
}

impl Link {
    fn new(at: SocketAddr, from: &str) -> Result<Link, Fault> {
        Ok(Link { at, stream: connect(at)?, from: from.to_string(), cookie: String::new() })
    }

    fn come_in(&mut self, person: &str) -> Result<(), Fault> {
        let body = json!({ "person": person, "demo": true }).to_string();
        let answer = self.send("POST", "/api/session", "application/json", body.as_bytes())?;
        let cookie = answer.cookie.clone();
        answer.ok()?;
        self.cookie = cookie.ok_or("no cookie")?;
        Ok(())
    }

    fn ask(&mut self, method: &str, path: &str, deed: Option<&Value>) -> Result<Answer, Fault> {
        match deed {
            None => match self.send(method, path, "", b"") {
                Ok(answer) => Ok(answer),
                // A connection that stood idle for long is closed by the server: a reading is asked for again.
                Err(_) => {
                    self.stream = connect(self.at)?;
                    self.send(method, path, "", b"")
                }
            },
            Some(deed) => {
                let body = format!("--b\r\nContent-Disposition: form-data; name=\"deed\"\r\n\r\n{deed}\r\n--b--\r\n");
                // On a connection of its own: an act whose answer was lost must not be sent twice.
                self.stream = connect(self.at)?;
                self.send(method, path, "multipart/form-data; boundary=b", body.as_bytes())
            }
        }
    }

    fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Answer, Fault> {
        let (at, from, cookie) = (self.at, &self.from, &self.cookie);
        let mut words =
            format!("{method} {path} HTTP/1.1\r\nHost: {at}\r\nX-Junheng: 1\r\nX-Forwarded-For: {from}\r\nCookie: {cookie}\r\n");
        if !body.is_empty() {
            words += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        }
        words += "\r\n";
        self.stream.get_mut().write_all(&[words.as_bytes(), body].concat())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| format!("no answer: {line:?}"))?;
        let (mut length, mut cookie) = (0, None);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "set-cookie" => cookie = value.split(';').next().map(str::to_string),
                _ => {}
            }
        }
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok(Answer { status, cookie, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }
}

fn connect(at: SocketAddr) -> Result<BufReader<TcpStream>, Fault> {
    let stream = TcpStream::connect(at)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    Ok(BufReader::new(stream))
}

fn print(waits: &Waits, seconds: u64) {
    let all: Vec<Duration> = waits.values().flatten().copied().collect();
    for (kind, some) in waits.iter().map(|(kind, some)| (*kind, some)).chain([("all", &all)]) {
        let mut some = some.clone();
        some.sort();
        let at = |share: f64| some.get(((some.len() as f64 * share) as usize).min(some.len().saturating_sub(1)));
        let ms = |wait: Option<&Duration>| wait.map_or(0.0, |wait| wait.as_secs_f64() * 1000.0);
        let rate = some.len() as f64 / seconds as f64;
        println!(
            "{kind:5} {:6} requests {rate:6.1} a second  p50 {:7.2}  p99 {:7.2}  max {:7.2} ms",
            some.len(),
            ms(at(0.5)),
            ms(at(0.99)),
            ms(some.last())
        );
    }
}

/// Every act that was acknowledged stands in the log, as often as it was, and the log fits its chain.
fn look_for(home: &Path, store: Option<&str>, acts: &Acts) -> Result<(), Fault> {
    let out = home.join("log.jsonl");
    let lines = app::export_log(home, store, &out).map_err(said)?;
    let mut found = Acts::new();
    for line in std::fs::read_to_string(&out)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        let body: Value = serde_json::from_str(line["body"].as_str().unwrap_or("null"))?;
        let of = |words: &Value| words.as_str().unwrap_or_default().to_string();
        *found.entry((of(&line["case"]), of(&body["actor"]["person"]))).or_default() += 1;
    }
    let lost: Vec<_> = acts.iter().filter(|(what, n)| found.get(*what).is_none_or(|known| known < n)).collect();
    let verified = app::verify_log(home, store).map_err(said)?;
    if let Some(broken) = verified.broken {
        return Err(format!("the log does not fit its chain: {}", broken.en).into());
    }
    if !lost.is_empty() {
        return Err(format!("lost: {lost:?}").into());
    }
    let cases = app::list_duties(
        &mut app::open_ledger(&LedgerAsked { home: home.into(), store: store.map(str::to_string), ..LedgerAsked::default() })
            .map_err(said)?,
        &CaseFilter { limit: 1, ..CaseFilter::default() },
    )
    .map_err(said)?
    .total;
    println!("nothing lost: every act is in the log; {lines} lines of {cases} cases fit their chain");
    Ok(())
}
