use std::path::Path;

use facts::text;
use serde::Serialize;

use crate::draw_folder::{DrawFolder, read_text};
use crate::{Failure, QueryBook, open_draw, open_query};

const RELEASE: &str = "release.txt";
const HEAD: &str = "junheng-release/1";

/// That somebody has compared the numbers of a signed result with the paper, and opened the query.
#[derive(Debug, Clone, Serialize)]
pub struct DrawRelease {
    /// All and admitted: `N/M`.
    pub counted: String,
    pub time: String,
    pub by: String,
}

/// Opens the query of a signed result for who types in its numbers; written down with the name and the hour.
pub fn release_draw(home: &Path, name: &str, counted: &str, who: &str) -> Result<(), Failure> {
    let folder = open_draw(home, name)?;
    let book = open_query(&folder)?;
    let (typed, right) = (counted.trim(), book.counted());
    if typed != right {
        return Err(Failure::wrong_use(
            text!(
                "输入的人数 {typed} 与签名的结果不符，没有开放查询",
                "the numbers {typed} are not those of the signed result; nothing was opened"
            ),
            text!("先查明哪一份不对，不要照着改", "find out which of them is wrong; do not just retype"),
        ));
    }
    if released(&folder, &book)?.is_some() {
        return Ok(());
    }
    let (result, now) = (&book.result, crate::now());
    let by = who.split_whitespace().collect::<String>();
    let locked = DrawFolder::lock(&folder)?;
    locked.note("released", &format!("{right}{}{by}", if by.is_empty() { "" } else { " by=" }))?;
    locked.write(RELEASE, &format!("{HEAD}\nresult {result}\ncounted {right}\ntime {now}\nby {by}\n"))
}

/// The release of just this result, if there is one.
pub fn released(folder: &Path, book: &QueryBook) -> Result<Option<DrawRelease>, Failure> {
    let words = read_text(folder, RELEASE)?;
    let of = |key: &str| words.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim().to_string();
    let fits = words.starts_with(HEAD) && of("result ") == book.result && of("counted ") == book.counted();
    Ok(fits.then(|| DrawRelease { counted: of("counted "), time: of("time "), by: of("by ") }))
}
