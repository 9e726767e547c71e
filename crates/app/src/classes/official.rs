use std::path::Path;

use draws::{Draw, DrawList, Hash, Seed, seal, sealed_by};
use facts::{Finding, Lang, Place, Severity, Stage, Text, text};
use plan::{CLASS_PROTOCOL, ClassInput, class_bound, class_faults, class_penalty};
use planners::assign_classes;
use serde::Serialize;

use super::after::{Moves, read_moves};
use super::balance::BalanceWay;
use super::output::{ClassPapers, write_papers};
use super::roll::{ClassRoll, POOL, RollAsked, class_roll};
use super::rules::{ClassRules, class_rules, read_class_rules};
use super::trial::{class_stream, no_room, settings_of, stage_of, unmet, ways};
use crate::draw_folder::{DrawFiles, DrawFolder, read_files, read_text};
use crate::plain_table::{PlainTable, read_plain};
use crate::prepare_draw::{empty_folder, fix_draw, office_key};
use crate::random::random;
use crate::{DrawAsked, Failure, PreparedDraw, hold_draw, verify_draw};

/// What is fixed before an assignment: the roll, the rule, and who watches.
#[derive(Debug, Clone)]
pub struct ClassesAsked<'a> {
    pub roll: &'a Path,
    pub rules: &'a str,
    pub stage: Option<Stage>,
    pub classes: Option<u32>,
    pub options: &'a [String],
    /// Title, folder, witnesses and the round before; list, method, settings and places follow from the roll.
    pub draw: DrawAsked,
}

/// An assignment that is fixed and may be announced.
#[derive(Debug, Clone, Serialize)]
pub struct ClassesPrepared {
    pub draw: PreparedDraw,
    pub pupils: usize,
    pub classes: u32,
    pub options: Vec<Text>,
    /// SHA-256 of the sealed input.
    pub input: String,
    pub findings: Vec<Finding>,
}

/// Sealed: who they are and what is to be even. For those who may check, not for the notice board.
pub(crate) const INPUT: &str = "input.txt";
pub(crate) const RULES: &str = "rules.toml";
pub(crate) const CLASSES: &str = "classes.csv";
pub(crate) const CERTIFICATE: &str = "classes-certificate.txt";
pub(crate) const PURPOSE: &str = "classes";

/// Fixes an assignment: the list that is published, the sealed input, the rule. All that is wrong is said at once; then nothing is
/// written.
pub fn prepare_classes(home: &Path, asked: &ClassesAsked<'_>) -> Result<Result<ClassesPrepared, Vec<Finding>>, Failure> {
    empty_folder(&asked.draw.out)?;
    let rules = class_rules(asked.rules)?;
    let (table, mut findings) = read_plain(asked.roll)?;
    let stage = stage_of(asked.stage, &table, &rules)?;
    let salt: String = random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let of_roll = RollAsked { stage, classes: asked.classes, options: asked.options, salt };
    let (roll, of_roll) = class_roll(&table, &rules, &of_roll);
    findings.extend(of_roll);
    let Some(roll) = roll else { return Ok(Err(findings)) };
    let input = roll.input.write();
    let hash = Hash::of(input.as_bytes()).to_string();
    let receipts: String = roll.input.receipts.iter().map(|receipt| format!("{POOL},{receipt},\n")).collect();
    let (list, of_list) = DrawList::read(&format!("pool,receipt,bound\n{receipts}"), "list.csv");
    findings.extend(of_list);
    let draw = DrawAsked {
        method: "seed".into(),
        settings: vec![("for".into(), PURPOSE.into()), ("input".into(), hash.clone())],
        places: vec![(POOL.into(), roll.input.receipts.len() as u32)],
        bound: "over".into(),
        ..asked.draw.clone()
    };
    let draw = match fix_draw(home, &draw, &list, &[(INPUT, &input), (RULES, &rules.words)])? {
        Ok(draw) => draw,
        Err(of_draw) => return Ok(Err(of_draw)),
    };
    Ok(Ok(ClassesPrepared {
        draw,
        pupils: roll.input.receipts.len(),
        classes: roll.input.problem.classes,
        options: roll.used,
        input: hash,
        findings,
    }))
}

/// An assignment that has been made and signed.
#[derive(Debug, Clone, Serialize)]
pub struct ClassesHeld {
    pub id: String,
    pub seed: String,
    pub result: String,
    pub pupils: usize,
    pub classes: u32,
    pub penalty: u64,
    pub bound: u64,
    pub unmet: Vec<String>,
    pub ways: Vec<BalanceWay>,
    /// Whether it had been made before: the result is the same, and stays.
    pub before: bool,
    pub written: Vec<String>,
}

