use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};
use facts::{Lang, text};

use crate::commands::{COMMANDS, Entry};
use crate::exit::Exit;

/// The language is needed before the command line can be read, since its own messages are in it.
pub fn language(words: &[OsString]) -> Lang {
    let mut words = words.iter().filter_map(|word| word.to_str());
    let mut asked = std::env::var("JUNHENG_LANG").ok();
    while let Some(word) = words.next() {
        if word == "--lang" {
            asked = words.next().map(str::to_string);
        } else if let Some(value) = word.strip_prefix("--lang=") {
            asked = Some(value.to_string());
        }
    }
    if asked.as_deref() == Some("en") { Lang::En } else { Lang::Zh }
}

/// Reads the command line; where it cannot be read, or asks for help, says so and gives the exit.
pub fn parse(words: Vec<OsString>, lang: Lang) -> Result<(&'static Entry, ArgMatches), Exit> {
    let matches = match whole(lang).try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => return Err(explain(&error, lang)),
    };
    match matches.subcommand() {
        Some((name, of_command)) => match COMMANDS.iter().find(|entry| entry.name == name) {
            Some(entry) => Ok((entry, of_command.clone())),
            None => Err(Exit::WrongUse),
        },
        None => {
            crate::print::line(&whole(lang).render_help().to_string());
            Err(Exit::WrongUse)
        }
    }
}

fn whole(lang: Lang) -> Command {
    let about = text!(
        "均衡（Junheng）：县域义务教育均衡发展的数据、标准、核算与说明",
        "Junheng: facts, standards, evaluation and explanation for balanced compulsory education in a county"
    );
    let mut command = Command::new("junheng")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .arg(Arg::new("version").long("version").action(ArgAction::Version).display_order(AFTER_ALL).help(pick(
            lang,
            "显示版本号",
            "print the version",
        )))
        .args(everywhere(lang));
    for entry in COMMANDS {
        let of_entry = (entry.arguments)(Command::new(entry.name).about((entry.about)().get(lang).to_string()), lang);
        let of_entry = of_entry.mut_subcommands(|part| {
            let usage = usage_of(&part, entry.name, lang);
            dress(part, lang, &usage)
        });
        command = command.subcommand(dress(of_entry, lang, (entry.usage)().get(lang)).hide(entry.hidden));
    }
    dress(command.about(about.get(lang).to_string()), lang, pick(lang, "junheng 命令 [选项]", "junheng COMMAND [OPTIONS]"))
}

/// Options that every command has are listed behind its own.
const AFTER_ALL: usize = 900;

/// Puts a command, whose arguments are all there, into the reader's language: what it is for, usage, arguments, commands,
/// options, exit codes.
fn dress(command: Command, lang: Lang, usage: &str) -> Command {
    let usage_word = pick(lang, "用法：", "Usage: ");
    let arguments = match command.get_positionals().next() {
        Some(_) => pick(lang, "参数：\n{positionals}\n\n", "Arguments:\n{positionals}\n\n"),
        None => "",
    };
    let commands = match command.get_subcommands().next() {
        Some(_) => pick(lang, "命令：\n{subcommands}\n\n", "Commands:\n{subcommands}\n\n"),
        None => "",
    };
    let options = pick(lang, "选项：", "Options:");
    let exits = pick(
        lang,
        "退出码：0 正常；1 有必须改正的问题或未达标；2 命令用法有误；3 无法完成（磁盘、权限、数据目录损坏）",
        "Exit codes: 0 fine; 1 findings that must be fixed or standards missed; 2 wrong use; 3 could not be done (disk, rights, damaged home)",
    );
    let template = format!("{{about}}\n\n{usage_word}{{usage}}\n\n{arguments}{commands}{options}\n{{options}}\n\n{exits}\n");
    command.override_usage(usage.to_string()).help_template(template).disable_help_flag(true)
}

