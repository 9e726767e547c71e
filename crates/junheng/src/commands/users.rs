use app::Failure;
use clap::{Arg, Command};
use facts::text;

use super::duty::{ledger, store_option};
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "users",
    about: || text!("登记或列出办理台账的人", "add or list the people who act on cases"),
    usage: || {
        text!(
            "junheng users add 账号 --name 姓名 --role 角色 --unit 代码；junheng users list",
            "junheng users add ID --name NAME --role ROLE --unit CODE; junheng users list"
        )
    },
    arguments: |command, lang| {
        let part = |name: &'static str, about: &'static str| {
            Command::new(name).about(about).arg(store_option(lang)).arg(Arg::new("at").long("at").hide(true))
        };
        let one = |name: &'static str, value: &'static str, zh: &'static str, en: &'static str| {
            Arg::new(name).long(name).value_name(value).required(true).help(pick(lang, zh, en))
        };
        command
            .subcommand_required(true)
            .subcommand(
                part("add", pick(lang, "登记或修改", "add or change"))
                    .arg(Arg::new("person").value_name("ID").required(true).help(pick(lang, "账号", "the id")))
                    .arg(one("name", "NAME", "姓名", "the name"))
                    .arg(one("role", "ROLE", "角色", "the role"))
                    .arg(one(
                        "unit",
                        "CODE",
                        "管辖：区划代码的开头，或学校标识码",
                        "the beginning of a division code, or a school code",
                    )),
            )
            .subcommand(part("list", pick(lang, "列出", "list")))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, Failure> {
    let Some((name, matches)) = call.matches.subcommand() else { return Ok(Exit::WrongUse) };
    let call = Call { matches, lang: call.lang, json: call.json, home: call.home.clone() };
    let mut ledger = ledger(&call, false)?;
    let users = if name == "add" {
        let word = |name: &str| call.text(name).unwrap_or_default();
        vec![app::put_user(&mut ledger, word("person"), word("name"), word("role"), word("unit"))?]
    } else {
        app::list_users(&mut ledger)?
    };
    if call.json {
        print::json(&users);
        return Ok(Exit::Fine);
    }
    for user in &users {
        let role = ledger.procedures.roles.title(&user.role);
        let (person, name, unit, zh, en) = (&user.person, &user.name, &user.unit, role.zh, role.en);
        call.say(text!("{person}  {name}  {zh}  管辖 {unit}", "{person}  {name}  {en}  answers for {unit}"));
    }
    Ok(Exit::Fine)
}