/// Makes the assignment from the witnesses' seed and signs it, once. With the roll, the papers are written too; pupils who have been moved
/// since, by a logged exception, stand in their new class there.
pub fn hold_classes(home: &Path, folder: &Path, roll: Option<&Path>, lang: Lang) -> Result<ClassesHeld, Failure> {
    hold_draw(home, folder)?;
    let before = sign_classes(home, folder)?;
    let read = HeldClasses::read(folder)?;
    let mut done = read.report();
    done.before = before;
    if let Some(path) = roll {
        let print = read.print(path)?;
        let written = write_papers(&print.papers(lang), &folder.join("名册"))?;
        done.written = written.into_iter().map(|path| path.display().to_string()).collect();
    }
    Ok(done)
}

/// Whether it had been signed before.
fn sign_classes(home: &Path, folder: &Path) -> Result<bool, Failure> {
    let locked = DrawFolder::lock(folder)?;
    let sealed = Sealed::read(folder, &locked.read()?)?;
    let made = sealed.make()?;
    let secret = office_key(home)?;
    let certificate = seal(&made.statement, &secret);
    let (there, signed) = (read_text(folder, CLASSES)?, read_text(folder, CERTIFICATE)?);
    let differs = |there: &str, own: &str| !there.is_empty() && there != own;
    if differs(&there, &made.classes) || differs(&signed, &certificate) {
        return Err(Failure::prevented(
            text!(
                "文件夹里已有的编班结果不是由这个种子得来的，没有改动它",
                "the classes in the folder do not follow from this seed; nothing was changed"
            ),
            text!(
                "用 junheng classes verify 看哪里不符，保留原件并查明",
                "see with junheng classes verify what does not follow; keep the files and find out"
            ),
        ));
    }
    let before = !signed.is_empty();
    if !before {
        locked.note("classes", &Hash::of(made.classes.as_bytes()).to_string())?;
        locked.write(CLASSES, &made.classes)?;
        locked.write(CERTIFICATE, &certificate)?;
    }
    Ok(before)
}

/// An assignment as it was signed, read from its folder.
pub(crate) struct HeldClasses {
    pub sealed: Sealed,
    /// By pupil of the input, as signed.
    pub class_of: Vec<u32>,
    pub moves: Moves,
    result: Hash,
}

impl HeldClasses {
    pub fn read(folder: &Path) -> Result<HeldClasses, Failure> {
        let (sealed, class_of) = made_before(folder)?;
        let result = Hash::of(read_text(folder, CLASSES)?.as_bytes());
        let moves = read_moves(folder, sealed.input.problem.classes)?;
        Ok(HeldClasses { sealed, class_of, moves, result })
    }

    /// What it came to.
    pub fn report(&self) -> ClassesHeld {
        let input = &self.sealed.input;
        let roll = ClassRoll { rows: Vec::new(), used: Vec::new(), input: input.clone() };
        ClassesHeld {
            id: self.sealed.draw.id().to_string(),
            seed: self.sealed.seed.0.to_string(),
            result: self.result.to_string(),
            pupils: input.receipts.len(),
            classes: input.problem.classes,
            penalty: class_penalty(&input.problem, &self.class_of).total,
            bound: class_bound(&input.problem),
            unmet: unmet(&roll, &self.class_of),
            ways: ways(&roll, &self.class_of, &self.sealed.seed),
            before: true,
            written: Vec::new(),
        }
    }

    /// The assignment with the names of a roll, which must hold every receipt of the sealed input.
    pub fn print(self, path: &Path) -> Result<ClassPrint, Failure> {
        let (table, _) = read_plain(path)?;
        let column = table.column(&self.sealed.rules.receipt);
        let receipt_of = |row: usize| column.map_or_else(|| format!("{:05}", row + 1), |column| table.rows[row][column].clone());
        let known: std::collections::BTreeMap<String, usize> = (0..table.rows.len()).map(|row| (receipt_of(row), row)).collect();
        let row_of = |receipt: &String| {
            known.get(receipt).copied().ok_or_else(|| {
                Failure::wrong_use(
                    text!(
                        "名册里没有受理号 {receipt}：不是封存时的那一份",
                        "the roll lacks the receipt {receipt}: it is not the one that was sealed"
                    ),
                    text!("用编班时的名册", "use the roll of the assignment"),
                )
            })
        };
        let rows = self.sealed.input.receipts.iter().map(row_of).collect::<Result<Vec<usize>, Failure>>()?;
        let (report, provenance) = (self.report(), self.provenance());
        let Sealed { draw, rules, input, .. } = self.sealed;
        Ok(ClassPrint {
            title: draw.title,
            provenance,
            now: self.moves.applied(&input.receipts, &self.class_of),
            ways: report.ways,
            rules,
            roll: ClassRoll { rows, used: Vec::new(), input },
            table,
        })
    }

