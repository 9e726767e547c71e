//! Every procedure's walks again, this time through the use cases: with accounts, rights, jurisdiction, the ledger and its log. Before
//! each move everybody else tries it, in every role that there is, and is refused in words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use app::{
    AccountAsked, Acted, CaseFilter, Deed, DutyAsked, DutyOpening, Failure, Keeper, Ledger, LedgerAsked, StatementAsked, Viewer,
};
use duty::{Actor, Who};
use serde::Deserialize;

#[derive(Deserialize)]
struct Walk {
    #[serde(rename = "move")]
    moves: Vec<Move>,
}

/// A move as `duty::walk` reads it.
#[derive(Deserialize)]
struct Move {
    at: String,
    #[serde(default)]
    by: String,
    r#do: String,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    evidence: Vec<String>,
    #[serde(default)]
    period: String,
    skip: Option<String>,
    to: Option<String>,
    category: Option<String>,
    held: Option<bool>,
    #[serde(default)]
    expect: Expect,
}

#[derive(Default, Deserialize)]
struct Expect {
    refused: Option<String>,
    status: Option<String>,
    ready: Option<Vec<String>>,
    owner: Option<String>,
    round: Option<u32>,
}

/// Three townships of the sample county, made once.
fn home() -> &'static Path {
    static HOME: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, home) = HOME.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (files, home) = (folder.path().join("files"), folder.path().join("home"));
        let truth = sample::write(&files, 1, sample::Size::Townships).unwrap();
        let library = app::library(&home, &[]).unwrap();
        let paths = [files.join(&truth.years.last().unwrap().year)];
        let request = app::ImportRequest {
            home: &home,
            paths: &paths,
            uploads: &[],
            dry_run: false,
            explanations: None,
            county: None,
            fresh: false,
        };
        let report = app::import_files(&library, &request, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        assert_eq!(report.published().len(), 1);
        // A procedure that nobody thought of is a folder of the home, and no program.
        let seventh = Path::new(env!("CARGO_MANIFEST_DIR")).join("../duty/tests/seventh");
        copy(&seventh, &home.join("policies/cn/procedures/school-bus"));
        (folder, home)
    });
    home
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

/// Where everything happens: a school, and the village in which it lies.
struct Place {
    school: String,
    village: String,
}

fn place() -> Place {
    let asked = app::CountyAsked { pack: app::DEFAULT_PACK.into(), snapshot: None, on: None, rules_on: None };
    let library = std::sync::Arc::new(app::library(home(), &[]).unwrap());
    let kept = app::open_county(&library, home(), &asked).unwrap();
    let county = kept.whole(&Viewer::alone(), "county:read").unwrap();
    let school = &county.schools[0];
    Place { school: school.code.to_string(), village: school.division.as_ref().unwrap().to_string() }
}

struct Stage {
    folder: tempfile::TempDir,
    place: Place,
    procedure: String,
    case: String,
    /// Account and roles by the walk's name for a person.
    people: BTreeMap<String, (String, Vec<String>)>,
    /// One more person in every role.
    others: Vec<(Actor, Viewer)>,
}

