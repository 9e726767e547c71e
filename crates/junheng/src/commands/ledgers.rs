use std::path::Path;

use app::{Book, Failure, LedgerPaper, Ledgers, LedgersAsked};
use clap::{Arg, ArgAction, Command};
use facts::{Lang, Text, text};

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "ledgers",
    about: || {
        text!(
            "三本台账：人口、户籍、学籍、出勤、帮扶名单互相比对，适龄儿童、疑似辍学、辍学",
            "the three ledgers: population, household register, roll, attendance and aid lists compared; children, suspected, dropouts"
        )
    },
    usage: || {
        text!(
            "junheng ledgers children|suspected|dropout [--out 台账.xlsx] [--on 日期]
      junheng ledgers differences --out 目录            每个登记册的主管各一份：要改正什么
      junheng ledgers arrive 名单                       新识别的监测对象：对上谁、新应享受什么
      junheng ledgers lists [序号]                      收到过的名单和每一行的结果
      junheng ledgers cases                             疑似和辍学逐人立案",
            "junheng ledgers children|suspected|dropout [--out LEDGER.xlsx] [--on DATE]
       junheng ledgers differences --out DIR             what each register's owner should mend, a file each
       junheng ledgers arrive LIST                       families newly recognised: whom it means, what they become entitled to
       junheng ledgers lists [NUMBER]                    the lists that came in, and what became of each row
       junheng ledgers cases                             opens a case for each child suspected or dropped out"
        )
    },
    arguments,
    run,
    hidden: false,
};

fn arguments(command: Command, lang: Lang) -> Command {
    let one = |name: &'static str, value: &'static str, zh: &'static str, en: &'static str| {
        Arg::new(name).long(name).value_name(value).help(pick(lang, zh, en))
    };
    let part = |name: &'static str, zh: &'static str, en: &'static str| {
        Command::new(name)
            .about(pick(lang, zh, en))
            .arg(one("on", "DATE", "哪个学年：其中任一天", "which school year: any day of it"))
            .arg(one("snapshot", "ID", "哪个快照", "which snapshot"))
            .arg(one(
                "by",
                "NAME",
                "谁在看（记入查看记录，默认系统用户名）",
                "who looks (goes into the record of looks; the system's user by default)",
            ))
            .arg(Arg::new("unmasked").long("unmasked").action(ArgAction::SetTrue).help(pick(
                lang,
                "显示完整的姓名和号码（默认遮盖；须写明 --by）",
                "show names and numbers whole (masked by default; wants --by)",
            )))
    };
    let book = |name, zh, en| {
        part(name, zh, en).arg(one("out", "FILE", "写成 .xlsx，带官方栏目", "write it as .xlsx with the official columns"))
    };
    command
        .subcommand_required(true)
        .subcommand(book("children", "适龄儿童台账", "the ledger of children of school age"))
        .subcommand(book(
            "suspected",
            "疑似辍学台账（有则退出码 1）",
            "the ledger of suspected dropouts (exit code 1 where there are some)",
        ))
        .subcommand(book("dropout", "辍学台账（有则退出码 1）", "the ledger of dropouts (exit code 1 where there are some)"))
        .subcommand(
            part("differences", "各登记册要改正的，退回主管", "what the owners of the registers should mend")
                .arg(one("out", "DIR", "写到哪个目录", "the folder to write to").required(true)),
        )
        .subcommand(
            part("arrive", "新到的名单对上了谁，新应享受什么", "whom a new list means, and what follows")
                .arg(Arg::new("list").value_name("LIST").required(true).help(pick(
                    lang,
                    "脱贫户、监测对象名单（表式 support-list）",
                    "a list of supported families (form support-list)",
                )))
                .arg(Arg::new("keep").long("keep").action(ArgAction::SetTrue).help(pick(
                    lang,
                    "把名单和结果密封保存（再送同一份不重复）",
                    "keep list and result, sealed (the same file again is kept once)",
                ))),
        )
        .subcommand(
            Command::new("lists")
                .about(pick(lang, "收到过的名单；写序号则逐行列出", "the lists that came in; with a number, row by row"))
                .arg(Arg::new("number").value_name("NUMBER").help(pick(lang, "第几份", "which of them")))
                .arg(one("out", "FILE", "把原名单写成文件，供导入", "write the list as it came, to be imported")),
        )
        .subcommand(
            Command::new("key")
                .about(pick(
                    lang,
                    "给别的部门发一把推送名单的钥匙（只显示一次）",
                    "make a key with which another department hands in lists (shown once)",
                ))
                .arg(one("name", "NAME", "给谁", "for whom").required(true))
                .arg(
                    one("scope", "CODES", "区划代码的开头，可用逗号分开", "beginnings of division codes, with commas")
                        .required(true),
                )
                .arg(one("until", "DATE", "有效到哪天", "its last day").required(true)),
        )
        .subcommand(
            part("cases", "疑似和辍学逐人立案，不再出现的记入案卷", "open a case for each child suspected or dropped out")
                .arg(super::duty::store_option(lang)),
        )
}

