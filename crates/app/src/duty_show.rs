use std::collections::BTreeMap;

use duty::{Event, Running};
use facts::{Text, text};
use serde::Serialize;
use store::Filter;

use crate::account_logs::write_down;
use crate::duty_ledger::{CaseLine, Followed};
use crate::{Failure, Ledger, Viewer, is_personal};

/// Cases in the order in which they are due.
#[derive(Debug, Serialize)]
pub struct Cases {
    pub total: u64,
    pub overdue: usize,
    pub cases: Vec<CaseLine>,
}

/// One case: what it is, what happened, what runs, what comes next and who may do it.
#[derive(Debug, Serialize)]
pub struct CasePage {
    #[serde(flatten)]
    pub line: CaseLine,
    pub clocks: Vec<Running>,
    pub next: Vec<(Text, Text, Text)>,
    pub fields: Vec<(Text, String)>,
    pub timeline: Vec<(String, String, Text)>,
}

/// Lists cases for whoever sits at the machine; what is not asked for does not matter. A list of cases about persons is a look.
pub fn list_duties(ledger: &mut Ledger, filter: &Filter) -> Result<Cases, Failure> {
    let cases = cases_of(ledger, filter)?;
    write_list_down(ledger, &Viewer::alone(), &cases.cases)?;
    Ok(cases)
}

/// Writes down which kinds of cases about persons somebody is shown in a list, and how many of each.
pub(crate) fn write_list_down<'l>(
    ledger: &mut Ledger,
    viewer: &Viewer,
    lines: impl IntoIterator<Item = &'l CaseLine>,
) -> Result<(), Failure> {
    let mut shown: BTreeMap<&'l str, (&'l Text, usize)> = BTreeMap::new();
    for line in lines {
        let known = ledger.procedures.all.get(&line.row.procedure);
        // Whatever is not known any more may have been about persons.
        if known.is_none_or(|(procedure, _)| is_personal(procedure)) {
            shown.entry(&line.row.procedure).or_insert((&line.title, 0)).1 += 1;
        }
    }
    let about = match shown.keys().copied().collect::<Vec<_>>()[..] {
        [] => return Ok(()),
        [one] => one.to_string(),
        _ => "-".to_string(),
    };
    let words: Vec<String> = shown.values().map(|(title, n)| format!("{} {n}", title.zh)).collect();
    write_down(ledger, viewer, "look-list", &about, &words.join("；"))
}

/// Cases in the order in which they are due.
pub(crate) fn cases_of(ledger: &mut Ledger, filter: &Filter) -> Result<Cases, Failure> {
    let listing = ledger.store.list(filter)?;
    let cases: Vec<CaseLine> = listing.rows.into_iter().map(|row| line(ledger, row)).collect();
    Ok(Cases { total: listing.total, overdue: cases.iter().filter(|case| case.overdue).count(), cases })
}

fn line(ledger: &Ledger, row: store::Row) -> CaseLine {
    let known = ledger.procedures.all.get(&row.procedure).map(|(procedure, _)| procedure);
    let title = known.map_or_else(|| Text::new(row.procedure.clone(), row.procedure.clone()), |known| known.name());
    let steps = row.step.iter().flat_map(|steps| steps.split(' '));
    let names: Vec<Text> =
        steps.map(|id| known.and_then(|known| known.step(id)).map_or_else(|| Text::new(id, id), |step| step.name())).collect();
    let join = |of: fn(&Text) -> &String| names.iter().map(|name| of(name).as_str()).collect::<Vec<_>>().join("、");
    CaseLine {
        step_title: Text::new(join(|name| &name.zh), join(|name| &name.en)),
        owner_title: ledger.procedures.roles.title(&row.owner_role),
        overdue: row.due.as_ref().is_some_and(|due| *due < ledger.now.to_string()),
        title,
        row,
    }
}

/// Shows one case to whoever sits at the machine. A look at a case about a person is written down first.
pub fn show_duty(ledger: &mut Ledger, id: &str) -> Result<CasePage, Failure> {
    let followed = ledger.case(id)?;
    if is_personal(&followed.procedure) {
        write_down(ledger, &Viewer::alone(), "look", id, &followed.procedure.title)?;
    }
    Ok(page_of(ledger, &followed))
}

