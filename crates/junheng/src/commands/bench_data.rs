use clap::{Arg, ArgAction, value_parser};
use facts::text;

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;

pub const ENTRY: Entry = Entry {
    name: "bench-data",
    about: || text!("为性能对比生成大批数据", "write bulk data for side-by-side measurements"),
    usage: || text!("junheng bench-data --out 目录 …", "junheng bench-data --out DIR …"),
    arguments: |command, lang| {
        let number = |name: &'static str, default: &'static str| {
            Arg::new(name)
                .long(name)
                .value_name("N")
                .value_parser(value_parser!(u64))
                .default_value(default)
                .hide_default_value(true)
        };
        command
            .arg(Arg::new("out").long("out").value_name("DIR").required(true).help(pick(
                lang,
                "写到哪个目录",
                "the folder to write to",
            )))
            .arg(number("counties", "1").help(pick(lang, "县数", "counties")))
            .arg(number("schools", "80").help(pick(lang, "每县学校数", "schools in each")))
            .arg(number("pupils", "46000").help(pick(lang, "每县学生数", "pupils in each")))
            .arg(Arg::new("rolls").long("rolls").action(ArgAction::SetTrue).help(pick(
                lang,
                "同时写学籍名册",
                "write the rolls of the pupils too",
            )))
            .arg(number("seed", "1").help(pick(lang, "种子", "the seed")))
    },
    run,
    hidden: true,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let number = |name: &str| call.matches.get_one::<u64>(name).copied().unwrap_or_default();
    let count = |name: &str| u32::try_from(number(name)).unwrap_or(u32::MAX);
    let out = call.text("out").unwrap_or_default();
    let rolls = call.matches.get_flag("rolls");
    app::make_bench_data(
        std::path::Path::new(out),
        number("seed"),
        number("counties"),
        count("schools"),
        count("pupils"),
        rolls,
    )?;
    Ok(Exit::Fine)
}
