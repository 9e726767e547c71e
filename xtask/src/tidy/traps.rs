//! Dirty data never stops the program: what reads files, or answers people, has no trap door in it.

use super::rust::code;
use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "traps",
    about: "no unwrap, expect, panic! or unreachable! in the crates, outside tests",
    run: traps,
    good: &[
        (
            "crates/import/src/lib.rs",
            "fn a(x: Option<u8>) -> u8 { x.unwrap_or(1) }\n#[cfg(test)]\nmod tests { fn b() { None::<u8>.unwrap(); } }\n",
        ),
        ("crates/import/src/read/tests.rs", "fn b() { None::<u8>.unwrap(); }\n"),
        ("crates/policy/src/parse.rs", "fn a(p: &mut Parser) -> bool { p.expect(Token::Comma, \"a comma\") }\n"),
        ("crates/import/tests/a.rs", "fn b() { None::<u8>.unwrap(); }\n"),
        ("xtask/src/main.rs", "fn b() { None::<u8>.unwrap(); }\n"),
    ],
    bad: &[
        &[("crates/import/src/lib.rs", "fn a(x: Option<u8>) -> u8 { x.unwrap() }\n")],
        &[("crates/app/src/lib.rs", "fn a(x: Option<u8>) -> u8 {\n    x\n        .expect(\"always\")\n}\n")],
        &[("crates/report/src/lib.rs", "fn a() { panic!(\"no\") }\n")],
        &[("crates/policy/src/lib.rs", "fn a() { unreachable!() }\n")],
    ],
};

const TRAPS: &[&str] = &[".unwrap()", ".unwrap_err()", ".expect(", ".expect_err(", "panic!(", "unreachable!("];

/// What follows `expect(` where it is the trap door and not the method of a parser that expects a token.
const MESSAGES: &[&str] = &["\"", "&", "format!"];

fn traps(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.sources() {
        let written: Vec<&str> = file.text.lines().collect();
        for (index, line) in code(&file.text).iter().enumerate() {
            let trap = TRAPS.iter().find(|trap| line.contains(**trap) && is_trap(trap, written[index]));
            faults.extend(trap.map(|trap| {
                Fault::new(
                    &file.path,
                    index + 1,
                    format!("`{trap}`: return a Finding, or restructure so that it cannot be (let-else)"),
                )
            }));
        }
    }
    faults
}

/// Looks at the line as it is written, strings and all. A parser's own `self.expect("(")` is no trap.
fn is_trap(trap: &str, line: &str) -> bool {
    let (receiver, argument) = line.split_once(trap).unwrap_or_default();
    let argument = argument.trim_start();
    let says = argument.is_empty() || MESSAGES.iter().any(|message| argument.starts_with(message));
    !trap.starts_with(".expect") || (says && !receiver.ends_with("self"))
}