/// One case as a page says it.
pub(crate) fn page_of(ledger: &Ledger, followed: &Followed) -> CasePage {
    let (procedure, case) = (&followed.procedure, &followed.case);
    let clocks = duty::clocks(procedure, case, &ledger.procedures.calendar, ledger.now);
    let next = case
        .ready
        .iter()
        .filter_map(|id| procedure.step(id))
        .map(|step| (step.name(), ledger.procedures.roles.words(&step.who), procedure.article(&step.article).cite()));
    let next = next.collect();
    let fields = case.fields.iter().filter_map(|(id, value)| {
        let field = procedure.field(id)?;
        let choice = field.choices.iter().find(|choice| choice.id == *value);
        Some((field.name(), choice.map_or_else(|| value.clone(), |choice| choice.title.clone())))
    });
    let fields = fields.collect();
    let timeline = followed
        .events
        .iter()
        .map(|recorded| (recorded.at.to_string(), recorded.actor.name.clone(), words(ledger, procedure, &recorded.event)));
    let timeline = timeline.collect();
    CasePage { clocks, next, fields, timeline, line: line(ledger, followed.row.clone()) }
}

fn words(ledger: &Ledger, procedure: &duty::Procedure, event: &Event) -> Text {
    let step = |id: &str| procedure.step(id).map_or_else(|| Text::new(id, id), |step| step.name());
    let role = |id: &str| ledger.procedures.roles.title(id);
    match event {
        Event::Opened { finding, .. } => text!("立案：{finding}", "opened: {finding}"),
        Event::StepDone { step: id, skipped, reason, evidence, papers, .. } => {
            let (Text { zh, en }, proofs, made) = (step(id), evidence.len(), papers.len());
            match (skipped.is_empty(), reason) {
                (false, Some(reason)) => text!(
                    "{zh}（证据 {proofs}，文书 {made}；跳过前面的步骤：{reason}）",
                    "{en} ({proofs} pieces of evidence, {made} papers; steps left out: {reason})"
                ),
                _ => text!("{zh}（证据 {proofs}，文书 {made}）", "{en} ({proofs} pieces of evidence, {made} papers)"),
            }
        }
        Event::HandedOver { to, reason } => {
            let Text { zh, en } = role(&to.role);
            text!("移交 {zh}，等待签收：{reason}", "handed to {en}, not yet signed for: {reason}")
        }
        Event::HandOverTaken => text!("签收", "signed for"),
        Event::HandOverDeclined { reason } => text!("退回：{reason}", "declined: {reason}"),
        Event::Paused { reason } => text!("中止：{reason}", "paused: {reason}"),
        Event::Resumed { reason } => text!("恢复：{reason}", "resumed: {reason}"),
        Event::SeenAgain { sight, finding } => {
            let day = sight.as_of;
            text!("{day} 的数据仍显示：{finding}", "still shown by the data of {day}: {finding}")
        }
        Event::NoLongerSeen { sight } => {
            let day = sight.as_of;
            text!("{day} 的数据不再显示，等第二人确认", "no longer shown by the data of {day}; a second person must confirm")
        }
        Event::Closed { category, sight, .. } => {
            let (zh, en) = match (sight, category.as_deref().and_then(|id| procedure.category(id))) {
                (Some(sight), _) => {
                    let day = sight.as_of;
                    (format!("{day} 的数据不再显示"), format!("no longer shown by the data of {day}"))
                }
                (None, Some(category)) => (category.title.clone(), category.title_en.clone()),
                (None, None) => ("第二人确认".to_string(), "confirmed by a second person".to_string()),
            };
            text!("销号：{zh}", "closed: {en}")
        }
        Event::Reopened { reason, .. } => text!("反弹，重新立案：{reason}", "re-opened: {reason}"),
        Event::StayChecked { stay, held, .. } => {
            let Text { zh, en } = procedure.stay(stay).map_or_else(|| Text::new(stay, stay), |stay| stay.name());
            let (held_zh, held_en) = if *held { ("稳定", "holds") } else { ("未稳定", "does not hold") };
            text!("{zh}：{held_zh}", "{en}: {held_en}")
        }
        Event::Escalated { clock, to, .. } => {
            let Text { zh, en } = procedure.clock(clock).map_or_else(|| Text::new(clock, clock), |clock| clock.name());
            let to = role(to);
            let (to_zh, to_en) = (to.zh, to.en);
            text!("{zh}已到期，上报{to_zh}", "{en} has run out: {to_en} is told")
        }
        Event::Drawn { period, seed, .. } => {
            text!("{period} 抽查抽中（种子 {seed}）", "drawn to be looked at again for {period} (seed {seed})")
        }
        Event::VaultRead { vault, reason } => text!("查看密存 {vault}：{reason}", "looked into {vault}: {reason}"),
    }
}

