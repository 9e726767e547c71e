//! One case on the desk: what it is, what happened, what comes next and who may do it; and doing it.

use duty::{Case, Procedure, Running, Status, Who};
use facts::{Text, text};

use crate::account_logs::write_down;
use crate::desk::{is_personal, shown};
use crate::duty_ledger::CaseLine;
use crate::duty_show::page_of;
use crate::{
    Acted, DutyAsked, DutyOpening, Failure, Ledger, Viewer, act_on_duty, answer_hand_over, check_stay, close_duty,
    hand_over_duty, open_duty, pause_duty, read_vault, reopen_duty,
};

/// A case as somebody may see it.
#[derive(Debug)]
pub struct CaseShown {
    pub line: CaseLine,
    pub clocks: Vec<Running>,
    pub fields: Vec<(Text, String)>,
    /// When, who, what; the latest last.
    pub timeline: Vec<(String, String, Text)>,
    /// Kind, name, hash.
    pub evidence: Vec<(Text, String, String)>,
    /// Papers that steps made: name and number.
    pub papers: Vec<(Text, String)>,
    /// What may come next: each step with who may, and what it wants.
    pub steps: Vec<StepShown>,
    /// From whom, to whom, why, and whether the viewer may answer.
    pub offer: Option<(String, Text, String, bool)>,
    pub stays: Vec<StayShown>,
    pub close: CloseShown,
    /// What is kept apart, and whether the viewer may read it.
    pub vaults: Vec<(String, Text, bool)>,
    pub may: MayDo,
    /// Whether it is about a person: the look was written down.
    pub personal: bool,
}

#[derive(Debug)]
pub struct StepShown {
    pub id: String,
    pub title: Text,
    pub who: Text,
    pub article: Text,
    /// Whether the viewer may do it by their role.
    pub mine: bool,
    pub side: bool,
    /// Steps that are left out on the way to it; a reason is wanted then.
    pub skips: Vec<Text>,
    pub fields: Vec<FieldShown>,
    /// Kinds of evidence that it wants.
    pub needs: Vec<(String, Text)>,
}

#[derive(Debug)]
pub struct FieldShown {
    pub id: String,
    pub title: Text,
    /// text, date, number, choice
    pub kind: &'static str,
    pub optional: bool,
    pub choices: Vec<(String, Text)>,
    pub vault: bool,
}

#[derive(Debug)]
pub struct StayShown {
    pub id: String,
    pub title: Text,
    pub held: Option<bool>,
    pub mine: bool,
    pub needs: Vec<(String, Text)>,
}

#[derive(Debug)]
pub struct CloseShown {
    pub who: Text,
    pub by_data: bool,
    pub needs: Vec<(String, Text)>,
    /// Id, words, and what it wants beside.
    pub categories: Vec<(String, Text, Needs)>,
}

/// What must be brought, by id and in words.
pub type Needs = Vec<(String, Text)>;

/// What the viewer's role may do, so that a page offers nothing that is refused anyway. The engine decides again.
#[derive(Debug, Default)]
pub struct MayDo {
    pub hand_over: bool,
    pub pause: bool,
    pub resume: bool,
    pub close: bool,
    pub reopen: bool,
}

/// A procedure, for whoever opens a case by hand or chooses a ledger.
#[derive(Debug)]
pub struct ProcedureShown {
    pub id: String,
    pub title: Text,
    pub subject: Text,
    pub may_open: bool,
    pub personal: bool,
    /// Whether each case names who answers for it: a document broken into duties.
    pub breaks_down: bool,
    pub fields: Vec<FieldShown>,
    pub needs: Vec<(String, Text)>,
}

