use app::{AccountAsked, AccountLine, Failure, Keeper, Ledger};
use clap::{Arg, ArgAction, Command};
use facts::{Lang, Text, text};

use super::duty::{ledger, store_option};
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "users",
    about: || text!("账号：登记、角色、口令、停用", "accounts: add, roles, passwords, lock"),
    usage: || {
        text!(
            "junheng users add|list|roles|reset-password|lock|unlock|demo … （junheng users 子命令 --help）",
            "junheng users add|list|roles|reset-password|lock|unlock|demo … (junheng users COMMAND --help)"
        )
    },
    arguments,
    run,
    hidden: false,
};

fn arguments(command: Command, lang: Lang) -> Command {
    let part = |name: &'static str, zh: &'static str, en: &'static str| {
        Command::new(name).about(pick(lang, zh, en)).arg(store_option(lang)).arg(Arg::new("at").long("at").hide(true))
    };
    let person = || Arg::new("person").value_name("ID").required(true).help(pick(lang, "账号", "the id"));
    let one = |name: &'static str, value: &'static str, zh: &'static str, en: &'static str| {
        Arg::new(name).long(name).value_name(value).help(pick(lang, zh, en))
    };
    let many = |name: &'static str, value: &'static str, zh: &'static str, en: &'static str| {
        one(name, value, zh, en).action(ArgAction::Append)
    };
    let add = part("add", "登记或修改", "add or change")
        .arg(person())
        .arg(one("name", "NAME", "姓名", "the name").required(true))
        .arg(one("role", "ROLE", "角色", "the role").required(true))
        .arg(
            one("unit", "CODE", "管辖：区划代码的开头，或学校标识码", "the beginning of a division code, or a school code")
                .required(true),
        )
        .arg(many("also", "ROLE", "兼任的角色，可多次给出", "a further role; may be given several times"))
        .arg(many(
            "chosen",
            "CODE",
            "自定范围里的一个单位，可多次给出",
            "a unit chosen for a role that sees what was chosen; may be given several times",
        ))
        .arg(Arg::new("login").long("login").action(ArgAction::SetTrue).help(pick(
            lang,
            "让他登录控制台：给出一个初始口令，只显示一次",
            "let them into the console: a first password is printed, once",
        )));
    command
        .subcommand_required(true)
        .subcommand(add)
        .subcommand(part("list", "列出", "list"))
        .subcommand(part("roles", "列出角色和它们的权限", "list the roles and what each may"))
        .subcommand(
            part("reset-password", "给一个初始口令，原口令和登录作废", "give a first password; the old one and all sessions end")
                .arg(person()),
        )
        .subcommand(part("lock", "停用，已登录的立即退出", "lock; whoever is in goes out").arg(person()))
        .subcommand(part("unlock", "启用，或解除输错太多的锁定", "unlock, also after too many wrong tries").arg(person()))
        .subcommand(part(
            "demo",
            "演示：给样例县建各种角色的账号，不用口令就能登录",
            "for showing: accounts of every role in the sample county, which let anybody in without a password",
        ))
}

fn run(call: &Call) -> Result<Exit, Failure> {
    let Some((name, matches)) = call.matches.subcommand() else { return Ok(Exit::WrongUse) };
    let call = Call { matches, lang: call.lang, json: call.json, home: call.home.clone() };
    let mut ledger = ledger(&call, false)?;
    let has = |id: &str| call.matches.try_contains_id(id).unwrap_or(false);
    let person = if has("person") { call.text("person").unwrap_or_default().to_string() } else { String::new() };
    match name {
        "add" => add(&call, &mut ledger),
        "roles" => roles(&call, &ledger),
        "reset-password" => password(&call, &mut ledger, &person),
        "lock" | "unlock" => {
            app::lock_account(&mut ledger, Keeper::Machine, &person, name == "lock")?;
            list(&call, &mut ledger, Some(&person))
        }
        "demo" => {
            let made = app::make_demo(&mut ledger, &call.home)?;
            if call.json {
                print::json(&made);
            } else {
                made.lines().into_iter().for_each(|line| call.say(line));
            }
            Ok(Exit::Fine)
        }
        _ => list(&call, &mut ledger, None),
    }
}

fn add(call: &Call, ledger: &mut Ledger) -> Result<Exit, Failure> {
    let word = |name: &str| call.text(name).unwrap_or_default().to_string();
    let asked = AccountAsked {
        person: word("person"),
        name: word("name"),
        role: word("role"),
        unit: word("unit"),
        roles: call.texts("also"),
        chosen: call.texts("chosen"),
    };
    app::put_account(ledger, Keeper::Machine, &asked)?;
    if call.matches.get_flag("login") {
        return password(call, ledger, &asked.person);
    }
    list(call, ledger, Some(&asked.person))
}

fn password(call: &Call, ledger: &mut Ledger, person: &str) -> Result<Exit, Failure> {
    let password = app::reset_password(ledger, Keeper::Machine, person, &app::random()?)?;
    if call.json {
        print::json(&serde_json::json!({ "person": person, "password": password }));
        return Ok(Exit::Fine);
    }
    list(call, ledger, Some(person))?;
    call.say(text!(
        "初始口令：{password}  只显示这一次，首次登录时要改",
        "first password: {password}  shown this once; it must be changed at the first login"
    ));
    Ok(Exit::Fine)
}

fn list(call: &Call, ledger: &mut Ledger, person: Option<&str>) -> Result<Exit, Failure> {
    let mut accounts = app::list_accounts(ledger, Keeper::Machine)?;
    accounts.retain(|account| person.is_none_or(|person| account.person == person));
    show(call, &accounts, accounts.iter().map(AccountLine::line).collect())
}

fn roles(call: &Call, ledger: &Ledger) -> Result<Exit, Failure> {
    let roles = app::list_roles(ledger);
    show(call, &roles, roles.iter().flat_map(app::RoleLine::lines).collect())
}

fn show<T: serde::Serialize>(call: &Call, value: &T, lines: Vec<Text>) -> Result<Exit, Failure> {
    if call.json {
        print::json(value);
    } else {
        lines.into_iter().for_each(|line| call.say(line));
    }
    Ok(Exit::Fine)
}