    fn provenance(&self) -> Vec<Text> {
        let (id, seed, result, n) = (self.sealed.draw.id(), self.sealed.seed.0, self.result, self.moves.rows.len());
        let mut lines = vec![text!("派位编号 {id}；种子 {seed}；结果 {result}", "draw {id}; seed {seed}; result {result}")];
        if n > 0 {
            lines.push(text!(
                "编班后按例外调整 {n} 人，记录在 exceptions.txt",
                "{n} pupils were moved by exception afterwards; see exceptions.txt"
            ));
        }
        lines
    }
}

/// What the papers of an assignment are made of.
pub(crate) struct ClassPrint {
    title: String,
    provenance: Vec<Text>,
    table: PlainTable,
    rules: ClassRules,
    roll: ClassRoll,
    /// With all exceptions.
    now: Vec<u32>,
    ways: Vec<BalanceWay>,
}

impl ClassPrint {
    pub fn papers(&self, lang: Lang) -> ClassPapers<'_> {
        ClassPapers {
            title: &self.title,
            provenance: self.provenance.clone(),
            table: &self.table,
            rules: &self.rules,
            roll: &self.roll,
            class_of: &self.now,
            ways: &self.ways,
            lang,
        }
    }
}

/// What was fixed and shown: everything from which classes follow.
pub(crate) struct Sealed {
    pub draw: Draw,
    pub seed: Seed,
    pub input: ClassInput,
    input_hash: String,
    pub rules: ClassRules,
}

pub(crate) struct Made {
    pub penalty: u64,
    /// The text of `classes.csv`.
    pub classes: String,
    /// The text that is signed.
    pub statement: String,
}

impl Sealed {
    /// Reads the sealed input of an assignment and holds it against what the draw fixed.
    pub fn read(folder: &Path, files: &DrawFiles) -> Result<Sealed, Failure> {
        let (draw, list) = files.draw_and_list()?;
        if draw.method.id != "seed" || draw.setting("for") != Some(PURPOSE) {
            return Err(Failure::wrong_use(
                text!("这个文件夹是另一种派位，不是编班", "this folder holds another draw, not an assignment to classes"),
                text!("编班用 junheng classes prepare 准备", "prepare classes with junheng classes prepare"),
            ));
        }
        let (_, reveals) = files.witnesses(&draw)?;
        let words = read_text(folder, INPUT)?;
        let input_hash = Hash::of(words.as_bytes()).to_string();
        let changed = |what: Text| Failure::wrong_use(what, text!("用封存的原文件", "use the file as it was sealed"));
        if draw.setting("input") != Some(input_hash.as_str()) {
            return Err(changed(text!("input.txt 不是公布哈希的那一份", "input.txt is not the one whose hash was published")));
        }
        let input = ClassInput::read(&words).map_err(changed)?;
        let of_list: Vec<&String> = list.pools().iter().flat_map(|pool| pool.lots.iter().flat_map(|lot| &lot.receipts)).collect();
        if !input.receipts.iter().eq(of_list) {
            return Err(changed(text!(
                "input.txt 与公布的名单人数、受理号不符",
                "input.txt and the published list do not name the same receipts"
            )));
        }
        let rules = read_class_rules(RULES, read_text(folder, RULES)?)?;
        if rules.hash != input.rules {
            return Err(changed(text!("rules.toml 不是封存时的那一份", "rules.toml is not the one that was sealed")));
        }
        Ok(Sealed { seed: reveals.seed(), draw, input, input_hash, rules })
    }

    /// The classes that follow.
    pub fn make(&self) -> Result<Made, Failure> {
        let problem = &self.input.problem;
        let mut stream = class_stream(&self.seed);
        let settings = settings_of(&self.input);
        let answer = assign_classes(problem, &settings, &mut |n| stream.below(n)).ok_or_else(no_room)?;
        let classes = write_classes(&self.input.receipts, &answer.class_of);
        let result = Hash::of(classes.as_bytes());
        let (draw, seed, input, n) = (self.draw.id(), self.seed.0, &self.input_hash, self.input.receipts.len());
        let (k, penalty, bound) = (problem.classes, answer.penalty, answer.bound);
        let statement = format!(
            "{CLASS_PROTOCOL} certificate\ndraw {draw}\nseed {seed}\ninput {input}\nresult {result}\npupils {n}\nclasses {k}\npenalty {penalty}\nbound {bound}\n"
        );
        Ok(Made { penalty, classes, statement })
    }
}