fn run(call: &Call) -> Result<Exit, Failure> {
    let Some((name, matches)) = call.matches.subcommand() else { return Ok(Exit::WrongUse) };
    let call = &Call { matches, lang: call.lang, json: call.json, home: call.home.clone() };
    match name {
        "key" => return key(call),
        "lists" => return lists(call),
        _ => {}
    }
    let unmasked = matches.get_flag("unmasked");
    let by = call.text("by");
    if unmasked && by.is_none() {
        return Err(Failure::wrong_use(
            text!("不遮盖要写明由谁查看（--by 姓名）", "say who looks before names are shown whole (--by NAME)"),
            text!("不需要全名的，去掉 --unmasked", "leave --unmasked out where no whole name is needed"),
        ));
    }
    let user = || ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let who = by.map(str::to_string).or_else(user).unwrap_or_else(|| "junheng".to_string());
    let policies = call.paths("packs");
    let asked =
        LedgersAsked { home: &call.home, policies: &policies, snapshot: call.text("snapshot"), on: call.date("on")?, who: &who };
    let ledgers = app::open_ledgers(&asked)?;
    let paper = LedgerPaper { unmasked, lang: call.lang };
    let book = match name {
        "arrive" => return arrive(call, &ledgers, &who),
        "cases" => return cases(call, &ledgers),
        "children" => Some(Book::Children),
        "suspected" => Some(Book::Suspected),
        "dropout" => Some(Book::Dropout),
        _ => None,
    };
    let out = call.text("out").map(Path::new);
    let Some(book) = book else {
        return differences(call, &ledgers, out.unwrap_or(Path::new(".")), paper);
    };
    let written = out.map(|out| app::write_ledger(&ledgers, book, out, paper)).transpose()?;
    if call.json {
        #[derive(serde::Serialize)]
        struct Shown<'a> {
            county: String,
            year: String,
            month: Option<&'a str>,
            categories: Vec<app::CategoryCount>,
            differences: usize,
            aid: &'a [app::AidGap],
            findings: &'a [facts::Finding],
        }
        print::json(&Shown {
            county: ledgers.manifest.county.to_string(),
            year: ledgers.year.to_string(),
            month: ledgers.month.as_deref(),
            categories: ledgers.counts(),
            differences: ledgers.differences.len(),
            aid: &ledgers.aid,
            findings: &ledgers.findings,
        });
    } else {
        ledgers.lines().into_iter().for_each(|line| call.say(line));
        print::findings(&ledgers.findings, call.lang);
        if let (Some(out), Some(many)) = (out, written) {
            let (out, Text { zh, en }) = (out.display(), book.title());
            call.say(text!("{zh}写到 {out}：{many} 人", "{en} is in {out}: {many} children"));
        }
    }
    let found = book != Book::Children && ledgers.of_book(book).next().is_some();
    Ok(if found || ledgers.findings.iter().any(facts::Finding::must_fix) { Exit::Missed } else { Exit::Fine })
}

