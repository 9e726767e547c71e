//! From the files of a procedure to a procedure, and everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use facts::{Finding, Place, Severity, Text, text};
use serde::Deserialize;

use crate::closing::CloseBy;
use crate::procedure::{FieldKind, Step};
use crate::{Calendar, HolidayYear, Procedure, Roles, Who, paper, statement};

/// A procedure as it lies on disk, already read into memory.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProcedureFiles {
    /// The folder below `policies/`.
    pub id: String,
    /// Relative path and text of each file.
    pub files: Vec<(String, String)>,
    /// What the caller calls this state of the files.
    pub version: String,
}

/// Reads and checks one procedure; with a 逻辑 finding it is not to be used.
///
/// ```
/// use duty::{ProcedureFiles, Roles, read};
/// let files = ProcedureFiles { id: "cn/x".into(), files: vec![], version: "0".into() };
/// let (procedure, findings) = read(&files, &Roles::default());
/// assert!(procedure.is_none());
/// assert_eq!(findings[0].code, "missing-procedure-toml");
/// ```
pub fn read(files: &ProcedureFiles, roles: &Roles) -> (Option<Procedure>, Vec<Finding>) {
    let file = |path: &str| files.files.iter().find(|(known, _)| known == path).map(|(_, text)| text.as_str());
    let name = format!("{}/procedure.toml", files.id);
    let Some(source) = file("procedure.toml") else {
        let what = text!("{} 没有 procedure.toml", "{} has no procedure.toml", files.id);
        let finding = at(&name, "", None, "missing-procedure-toml", what, text!("补上这个文件", "add the file"));
        return (None, vec![finding]);
    };
    let mut procedure: Procedure = match toml::from_str(source) {
        Ok(procedure) => procedure,
        Err(error) => return (None, vec![unreadable(&name, source, &error)]),
    };
    procedure.version.clone_from(&files.version);
    procedure.roles = Arc::new(roles.clone());
    statement::spell_out(&mut procedure);
    procedure.articles = articles(file("source.md").unwrap_or_default());
    for (path, text) in &files.files {
        if let Some(id) = path.strip_prefix("papers/").and_then(|path| path.strip_suffix(".md")) {
            procedure.templates.insert(id.to_string(), text.clone());
        }
    }
    let mut check = Check { name: &name, source, findings: Vec::new() };
    check.id(&procedure, &files.id);
    check.articles(&procedure);
    check.doubles(&procedure);
    check.steps(&procedure);
    check.clocks(&procedure);
    check.papers(&procedure);
    check.fields(&procedure);
    check.people(&procedure, roles);
    check.closing(&procedure);
    check.routines(&procedure);
    let mut findings = check.findings;
    findings.sort();
    findings.dedup();
    let spoilt = findings.iter().any(Finding::must_fix);
    ((!spoilt).then_some(procedure), findings)
}

/// Reads a table of roles.
pub fn roles(name: &str, source: &str) -> Result<Roles, Box<Finding>> {
    toml::from_str(source).map_err(|error| Box::new(unreadable(name, source, &error)))
}

/// Reads a table of holidays into a calendar.
pub fn holidays(name: &str, source: &str, calendar: &mut Calendar) -> Vec<Finding> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        holidays: Vec<HolidayYear>,
    }
    let table: Table = match toml::from_str(source) {
        Ok(table) => table,
        Err(error) => return vec![unreadable(name, source, &error)],
    };
    let mut findings = Vec::new();
    for year in &table.holidays {
        for wrong in calendar.add(year) {
            let what = text!("“{wrong}”不是日期", "`{wrong}` is no date");
            findings.push(at(name, source, Some(&wrong), "wrong-date", what, text!("写成 2026-10-01", "write 2026-10-01")));
        }
    }
    findings
}

