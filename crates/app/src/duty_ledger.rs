use std::path::{Path, PathBuf};

use duty::chain::{digest, hex};
use duty::{Actor, Case, Event, Moment, Procedure, Proof, Recorded, Refusal, Subject};
use facts::{Text, text};
use serde::Serialize;
use snapshot::Home;
use store::{Batch, Entry, Row, Store, StoreError};

use crate::duty_procedures::{Procedures, procedures};
use crate::{Failure, now};

/// The cases of a home, opened to be read and acted upon.
pub struct Ledger {
    pub procedures: Procedures,
    pub(crate) store: Box<dyn Store + Send>,
    pub(crate) home: PathBuf,
    pub(crate) now: Moment,
    /// Whether the time was given.
    stands_still: bool,
    practice: bool,
}

/// How a ledger is opened.
#[derive(Debug, Clone, Default)]
pub struct LedgerAsked {
    pub home: PathBuf,
    /// Further folders of packs.
    pub policies: Vec<PathBuf>,
    /// `postgres://…`, or a path; the home's own file where it is not given.
    pub store: Option<String>,
    /// Whether a new ledger is for practice: there, and only there, the time may be given.
    pub practice: bool,
    pub at: Option<String>,
}

/// The store that is meant.
pub fn store_meant(home: &Path, store: Option<&str>) -> String {
    store.map_or_else(|| home.join("duty").join("log.sqlite").display().to_string(), str::to_string)
}

/// Opens the ledger of a home, making it where there is none.
pub fn open_ledger(asked: &LedgerAsked) -> Result<Ledger, Failure> {
    let procedures = procedures(&asked.home, &asked.policies)?;
    let mut store = store::open(&store_meant(&asked.home, asked.store.as_deref()), asked.practice)?;
    let practice = store.head()?.practice;
    let now = match &asked.at {
        None => clock().ok_or_else(|| Failure::prevented(text!("读不出时钟", "the clock cannot be read"), Text::new("", "")))?,
        Some(_) if !practice => {
            return Err(Failure::wrong_use(
                text!(
                    "真实台账的时间只由时钟决定，不能用 --at 补记",
                    "in a real ledger the clock tells the time; --at is refused"
                ),
                text!(
                    "演练另建台账：junheng duty sync --practice --home 另一个目录",
                    "for practice begin another: junheng duty sync --practice --home ANOTHER"
                ),
            ));
        }
        Some(at) => at.parse().map_err(|_| {
            let what = text!("--at 后面的“{at}”不是时间", "`{at}` after --at is no time");
            Failure::wrong_use(what, text!("写成 2026-03-01T09:00", "write it as 2026-03-01T09:00"))
        })?,
    };
    let stands_still = asked.at.is_some();
    Ok(Ledger { procedures, store, home: asked.home.clone(), now, stands_still, practice })
}

fn clock() -> Option<Moment> {
    now().trim_end_matches('Z').parse::<Moment>().ok().map(|utc| Moment::from_unix(utc.as_unix()))
}

/// A case with the procedure that it follows.
pub struct Followed {
    pub case: Case,
    pub procedure: Procedure,
    pub events: Vec<Recorded>,
    pub row: Row,
}

impl Ledger {
    pub fn is_practice(&self) -> bool {
        self.practice
    }

    /// The time by which it goes.
    pub fn time(&self) -> String {
        self.now.to_string()
    }

    /// A case with its events and the version of the procedure under which it was opened.
    pub fn case(&mut self, id: &str) -> Result<Followed, Failure> {
        let row = self.store.row(id)?.ok_or_else(|| {
            let hint = text!("junheng duty list 列出全部", "`junheng duty list` lists them");
            Failure::unknown(text!("没有编号为“{id}”的案件", "there is no case `{id}`"), hint)
        })?;
        let procedure = self.procedure_of(&row)?;
        let events = self.store.events(id)?;
        let case = Case::replay(&procedure, &events).ok_or_else(|| {
            Failure::prevented(
                text!("{id} 的记录不完整", "the events of {id} are not whole"),
                text!("junheng log verify", "junheng log verify"),
            )
        })?;
        Ok(Followed { case, procedure, events, row })
    }

    fn procedure_of(&mut self, row: &Row) -> Result<Procedure, Failure> {
        let current = self.procedures.all.get(&row.procedure).filter(|(procedure, _)| procedure.version == row.version);
        if let Some((procedure, _)) = current {
            return Ok(procedure.clone());
        }
        let kept = self.store.procedure(&row.procedure, &row.version)?;
        let files: Option<duty::ProcedureFiles> = kept.and_then(|kept| serde_json::from_str(&kept).ok());
        files.and_then(|files| duty::read(&files, &self.procedures.roles).0).ok_or_else(|| {
            let (id, version) = (&row.procedure, &row.version);
            let what = text!("读不出程序 {id} 的版本 {version}", "version {version} of the procedure {id} cannot be read");
            Failure::prevented(what, text!("检查 roles.toml 里的角色", "look at the roles in roles.toml"))
        })
    }