impl Stage {
    fn new(procedure: &str) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Stage {
            folder,
            place: place(),
            procedure: procedure.into(),
            case: String::new(),
            people: BTreeMap::new(),
            others: Vec::new(),
        };
        let mut ledger = stage.ledger("2020-01-01T08:00");
        let roles: Vec<String> = ledger.procedures.rights.grants.iter().map(|grant| grant.role.clone()).collect();
        for (n, role) in roles.iter().enumerate() {
            let other = stage.account(&mut ledger, &format!("other-{n}"), "旁人", role);
            stage.others.push(other);
        }
        stage
    }

    fn ledger(&self, at: &str) -> Ledger {
        let store = Some(self.folder.path().join("log.sqlite").display().to_string());
        let asked = LedgerAsked { home: home().into(), policies: Vec::new(), store, practice: true, at: Some(at.into()) };
        app::open_ledger(&asked).unwrap()
    }

    fn unit(&self, ledger: &Ledger, role: &str) -> String {
        let known = ledger.procedures.roles.role(role).unwrap_or_else(|| panic!("no role {role}"));
        match known.level.as_str() {
            "prefecture" | "province" => &self.place.village[..4],
            "township" => &self.place.village[..9],
            "village" | "group" => &self.place.village,
            "school" | "class" => &self.place.school,
            _ => &self.place.village[..6],
        }
        .to_string()
    }

    /// Somebody whose unit fits the level of their role.
    fn account(&self, ledger: &mut Ledger, person: &str, name: &str, role: &str) -> (Actor, Viewer) {
        let known = ledger.procedures.roles.role(role).unwrap_or_else(|| panic!("no role {role}")).clone();
        let unit = self.unit(ledger, role);
        let asked = AccountAsked {
            person: person.into(),
            name: name.into(),
            role: role.into(),
            unit: unit.clone(),
            roles: Vec::new(),
            chosen: vec![self.place.school.clone()],
        };
        app::put_account(ledger, Keeper::Machine, &asked).unwrap();
        let actor =
            Actor { person: person.into(), name: name.into(), role: role.into(), level: known.level, line: known.line, unit };
        let account = store::Account { person: person.into(), chosen: asked.chosen, ..store::Account::default() };
        let viewer = Viewer::of(&actor, &account, &ledger.procedures.rights);
        (actor, viewer)
    }

    /// A person of the walk: the same account in each of their roles.
    fn who(&mut self, ledger: &mut Ledger, by: &str) -> (Actor, Viewer) {
        let (name, role) = by.split_once('/').unwrap();
        let n = self.people.len();
        let (person, roles) = self.people.entry(name.into()).or_insert((format!("p{n}"), Vec::new())).clone();
        if !roles.contains(&role.to_string()) {
            self.people.get_mut(name).unwrap().1.push(role.into());
        }
        let roles = self.people[name].1.clone();
        let (mut actor, _) = self.account(ledger, &person, name, &roles[0]);
        let units = roles.iter().map(|role| self.unit(ledger, role));
        // One account answers for one place: the widest that its roles want.
        actor.unit = units.min_by_key(|unit| if unit.len() == 10 { 99 } else { unit.len() }).unwrap();
        let asked = AccountAsked {
            person: person.clone(),
            name: name.into(),
            role: roles[0].clone(),
            unit: actor.unit.clone(),
            roles: roles[1..].to_vec(),
            chosen: vec![self.place.school.clone()],
        };
        app::put_account(ledger, Keeper::Machine, &asked).unwrap();
        let account = store::Account { person, roles: asked.roles, chosen: asked.chosen, ..store::Account::default() };
        let viewer = Viewer::of(&actor, &account, &ledger.procedures.rights);
        (Actor { role: role.into(), ..actor }, viewer)
    }

    fn asked(&self, one: &Move) -> DutyAsked {
        let file = self.folder.path().join("proof.txt");
        std::fs::write(&file, "一份证据").unwrap();
        DutyAsked {
            by: None,
            set: one.set.clone(),
            evidence: one.evidence.iter().map(|kind| format!("{kind}={}", file.display())).collect(),
            skip: one.skip.clone(),
            reason: one.skip.clone().unwrap_or_else(|| "说明".into()),
            // The walk names people, the ledger accounts.
            to: one.to.as_ref().map(|to| match to.split_once('/') {
                Some((name, role)) => format!("{}/{role}", self.people.get(name).map_or(name, |(person, _)| person)),
                None => to.clone(),
            }),
            category: one.category.clone(),
            held: one.held.unwrap_or(true),
        }
    }

    /// Does a move as somebody: through the use cases of the console where they have an account with rights.
    fn make(&self, ledger: &mut Ledger, one: &Move, actor: &Actor, viewer: &Viewer) -> Result<Option<Acted>, Failure> {
        let (word, name) = one.r#do.split_once(' ').unwrap_or((&one.r#do, ""));
        let asked = self.asked(one);
        let by = DutyAsked { by: Some(format!("{}/{}", actor.person, actor.role)), ..asked.clone() };
        let deed = match word {
            "open" => {
                let opening = DutyOpening {
                    procedure: self.procedure.clone(),
                    label: "示例".into(),
                    division: self.place.village.clone(),
                    school: Some(self.place.school.clone()),
                    finding: "示例".into(),
                };
                // Whoever has no account reports at a page of its own.
                return if actor.role == "public" {
                    app::open_duty(ledger, &opening, &by).map(Some)
                } else {
                    app::open_case(ledger, viewer, &opening, &asked).map(Some)
                };
            }
            "vault" => return app::look_into_vault(ledger, viewer, &self.case, name, "核实").map(|_| None),
            "state" | "draw" => {
                let statement = StatementAsked {
                    procedure: self.procedure.clone(),
                    routine: name.into(),
                    period: one.period.clone(),
                    unit: Some(self.place.school.clone()),
                    ..StatementAsked::default()
                };
                return if word == "state" {
                    app::make_statement(ledger, &statement, &by).map(Some)
                } else {
                    app::draw_statements(ledger, &statement, one.skip.as_deref().unwrap_or("说明"), &by).map(|_| None)
                };
            }
            "wait" => {
                let library = app::library(home(), &[]).unwrap();
                return app::sync_duties(&library, ledger, home(), None, &[]).map(|_| None);
            }
            "step" => Deed::Step(name),
            "hand-over" => Deed::HandOver,
            "take-over" => Deed::TakeOver,
            "decline" => Deed::Decline,
            "pause" => Deed::Pause,
            "resume" => Deed::Resume,
            "close" => Deed::Close,
            "reopen" => Deed::Reopen,
            "stay" => Deed::Stay(name),
            other => panic!("no such move: {other}"),
        };
        app::act_on_case(ledger, viewer, &self.case, deed, &asked).map(Some)
    }

    /// Everybody else who may not do a move tries it.
    fn others_try(&self, ledger: &mut Ledger, one: &Move, off: &mut Vec<String>) {
        let Some(who) = entitled(ledger, &self.procedure, &one.r#do) else { return };
        for (actor, viewer) in &self.others {
            if who.iter().any(|who| who.is(actor)) {
                continue;
            }
            let seq = |ledger: &mut Ledger| {
                app::list_duties(ledger, &CaseFilter::default()).unwrap().cases.iter().map(|line| line.row.seq).sum::<u64>()
            };
            let before = seq(ledger);
            match self.make(ledger, one, actor, viewer) {
                Ok(_) => off.push(format!("{} {}: done by {}, who is not among those who may", one.at, one.r#do, actor.role)),
                Err(failure) => worded(ledger, &failure, &format!("{} {} by {}", one.at, one.r#do, actor.role), off),
            }
            if seq(ledger) != before {
                off.push(format!("{} {} by {}: refused, and yet something was written", one.at, one.r#do, actor.role));
            }
        }
    }
}

/// Who may do a move, by the procedure; none where it is not a question of role alone.
fn entitled(ledger: &Ledger, procedure: &str, r#do: &str) -> Option<Vec<Who>> {
    let procedure = &ledger.procedures.all[procedure].0;
    let (word, name) = r#do.split_once(' ').unwrap_or((r#do, ""));
    Some(match word {
        "open" => procedure.opening.who.clone(),
        "step" => procedure.step(name)?.who.clone(),
        "close" => procedure.close.who.clone(),
        "pause" | "resume" => procedure.pause.as_ref()?.who.clone(),
        "stay" => procedure.stay(name)?.who.clone(),
        "reopen" => procedure.reopen.as_ref()?.who.clone(),
        "vault" => procedure.vaults.iter().find(|vault| vault.id == name)?.readers.clone(),
        "state" => procedure.routine(name)?.who.clone(),
        _ => return None,
    })
}

/// A refusal says what and how on, in both languages, and calls roles by name.
fn worded(ledger: &Ledger, failure: &Failure, at: &str, off: &mut Vec<String>) {
    let said = format!("{} {}", failure.what.zh, failure.hint.zh);
    if failure.what.zh.is_empty() || failure.what.en.is_empty() || failure.hint.zh.is_empty() || failure.hint.en.is_empty() {
        off.push(format!("{at}: says too little: {failure:?}"));
    }
    let words: BTreeSet<&str> = said.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
    let ids = ledger.procedures.roles.roles.iter().map(|role| role.id.as_str());
    for id in ids.filter(|id| words.contains(id)) {
        off.push(format!("{at}: says the id {id}: {said}"));
    }
    if !failure.wrong_use {
        off.push(format!("{at}: no refusal but a fault: {said}"));
    }
}

fn walk(procedure: &str, name: &str, text: &str) -> Vec<String> {
    let walk: Walk = toml::from_str(text).unwrap();
    // What the data show is told by importing data: `tests/duty.txt` tells that story.
    if walk.moves.iter().any(|one| one.r#do == "see") {
        return Vec::new();
    }
    let mut stage = Stage::new(procedure);
    let mut off = Vec::new();
    for one in &walk.moves {
        // Of the county's schools others may have been drawn: who looks again depends on the lot.
        if one.r#do.starts_with("stay") && walk.moves.iter().any(|one| one.r#do.starts_with("draw")) {
            break;
        }
        let mut ledger = stage.ledger(&one.at);
        if one.expect.refused.is_none() {
            stage.others_try(&mut ledger, one, &mut off);
        }
        let (actor, viewer) = match one.r#do.as_str() {
            "wait" => stage.others[0].clone(),
            _ => stage.who(&mut ledger, &one.by),
        };
        let at = format!("{procedure} {name}: {} {} by {}", one.at, one.r#do, one.by);
        match (stage.make(&mut ledger, one, &actor, &viewer), &one.expect.refused) {
            (Ok(acted), None) => {
                if let (Some(acted), "open" | "state") = (&acted, one.r#do.split(' ').next().unwrap()) {
                    stage.case.clone_from(&acted.case);
                }
            }
            (Ok(_), Some(code)) => off.push(format!("{at}: should be refused ({code}), and was done")),
            (Err(failure), None) => {
                off.push(format!("{at}: refused: {} {}", failure.what.en, failure.hint.en));
                break;
            }
            (Err(failure), Some(_)) => worded(&ledger, &failure, &at, &mut off),
        }
        let cases = app::list_duties(&mut ledger, &CaseFilter::default()).unwrap().cases;
        let Some(row) = cases.iter().map(|line| &line.row).find(|row| row.case == stage.case) else { continue };
        let mut compare = |what: &str, expected: Option<String>, is: &str| {
            if expected.as_ref().is_some_and(|expected| expected != is) {
                off.push(format!("{at}: {what} is {is}, not {}", expected.unwrap()));
            }
        };
        compare("status", one.expect.status.clone(), &row.status);
        compare("ready", one.expect.ready.as_ref().map(|ready| ready.join(" ")), row.step.as_deref().unwrap_or(""));
        compare("round", one.expect.round.map(|round| round.to_string()), &row.round.to_string());
        if row.owner_person.is_none() {
            compare("owner", one.expect.owner.clone(), &row.owner_role);
        }
    }
    let store = stage.folder.path().join("log.sqlite").display().to_string();
    let verified = app::verify_log(home(), Some(&store)).unwrap();
    if let Some(broken) = verified.broken {
        off.push(format!("{procedure} {name}: the log does not fit: {}", broken.en));
    }
    off
}

#[test]
fn every_procedure_is_walked_by_those_who_may_and_refused_to_everybody_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Some(folder.path().join("log.sqlite").display().to_string());
    let asked = LedgerAsked { home: home().into(), policies: Vec::new(), store, practice: true, at: None };
    let ledger = app::open_ledger(&asked).unwrap();
    let walks: Vec<(String, String, String)> = (ledger.procedures.all.iter())
        .flat_map(|(id, (_, files))| {
            let walks = files.files.iter().filter(|(path, _)| path.starts_with("walks/"));
            walks.map(|(path, text)| (id.clone(), path.clone(), text.clone())).collect::<Vec<_>>()
        })
        .collect();
    assert!(walks.iter().any(|(id, _, _)| id == "cn/procedures/school-bus"));
    let off: Vec<String> = std::thread::scope(|scope| {
        let walking: Vec<_> = walks.iter().map(|(id, name, text)| scope.spawn(move || walk(id, name, text))).collect();
        walking.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    assert!(off.is_empty(), "{}", off.join("\n"));
}