/// What is done to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed<'d> {
    Step(&'d str),
    HandOver,
    TakeOver,
    Decline,
    Pause,
    Resume,
    Close,
    Reopen,
    Stay(&'d str),
}

/// Shows one case. A look at a case about a person is written down first.
pub fn case_page(ledger: &mut Ledger, viewer: &Viewer, id: &str) -> Result<CaseShown, Failure> {
    ledger.look_at_clock();
    let followed = ledger.case(id)?;
    viewer.must_for_case("cases:read", &followed.row)?;
    let (procedure, case) = (&followed.procedure, &followed.case);
    let personal = is_personal(procedure);
    if personal {
        write_down(ledger, viewer, "look", id, &procedure.title)?;
    }
    let page = page_of(ledger, &followed);
    let is_mine = |who: &[Who]| is_one_of(ledger, viewer, who);
    let roles = &ledger.procedures.roles;
    let kind =
        |id: &str| procedure.evidence.iter().find(|kind| kind.id == id).map_or_else(|| Text::new(id, id), duty::Evidence::name);
    let needs = |ids: &[String]| -> Vec<(String, Text)> { ids.iter().map(|id| (id.clone(), kind(id))).collect() };
    let is_owner = viewer.is_alone() || viewer.roles.contains(&case.owner.role);
    let open = case.status == Status::Open;
    let may_pause = procedure.pause.as_ref().is_some_and(|rule| is_mine(&rule.who));
    let offer = case.offer.as_ref().map(|(from, to, reason)| {
        let answers = viewer.is_alone()
            || viewer.roles.contains(&to.role) && to.person.as_ref().is_none_or(|person| *person == viewer.person);
        let name = followed.events.iter().rev().find(|one| one.actor.person == *from).map(|one| one.actor.name.clone());
        (name.unwrap_or_else(|| from.clone()), roles.title(&to.role), reason.clone(), answers)
    });
    Ok(CaseShown {
        clocks: page.clocks,
        fields: masked_fields(procedure, case, viewer),
        timeline: page.timeline.iter().map(|(at, who, words)| (at.clone(), who.clone(), viewer.masked_text(words))).collect(),
        evidence: (case.evidence.iter())
            .filter(|proof| vault_of(procedure, &proof.kind).is_none_or(|vault| is_mine(&vault.readers)))
            .map(|proof| (kind(&proof.kind), proof.name.clone(), proof.sha256.clone()))
            .collect(),
        papers: papers(procedure, &followed.events),
        steps: if open { steps(ledger, viewer, procedure, case) } else { Vec::new() },
        offer,
        stays: (case.stays.iter())
            .filter_map(|state| {
                let stay = procedure.stay(&state.stay)?;
                let (id, title, held) = (stay.id.clone(), stay.name(), state.held);
                Some(StayShown { id, title, held, mine: is_mine(&stay.who), needs: needs(&stay.needs) })
            })
            .collect(),
        close: CloseShown {
            who: roles.words(&procedure.close.who),
            by_data: procedure.close.by == duty::CloseBy::Data,
            needs: needs(&procedure.close.needs),
            categories: (procedure.close.categories.iter())
                .map(|category| (category.id.clone(), category.name(), needs(&category.needs)))
                .collect(),
        },
        vaults: (procedure.vaults.iter()).map(|vault| (vault.id.clone(), vault.name(), is_mine(&vault.readers))).collect(),
        may: MayDo {
            hand_over: open && is_owner,
            pause: open && may_pause,
            resume: case.status == Status::Paused && may_pause,
            close: open && is_mine(&procedure.close.who),
            reopen: case.status == Status::Closed && procedure.reopen.as_ref().is_some_and(|rule| is_mine(&rule.who)),
        },
        personal,
        line: shown(viewer, page.line),
    })
}

/// The state of a clock for programs: running, paused, stopped, expired.
pub fn clock_state_id(clock: &Running) -> &'static str {
    match clock.state {
        duty::ClockState::Running => "running",
        duty::ClockState::Paused => "paused",
        duty::ClockState::Stopped => "stopped",
        duty::ClockState::Expired => "expired",
    }
}

pub(crate) fn papers(procedure: &Procedure, events: &[duty::Recorded]) -> Vec<(Text, String)> {
    let made = events.iter().flat_map(|recorded| match &recorded.event {
        duty::Event::StepDone { papers, .. } => papers.as_slice(),
        _ => &[],
    });
    let name = |id: &String| procedure.papers.iter().find(|paper| paper.id == *id).map(duty::Paper::name);
    made.map(|made| (name(&made.paper).unwrap_or_else(|| Text::new("", "")), made.number.clone())).collect()
}

/// A piece of evidence by its hash, or a paper by its number: its name and content. The look is written down.
pub fn case_file(ledger: &mut Ledger, viewer: &Viewer, id: &str, file: &str) -> Result<(String, Vec<u8>), Failure> {
    ledger.look_at_clock();
    let followed = ledger.case(id)?;
    viewer.must_for_case("cases:read", &followed.row)?;
    let proof = followed.case.evidence.iter().find(|proof| proof.sha256 == file);
    let paper = papers(&followed.procedure, &followed.events).into_iter().find(|(_, number)| number == file);
    let sealed = proof.and_then(|proof| vault_of(&followed.procedure, &proof.kind)).map(|vault| vault.id.clone());
    let (name, path) = match (proof, paper) {
        (Some(proof), _) => (proof.name.clone(), ledger.home.join("duty").join("files").join(file)),
        (None, Some((_, number))) => {
            let name = format!("{number}.md");
            (name.clone(), ledger.home.join("duty").join("papers").join(name))
        }
        (None, None) => {
            let what = text!("{id} 没有这份材料", "{id} has no such file");
            return Err(Failure::unknown(what, text!("刷新案件页", "load the page of the case again")));
        }
    };
    if is_personal(&followed.procedure) {
        write_down(ledger, viewer, "look", id, &name)?;
    }
    if let Some(vault) = &sealed {
        // The engine decides who reads it, and the case says that somebody did.
        let asked = DutyAsked { reason: name.clone(), ..DutyAsked::default() };
        in_some_role(viewer, &asked, |asked| read_vault(ledger, id, vault, asked))?;
    }
    let bytes = std::fs::read(&path).map_err(|error| Failure::io(text!("读取材料", "read a file"), &path, &error))?;
    let bytes = if sealed.is_some() { snapshot::Home::open(&ledger.home)?.unseal_bytes(&bytes)? } else { bytes };
    Ok((name, bytes))
}

