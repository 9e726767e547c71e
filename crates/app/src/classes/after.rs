use std::path::Path;

use draws::{DrawList, Hash, read_result};
use facts::{Finding, Place, Severity, Text, text};
use serde::Serialize;

use super::official::made_before;
use crate::draw_folder::{DrawFolder, read_files, read_text};
use crate::plain_table::read_plain;
use crate::prepare_draw::{empty_folder, fix_draw};
use crate::{DrawAsked, Failure, PreparedDraw, verify_draw};

const MOVES: &str = "exceptions.txt";

/// A change after the assignment: by whom, with whom, why.
#[derive(Debug, Clone)]
pub struct ClassMove<'a> {
    pub receipt: &'a str,
    /// From 1.
    pub to: u32,
    /// A reason of the county's rule.
    pub code: &'a str,
    /// The paper, and what it says.
    pub words: &'a str,
    pub by: &'a str,
    /// A second person, who is not the first.
    pub second: &'a str,
}

#[derive(Debug, Clone, Serialize)]
pub struct ClassMoved {
    pub receipt: String,
    pub from: u32,
    pub to: u32,
    pub number: usize,
    /// Pupils of each class afterwards.
    pub sizes: Vec<usize>,
}

/// One exception as it stands in the log.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    pub time: String,
    pub receipt: String,
    /// From 1.
    pub from: String,
    pub to: u32,
    pub code: String,
    pub by: String,
    pub second: String,
    pub words: String,
}

/// The exceptions of an assignment, in order.
pub(crate) struct Moves {
    pub rows: Vec<Moved>,
    pub findings: Vec<Finding>,
    words: String,
}

impl Moves {
    /// The classes with all exceptions.
    pub fn applied(&self, receipts: &[String], class_of: &[u32]) -> Vec<u32> {
        let mut now = class_of.to_vec();
        for moved in &self.rows {
            if let Ok(pupil) = receipts.binary_search(&moved.receipt) {
                now[pupil] = moved.to - 1;
            }
        }
        now
    }
}

/// Reads the log of exceptions; each line ends with the hash of all lines before it and of its own words.
pub(crate) fn read_moves(folder: &Path, classes: u32) -> Result<Moves, Failure> {
    let words = read_text(folder, MOVES)?;
    let mut moves = Moves { rows: Vec::new(), findings: Vec::new(), words: String::new() };
    for line in words.split_inclusive('\n') {
        match moved_of(&moves.words, line).filter(|moved| moved.to <= classes) {
            Some(moved) => moves.rows.push(moved),
            None => {
                let n = moves.rows.len() + 1;
                let what = text!("第 {n} 条例外被改动或不完整", "exception {n} was changed or is not whole");
                let hint = text!("用封存的原文件", "use the original file");
                moves.findings.push(Finding::new(Severity::Logic, "classes-exception-changed", Place::file(MOVES), what, hint));
                break;
            }
        }
        moves.words.push_str(line);
    }
    Ok(moves)
}

/// The hash that ends a line.
fn chained(before: &str, own: &str) -> Hash {
    Hash::of(format!("{before}{own}").as_bytes())
}

/// A line of the log, if it is whole and follows from those before.
fn moved_of(before: &str, line: &str) -> Option<Moved> {
    let (own, hash) = line.strip_suffix('\n')?.rsplit_once('\t')?;
    let [_, time, receipt, from, to, code, by, second, words] = own.split('\t').collect::<Vec<_>>()[..] else { return None };
    let to = to.parse().ok().filter(|to| *to > 0)?;
    let [time, receipt, from, code, by, second, words] = [time, receipt, from, code, by, second, words].map(str::to_string);
    (hash == chained(before, own).to_string()).then_some(Moved { time, receipt, from, to, code, by, second, words })
}

/// Moves one pupil after the assignment, on the record: the signed result stays as it is.
pub fn move_pupil(folder: &Path, asked: &ClassMove<'_>) -> Result<ClassMoved, Failure> {
    let (sealed, class_of) = made_before(folder)?;
    let known = sealed
        .rules
        .exceptions
        .iter()
        .map(|reason| format!("{}（{}）", reason.code, reason.title().zh))
        .collect::<Vec<_>>()
        .join("、");
    let code = asked.code;
    if !sealed.rules.exceptions.iter().any(|reason| reason.code == code) {
        return Err(Failure::wrong_use(
            text!("规则里没有“{code}”这种调整原因", "the rule knows no reason `{code}`"),
            text!("只能是：{known}", "reasons are: {known}"),
        ));
    }
    let blank = |words: &str| words.trim().is_empty() || words.contains(['\t', '\n']);
    if blank(asked.by) || blank(asked.second) || asked.by.trim() == asked.second.trim() {
        return Err(Failure::wrong_use(
            text!("例外要两个人：经办人和第二人，不能是同一人", "an exception takes two persons, who are not the same"),
            text!("写成 --by 经办人 --second 第二人", "write --by NAME --second NAME"),
        ));
    }
    if blank(asked.words) {
        return Err(Failure::wrong_use(
            text!("没有写明依据", "there is no ground for it"),
            text!("用 --words 写明文书名称和编号", "name the paper and its number with --words"),
        ));
    }
    let receipt = asked.receipt;
    let receipts = &sealed.input.receipts;
    let pupil = receipts.iter().position(|known| known == receipt).ok_or_else(|| {
        Failure::unknown(
            text!("名单里没有受理号“{receipt}”", "the receipt `{receipt}` is not on the list"),
            text!("逐字核对受理号", "compare it letter by letter"),
        )
    })?;
    let classes = sealed.input.problem.classes;
    let locked = DrawFolder::lock(folder)?;
    let mut moves = read_moves(folder, classes)?;
    if let Some(finding) = moves.findings.first() {
        return Err(Failure::found(std::slice::from_ref(finding)));
    }
    let from = moves.applied(receipts, &class_of)[pupil] + 1;
    let to = asked.to;
    if to == 0 || to > classes || to == from {
        return Err(Failure::wrong_use(
            text!("{receipt} 现在 {from} 班，不能调到 {to} 班", "{receipt} is in class {from} and cannot go to class {to}"),
            text!("班号是 1 至 {classes}", "classes are 1 to {classes}"),
        ));
    }
    let (number, now) = (moves.rows.len() + 1, crate::now());
    let (by, second, words) = (asked.by.trim(), asked.second.trim(), asked.words.trim());
    let own = format!("{number}\t{now}\t{receipt}\t{from}\t{to}\t{code}\t{by}\t{second}\t{words}");
    let line = format!("{own}\t{}\n", chained(&moves.words, &own));
    let plain = |words: &str| words.split_whitespace().collect::<String>();
    let (by_noted, second_noted) = (plain(by), plain(second));
    locked.note("exception", &format!("{receipt} {from} {to} {code} by={by_noted} second={second_noted}"))?;
    locked.write(MOVES, &format!("{}{line}", moves.words))?;
    moves.rows.extend(moved_of(&moves.words, &line));
    let mut sizes = vec![0; classes as usize];
    moves.applied(receipts, &class_of).iter().for_each(|class| sizes[*class as usize] += 1);
    Ok(ClassMoved { receipt: receipt.to_string(), from, to, number, sizes })
}