impl Cases {
    pub fn lines(&self) -> Vec<Text> {
        let (total, shown, overdue) = (self.total, self.cases.len(), self.overdue);
        let mut lines: Vec<Text> = self.cases.iter().map(CaseLine::line).collect();
        lines.push(text!(
            "共 {total} 件，列出 {shown} 件，其中逾期 {overdue} 件",
            "{total} cases, {shown} listed, {overdue} of them overdue"
        ));
        lines
    }
}

impl CaseLine {
    pub fn line(&self) -> Text {
        let (case, label, round) = (&self.row.case, &self.row.label, self.row.round);
        let (step_zh, step_en) = (&self.step_title.zh, &self.step_title.en);
        let due = self.row.due.as_deref().and_then(|due| due.get(..10)).unwrap_or("—");
        let owner = self.row.owner_person.as_ref();
        let (owner_zh, owner_en) = (owner.unwrap_or(&self.owner_title.zh), owner.unwrap_or(&self.owner_title.en));
        let (late_zh, late_en) = if self.overdue { ("！逾期 ", "! overdue ") } else { ("", "") };
        match self.row.status.as_str() {
            "closed" => text!("{case}  ✓ 已销号  {label}  第 {round} 轮", "{case}  ✓ closed  {label}  round {round}"),
            "paused" => text!("{case}  ‖ 中止  {label}  责任 {owner_zh}", "{case}  ‖ paused  {label}  owner {owner_en}"),
            _ => text!(
                "{case}  ○ 在办  {label}  下一步 {step_zh}  责任 {owner_zh}  {late_zh}期限 {due}  第 {round} 轮",
                "{case}  ○ open  {label}  next {step_en}  owner {owner_en}  {late_en}due {due}  round {round}"
            ),
        }
    }
}

impl CasePage {
    pub fn lines(&self) -> Vec<Text> {
        let mut lines = vec![self.line.title.clone(), self.line.line()];
        let finding = &self.line.row.finding;
        lines.push(text!("问题：{finding}", "problem: {finding}"));
        for (Text { zh, en }, value) in &self.fields {
            lines.push(text!("  {zh}：{value}", "  {en}: {value}"));
        }
        for clock in &self.clocks {
            let (Text { zh, en }, Text { zh: state_zh, en: state_en }) = (&clock.name, clock.state.name());
            let (from, due) = (clock.started.date(), clock.due.date());
            let (doubt_zh, doubt_en) =
                if clock.sure { ("", "") } else { ("（天数或节假日待核实）", " (length or holidays not confirmed)") };
            lines.push(text!(
                "期限 {zh}：{from} 至 {due}，{state_zh}{doubt_zh}",
                "clock {en}: {from} to {due}, {state_en}{doubt_en}"
            ));
        }
        for (step, who, article) in &self.next {
            let (Text { zh, en }, who_zh, who_en, law) = (step, &who.zh, &who.en, &article.zh);
            lines.push(text!("下一步 {zh}：{who_zh}；{law}", "next {en}: {who_en}; {law}"));
        }
        for (at, who, Text { zh, en }) in &self.timeline {
            let at = at.get(..16).unwrap_or(at).replace('T', " ");
            lines.push(text!("{at}  {who}  {zh}", "{at}  {who}  {en}"));
        }
        lines
    }
}
