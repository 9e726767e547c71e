use clap::{Arg, value_parser};
use facts::text;

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;

pub const ENTRY: Entry = Entry {
    name: "sample",
    about: || text!("生成样例县：一个县手头会有的各种文件", "write the sample county: the files a county has"),
    usage: || text!("junheng sample --out 目录 [--seed 数]", "junheng sample --out DIR [--seed N]"),
    arguments: |command, lang| {
        command
            .arg(Arg::new("out").long("out").value_name("DIR").required(true).help(pick(
                lang,
                "写到哪个目录（须为空或不存在）",
                "the folder to write to (empty or new)",
            )))
            .arg(
                Arg::new("seed")
                    .long("seed")
                    .value_name("N")
                    .value_parser(value_parser!(u64))
                    .default_value("1")
                    .hide_default_value(true)
                    .help(pick(
                        lang,
                        "种子（默认 1）：同一种子得到同样的文件",
                        "the seed (default 1): the same seed gives the same files",
                    )),
            )
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let out = call.text("out").unwrap_or_default().to_string();
    let seed = call.matches.get_one::<u64>("seed").copied().unwrap_or(1);
    let written = app::make_sample(std::path::Path::new(&out), seed)?;
    if call.json {
        crate::print::json(&written);
    } else {
        let (files, years) = (written.files, written.years.join("、"));
        call.say(text!(
            "样例县已写到 {out}：{files} 个文件，学年 {years}",
            "the sample county is in {out}: {files} files, school years {years}"
        ));
        call.say(text!(
            "下一步：junheng import {out}/…（每个学年一个文件夹）",
            "next: junheng import {out}/… (one folder a school year)"
        ));
    }
    Ok(Exit::Fine)
}