/// The vault in which evidence of a kind lies.
fn vault_of<'p>(procedure: &'p Procedure, kind: &str) -> Option<&'p duty::Vault> {
    let vault = procedure.evidence.iter().find(|known| known.id == kind)?.vault.as_ref()?;
    procedure.vaults.iter().find(|known| known.id == *vault)
}

fn masked_fields(procedure: &Procedure, case: &Case, viewer: &Viewer) -> Vec<(Text, String)> {
    let of = |(id, value): (&String, &String)| {
        let field = procedure.field(id)?;
        let choice = field.choices.iter().find(|choice| choice.id == *value);
        Some((field.name(), viewer.masked(Some(id), choice.map_or(value, |choice| &choice.title))))
    };
    case.fields.iter().filter_map(of).collect()
}

/// The steps that may come next, those behind steps that may be left out, and those beside.
fn steps(ledger: &Ledger, viewer: &Viewer, procedure: &Procedure, case: &Case) -> Vec<StepShown> {
    let mut found: Vec<(String, Vec<Text>)> = case.ready.iter().map(|id| (id.clone(), Vec::new())).collect();
    let mut at = 0;
    while at < found.len() {
        let (id, skips) = found[at].clone();
        if let Some(step) = procedure.step(&id).filter(|step| step.skippable) {
            for next in &step.next {
                if found.iter().all(|(known, _)| known != next) {
                    let skips = skips.iter().cloned().chain([step.name()]).collect();
                    found.push((next.clone(), skips));
                }
            }
        }
        at += 1;
    }
    found.extend(procedure.steps.iter().filter(|step| step.side).map(|step| (step.id.clone(), Vec::new())));
    let shown = |(id, skips): (String, Vec<Text>)| {
        let step = procedure.step(&id)?;
        let kind = |id: &String| {
            let known = procedure.evidence.iter().find(|kind| kind.id == *id);
            (id.clone(), known.map_or_else(|| Text::new(id.clone(), id.clone()), duty::Evidence::name))
        };
        Some(StepShown {
            title: step.name(),
            who: ledger.procedures.roles.words(&step.who),
            article: procedure.article(&step.article).cite(),
            mine: is_one_of(ledger, viewer, &step.who),
            side: step.side,
            skips,
            fields: fields(procedure, &step.fields),
            needs: step.needs.iter().map(kind).collect(),
            id,
        })
    };
    found.into_iter().filter_map(shown).collect()
}

pub(crate) fn fields(procedure: &Procedure, ids: &[String]) -> Vec<FieldShown> {
    let shown = |id: &String| {
        let field = procedure.field(id)?;
        Some(FieldShown {
            id: field.id.clone(),
            title: field.name(),
            kind: match field.kind {
                duty::FieldKind::Text => "text",
                duty::FieldKind::Date => "date",
                duty::FieldKind::Number => "number",
                duty::FieldKind::Choice => "choice",
            },
            optional: field.optional,
            choices: field.choices.iter().map(|choice| (choice.id.clone(), choice.name())).collect(),
            vault: field.vault.is_some(),
        })
    };
    ids.iter().filter_map(shown).collect()
}

pub(crate) fn is_one_of(ledger: &Ledger, viewer: &Viewer, who: &[Who]) -> bool {
    viewer.is_alone() || actors(ledger, viewer).iter().any(|actor| who.iter().any(|who| who.is(actor)))
}

/// The viewer in each of their roles.
pub(crate) fn actors(ledger: &Ledger, viewer: &Viewer) -> Vec<duty::Actor> {
    let of = |role: &String| {
        let known = ledger.procedures.roles.role(role)?;
        Some(duty::Actor {
            person: viewer.person.clone(),
            name: viewer.name.clone(),
            role: role.clone(),
            level: known.level.clone(),
            line: known.line.clone(),
            unit: viewer.unit.clone(),
        })
    };
    viewer.roles.iter().filter_map(of).collect()
}

