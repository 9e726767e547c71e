use std::path::Path;

use duty::{Case, DataCondition, Event, Moment, Procedure, Shown, Sight, Subject};
use evaluate::{State, Verdict};
use facts::{Date, Stage, Text, text};
use serde::Serialize;
use snapshot::SchoolRow;
use store::{Batch, Entry, Filter};

use crate::choose::snapshots;
use crate::evaluate_counties::{Judged, evaluate_snapshot};
use crate::{Failure, Ledger, Library};

/// What a look at the data, and the passing of time, did to the cases.
#[derive(Debug, Default, Serialize)]
#[must_use = "an unread report closes nothing"]
pub struct Synced {
    pub snapshot: String,
    pub as_of: Option<Date>,
    pub opened: Vec<Change>,
    pub reopened: Vec<Change>,
    pub closed: Vec<Change>,
    /// Still shown by newer data.
    pub still: usize,
    /// Subjects of which the data do not say enough.
    pub unknown: usize,
    pub escalated: Vec<Change>,
}

#[derive(Debug, Serialize)]
pub struct Change {
    pub case: String,
    pub label: String,
    pub words: String,
}

/// Opens, closes and re-opens cases from an evaluation of the latest snapshot of each county, or of those named, and tells those who stand
/// higher on the ladder of what is overdue. Doing it twice changes nothing the second time.
pub fn sync_duties(
    library: &Library,
    ledger: &mut Ledger,
    home: &Path,
    on: Option<Date>,
    ids: &[String],
) -> Result<Synced, Failure> {
    let mut synced = Synced::default();
    let followed: Vec<(Procedure, DataCondition)> = (ledger.procedures.all.values())
        .filter_map(|(procedure, _)| Some((procedure.clone(), procedure.opening.data.clone()?)))
        .collect();
    for snapshot in snapshots(home, ids)? {
        let manifest = snapshot.manifest();
        for (procedure, condition) in &followed {
            if !manifest.county.to_string().starts_with(&procedure.place) {
                continue;
            }
            let judged = evaluate_snapshot(library, &snapshot, &condition.pack, on)?;
            let heading = &judged.outcome.matrix.heading;
            if !procedure.is_in_force(heading.on) {
                continue;
            }
            let sight =
                Sight { snapshot: manifest.id.short().to_string(), as_of: heading.on, published: manifest.created.to_string() };
            synced.snapshot.clone_from(&sight.snapshot);
            synced.as_of = Some(sight.as_of);
            let schools = snapshot.schools(heading.on)?;
            let looks = looks(&judged, condition, &schools, &manifest.county.to_string())?;
            observe(ledger, procedure, &sight, looks, &mut synced)?;
        }
    }
    tick(ledger, &mut synced)?;
    Ok(synced)
}

/// One subject, whether the data show the problem there, and how much of it.
type Look = (Subject, Shown, String);

fn observe(
    ledger: &mut Ledger,
    procedure: &Procedure,
    sight: &Sight,
    looks: Vec<Look>,
    synced: &mut Synced,
) -> Result<(), Failure> {
    let mut batch = Batch { procedures: ledger.kept(&procedure.id), ..Batch::default() };
    for (subject, shown, finding) in looks {
        synced.unknown += usize::from(shown == Shown::Unknown);
        let known = ledger.store.about(&procedure.id, &subject.key)?;
        // What was never a case and does not show becomes none.
        let (id, followed) = match known {
            None if shown != Shown::Shown => continue,
            None => (duty::case_id(&procedure.prefix, &procedure.id, &subject.key), None),
            Some(row) => (row.case.clone(), Some(ledger.case(&row.case)?)),
        };
        let (case, rules): (Option<&Case>, &Procedure) = match &followed {
            Some(followed) => (Some(&followed.case), &followed.procedure),
            None => (None, procedure),
        };
        let Some(event) = duty::observe(rules, case, &subject, sight, shown, &finding) else { continue };
        let change = Change { case: id.clone(), label: subject.label.clone(), words: finding };
        match &event {
            Event::Opened { .. } => synced.opened.push(change),
            Event::Reopened { .. } => synced.reopened.push(change),
            Event::Closed { .. } => synced.closed.push(change),
            _ => synced.still += 1,
        }
        batch.entries.push(ledger.entry(rules, case, &id, vec![event], &Ledger::program())?);
    }
    if batch.entries.is_empty() { Ok(()) } else { ledger.append(&batch) }
}

/// Tells whoever stands higher of what has run out.
fn tick(ledger: &mut Ledger, synced: &mut Synced) -> Result<(), Failure> {
    let filter = Filter { wake_before: Some(ledger.now.to_string()), ..Filter::default() };
    let mut entries: Vec<Entry> = Vec::new();
    for row in ledger.store.list(&filter)?.rows {
        let followed = ledger.case(&row.case)?;
        let now: Moment = ledger.now;
        let events = duty::tick(&followed.procedure, &followed.case, &ledger.procedures.calendar, now);
        if events.is_empty() {
            continue;
        }
        for event in &events {
            let Event::Escalated { clock, to, .. } = event else { continue };
            let name = followed.procedure.clock(clock).map_or_else(|| clock.clone(), |clock| clock.title.clone());
            let to = ledger.procedures.roles.title(to).zh;
            let words = format!("{name} → {to}");
            synced.escalated.push(Change { case: row.case.clone(), label: row.label.clone(), words });
        }
        entries.push(ledger.entry(&followed.procedure, Some(&followed.case), &row.case, events, &Ledger::program())?);
    }
    if entries.is_empty() { Ok(()) } else { ledger.append(&Batch { entries, ..Batch::default() }) }
}