fn differences(call: &Call, ledgers: &Ledgers, folder: &Path, paper: LedgerPaper) -> Result<Exit, Failure> {
    let written = app::write_differences(ledgers, folder, paper)?;
    if call.json {
        print::json(&written);
    } else {
        for (path, many) in &written {
            let path = path.display();
            call.say(text!("{path}：{many} 处", "{path}: {many}"));
        }
        let (files, many) = (written.len(), ledgers.differences.len());
        call.say(text!("共 {files} 份，{many} 处", "{files} files, {many} entries"));
    }
    Ok(if written.is_empty() { Exit::Fine } else { Exit::Missed })
}

fn arrive(call: &Call, ledgers: &Ledgers, who: &str) -> Result<Exit, Failure> {
    let list = call.text("list").unwrap_or_default();
    let name = Path::new(list).file_name().map_or_else(|| list.to_string(), |name| name.to_string_lossy().into_owned());
    let asked = app::ArrivalAsked { home: &call.home, name: &name, path: Path::new(list), scope: None };
    let arrived = app::arrive(&call.library()?, ledgers, &asked)?;
    if call.json {
        print::json(&arrived);
    } else {
        arrived.lines().into_iter().for_each(|line| call.say(line));
        print::findings(&arrived.findings, call.lang);
    }
    if call.matches.get_flag("keep") {
        let (snapshot, county) = (ledgers.manifest.id.as_str(), ledgers.manifest.county.to_string());
        let kept = app::keep_list(&call.home, who, Path::new(list), snapshot, &county, &arrived)?;
        let n = kept.n;
        if !call.json {
            call.say(text!("已保存为第 {n} 份", "kept as list {n}"));
        }
    }
    Ok(if arrived.findings.iter().any(facts::Finding::must_fix) { Exit::Missed } else { Exit::Fine })
}

fn lists(call: &Call) -> Result<Exit, Failure> {
    let Some(number) = call.text("number") else {
        let lists = app::kept_lists(&call.home)?;
        if call.json {
            print::json(&lists);
        } else if lists.is_empty() {
            call.say(text!("还没有收到名单", "no list has come in yet"));
        } else {
            lists.iter().for_each(|list| call.say(list.line()));
        }
        return Ok(Exit::Fine);
    };
    let n = number.parse().unwrap_or(0);
    let (head, rows) = app::kept_list(&call.home, n)?;
    if let Some(out) = call.text("out") {
        app::write_kept_list(&call.home, n, Path::new(out))?;
        call.say(text!("第 {n} 份名单写到 {out}", "list {n} is in {out}"));
    } else if call.json {
        print::json(&rows);
    } else {
        call.say(head.line());
        rows.lines().into_iter().for_each(|line| call.say(line));
    }
    Ok(Exit::Fine)
}

fn cases(call: &Call, ledgers: &Ledgers) -> Result<Exit, Failure> {
    let mut ledger = app::open_ledger(&app::LedgerAsked {
        home: call.home.clone(),
        policies: call.paths("packs"),
        store: call.text("store").map(str::to_string),
        ..app::LedgerAsked::default()
    })?;
    let synced = app::open_ledger_cases(&mut ledger, ledgers)?;
    if call.json {
        print::json(&synced);
    } else {
        app::case_lines(&synced).into_iter().for_each(|line| call.say(line));
    }
    Ok(Exit::Fine)
}

fn key(call: &Call) -> Result<Exit, Failure> {
    let scope: Vec<String> =
        call.text("scope").unwrap_or_default().split([',', '，']).map(|code| code.trim().to_string()).collect();
    let until = call.date("until")?.unwrap_or(facts::Date::MIN);
    let key = app::make_list_key(&call.home, call.text("name").unwrap_or_default(), &scope, until)?;
    if call.json {
        print::json(&key);
    } else {
        print::line(&key);
    }
    Ok(Exit::Fine)
}