    /// What is written when events happen to a case.
    pub(crate) fn entry(
        &self,
        procedure: &Procedure,
        before: Option<&Case>,
        id: &str,
        events: Vec<Event>,
        actor: &Actor,
    ) -> Result<Entry, Failure> {
        let expected = before.map_or(0, |case| case.seq);
        let mut case = before.cloned();
        let mut recorded = Vec::new();
        for event in events {
            let seq = case.as_ref().map_or(1, |case| case.seq + 1);
            let one = Recorded { case: id.to_string(), seq, at: self.now, actor: actor.clone(), event };
            match &mut case {
                Some(case) => case.apply(procedure, &one),
                None => case = Case::opened(procedure, &one),
            }
            recorded.push(one);
        }
        let case = case.ok_or_else(|| Failure::prevented(text!("没有立案", "no case was opened"), Text::new("", "")))?;
        Ok(Entry { expected, events: recorded, row: self.row(procedure, &case) })
    }

    fn row(&self, procedure: &Procedure, case: &Case) -> Row {
        let calendar = &self.procedures.calendar;
        // Whoever is to sign for a hand-over is told of it, too.
        let offered = case.offer.iter().map(|(_, to, _)| to.role.as_str());
        let mut told: Vec<&str> = case.escalated.iter().map(|(_, _, role)| role.as_str()).chain(offered).collect();
        // So is whoever may do what comes next, a look after the close-out too, however narrow their scope: they could not do it
        // otherwise.
        let steps = case.ready.iter().filter_map(|id| procedure.step(id)).filter(|step| !step.by_owner).map(|step| &step.who);
        let due = case.stays.iter().filter(|stay| stay.held.is_none()).filter_map(|stay| procedure.stay(&stay.stay));
        let next: Vec<&duty::Who> = steps.chain(due.map(|stay| &stay.who)).flatten().collect();
        let may = |role: &&duty::Role| next.iter().any(|who| who.means(role));
        let roles = self.procedures.roles.roles.iter().filter(may).map(|role| role.id.as_str());
        for role in roles.filter(|role| *role != case.owner.role) {
            if !told.contains(&role) {
                told.push(role);
            }
        }
        Row {
            case: case.id.clone(),
            procedure: case.procedure.clone(),
            version: case.version.clone(),
            subject: case.subject.key.clone(),
            label: case.subject.label.clone(),
            division: case.subject.division.clone(),
            school: case.subject.school.clone(),
            status: case.status.id().to_string(),
            step: (!case.ready.is_empty()).then(|| case.ready.join(" ")),
            owner_role: case.owner.role.clone(),
            owner_person: case.owner.person.clone(),
            told: (!told.is_empty()).then(|| format!(" {} ", told.join(" "))),
            round: case.round.into(),
            due: duty::due(procedure, case, calendar, self.now).map(|due| due.to_string()),
            wake: duty::wakes(procedure, case, calendar, self.now).map(|wake| wake.to_string()),
            opened: case.opened.to_string(),
            moved: case.moved.to_string(),
            closed: case.closed.as_ref().map(|closing| closing.at.to_string()),
            finding: case.finding.clone(),
            seq: case.seq,
        }
    }

    /// The files of a procedure, to be kept with the first case that follows this version.
    pub(crate) fn kept(&self, id: &str) -> Vec<(String, String, String)> {
        let files = self.procedures.all.get(id).map(|(_, files)| files);
        let kept = files.and_then(|files| Some((id.to_string(), files.version.clone(), serde_json::to_string(files).ok()?)));
        kept.into_iter().collect()
    }

    pub(crate) fn append(&mut self, batch: &Batch) -> Result<(), Failure> {
        self.store.append(batch)?;
        Ok(())
    }

    /// Reads the clock again: a ledger that stays open goes with the time. In one opened at a given time it stands still.
    pub(crate) fn look_at_clock(&mut self) {
        if !self.stands_still {
            self.now = clock().unwrap_or(self.now);
        }
    }

    /// Who acts: a user by name, and with a stroke behind it in one of their further roles: `li/principal`.
    pub fn actor(&mut self, person: Option<&str>) -> Result<Actor, Failure> {
        let hint = || {
            text!(
                "先登记：junheng users add 账号 --name 姓名 --role 角色 --unit 区划或学校代码",
                "add them first: junheng users add ID --name NAME --role ROLE --unit CODE"
            )
        };
        let Some(person) = person else {
            return Err(Failure::wrong_use(text!("要说明由谁办理（--by 账号）", "say who acts (--by ID)"), hint()));
        };
        let (person, role) = person.split_once('/').map_or((person, None), |(person, role)| (person, Some(role)));
        let user = self.store.user(person)?;
        let user = user.ok_or_else(|| Failure::unknown(text!("没有用户“{person}”", "there is no user `{person}`"), hint()))?;
        let Some(role) = role.filter(|role| *role != user.role) else { return Ok(user) };
        let further = self.store.account(person)?.map(|account| account.roles).unwrap_or_default();
        match self.procedures.roles.role(role).filter(|role| further.contains(&role.id)) {
            Some(role) => {
                let (level, line) = (role.level.clone(), role.line.clone());
                Ok(Actor { role: role.id.clone(), level, line, ..user })
            }
            None => {
                let what = text!("{person} 没有角色“{role}”", "{person} does not hold the role `{role}`");
                Err(Failure::wrong_use(what, hint()))
            }
        }
    }

