//! A county as a plan would have it: a real snapshot with the plan's changes on top, under a name that no snapshot has.
//!
//! It is kept as a list of changes beside the snapshots, never as facts. So an import cannot build on it, it is never a county's
//! latest snapshot, and whatever follows the facts (cases, reports, draws) cannot open it: only those who evaluate and compare can.

use std::path::Path;

use evaluate::Delta;
use facts::{CountyCode, Date, Finding, Place, SchoolYear, Severity, Text, text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use snapshot::{Home, Snapshot};

use crate::{Failure, Judged, Library, evaluate_snapshot};

/// How the name of a planned state begins; no snapshot's does.
pub const PLANNED: &str = "planned-";

/// Where planned states lie in a home.
pub(crate) const FOLDER: &str = "planned";

const FORMAT: &str = "junheng-planned/1";

/// Digits of the name behind `planned-`.
const DIGITS: usize = 12;

/// A planned state as it lies in the home; its name is a hash over its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    format: String,
    /// Filled in when it is read.
    #[serde(skip)]
    pub id: String,
    /// Kind of the plan, and the SHA-256 of its file.
    pub kind: String,
    pub plan: String,
    /// The real snapshot under it.
    pub snapshot: String,
    pub county: CountyCode,
    pub county_name: String,
    /// The day for which the plan was made.
    pub on: Date,
    pub pack: String,
    pub changes: Vec<Delta>,
}

/// What a plan says of itself, whichever kind it is.
#[derive(Deserialize)]
struct PlanHead {
    kind: String,
    snapshot: Option<String>,
    county: CountyCode,
    county_name: String,
    on: Date,
    pack: String,
}

/// Whether a name is that of a planned state.
pub fn is_planned(id: &str) -> bool {
    id.starts_with(PLANNED)
}

/// Keeps the state that a plan leads to; gives it with its name. Applying a plan twice gives the same name.
///
/// Errors: a plan without changes, one whose snapshot is not in the home, one with a change that cannot be made there.
pub fn apply_plan(library: &Library, home: &Path, file: &Path, changes: Vec<Delta>) -> Result<Planned, Failure> {
    let act = || text!("读取方案", "read the plan");
    let words = std::fs::read_to_string(file).map_err(|error| Failure::io(act(), file, &error))?;
    let head: PlanHead = serde_json::from_str(&words).map_err(|error| {
        let shown = file.display();
        Failure::wrong_use(
            text!("方案文件读不懂：{shown}：{error}", "the plan cannot be read: {shown}: {error}"),
            text!("用 junheng plan 写出的文件", "use a file that `junheng plan` wrote"),
        )
    })?;
    let Some(base) = head.snapshot.as_deref().filter(|_| !changes.is_empty()) else {
        return Err(Failure::wrong_use(
            text!(
                "方案没有改变任何数量，没有可以写成计划快照的",
                "the plan changes no stock, so there is no planned snapshot of it"
            ),
            text!("结对方案不改变数量；换一份配备或交流方案", "pairs change none; take a plan of purchases or of rotation"),
        ));
    };
    let snapshot = Home::open(home)?.snapshot(base)?;
    let judged = evaluate_snapshot(library, &snapshot, &head.pack, Some(head.on))?;
    let after = evaluate::changed(&judged.resolved, &judged.outcome.matrix, &changes);
    let refused: Vec<Finding> = after.findings.into_iter().filter(|finding| finding.code.starts_with("what-if-")).collect();
    if !refused.is_empty() {
        return Err(Failure::found(&refused));
    }
    let mut planned = Planned {
        format: FORMAT.to_string(),
        id: String::new(),
        kind: head.kind,
        plan: hex(words.as_bytes()),
        snapshot: snapshot.manifest().id.to_string(),
        county: head.county,
        county_name: head.county_name,
        on: head.on,
        pack: head.pack,
        changes,
    };
    let mut written = serde_json::to_string_pretty(&planned)
        .map_err(|error| Failure::prevented(Text::new(error.to_string(), error.to_string()), Text::new("", "")))?;
    written.push('\n');
    planned.id = format!("{PLANNED}{}", &hex(written.as_bytes())[..DIGITS]);
    let folder = home.join(FOLDER);
    let name = format!("{}.json", planned.id);
    let act = || text!("写出计划快照", "write the planned snapshot");
    if !folder.join(&name).is_file() {
        snapshot::make_folder(&folder).map_err(|error| Failure::io(act(), &folder, &error))?;
        snapshot::write_whole(&folder, &name, written.as_bytes()).map_err(|error| Failure::io(act(), &folder, &error))?;
    }
    Ok(planned)
}

/// Every planned state of a home, by name; files that are none, or were changed since, are left out.
pub fn list_planned(home: &Path) -> Vec<Planned> {
    let entries = std::fs::read_dir(home.join(FOLDER)).into_iter().flatten().flatten();
    let mut found: Vec<Planned> = entries.filter_map(|entry| read(&entry.path()).ok()).collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found
}