/// How a part of a command is called: what must be given, in the order of its help, and whether more may be.
fn usage_of(part: &Command, command: &str, lang: Lang) -> String {
    let mut words = vec![format!("junheng {command} {}", part.get_name())];
    let name = |arg: &Arg| arg.get_value_names().map(|names| names.join(" ")).unwrap_or_default();
    for arg in part.get_positionals() {
        words.push(if arg.is_required_set() { name(arg) } else { format!("[{}]", name(arg)) });
    }
    let options = || part.get_arguments().filter(|arg| !arg.is_positional() && !arg.is_hide_set());
    for arg in options().filter(|arg| arg.is_required_set()) {
        words.push(format!("--{} {}", arg.get_long().unwrap_or_default(), name(arg)));
    }
    if options().any(|arg| !arg.is_required_set()) {
        words.push(pick(lang, "[选项]", "[OPTIONS]").to_string());
    }
    words.join(" ")
}

/// The options that every command has.
fn everywhere(lang: Lang) -> [Arg; 5] {
    let home = Arg::new("home")
        .long("home")
        .value_name("DIR")
        .env("JUNHENG_HOME")
        .default_value("./junheng-data")
        .hide_default_value(true)
        .hide_env(true)
        .help(pick(
            lang,
            "数据目录（默认 ./junheng-data，或环境变量 JUNHENG_HOME）",
            "where data are kept (default ./junheng-data, or the variable JUNHENG_HOME)",
        ));
    let format = Arg::new("format")
        .long("format")
        .value_name("text|json")
        .value_parser(["text", "json"])
        .default_value("text")
        .hide_default_value(true)
        .hide_possible_values(true)
        .help(pick(lang, "输出格式：text（默认）或 json", "how to print: text (default) or json"));
    let language = Arg::new("lang")
        .long("lang")
        .value_name("zh|en")
        .value_parser(["zh", "en"])
        .hide_possible_values(true)
        .help(pick(lang, "语言：zh（默认）或 en", "language: zh (default) or en"));
    let packs = Arg::new("packs").long("policies").value_name("DIR").action(ArgAction::Append).help(pick(
        lang,
        "另加的标准目录，可多次给出",
        "a further folder of packs; may be given several times",
    ));
    let help = Arg::new("help").long("help").short('h').action(ArgAction::Help).help(pick(lang, "显示帮助", "print help"));
    let mut order = AFTER_ALL;
    [home, format, language, packs, help].map(|arg| {
        order += 1;
        arg.global(true).display_order(order)
    })
}

pub fn pick<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// The message for a command line that could not be read: what, the nearest right word, and where help is.
fn explain(error: &clap::Error, lang: Lang) -> Exit {
    let rendered: StyledStr = error.render();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        crate::print::line(rendered.to_string().trim_end());
        return Exit::Fine;
    }
    let part = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => word.clone(),
        Some(ContextValue::Strings(words)) => words.join(" "),
        _ => String::new(),
    };
    let (argument, value) = (part(ContextKind::InvalidArg), part(ContextKind::InvalidValue));
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = part(ContextKind::InvalidSubcommand);
            text!("没有“{word}”这个命令", "there is no command `{word}`")
        }
        ErrorKind::UnknownArgument => text!("没有“{argument}”这个选项", "there is no option `{argument}`"),
        ErrorKind::MissingRequiredArgument => text!("还缺：{argument}", "missing: {argument}"),
        ErrorKind::InvalidValue if value.is_empty() => text!("“{argument}”后面要跟一个值", "`{argument}` wants a value"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let valid = part(ContextKind::ValidValue);
            if valid.is_empty() {
                text!("“{argument}”不能是“{value}”", "`{argument}` cannot be `{value}`")
            } else {
                text!("“{argument}”不能是“{value}”，可以是：{valid}", "`{argument}` cannot be `{value}`; it can be: {valid}")
            }
        }
        ErrorKind::ArgumentConflict => {
            text!("“{argument}”给了两次，或与另一个选项冲突", "`{argument}` is given twice or conflicts with another option")
        }
        ErrorKind::MissingSubcommand => text!("要给出一个命令", "a command is wanted"),
        _ => text!("命令行读不懂", "the command line cannot be read"),
    };
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue].map(part).concat();
    eprintln!("{}", what.get(lang));
    if !near.is_empty() {
        eprintln!("{}", text!("是不是：{near}", "did you mean: {near}").get(lang));
    }
    eprintln!("{}", text!("看全部用法：junheng --help", "for all uses: junheng --help").get(lang));
    Exit::WrongUse
}
