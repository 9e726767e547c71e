use std::collections::HashMap;
use std::path::Path;

use draws::{Draw, DrawList, Hash, read_result, verify};
use facts::{Text, text};

use crate::Failure;
use crate::admit::{is_admission, read_signed};
use crate::classes::{HeldClasses, PURPOSE};
use crate::draw_folder::{DRAW, DrawFiles, read_files, read_text, refused};
use crate::draw_office::shown_title;

/// Everything that parents may ask of one signed result, read once and held against its signature. There is nothing else in it.
#[derive(Debug)]
pub struct QueryBook {
    pub title: String,
    /// Id of the draw, and hash of the result: what a parent compares with the notice board.
    pub draw: String,
    pub result: String,
    /// Children and places, before release compared with the paper.
    pub entries: usize,
    pub admitted: usize,
    answers: HashMap<String, Vec<QueryAnswer>>,
}

/// One place that a receipt asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryAnswer {
    /// Admitted, waiting, no place yet; or, of classes, which one.
    pub outcome: Text,
    /// Empty where there is none.
    pub school: String,
    pub admitted: bool,
    pub reason: Text,
}

/// Opens the signed result in a folder: of an admission or of an assignment to classes, where it is one, else of a draw. A draw is recomputed; what
/// does not follow is not opened.
pub fn open_query(folder: &Path) -> Result<QueryBook, Failure> {
    let files = read_files(folder)?;
    let draw = Draw::read(&files.draw, DRAW).map_err(refused)?;
    if !read_text(folder, crate::admit::CERTIFICATE)?.is_empty() {
        return open_admission(folder);
    }
    if is_admission(&draw) {
        return Err(Failure::wrong_use(
            text!("这里只有顺序号，还没有录取结果", "there are order numbers only; nobody has been admitted yet"),
            text!("先完成录取，再开放录取结果的查询", "make the admission first, and open its result"),
        ));
    }
    if draw.setting("for") == Some(PURPOSE) { open_classes(folder) } else { open_draw(&files, &draw) }
}

fn open_admission(folder: &Path) -> Result<QueryBook, Failure> {
    let signed = read_signed(folder)?;
    let mut book = QueryBook {
        title: signed.title,
        draw: signed.draw.to_string(),
        result: signed.result.to_string(),
        entries: signed.rows.len(),
        admitted: 0,
        answers: HashMap::with_capacity(signed.rows.len()),
    };
    for row in signed.rows {
        let admitted = !row.school.is_empty();
        let outcome = if admitted { text!("✓ 录取", "✓ admitted") } else { text!("尚无学位", "no place yet") };
        book.admitted += usize::from(admitted);
        let answer = QueryAnswer { outcome, school: row.school, admitted, reason: row.reason };
        book.answers.entry(row.receipt).or_default().push(answer);
    }
    Ok(book)
}

fn open_classes(folder: &Path) -> Result<QueryBook, Failure> {
    let findings = crate::verify_classes(folder)?;
    if !findings.is_empty() {
        return Err(Failure::found(&findings));
    }
    let held = HeldClasses::read(folder)?;
    let (report, receipts) = (held.report(), &held.sealed.input.receipts);
    let now = held.moves.applied(receipts, &held.class_of);
    let mut book = QueryBook {
        title: shown_title(&held.sealed.draw).to_string(),
        draw: report.id,
        result: report.result,
        entries: receipts.len(),
        admitted: receipts.len(),
        answers: HashMap::with_capacity(receipts.len()),
    };
    let classes = report.classes;
    for ((receipt, drawn), now) in receipts.iter().zip(&held.class_of).zip(now) {
        let (drawn, now) = (drawn + 1, now + 1);
        let mut reason = text!(
            "由见证人的种子编出：{classes} 个班机会相等，谁也不能指定",
            "it follows from the seed of the witnesses: each of {classes} classes was as likely, and nobody could choose"
        );
        if now != drawn {
            let more = text!(
                "；编班后按例外由 {drawn} 班调到 {now} 班，记录在案",
                "; afterwards it was changed on the record from class {drawn} to class {now}"
            );
            reason = Text::new(reason.zh + &more.zh, reason.en + &more.en);
        }
        let outcome = text!("{now} 班", "class {now}");
        let answer = QueryAnswer { outcome, school: String::new(), admitted: true, reason };
        book.answers.entry(receipt.clone()).or_default().push(answer);
    }
    Ok(book)
}

fn open_draw(files: &DrawFiles, draw: &Draw) -> Result<QueryBook, Failure> {
    let findings = verify(&files.published());
    if !findings.is_empty() {
        return Err(Failure::found(&findings));
    }
    let (list, _) = DrawList::read(&files.list, "list.csv");
    let rows = read_result(&files.result).unwrap_or_default();
    let mut of_pool: HashMap<&str, (u32, Option<u32>)> = HashMap::new();
    for row in &rows {
        let (lots, last) = of_pool.entry(&row.pool).or_default();
        *lots = (*lots).max(row.order);
        if row.admitted {
            *last = (*last).max(Some(row.order));
        }
    }
    let mut book = QueryBook {
        title: draw.title.clone(),
        draw: draw.id().to_string(),
        result: Hash::of(files.result.as_bytes()).to_string(),
        entries: list.n_entries(),
        admitted: rows.iter().filter(|row| row.admitted).count(),
        answers: HashMap::with_capacity(rows.len()),
    };
    for row in &rows {
        let (lots, last) = of_pool.get(row.pool.as_str()).copied().unwrap_or_default();
        let places = draw.places.iter().find(|(pool, _)| *pool == row.pool).map_or(0, |(_, places)| *places);
        let order = row.order;
        let reason = match last {
            Some(last) => text!(
                "顺序号 {order}（共 {lots} 签，{places} 个名额，录取到 {last} 号）",
                "order number {order} (of {lots} lots for {places} places; admitted up to {last})"
            ),
            None => text!("顺序号 {order}（共 {lots} 签）", "order number {order} (of {lots} lots)"),
        };
        let outcome = if row.admitted { text!("✓ 录取", "✓ admitted") } else { text!("· 轮候", "· waiting") };
        let answer = QueryAnswer { outcome, school: row.pool.clone(), admitted: row.admitted, reason };
        book.answers.entry(row.receipt.clone()).or_default().push(answer);
    }
    Ok(book)
}

impl QueryBook {
    pub fn answer(&self, receipt: &str) -> Option<&[QueryAnswer]> {
        self.answers.get(receipt.trim()).map(Vec::as_slice)
    }

    /// The numbers that are held against the paper before release.
    pub fn counted(&self) -> String {
        format!("{}/{}", self.entries, self.admitted)
    }
}