/// The planned state of a name or the beginning of one; none where the name is not of this kind.
pub fn planned(home: &Path, id: &str) -> Result<Option<Planned>, Failure> {
    if !is_planned(id) {
        return Ok(None);
    }
    let mut found: Vec<Planned> = list_planned(home).into_iter().filter(|one| one.id.starts_with(id)).collect();
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(Some(one)),
        (None, _) => Err(Failure::unknown(
            text!("没有计划快照“{id}”，或它的文件已被改动", "there is no planned snapshot `{id}`, or its file was changed"),
            text!(
                "junheng snapshots 列出全部；用 junheng plan apply 方案 重新写出",
                "`junheng snapshots` lists them; write it again with `junheng plan apply PLAN`"
            ),
        )),
        (Some(_), false) => Err(Failure::wrong_use(
            text!("有几个计划快照以“{id}”开头", "several planned snapshots begin with `{id}`"),
            text!("多写几位", "give more digits"),
        )),
    }
}

fn read(path: &Path) -> Result<Planned, Option<std::io::Error>> {
    let words = std::fs::read(path).map_err(Some)?;
    let mut planned: Planned = serde_json::from_slice(&words).map_err(|_| None)?;
    planned.id = format!("{PLANNED}{}", &hex(&words)[..DIGITS]);
    let named = path.file_stem().and_then(|name| name.to_str()) == Some(planned.id.as_str());
    if named && planned.format == FORMAT { Ok(planned) } else { Err(None) }
}

/// Evaluates what an id means: a snapshot, or a planned state. Gives the snapshot that holds the facts besides.
pub fn evaluate_meant(
    library: &Library,
    home: &Path,
    id: &str,
    pack: &str,
    on: Option<Date>,
) -> Result<(Snapshot, Judged), Failure> {
    let planned = planned(home, id)?;
    let snapshot = Home::open(home)?.snapshot(planned.as_ref().map_or(id, |planned| &planned.snapshot))?;
    let judged = match &planned {
        None => evaluate_snapshot(library, &snapshot, pack, on)?,
        Some(planned) => planned.outcome(evaluate_snapshot(library, &snapshot, pack, Some(planned.day(on)?))?),
    };
    Ok((snapshot, judged))
}

impl Planned {
    /// The day asked for, within the school year for which the plan was made.
    pub(crate) fn day(&self, on: Option<Date>) -> Result<Date, Failure> {
        let (asked, made) = (on.unwrap_or(self.on), self.on);
        if SchoolYear::of(asked) == SchoolYear::of(made) {
            return Ok(asked);
        }
        Err(Failure::wrong_use(
            text!(
                "计划快照是按 {made} 的数据编制的，不能按 {asked} 核算",
                "the planned snapshot was made for {made} and says nothing of {asked}"
            ),
            text!("去掉 --on", "leave out --on"),
        ))
    }

    /// The name of the county with the mark that stands on every output.
    pub fn marked_name(&self) -> String {
        let name = &self.county_name;
        format!("{name}〔计划，不是现状 / PLANNED, not real〕")
    }

    /// The outcome with the plan's changes, marked as planned.
    pub(crate) fn outcome(&self, real: Judged) -> Judged {
        let Judged { resolved, outcome } = real;
        let mut matrix = evaluate::changed(&resolved, &outcome.matrix, &self.changes);
        matrix.heading.county_name = self.marked_name();
        matrix.heading.snapshot = Some(self.id.clone());
        let kind = match self.kind.as_str() {
            "rotation" => text!("交流轮岗方案", "a rotation"),
            _ => text!("配备方案", "a plan of purchases and moves"),
        };
        let (n, base, zh, en) = (self.changes.len(), crate::short(&self.snapshot), kind.zh, kind.en);
        matrix.findings.push(Finding::new(
            Severity::Note,
            "planned-not-real",
            Place::Everywhere,
            text!(
                "这是计划，不是现状：在快照 {base} 上加了{zh}的 {n} 项变动",
                "this is planned, not real: snapshot {base} with {n} changes of {en} on top"
            ),
            text!("看现状：去掉 planned- 编号", "for what is real, leave out the planned- id"),
        ));
        let outcome = evaluate::evaluate(&resolved, &matrix);
        Judged { resolved, outcome }
    }
}

/// Refuses the name of a planned state where only facts will do.
pub(crate) fn refuse_planned(id: &str) -> Result<(), Failure> {
    if !is_planned(id) {
        return Ok(());
    }
    Err(Failure::wrong_use(
        text!("“{id}”是计划快照，不是事实，不能用在这里", "`{id}` is a planned snapshot, no facts: it cannot be used here"),
        text!(
            "计划快照只能核算（evaluate）、比较（diff）和在控制台查看",
            "planned snapshots can be evaluated, compared (`diff`) and looked at in the console"
        ),
    ))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