struct Check<'c> {
    name: &'c str,
    source: &'c str,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn refuse(&mut self, code: &str, near: &str, what: Text, hint: Text) {
        self.findings.push(at(self.name, self.source, Some(near), code, what, hint));
    }

    /// A name that should be one of those known.
    fn known<'k>(&mut self, kind: &Text, id: &str, known: impl Iterator<Item = &'k str>) {
        let known: Vec<&str> = known.collect();
        if !known.contains(&id) {
            let (zh, en, list) = (&kind.zh, &kind.en, known.join(", "));
            let what = text!("没有{zh}“{id}”", "there is no {en} `{id}`");
            self.refuse("unknown-name", id, what, text!("有这些：{list}", "there are: {list}"));
        }
    }

    fn id(&mut self, procedure: &Procedure, folder: &str) {
        let id = &procedure.id;
        if id != folder {
            let what = text!("id 是“{id}”，文件夹是 {folder}", "the id is `{id}`, the folder is {folder}");
            self.refuse("id-is-not-folder", id, what, text!("两者要一致", "make them agree"));
        }
        let prefix = &procedure.prefix;
        if prefix.is_empty() || prefix.len() > 6 || !prefix.bytes().all(|b| b.is_ascii_uppercase()) {
            let what = text!("prefix “{prefix}”要 1 到 6 个大写字母", "the prefix `{prefix}` should be 1 to 6 capital letters");
            self.refuse("unusable-prefix", prefix, what, text!("如 \"DX\"", "such as \"DX\""));
        }
    }

    fn articles(&mut self, procedure: &Procedure) {
        for anchor in anchors(procedure) {
            if !procedure.articles.contains_key(anchor) {
                let what = text!("source.md 里没有条目 {anchor}", "source.md has no article {anchor}");
                let hint = text!("在 source.md 的标题后写 {{#{anchor}}}", "write {{#{anchor}}} after its heading in source.md");
                self.refuse("unknown-article", anchor, what, hint);
            }
        }
    }

    fn doubles(&mut self, procedure: &Procedure) {
        let lists: [Vec<&String>; 8] = [
            procedure.steps.iter().map(|entry| &entry.id).collect(),
            procedure.clocks.iter().map(|entry| &entry.id).collect(),
            procedure.fields.iter().map(|entry| &entry.id).collect(),
            procedure.evidence.iter().map(|entry| &entry.id).collect(),
            procedure.papers.iter().map(|entry| &entry.id).collect(),
            procedure.stays.iter().map(|entry| &entry.id).collect(),
            procedure.routines.iter().map(|entry| &entry.id).collect(),
            procedure.close.categories.iter().map(|entry| &entry.id).collect(),
        ];
        for list in lists {
            let mut seen = BTreeSet::new();
            for id in list {
                if !seen.insert(id) {
                    let what = text!("“{id}”出现两次", "`{id}` stands twice");
                    self.refuse("duplicate-id", id, what, text!("留下一个", "keep one of them"));
                }
            }
        }
    }

    fn steps(&mut self, procedure: &Procedure) {
        let kind = text!("步骤", "step");
        let ids = || procedure.steps.iter().map(|step| step.id.as_str());
        self.known(&kind, &procedure.first, ids());
        for step in &procedure.steps {
            for next in onward(step) {
                self.known(&kind, next, ids());
            }
            for other in step.different_from.iter().filter(|other| !matches!(other.as_str(), "*" | "open")) {
                self.known(&kind, other, ids());
            }
            if step.who.is_empty() {
                let id = &step.id;
                let what = text!("步骤“{id}”没有人可以办", "nobody may do the step `{id}`");
                self.refuse("nobody-may", id, what, text!("写明 who", "say `who`"));
            }
        }
        if let Some(reopen) = &procedure.reopen {
            self.known(&kind, &reopen.at, ids());
        }
        if let Some(field) = &procedure.opening.owner_from {
            let of_choice = procedure.fields.iter().filter(|field| field.kind == FieldKind::Choice);
            self.known(&text!("列出角色的栏目", "field that lists roles"), field, of_choice.map(|field| field.id.as_str()));
        }
        let mut reached: Vec<&str> = vec![&procedure.first];
        reached.extend(procedure.reopen.as_ref().map(|reopen| reopen.at.as_str()));
        let mut index = 0;
        while let Some(step) = reached.get(index).and_then(|id| procedure.step(id)) {
            index += 1;
            for next in onward(step) {
                if !reached.contains(&next.as_str()) && procedure.step(next).is_some() {
                    reached.push(next);
                }
            }
        }
        for step in procedure.steps.iter().filter(|step| !step.side && !reached.contains(&step.id.as_str())) {
            let id = &step.id;
            let what = text!("走不到步骤“{id}”", "the step `{id}` is never reached");
            self.refuse(
                "unreachable-step",
                id,
                what,
                text!("写进某一步的 next，或 side = true", "name it in a `next`, or say side = true"),
            );
        }
    }

    fn clocks(&mut self, procedure: &Procedure) {
        let (of_step, of_clock) = (text!("步骤", "step"), text!("期限", "clock"));
        let steps = || procedure.steps.iter().map(|step| step.id.as_str());
        let clocks = || procedure.clocks.iter().map(|clock| clock.id.as_str());
        for clock in &procedure.clocks {
            match clock.from.strip_prefix("end:") {
                Some(other) => self.known(&of_clock, other, clocks()),
                None => self.known(&of_step, &clock.from, steps().chain(["open"])),
            }
            for step in clock.until.iter().chain(&clock.holds).chain(&clock.bars) {
                self.known(&of_step, step, steps());
            }
            let id = &clock.id;
            if let Some(field) = &clock.ends {
                let dates = procedure.fields.iter().filter(|field| field.kind == FieldKind::Date);
                self.known(&text!("日期栏目", "field with a date"), field, dates.map(|field| field.id.as_str()));
            } else if clock.value.is_empty() || clock.value.iter().any(|value| value.source.trim().is_empty()) {
                let what = text!("期限“{id}”没有长度或出处", "the clock `{id}` has no length, or no source");
                self.refuse(
                    "clock-without-source",
                    id,
                    what,
                    text!("写 [[clock.value]]：from、span、source", "give [[clock.value]] with from, span and source"),
                );
            }
            let (mut before, mut steps_back) = (Some(clock), 0);
            while let Some(of) = before.and_then(|clock| clock.from.strip_prefix("end:")) {
                before = procedure.clock(of);
                steps_back += 1;
                if steps_back > procedure.clocks.len() {
                    let what = text!("期限“{id}”绕成一圈", "the clock `{id}` waits for itself");
                    self.refuse("clock-circle", id, what, text!("改 from", "mend `from`"));
                    break;
                }
            }
        }
        let stays: Vec<String> = procedure.stays.iter().map(|stay| format!("stay:{}", stay.id)).collect();
        for rung in &procedure.escalations {
            self.known(&of_clock, &rung.clock, clocks().chain(stays.iter().map(String::as_str)));
        }
    }

    fn papers(&mut self, procedure: &Procedure) {
        let kind = text!("文书", "paper");
        for step in &procedure.steps {
            for paper in &step.papers {
                self.known(&kind, paper, procedure.papers.iter().map(|paper| paper.id.as_str()));
            }
        }
        for paper in &procedure.papers {
            let id = &paper.id;
            let Some(template) = procedure.templates.get(id) else {
                let what = text!("没有文书模板 papers/{id}.md", "there is no template papers/{id}.md");
                self.refuse("missing-template", id, what, text!("补上模板", "add the template"));
                continue;
            };
            for name in paper::names(template) {
                let fields = procedure.fields.iter().map(|field| field.id.as_str());
                self.known(&text!("可填进文书的栏目", "field for a paper"), name, fields.chain(paper::WORDS.iter().copied()));
            }
        }
    }

    fn fields(&mut self, procedure: &Procedure) {
        let (field, proof) = (text!("栏目", "field"), text!("证据种类", "kind of evidence"));
        let of_steps = procedure.steps.iter().map(|step| (&step.fields, &step.needs));
        let none = Vec::new();
        let others = [(&procedure.opening.fields, &procedure.opening.needs), (&none, &procedure.close.needs)];
        let stays = procedure.stays.iter().map(|stay| (&none, &stay.needs));
        let categories = procedure.close.categories.iter().map(|category| (&none, &category.needs));
        let shown = procedure.opening.receipt.iter().map(|fields| (fields, &none));
        let routines = procedure.routines.iter().map(|routine| (&routine.fields, &routine.needs));
        for (fields, needs) in of_steps.chain(others).chain(stays).chain(categories).chain(routines).chain(shown) {
            for id in fields {
                self.known(&field, id, procedure.fields.iter().map(|field| field.id.as_str()));
            }
            for id in needs {
                self.known(&proof, id, procedure.evidence.iter().map(|proof| proof.id.as_str()));
            }
        }
        for entry in &procedure.fields {
            let id = &entry.id;
            if (entry.kind == FieldKind::Choice) == entry.choices.is_empty() {
                let what = text!("栏目“{id}”的 choice 与 kind 不合", "the choices of the field `{id}` do not fit its kind");
                self.refuse(
                    "choices-and-kind",
                    id,
                    what,
                    text!("kind = \"choice\" 要有 [[field.choice]]", "kind = \"choice\" goes with [[field.choice]]"),
                );
            }
            if let Some(vault) = &entry.vault {
                self.known(&text!("密存", "vault"), vault, procedure.vaults.iter().map(|vault| vault.id.as_str()));
            }
        }
        for vault in procedure.evidence.iter().filter_map(|kind| kind.vault.as_ref()) {
            self.known(&text!("密存", "vault"), vault, procedure.vaults.iter().map(|vault| vault.id.as_str()));
        }
        let branches = procedure.steps.iter().flat_map(|step| step.branches.iter().map(|branch| &branch.only));
        let clocks = procedure.clocks.iter().map(|clock| &clock.only);
        let onlys: Vec<_> = branches.chain(clocks).chain([&procedure.close.only]).collect();
        for (id, value) in
            onlys.iter().flat_map(|only| only.iter()).flat_map(|(id, values)| values.iter().map(move |value| (id, value)))
        {
            self.known(&field, id, procedure.fields.iter().map(|field| field.id.as_str()));
            if let Some(entry) = procedure.field(id).filter(|entry| entry.kind == FieldKind::Choice) {
                self.known(&text!("选项", "choice"), value, entry.choices.iter().map(|choice| choice.id.as_str()));
            }
        }
        for category in &procedure.close.categories {
            for stay in &category.stays {
                self.known(&text!("稳定性检查", "stay check"), stay, procedure.stays.iter().map(|stay| stay.id.as_str()));
            }
        }
    }

    fn people(&mut self, procedure: &Procedure, roles: &Roles) {
        let mut named: Vec<&str> = vec![&procedure.opening.owner];
        let of_field = procedure.opening.owner_from.as_ref().and_then(|id| procedure.field(id));
        named.extend(of_field.iter().flat_map(|field| field.choices.iter().map(|choice| choice.id.as_str())));
        named.extend(procedure.steps.iter().filter_map(|step| step.owner.as_deref()));
        named.extend(procedure.escalations.iter().map(|rung| rung.to.as_str()));
        named.extend(procedure.reopen.iter().filter_map(|reopen| reopen.tell.as_deref()));
        let whos = procedure.steps.iter().map(|step| &step.who).chain([&procedure.opening.who, &procedure.close.who]);
        let whos = whos.chain(procedure.stays.iter().map(|stay| &stay.who));
        let whos = whos.chain(procedure.routines.iter().map(|routine| &routine.who));
        let whos = whos.chain(procedure.routines.iter().filter_map(|routine| routine.sample.as_ref()).map(|sample| &sample.who));
        let whos = whos.chain(procedure.vaults.iter().flat_map(|vault| [&vault.readers, &vault.closed_to]));
        let whos = whos.chain(procedure.pause.iter().map(|pause| &pause.who));
        let whos = whos.chain(procedure.reopen.iter().map(|reopen| &reopen.who));
        for who in whos.flatten() {
            match who {
                Who::Role(role) => named.push(role),
                Who::Any(any) => {
                    named.extend(any.role.as_deref());
                    if let Some(level) = &any.level {
                        self.known(&text!("层级", "level"), level, roles.levels.iter().map(|level| level.id.as_str()));
                    }
                    if let Some(line) = &any.line {
                        self.known(&text!("责任线", "line"), line, roles.lines.iter().map(|line| line.id.as_str()));
                    }
                }
            }
        }
        for role in named {
            self.known(&text!("角色", "role"), role, roles.roles.iter().map(|role| role.id.as_str()));
        }
    }

    fn routines(&mut self, procedure: &Procedure) {
        let field = text!("栏目", "field");
        let fields = || procedure.fields.iter().map(|field| field.id.as_str());
        for routine in &procedure.routines {
            let lists = || procedure.checklists.iter().map(|list| list.id.as_str());
            routine.checklists.iter().for_each(|list| self.known(&text!("检查表", "checklist"), list, lists()));
            let sums = routine.sums.iter().flat_map(|sum| std::iter::once(&sum.total).chain(&sum.parts));
            sums.chain(&routine.counts).for_each(|id| self.known(&field, id, fields()));
            self.known(&text!("对象", "kind of unit"), &routine.each, statement::UNITS.iter().copied());
            if let Some(sample) = &routine.sample {
                let stays = procedure.stays.iter().map(|stay| stay.id.as_str());
                self.known(&text!("稳定性检查", "stay check"), &sample.stay, stays);
            }
            if routine.months.is_empty() || routine.months.iter().any(|month| !(1..=12).contains(month)) {
                let id = &routine.id;
                let what = text!("“{id}”的月份要在 1 到 12 之间", "the months of `{id}` should be 1 to 12");
                self.refuse("wrong-date", id, what, text!("如 months = [3, 9]", "such as months = [3, 9]"));
            }
        }
        procedure.checklists.iter().for_each(|list| self.known(&field, &list.follow, fields()));
        for other in
            procedure.stays.iter().flat_map(|stay| &stay.different_from).filter(|step| !matches!(step.as_str(), "*" | "open"))
        {
            self.known(&text!("步骤", "step"), other, procedure.steps.iter().map(|step| step.id.as_str()));
        }
    }

    fn closing(&mut self, procedure: &Procedure) {
        let close = &procedure.close;
        let after = close.after.iter().chain(close.categories.iter().flat_map(|category| &category.after));
        let kind = text!("步骤", "step");
        for step in after.flat_map(|steps| steps.split('|')).chain(close.different_from.iter().map(String::as_str)) {
            if !matches!(step, "*" | "open") {
                self.known(&kind, step, procedure.steps.iter().map(|step| step.id.as_str()));
            }
        }
        let near = "[close]";
        match close.by {
            CloseBy::SecondPerson if close.different_from.is_empty() || close.who.is_empty() => {
                let what = text!(
                    "由第二人销号，却没有说是谁、与谁不同",
                    "a second person closes it, but who, and other than whom, is not said"
                );
                self.refuse("nobody-confirms", near, what, text!("写明 who 和 different_from", "say `who` and `different_from`"));
            }
            CloseBy::Data if procedure.opening.data.is_none() || procedure.reopen.is_none() => {
                let what = text!(
                    "由数据销号的，要有立案的数据条件和 [reopen]",
                    "what data close needs a condition in the data, and [reopen]"
                );
                self.refuse("no-condition", near, what, text!("写 opening.data 和 [reopen]", "give opening.data and [reopen]"));
            }
            _ => {}
        }
        if let Some(data) = &procedure.opening.data {
            let ways = [data.stock.is_some() && data.above.is_some(), data.indicator.is_some(), data.item.is_some()];
            if ways.iter().filter(|way| **way).count() != 1 {
                let what = text!("opening.data 要且只要一个条件", "opening.data wants one condition and no more");
                let hint = text!("stock 和 above，或 indicator，或 item", "stock with above, or indicator, or item");
                self.refuse("unclear-condition", "data", what, hint);
            }
        }
    }
}

