//! Whole-binary stories: the files in `tests/` at the root hold commands and what they print. `UPDATE=1` writes what is
//! printed now, for review.
//!
//! A line `$ junheng …` is run in the story's own folder; the lines below it, up to the next command, are its output, the last
//! one its exit code. What differs from run to run (times, ids of content, versions of packs) is masked.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_story_is_told_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    let mut stories: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    stories.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    stories.sort();
    assert!(!stories.is_empty(), "no story in {}", folder.display());
    let mut wrong = String::new();
    for story in stories {
        let written = std::fs::read_to_string(&story).unwrap();
        let told = tell(&written);
        if told == written {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&story, &told).unwrap();
        } else {
            let _ = writeln!(wrong, "{}:\n{}", story.display(), first_difference(&written, &told));
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nUPDATE=1 writes what is printed now");
}

fn tell(written: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut told = String::new();
    for line in written.lines() {
        if line.starts_with('#') || (line.is_empty() && (told.is_empty() || told.ends_with("\n\n") || told.ends_with("]\n"))) {
            told.push_str(line);
            told.push('\n');
        } else if let Some(command) = line.strip_prefix("$ ") {
            told.push_str(line);
            told.push('\n');
            told.push_str(&run(folder.path(), command));
        }
    }
    told
}

/// `write FILE LINES…` makes a small file (`\n` between lines), `cut FILE N` keeps the first N bytes; all else is the binary.
fn run(folder: &Path, command: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    match words[..] {
        ["write", file, ..] => {
            let content = command.splitn(3, ' ').nth(2).unwrap_or_default().replace("\\n", "\n");
            std::fs::write(folder.join(file), content).unwrap();
            return String::new();
        }
        ["cut", file, bytes] => {
            let path = folder.join(file);
            let content = std::fs::read(&path).unwrap();
            std::fs::write(path, &content[..bytes.parse::<usize>().unwrap().min(content.len())]).unwrap();
            return String::new();
        }
        ["copy", from, to] => {
            std::fs::copy(folder.join(from), folder.join(to)).unwrap();
            return String::new();
        }
        _ => {}
    }
    let arguments = words.strip_prefix(&["junheng"]).unwrap_or_else(|| panic!("unknown command: {command}"));
    let output = Command::new(env!("CARGO_BIN_EXE_junheng")).args(arguments).current_dir(folder).output().unwrap();
    let mut told = masked(&String::from_utf8_lossy(&output.stdout));
    told.push_str(&masked(&String::from_utf8_lossy(&output.stderr)));
    let _ = writeln!(told, "[exit {}]", output.status.code().map_or("killed".to_string(), |code| code.to_string()));
    told
}

/// Ids of content (twelve or more hexadecimal digits that are not all decimal) and times become words.
fn masked(printed: &str) -> String {
    let mut out = String::new();
    for line in printed.lines() {
        let mut word = String::new();
        for c in line.chars().chain(['\n']) {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.') {
                word.push(c);
            } else {
                out.push_str(&masked_word(&word));
                word.clear();
                out.push(c);
            }
        }
    }
    out
}

fn masked_word(word: &str) -> String {
    let hexadecimal = word.len() >= 12 && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hexadecimal && (word.len() == 64 || word.bytes().any(|b| b.is_ascii_lowercase())) {
        return "[id]".into();
    }
    let time = word.len() >= 20 && word.as_bytes()[4] == b'-' && word.contains('T') && word.ends_with('Z');
    if time { "[time]".into() } else { word.to_string() }
}

fn first_difference(written: &str, told: &str) -> String {
    let (mut written, mut told) = (written.lines(), told.lines());
    for n in 1.. {
        match (written.next(), told.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => return format!("line {n}\n  written: {}\n  told:    {}", a.unwrap_or("(end)"), b.unwrap_or("(end)")),
        }
    }
    String::new()
}
