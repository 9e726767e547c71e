use clap::Arg;
use clap::builder::PossibleValue;
use facts::{SchoolCode, Stage, text};

use super::evaluate::{one_snapshot, which_outcome};
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "explain",
    about: || {
        text!(
            "说明一个数是怎么来的：公式、参数和条款、存量、原始文件的单元格",
            "explain one figure: formula, parameter and article, stocks, cells of the source files"
        )
    },
    usage: || {
        text!(
            "junheng explain --pack 标准 --indicator 指标 [--school 学校标识码] [--stage primary|junior] [--on 日期] [--snapshot 编号]",
            "junheng explain --pack ID --indicator ID [--school CODE] [--stage primary|junior] [--on DATE] [--snapshot ID]"
        )
    },
    arguments: |command, lang| {
        which_outcome(command, lang)
            .arg(one_snapshot(lang))
            .arg(Arg::new("indicator").long("indicator").value_name("ID").required(true).help(pick(
                lang,
                "指标或项目的编号或名称",
                "the indicator or item, by id or title",
            )))
            .arg(Arg::new("school").long("school").value_name("CODE").help(pick(
                lang,
                "学校标识码；不给则说明全县的差异系数或县级项目",
                "the school; without it, the county's coefficient or county-level item is explained",
            )))
            .arg(
                Arg::new("stage")
                    .long("stage")
                    .value_name("primary|junior")
                    .value_parser([PossibleValue::new("primary").alias("小学"), PossibleValue::new("junior").alias("初中")])
                    .hide_possible_values(true)
                    .help(pick(lang, "学段：primary 小学，junior 初中", "the stage")),
            )
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let library = call.library()?;
    let school = match call.text("school") {
        None => None,
        Some(words) => Some(SchoolCode::parse(words).ok_or_else(|| {
            app::Failure::wrong_use(
                text!("--school 后面的“{words}”不是学校标识码", "`{words}` after --school is no school code"),
                text!("用 junheng evaluate --all 看学校的标识码", "`junheng evaluate --all` shows the codes"),
            )
        })?),
    };
    let asked = app::FigureAsked {
        pack: call.text("pack").unwrap_or_default().to_string(),
        on: call.date("on")?,
        snapshot: call.text("snapshot").map(str::to_string),
        school,
        stage: call.text("stage").and_then(Stage::read),
        indicator: call.text("indicator").unwrap_or_default().to_string(),
    };
    let explanation = app::explain_figure(&library, &call.home, &asked)?;
    if call.json {
        print::json(&explanation);
    } else {
        for line in explanation.lines() {
            call.say(line);
        }
    }
    Ok(Exit::Fine)
}
