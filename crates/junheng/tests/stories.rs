//! Whole-binary stories: the files in `tests/` at the root hold commands and what they print. `UPDATE=1` writes what is
//! printed now, for review.
//!
//! A line `$ junheng …` is run in the story's own folder; the lines below it, up to the next command, are its output, the last
//! one its exit code. What differs from run to run (times, ids of content, versions of packs, receipts) is masked. A story that
//! speaks of `[store]` is told twice, with cases in a file and in a PostgreSQL server, and must read the same.

#[path = "../../store/tests/it/server.rs"]
mod server;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
        let mut stores = vec![("a file", None)];
        let server = written.contains(STORE).then(server::Server::start);
        stores.extend(server.iter().map(|server| ("PostgreSQL", Some(server.url("story")))));
        let mut written = written;
        for (which, store) in stores {
            let told = tell(&written, store.as_deref().unwrap_or("cases.sqlite"));
            if told == written {
                continue;
            }
            if std::env::var_os("UPDATE").is_some() && store.is_none() {
                std::fs::write(&story, &told).unwrap();
                written = told;
            } else {
                let _ = writeln!(wrong, "{} with {which}:\n{}", story.display(), first_difference(&written, &told));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nUPDATE=1 writes what is printed now");
}

/// Stands for where cases are kept.
const STORE: &str = "[store]";

fn tell(written: &str, store: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (mut receipt, mut case) = (String::new(), String::new());
    let mut told = String::new();
    for line in written.lines() {
        if line.starts_with('#') || (line.is_empty() && (told.is_empty() || told.ends_with("\n\n") || told.ends_with("]\n"))) {
            told.push_str(line);
            told.push('\n');
        } else if let Some(command) = line.strip_prefix("$ ") {
            told.push_str(line);
            told.push('\n');
            let command = command.replace(STORE, store).replace("[receipt]", &receipt).replace("[case]", &case);
            let printed = run(folder.path(), &command);
            if let Some(given) = printed.split("受理号 ").nth(1).and_then(|rest| rest.get(..RECEIPT)) {
                receipt = given.to_string();
            }
            // The case that was opened last.
            if command.starts_with("junheng duty open") || command.starts_with("junheng duty state") {
                let id = printed.lines().find(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
                case = id.and_then(|line| line.split_whitespace().next()).unwrap_or_default().to_string();
            }
            let printed = printed.replace(store, STORE);
            told.push_str(&if receipt.is_empty() { printed } else { printed.replace(&receipt, "[receipt]") });
        }
    }
    told
}

/// Sixteen signs in four groups.
const RECEIPT: usize = 19;

/// `write FILE LINES…` makes a small file (`\n` between lines), `cut FILE N` keeps the first N bytes, `hole FILE MB` makes a large
/// file, `place FOLDER TO` copies a folder of the repository, `full KB junheng …` runs the binary where no file may grow beyond
/// that size, `both A ;; B` runs two at once, `holds FILE WORDS` looks into a file;
/// all else is the binary.
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
        ["hole", file, mb] => {
            let bytes = mb.parse::<u64>().unwrap() * 1_000_000;
            std::fs::File::create(folder.join(file)).unwrap().set_len(bytes).unwrap();
            return String::new();
        }
        ["place", from, to] => {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(from);
            std::fs::create_dir_all(folder.join(to)).unwrap();
            let copied = Command::new("cp").arg("-r").arg(from.join(".")).arg(folder.join(to)).status().unwrap();
            assert!(copied.success());
            return String::new();
        }
        ["full", kilobytes, "junheng", ..] => {
            let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
            let mut bash = Command::new("bash");
            bash.args(["-c", &script]).arg(env!("CARGO_BIN_EXE_junheng")).args(&words[3..]);
            return told_of(&bash.current_dir(folder).output().unwrap());
        }
        ["holds", file, words] => {
            let content = std::fs::read(folder.join(file)).unwrap();
            let holds = content.windows(words.len()).any(|at| at == words.as_bytes());
            return format!("[{}]\n", if holds { "it does" } else { "it does not" });
        }
        ["both", ..] => return both(folder, command.strip_prefix("both ").unwrap_or_default()),
        _ => {}
    }
    let arguments = words.strip_prefix(&["junheng"]).unwrap_or_else(|| panic!("unknown command: {command}"));
    told_of(&Command::new(env!("CARGO_BIN_EXE_junheng")).args(arguments).current_dir(folder).output().unwrap())
}

/// Two commands at once, of which one must be refused; which of them, and whether because it came second or because the other
/// was writing, is chance, so that only the exit codes are told.
fn both(folder: &Path, commands: &str) -> String {
    let start = |command: &str| {
        let words = command.split_whitespace().skip(1);
        let mut junheng = Command::new(env!("CARGO_BIN_EXE_junheng"));
        junheng.args(words).current_dir(folder).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        junheng.spawn().unwrap()
    };
    let children: Vec<_> = commands.split(" ;; ").map(start).collect();
    let mut done: Vec<bool> = children.into_iter().map(|mut child| child.wait().unwrap().success()).collect();
    done.sort_unstable();
    format!("[{} done, {} refused]\n", done.iter().filter(|done| **done).count(), done.iter().filter(|done| !**done).count())
}

fn told_of(output: &Output) -> String {
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
    // A planned state and the cases of a plan: their names hang on the hash of the plan.
    if word.len() >= 12 && word.starts_with("planned-") {
        return "planned-[id]".into();
    }
    if word.len() > 12 && word.starts_with("FA-") {
        return "FA-[id]".into();
    }
    let hexadecimal = word.len() >= 12 && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hexadecimal && (word.len() == 64 || word.bytes().any(|b| b.is_ascii_lowercase())) {
        return "[id]".into();
    }
    // Files that go out bear the day in their name.
    if word.strip_suffix(".xlsx").is_some_and(|day| day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit())) {
        return "[day].xlsx".into();
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