/// Every step that may follow one, whatever the fields say.
fn onward(step: &Step) -> impl Iterator<Item = &String> {
    step.next.iter().chain(step.branches.iter().flat_map(|branch| &branch.next))
}

/// Every article that a procedure names.
fn anchors(procedure: &Procedure) -> Vec<&str> {
    let mut anchors: Vec<&str> = vec![&procedure.opening.article, &procedure.close.article];
    anchors.extend(procedure.steps.iter().map(|entry| entry.article.as_str()));
    anchors.extend(procedure.clocks.iter().map(|entry| entry.article.as_str()));
    anchors.extend(procedure.escalations.iter().map(|entry| entry.article.as_str()));
    anchors.extend(procedure.papers.iter().map(|entry| entry.article.as_str()));
    anchors.extend(procedure.stays.iter().map(|entry| entry.article.as_str()));
    anchors.extend(procedure.routines.iter().map(|entry| entry.article.as_str()));
    anchors.extend(procedure.checklists.iter().map(|entry| entry.article.as_str()));
    anchors.extend(procedure.vaults.iter().map(|entry| entry.article.as_str()));
    anchors.extend(procedure.pause.iter().map(|entry| entry.article.as_str()));
    anchors.extend(procedure.reopen.iter().map(|entry| entry.article.as_str()));
    anchors
}

