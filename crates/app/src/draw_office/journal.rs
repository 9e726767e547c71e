use std::path::Path;

use draws::Hash;
use facts::Text;
use serde::Serialize;

use crate::draw_folder::{DrawFolder, JOURNAL, read_text};
use crate::{Failure, open_draw};

/// Everything that was done with a draw, and every look at its papers.
#[derive(Debug, Clone, Serialize)]
pub struct DrawJournal {
    pub notes: Vec<DrawNote>,
    /// Whether every line holds the hash of those before it.
    pub whole: bool,
}

/// One line of the journal.
#[derive(Debug, Clone, Serialize)]
pub struct DrawNote {
    pub number: usize,
    pub time: String,
    pub event: String,
    pub event_words: Text,
    pub detail: String,
    /// Whether the clock stood before the line above: somebody has set it back.
    pub late: bool,
}

/// Notes an act or a look, with whoever did it, beside what the draw itself notes. Blanks and line breaks of the words become one blank each.
pub fn note_draw(home: &Path, name: &str, event: &str, detail: &str, who: &str) -> Result<(), Failure> {
    note_in(&open_draw(home, name)?, event, detail, who)
}

pub(super) fn note_in(folder: &Path, event: &str, detail: &str, who: &str) -> Result<(), Failure> {
    let words: Vec<&str> = detail.split_whitespace().collect();
    let by = if who.is_empty() { String::new() } else { format!(" by={}", who.split_whitespace().collect::<String>()) };
    DrawFolder::lock(folder)?.note(event, &format!("{}{by}", words.join(" ")))
}

/// The journal of a draw.
pub fn draw_journal(home: &Path, name: &str) -> Result<DrawJournal, Failure> {
    Ok(read_journal(&read_text(&open_draw(home, name)?, JOURNAL)?))
}

fn read_journal(words: &str) -> DrawJournal {
    let mut journal = DrawJournal { notes: Vec::new(), whole: true };
    let mut read = 0;
    for line in words.split_inclusive('\n') {
        // A line that a crash has cut off is no line.
        if !line.ends_with('\n') {
            continue;
        }
        let before = Hash::of(&words.as_bytes()[..read]).to_string();
        read += line.len();
        let cells: Vec<&str> = line.trim_end_matches('\n').split(' ').collect();
        let [number, time, event, detail @ .., hash] = &cells[..] else {
            journal.whole = false;
            continue;
        };
        let late = detail.last() == Some(&LATE);
        let detail = &detail[..detail.len() - usize::from(late)];
        let number = number.parse().unwrap_or(0);
        journal.whole &= *hash == before && number == journal.notes.len() + 1;
        journal.notes.push(DrawNote {
            number,
            time: time.to_string(),
            event: event.to_string(),
            event_words: event_words(event),
            detail: detail.join(" "),
            late,
        });
    }
    journal
}

const LATE: &str = "clock-behind-the-journal";

fn event_words(event: &str) -> Text {
    use facts::text;
    match event {
        "prepared" => text!("固定名单和规则", "list and rules fixed"),
        "options" => text!("选用的条件", "options used"),
        "committed" => text!("登记承诺", "witness bound"),
        "revealed" => text!("登记公开", "witness spoke"),
        "missing" => text!("登记缺席", "witness stayed away"),
        "started" => text!("开始", "started"),
        "finished" => text!("完成并签名", "finished and signed"),
        "classes" => text!("编班并签名", "classes made and signed"),
        "admitted" => text!("录取并签名", "admission made and signed"),
        "released" => text!("核对人数，开放查询", "numbers compared, query opened"),
        "exception" => text!("例外调整", "exception"),
        "held" => text!("操作派位", "run by"),
        "read-paper" => text!("下载表册", "paper read"),
        "read-receipt" => text!("查询受理号", "receipt looked up"),
        other => Text::new(other, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_seen_and_a_torn_one_is_none() {
        let first = format!("1 2026-07-01T09:00 prepared abc {}\n", Hash::of(b""));
        let second = format!("2 2026-06-30T09:00 committed 家长 abc {LATE} {}\n", Hash::of(first.as_bytes()));
        let whole = format!("{first}{second}3 2026");
        let journal = read_journal(&whole);
        assert!(journal.whole && journal.notes.len() == 2 && journal.notes[1].late, "{journal:?}");
        assert_eq!(journal.notes[1].detail, "家长 abc");
        assert!(!read_journal(&whole.replacen("abc", "abd", 1)).whole);
        assert!(!read_journal(&second).whole);
    }
}
