//! The binary: reads the command line, calls one use case, prints what it gave, and says by its exit code how it went.

mod cli;
mod commands;
mod exit;
mod fault;
mod print;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<std::ffi::OsString> = std::env::args_os().collect();
    let lang = cli::language(&words);
    let exit = fault::told(lang, || match cli::parse(words, lang) {
        Ok((command, matches)) => commands::run(command, &matches, lang),
        Err(exit) => exit,
    });
    exit.code()
}
