//! What is the same wherever something is fixed before witnesses: places, classes, an admission, teams.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command};
use facts::Lang;

use super::Call;
use crate::cli::pick;

/// Title, witnesses, the rule for one who does not speak, the round before, and the folder.
pub fn witnessed(command: Command, lang: Lang) -> Command {
    let one = |name: &'static str, value: &'static str, zh: &'static str, en: &'static str| {
        Arg::new(name).long(name).value_name(value).help(pick(lang, zh, en))
    };
    let many = |arg: Arg| arg.action(ArgAction::Append);
    command
        .arg(one("title", "TEXT", "名称", "what it is called").required(true))
        .arg(
            many(one(
                "witness",
                "NAME",
                "先承诺后公开的见证人，可多次给出",
                "a witness that binds itself first; may be repeated",
            ))
            .required(true),
        )
        .arg(many(one("public", "NAME", "最后当场抽取的数，可多次给出", "a number drawn in public after all; may be repeated")))
        .arg(
            one(
                "missing",
                "stop|leave-out",
                "见证人不公开：停下（默认）或不计",
                "a witness that will not speak: nothing is held (default), or it is left out",
            )
            .default_value("stop")
            .hide_default_value(true),
        )
        .arg(one("after", "DIR", "重新来过：上一轮的文件夹", "a new round: the folder of the one before").requires("decision"))
        .arg(one("decision", "TEXT", "重新来过：谁决定、为什么", "a new round: who decided it, and why").requires("after"))
        .arg(one("out", "DIR", "写到哪个空文件夹", "the empty folder to write to").required(true))
}

/// What [`witnessed`] was given.
pub fn witnessed_draw(call: &Call) -> app::DrawAsked {
    let text = |name: &str| call.text(name).unwrap_or_default().to_string();
    app::DrawAsked {
        title: text("title"),
        out: PathBuf::from(text("out")),
        witnesses: call.texts("witness"),
        public_witnesses: call.texts("public"),
        missing: text("missing"),
        after: call.text("after").map(|folder| (PathBuf::from(folder), text("decision"))),
        ..app::DrawAsked::default()
    }
}
