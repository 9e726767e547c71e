//! One file a command, one line in [`COMMANDS`].

mod admit;
mod backup;
mod bench_data;
mod check;
mod classes;
mod diff;
mod draw;
mod duty;
mod evaluate;
mod explain;
mod import;
mod ledgers;
mod link;
mod log;
mod openapi;
mod packs;
mod plan;
mod report;
mod restore;
mod sample;
mod serve;
mod snapshots;
mod users;
mod what_if;
mod witnessed;

use std::path::PathBuf;

use app::{Failure, Library};
use clap::{ArgMatches, Command};
use facts::{Date, Lang, Text, parse_date, text};

use crate::exit::Exit;

/// Every command, in alphabetical order.
pub const COMMANDS: &[Entry] = &[
    admit::ENTRY,
    backup::ENTRY,
    bench_data::ENTRY,
    check::ENTRY,
    classes::ENTRY,
    diff::ENTRY,
    draw::ENTRY,
    duty::ENTRY,
    evaluate::ENTRY,
    explain::ENTRY,
    import::ENTRY,
    ledgers::ENTRY,
    link::ENTRY,
    log::ENTRY,
    openapi::ENTRY,
    packs::ENTRY,
    plan::ENTRY,
    report::ENTRY,
    restore::ENTRY,
    sample::ENTRY,
    serve::ENTRY,
    snapshots::ENTRY,
    users::ENTRY,
    what_if::ENTRY,
];

pub struct Entry {
    pub name: &'static str,
    pub about: fn() -> Text,
    pub usage: fn() -> Text,
    pub arguments: fn(Command, Lang) -> Command,
    pub run: fn(&Call) -> Result<Exit, Failure>,
    /// Left out of the help: for the project's own benches.
    pub hidden: bool,
}

/// What the command line asks for, as every command needs it.
pub struct Call<'a> {
    pub matches: &'a ArgMatches,
    pub lang: Lang,
    pub json: bool,
    pub home: PathBuf,
}

pub fn run(entry: &Entry, matches: &ArgMatches, lang: Lang) -> Exit {
    let call = Call {
        matches,
        lang,
        json: matches.get_one::<String>("format").is_some_and(|format| format == "json"),
        home: matches.get_one::<String>("home").map(PathBuf::from).unwrap_or_default(),
    };
    match (entry.run)(&call) {
        Ok(exit) => exit,
        Err(failure) => {
            if call.json {
                crate::print::json(&failure);
            } else {
                eprintln!("{}", failure.what.get(lang));
                if !failure.hint.get(lang).is_empty() {
                    eprintln!("{}", failure.hint.get(lang));
                }
            }
            if failure.wrong_use { Exit::WrongUse } else { Exit::Prevented }
        }
    }
}

impl Call<'_> {
    pub fn say(&self, words: Text) {
        crate::print::line(words.get(self.lang));
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.matches.get_one::<String>(name).map(String::as_str)
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        self.matches.get_many::<String>(name).map(|words| words.cloned().collect()).unwrap_or_default()
    }

    pub fn paths(&self, name: &str) -> Vec<PathBuf> {
        self.texts(name).into_iter().map(PathBuf::from).collect()
    }

    pub fn date(&self, name: &str) -> Result<Option<Date>, Failure> {
        let Some(words) = self.text(name) else { return Ok(None) };
        let wrong = || {
            Failure::wrong_use(
                text!("--{name} 后面的“{words}”不是日期", "`{words}` after --{name} is no date"),
                text!("写成 2025-09-01 这样", "write it as 2025-09-01"),
            )
        };
        parse_date(words).map(Some).ok_or_else(wrong)
    }

    /// The packs and forms in force: those in the binary, those in the home, those named on the command line.
    pub fn library(&self) -> Result<Library, Failure> {
        app::library(&self.home, &self.paths("packs"))
    }
}