/// `## 第七条 {#a7}` → a7, 第七条.
fn articles(source: &str) -> BTreeMap<String, String> {
    let mut articles = BTreeMap::new();
    for line in source.lines() {
        let Some((words, rest)) = line.split_once("{#") else { continue };
        let Some((anchor, _)) = rest.split_once('}') else { continue };
        articles.insert(anchor.trim().to_string(), words.trim_matches(|c: char| c == '#' || c.is_whitespace()).to_string());
    }
    articles
}

fn unreadable(name: &str, source: &str, error: &toml::de::Error) -> Finding {
    let words = error.message().lines().collect::<Vec<_>>().join("; ");
    let place = match error.span() {
        Some(span) => place(name, source, span.start),
        None => Place::Source { file: name.to_string(), line: None, excerpt: None },
    };
    let what = text!("读不懂：{words}", "cannot be read: {words}");
    let hint = text!("对照 docs/dev/adding-a-procedure.md 里的各项", "compare the keys in docs/dev/adding-a-procedure.md");
    Finding::new(Severity::Logic, "procedure-syntax", place, what, hint)
}

/// A finding at the first line that says a word in quotes, or in any way.
fn at(name: &str, source: &str, near: Option<&str>, code: &str, what: Text, hint: Text) -> Finding {
    let found =
        near.filter(|near| !near.is_empty()).and_then(|near| source.find(&format!("\"{near}\"")).or_else(|| source.find(near)));
    let place = match found {
        Some(offset) => place(name, source, offset),
        None => Place::Source { file: name.to_string(), line: None, excerpt: None },
    };
    Finding::new(Severity::Logic, code, place, what, hint)
}

fn place(name: &str, source: &str, offset: usize) -> Place {
    let before = source.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count();
    let excerpt = source.lines().nth(line).map(|line| line.trim().chars().take(160).collect());
    Place::Source { file: name.to_string(), line: Some(line as u32 + 1), excerpt }
}