    /// The program itself, for what data or the passing of time do.
    pub(crate) fn program() -> Actor {
        let word = |words: &str| words.to_string();
        Actor {
            person: word("junheng"), name: word("均衡"), role: word("-"), level: word("-"), line: word("-"), unit: word("-")
        }
    }

    /// Takes a file as evidence: its content is kept under its hash, its name without any path. A kind that lies in a vault is
    /// sealed, and its name, which may say who sent it, is not kept.
    pub(crate) fn take_evidence(&self, procedure: &Procedure, words: &str) -> Result<Proof, Failure> {
        let Some((kind, path)) = words.split_once('=') else {
            let hint = text!("写成 --evidence 种类=文件", "write --evidence KIND=FILE");
            return Err(Failure::wrong_use(text!("“{words}”不是证据", "`{words}` is no evidence"), hint));
        };
        let path = Path::new(path);
        let act = || text!("读取证据文件", "read the evidence");
        let size = std::fs::metadata(path).map_err(|error| Failure::io(act(), path, &error))?.len();
        if size > EVIDENCE_BYTES_MAX {
            let (at, most) = (path.display(), EVIDENCE_BYTES_MAX / 1_000_000);
            let what = text!("{at} 太大（上限 {most} MB）", "{at} is too large (at most {most} MB)");
            return Err(Failure::wrong_use(
                what,
                text!("压缩照片，或只附关键页", "shrink the photo, or add the pages that matter"),
            ));
        }
        let mut bytes = std::fs::read(path).map_err(|error| Failure::io(act(), path, &error))?;
        let mut name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if procedure.evidence.iter().any(|known| known.id == kind && known.vault.is_some()) {
            bytes = Home::open_or_create(&self.home)?.seal_bytes(&bytes)?;
            let end = name.rsplit_once('.').map_or("", |(_, end)| end);
            let end: String = end.chars().filter(char::is_ascii_alphanumeric).take(5).collect();
            name = format!("{kind}.{end}");
        }
        let sha256 = hex(&digest(&bytes));
        self.keep("files", &sha256, &bytes)?;
        Ok(Proof { kind: kind.to_string(), sha256, name })
    }

    /// Words as they lie in the vault: sealed with the home's key, so that whoever steals the database reads nothing of them.
    pub(crate) fn sealed(&self, words: &str) -> Result<String, Failure> {
        Ok(Home::open_or_create(&self.home)?.seal_words(words)?)
    }

    /// Writes a file of the ledger, whole or not at all; the same content twice is written once.
    pub(crate) fn keep(&self, folder: &str, name: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
        let folder = self.home.join("duty").join(folder);
        let path = folder.join(name);
        let act = || text!("保存文件", "keep a file");
        snapshot::make_folder(&folder).map_err(|error| Failure::io(act(), &folder, &error))?;
        if !path.exists() {
            // On the disk before the log speaks of it.
            snapshot::write_whole(&folder, name, bytes).map_err(|error| Failure::io(act(), &path, &error))?;
        }
        Ok(path)
    }
}

/// The largest file that is taken as evidence.
const EVIDENCE_BYTES_MAX: u64 = 50_000_000;

/// Whether somebody answers for the place of a subject: their unit is the beginning of its division, or its school.
pub(crate) fn within(actor: &Actor, subject: &Subject) -> Result<(), Failure> {
    if subject.division.starts_with(&actor.unit) || subject.school.as_ref() == Some(&actor.unit) {
        return Ok(());
    }
    let (name, unit, label) = (&actor.name, &actor.unit, &subject.label);
    Err(Failure::wrong_use(
        text!("{name} 的管辖范围（{unit}）不包括 {label}", "{label} lies outside the jurisdiction of {name} ({unit})"),
        text!("请有管辖权的人办理", "ask somebody who answers for that place"),
    ))
}

/// A refusal in words, with its article.
pub(crate) fn refused(refusal: &Refusal) -> Failure {
    let article = refusal.article.cite();
    let (Text { zh, en }, Text { zh: hint_zh, en: hint_en }) = (&refusal.what, &refusal.hint);
    let (law_zh, law_en) = (article.zh, article.en);
    Failure::wrong_use(text!("{zh}", "{en}"), text!("{hint_zh}（依据：{law_zh}）", "{hint_en} (by: {law_en})"))
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let busy = matches!(error, StoreError::Conflict { .. } | StoreError::Busy);
        Failure { busy, ..Failure::prevented(error.words(), error.hint()) }
    }
}

/// A case as a list says it.
#[derive(Debug, Clone, Serialize)]
pub struct CaseLine {
    #[serde(flatten)]
    pub row: Row,
    pub title: Text,
    pub step_title: Text,
    pub owner_title: Text,
    pub overdue: bool,
}