/// Fixes the draw in which the teams of teachers draw their classes. It begins only when the classes are fixed: its title names their result.
pub fn prepare_teams(
    home: &Path,
    folder: &Path,
    teams: &Path,
    draw: &DrawAsked,
) -> Result<Result<PreparedDraw, Vec<Finding>>, Failure> {
    empty_folder(&draw.out)?;
    let (sealed, _) = made_before(folder)?;
    let result = Hash::of(read_text(folder, super::official::CLASSES)?.as_bytes()).short();
    let (table, mut findings) = read_plain(teams)?;
    let names: Vec<&str> =
        table.rows.iter().filter_map(|row| row.first()).map(String::as_str).filter(|name| !name.is_empty()).collect();
    let (n, classes) = (names.len(), sealed.input.problem.classes);
    if n != classes as usize {
        let what = text!("有 {n} 个教师团队，{classes} 个班", "there are {n} teams of teachers for {classes} classes");
        let hint = text!("第一列每行一个团队，与班数相同", "one team a row in the first column, as many as there are classes");
        findings.push(Finding::new(Severity::Logic, "classes-teams-differ", table.place(), what, hint));
    }
    let of_classes = (1..=classes).map(|class| format!("{CLASS_POOL},{class:02}班,\n"));
    let of_teams = names.iter().map(|name| format!("{TEAM_POOL},{name},\n"));
    let text: String = of_classes.chain(of_teams).collect();
    let (list, of_list) = DrawList::read(&format!("pool,receipt,bound\n{text}"), &table.name);
    findings.extend(of_list);
    if !findings.is_empty() {
        return Ok(Err(findings));
    }
    let asked = DrawAsked {
        title: format!("{} 编班结果 {result}", draw.title),
        method: "order-number".into(),
        settings: Vec::new(),
        places: vec![(CLASS_POOL.into(), classes), (TEAM_POOL.into(), classes)],
        bound: "over".into(),
        ..draw.clone()
    };
    fix_draw(home, &asked, &list, &[])
}

const CLASS_POOL: &str = "班级";
const TEAM_POOL: &str = "教师团队";
/// The pools of a draw of teams, in the order in which they are written.
pub(crate) const TEAM_POOLS: [&str; 2] = [TEAM_POOL, CLASS_POOL];

/// A class and the team that drew it.
#[derive(Debug, Clone, Serialize)]
pub struct TeamPair {
    pub class: String,
    pub team: String,
}

/// Which team has which class, from the signed draw: those with the same order number belong together.
pub fn pair_teams(folder: &Path) -> Result<Vec<TeamPair>, Failure> {
    let findings = verify_draw(folder)?;
    if !findings.is_empty() {
        return Err(Failure::found(&findings));
    }
    let rows = read_result(&read_files(folder)?.result).unwrap_or_default();
    let of =
        |pool: &str, order: u32| rows.iter().find(|row| row.pool == pool && row.order == order).map(|row| row.receipt.clone());
    let mut pairs: Vec<TeamPair> = (1..=rows.len() as u32)
        .map_while(|order| Some(TeamPair { class: of(CLASS_POOL, order)?, team: of(TEAM_POOL, order)? }))
        .collect();
    if pairs.is_empty() {
        return Err(Failure::wrong_use(
            text!("这个文件夹里没有教师团队抽签", "this folder holds no draw of teams"),
            text!("先用 junheng classes teachers 准备", "prepare it with junheng classes teachers"),
        ));
    }
    pairs.sort_by(|a, b| a.class.cmp(&b.class));
    Ok(pairs)
}

/// What an official reads about a move.
impl ClassMoved {
    pub fn line(&self) -> Text {
        let (receipt, from, to, number) = (&self.receipt, self.from, self.to, self.number);
        let (least, most) = (self.sizes.iter().min().unwrap_or(&0), self.sizes.iter().max().unwrap_or(&0));
        text!(
            "第 {number} 条例外：{receipt} 由 {from} 班调到 {to} 班；现在各班 {least} 至 {most} 人",
            "exception {number}: {receipt} goes from class {from} to class {to}; classes now have {least} to {most} pupils"
        )
    }
}