/// Does something to a case, in the first of the viewer's roles that may.
pub fn act_on_case(ledger: &mut Ledger, viewer: &Viewer, id: &str, deed: Deed<'_>, asked: &DutyAsked) -> Result<Acted, Failure> {
    ledger.look_at_clock();
    let row = ledger.case(id)?.row;
    viewer.must_for_case("cases:act", &row)?;
    in_some_role(viewer, asked, |asked| match deed {
        Deed::Step(step) => act_on_duty(ledger, id, step, asked),
        Deed::HandOver => hand_over_duty(ledger, id, asked),
        Deed::TakeOver => answer_hand_over(ledger, id, true, asked),
        Deed::Decline => answer_hand_over(ledger, id, false, asked),
        Deed::Pause => pause_duty(ledger, id, true, asked),
        Deed::Resume => pause_duty(ledger, id, false, asked),
        Deed::Close => close_duty(ledger, id, asked),
        Deed::Reopen => reopen_duty(ledger, id, asked),
        Deed::Stay(stay) => check_stay(ledger, id, stay, asked),
    })
}

/// Opens a case by hand.
pub fn open_case(ledger: &mut Ledger, viewer: &Viewer, opening: &DutyOpening, asked: &DutyAsked) -> Result<Acted, Failure> {
    viewer.must_to_open("cases:open", opening.school.as_deref(), &opening.division)?;
    ledger.look_at_clock();
    in_some_role(viewer, asked, |asked| open_duty(ledger, opening, asked))
}

/// Reads what is kept apart of a case; the look is written down in the case and in the log.
pub fn look_into_vault(
    ledger: &mut Ledger,
    viewer: &Viewer,
    id: &str,
    vault: &str,
    reason: &str,
) -> Result<Vec<(Text, String)>, Failure> {
    ledger.look_at_clock();
    let row = ledger.case(id)?.row;
    viewer.must_for_case("cases:read", &row)?;
    if reason.trim().is_empty() {
        return Err(Failure::wrong_use(
            text!("要写明为什么查看", "say why you look"),
            text!("例如：核实户籍地", "for instance: to find the place of registration"),
        ));
    }
    let asked = DutyAsked { reason: reason.trim().to_string(), ..DutyAsked::default() };
    let values = in_some_role(viewer, &asked, |asked| read_vault(ledger, id, vault, asked))?;
    Ok(values.into_iter().map(|(field, value)| (field, viewer.masked(None, &value))).collect())
}

/// The procedures that there are.
pub fn list_procedures(ledger: &Ledger, viewer: &Viewer) -> Result<Vec<ProcedureShown>, Failure> {
    viewer.must("cases:read")?;
    let shown = |(id, (procedure, _)): (&String, &(Procedure, duty::ProcedureFiles))| {
        let kind = |id: &String| {
            let known = procedure.evidence.iter().find(|kind| kind.id == *id);
            (id.clone(), known.map_or_else(|| Text::new(id.clone(), id.clone()), duty::Evidence::name))
        };
        ProcedureShown {
            id: id.clone(),
            title: procedure.name(),
            subject: Text::new(procedure.opening.subject_title.clone(), procedure.opening.subject_title_en.clone()),
            may_open: viewer.may("cases:open")
                && is_one_of(ledger, viewer, &procedure.opening.who)
                && !procedure.opening.who.is_empty(),
            personal: is_personal(procedure),
            breaks_down: procedure.opening.owner_from.is_some(),
            fields: fields(procedure, &procedure.opening.fields),
            needs: procedure.opening.needs.iter().map(kind).collect(),
        }
    };
    Ok(ledger.procedures.all.iter().map(shown).collect())
}

/// Tries each of the viewer's roles in turn: a refused command has written nothing. In a home without accounts whoever is
/// named acts.
pub(crate) fn in_some_role<T>(
    viewer: &Viewer,
    asked: &DutyAsked,
    mut act: impl FnMut(&DutyAsked) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if viewer.is_alone() {
        return act(asked);
    }
    let mut first = None;
    for role in &viewer.roles {
        let asked = DutyAsked { by: Some(format!("{}/{role}", viewer.person)), ..asked.clone() };
        match act(&asked) {
            Err(failure) if failure.wrong_use => first = first.or(Some(failure)),
            other => return other,
        }
    }
    Err(first.unwrap_or_else(|| {
        Failure::forbidden(
            text!("没有角色", "there is no role"),
            text!("请安全管理员给一个角色", "ask the security administrator for a role"),
        )
    }))
}
