use std::collections::HashMap;
use std::path::Path;

use draws::{Draw, DrawList, Hash, read_result, verify};
use facts::{Text, text};

use crate::Failure;
use crate::admit::read_signed;
use crate::draw_folder::{DRAW, read_files, read_text, refused};

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
    pub school: String,
    pub admitted: bool,
    pub reason: Text,
}

/// Opens the signed result in a folder: of an admission, where there is one, else of a draw. A draw is recomputed; what does not follow is not
/// opened.
pub fn open_query(folder: &Path) -> Result<QueryBook, Failure> {
    if read_text(folder, crate::admit::CERTIFICATE)?.is_empty() { open_draw(folder) } else { open_admission(folder) }
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
    for (receipt, school, reason) in signed.rows {
        let admitted = !school.is_empty();
        book.admitted += usize::from(admitted);
        book.answers.entry(receipt).or_default().push(QueryAnswer { school, admitted, reason });
    }
    Ok(book)
}

fn open_draw(folder: &Path) -> Result<QueryBook, Failure> {
    let files = read_files(folder)?;
    let findings = verify(&files.published());
    if !findings.is_empty() {
        return Err(Failure::found(&findings));
    }
    let draw = Draw::read(&files.draw, DRAW).map_err(refused)?;
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
        let answer = QueryAnswer { school: row.pool.clone(), admitted: row.admitted, reason };
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