fn write_classes(receipts: &[String], class_of: &[u32]) -> String {
    let mut rows: Vec<(u32, &str)> =
        class_of.iter().zip(receipts).map(|(class, receipt)| (class + 1, receipt.as_str())).collect();
    rows.sort_unstable();
    let rows: String = rows.iter().map(|(class, receipt)| format!("{class},{receipt}\n")).collect();
    format!("class,receipt\n{rows}")
}

/// Reads `classes.csv`: the class, from 0, of each receipt.
pub(crate) fn read_classes(words: &str, receipts: &[String]) -> Option<Vec<u32>> {
    let rows = words.strip_prefix("class,receipt\n")?;
    let mut class_of = vec![u32::MAX; receipts.len()];
    for line in rows.lines() {
        let (class, receipt) = line.split_once(',')?;
        let pupil = receipts.binary_search_by(|known| known.as_str().cmp(receipt)).ok()?;
        class_of[pupil] = class.parse::<u32>().ok()?.checked_sub(1)?;
    }
    Some(class_of)
}

/// Does an assignment again from its files, and names whatever does not follow; nothing where all is as it should be. The penalty is worked
/// out apart from the search, too.
pub fn verify_classes(folder: &Path) -> Result<Vec<Finding>, Failure> {
    let mut findings = verify_draw(folder)?;
    let files = read_files(folder)?;
    if !findings.is_empty() {
        return Ok(findings);
    }
    let mut say = |file: &str, what: Text| {
        let hint = text!(
            "向学校或教育行政部门索取原文件；仍不符的，保留证据并要求说明",
            "ask for the original file; if that differs too, keep it and ask for an explanation"
        );
        findings.push(Finding::new(Severity::Logic, "classes-do-not-recompute", Place::file(file), what, hint));
    };
    let sealed = match Sealed::read(folder, &files) {
        Ok(sealed) => sealed,
        Err(failure) => {
            say(INPUT, failure.what);
            return Ok(findings);
        }
    };
    let (classes, certificate) = (read_text(folder, CLASSES)?, read_text(folder, CERTIFICATE)?);
    let made = sealed.make()?;
    match read_classes(&classes, &sealed.input.receipts) {
        Some(class_of) => {
            for fault in class_faults(&sealed.input.problem, &class_of) {
                say(CLASSES, fault);
            }
            if class_of.iter().all(|class| *class < sealed.input.problem.classes) {
                let (found, said) = (class_penalty(&sealed.input.problem, &class_of).total, made.penalty);
                if found != said {
                    say(
                        CLASSES,
                        text!(
                            "公布的编班不均衡分是 {found}，按种子算应是 {said}",
                            "the published classes have a penalty of {found}; by the seed it is {said}"
                        ),
                    );
                }
            }
        }
        None => say(CLASSES, text!("classes.csv 读不懂", "classes.csv cannot be read")),
    }
    if classes != made.classes {
        say(CLASSES, text!("公布的编班不是由种子得来的", "the published classes do not follow from the seed"));
    }
    if sealed_by(&certificate, &sealed.draw.key) != Some(made.statement.as_str()) {
        say(CERTIFICATE, text!("签名或内容与公布的文件不符", "signature or content do not fit the published files"));
    }
    findings.extend(read_moves(folder, sealed.input.problem.classes)?.findings);
    Ok(findings)
}

/// The draw of an assignment, read from a folder where it has been made.
pub(crate) fn made_before(folder: &Path) -> Result<(Sealed, Vec<u32>), Failure> {
    let files = read_files(folder)?;
    let sealed = Sealed::read(folder, &files)?;
    let not_yet = || {
        Failure::wrong_use(
            text!("编班还没有完成", "the classes have not been made yet"),
            text!("先运行：junheng classes run 文件夹", "run first: junheng classes run DIR"),
        )
    };
    let certificate = read_text(folder, CERTIFICATE)?;
    let statement = sealed_by(&certificate, &sealed.draw.key).ok_or_else(not_yet)?;
    let words = read_text(folder, CLASSES)?;
    let signed = format!("result {}", Hash::of(words.as_bytes()));
    let class_of = read_classes(&words, &sealed.input.receipts).filter(|_| statement.lines().any(|line| line == signed));
    let class_of = class_of.filter(|classes| classes.iter().all(|class| *class < sealed.input.problem.classes));
    let class_of = class_of.ok_or_else(|| {
        Failure::wrong_use(
            text!("classes.csv 不是签名的那一份", "classes.csv is not the one that was signed"),
            text!("用 junheng classes verify 看哪里不符", "see with junheng classes verify what does not follow"),
        )
    })?;
    Ok((sealed, class_of))
}