/// What an outcome says of every school and stage under a condition.
fn looks(judged: &Judged, condition: &DataCondition, schools: &[SchoolRow], county: &str) -> Result<Vec<Look>, Failure> {
    let outcome = &judged.outcome;
    let matrix = &outcome.matrix;
    let unknown = |id: &str| {
        let pack = &condition.pack;
        let what = text!("标准 {pack} 里没有“{id}”", "the pack {pack} has no `{id}`");
        Failure::wrong_use(what, text!("改正程序的 opening.data", "mend opening.data of the procedure"))
    };
    let mut looks = Vec::new();
    for (index, school) in matrix.schools.iter().enumerate() {
        for stage in [Stage::Primary, Stage::Junior] {
            let (shown, words) = if let (Some(id), Some(above)) = (&condition.stock, condition.above) {
                let stock = matrix.stock(id).ok_or_else(|| unknown(id))?;
                match school.stocks.get(stage, stock).known() {
                    Some(value) if value > above => (Shown::Shown, format!("{value}")),
                    Some(_) => (Shown::Gone, String::new()),
                    None => (Shown::Unknown, String::new()),
                }
            } else if let Some(id) = &condition.indicator {
                let at = outcome.frame.indicators.iter().position(|head| head.id == *id).ok_or_else(|| unknown(id))?;
                match outcome.figure(index, stage, at).map(|figure| (figure.state, figure.value)) {
                    Some((State::Missed | State::BelowFloor, value)) => {
                        (Shown::Shown, value.map(evaluate::shown).unwrap_or_default())
                    }
                    Some((State::Met, _)) => (Shown::Gone, String::new()),
                    _ => (Shown::Unknown, String::new()),
                }
            } else if let Some(id) = &condition.item {
                let at = outcome.frame.items.iter().position(|head| head.id == *id).ok_or_else(|| unknown(id))?;
                let row = outcome.items[at].rows.iter().find(|row| row.school == Some(index) && row.stage == Some(stage));
                match row.map(|row| (row.verdict, row.value)) {
                    None => (Shown::Gone, String::new()),
                    Some((Verdict::Fail, value)) => (Shown::Shown, value.map(|value| format!("{value}")).unwrap_or_default()),
                    Some(_) => (Shown::Unknown, String::new()),
                }
            } else {
                continue;
            };
            let division = schools.iter().find(|row| row.code == school.code).and_then(|row| row.division.as_ref());
            let subject = Subject {
                key: format!("{}:{}", school.code, stage.id()),
                label: format!("{}（{}）", school.name, stage.title().zh),
                division: division.map_or_else(|| county.to_string(), |division| division.as_str().to_string()),
                school: Some(school.code.to_string()),
            };
            let title = condition.stock.as_ref().or(condition.indicator.as_ref()).or(condition.item.as_ref());
            let title = title.map(|id| title_of(judged, condition, id)).unwrap_or_default();
            looks.push((subject, shown, format!("{title} {words}").trim_end().to_string()));
        }
    }
    Ok(looks)
}

/// How a person calls what was looked at.
fn title_of(judged: &Judged, condition: &DataCondition, id: &str) -> String {
    let outcome = &judged.outcome;
    if condition.indicator.is_some() {
        let head = outcome.frame.indicators.iter().find(|head| head.id == *id);
        return head.map_or_else(|| id.to_string(), |head| head.title.zh.clone());
    }
    if condition.item.is_some() {
        let head = outcome.frame.items.iter().find(|head| head.id == *id);
        return head.map_or_else(|| id.to_string(), |head| head.title.zh.clone());
    }
    let stock = judged.resolved.stocks.iter().find(|stock| stock.id == *id);
    stock.map_or_else(|| id.to_string(), |stock| stock.title.zh.clone())
}

impl Synced {
    pub fn lines(&self) -> Vec<Text> {
        let (opened, reopened, closed) = (self.opened.len(), self.reopened.len(), self.closed.len());
        let (still, unknown, escalated) = (self.still, self.unknown, self.escalated.len());
        let as_of = self.as_of.map(|day| day.to_string()).unwrap_or_default();
        let mut lines = vec![text!(
            "按 {as_of} 的数据：新立案 {opened}，重新立案 {reopened}，销号 {closed}，仍在 {still}，数据不足 {unknown}；逾期上报 {escalated}",
            "by the data of {as_of}: {opened} opened, {reopened} re-opened, {closed} closed, {still} still there, {unknown} without enough data; {escalated} told upwards"
        )];
        let groups = [
            (text!("立案", "opened"), &self.opened),
            (text!("反弹", "relapsed"), &self.reopened),
            (text!("销号", "closed"), &self.closed),
            (text!("上报", "told"), &self.escalated),
        ];
        for (Text { zh, en }, changes) in groups {
            for Change { case, label, words } in changes {
                lines.push(text!("  {zh} {case} {label}：{words}", "  {en} {case} {label}: {words}"));
            }
        }
        lines
    }
}
