use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use app::Failure;
use clap::{Arg, ArgAction, Command, value_parser};
use facts::{Lang, text};

use super::witnessed::{witnessed, witnessed_draw};
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "draw",
    about: || {
        text!(
            "电脑派位：先公布名单和规则，见证人先承诺后公开，任何人都能重新算出结果",
            "draws: list and rules first, witnesses bind themselves and then speak, anyone can recompute the result"
        )
    },
    usage: || {
        text!(
            "junheng draw prepare --list 名单.csv --title 名称 --places 学校=名额 --witness 见证人 --out 文件夹\n      \
             junheng draw commit|reveal 文件夹 --witness 见证人 …；junheng draw run|verify|serve 文件夹；junheng draw show 文件夹 受理号",
            "junheng draw prepare --list LIST.csv --title TITLE --places POOL=N --witness NAME --out DIR\n       \
             junheng draw commit|reveal DIR --witness NAME …; junheng draw run|verify|serve DIR; junheng draw show DIR RECEIPT"
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
    let folder = || Arg::new("folder").value_name("DIR").required(true).help(pick(lang, "派位文件夹", "the folder of the draw"));
    let witness = || one("witness", "NAME", "见证人", "the witness").required(true);
    let part = |name: &'static str, zh: &'static str, en: &'static str| Command::new(name).about(pick(lang, zh, en));
    command
        .subcommand_required(true)
        .subcommand(
            witnessed(part("prepare", "固定名单和规则，给出派位编号", "fix list and rules; gives the id of the draw"), lang)
                .arg(
                    one("list", "FILE", "名单：CSV，三栏 pool,receipt,bound", "the list: CSV with pool,receipt,bound")
                        .required(true),
                )
                .arg(
                    one("places", "POOL=N", "名额，可多次给出", "places, for each pool").required(true).action(ArgAction::Append),
                )
                .arg(
                    one(
                        "method",
                        "ID",
                        "算法：order-number（默认）、random-number、ring",
                        "order-number (default), random-number, ring",
                    )
                    .default_value("order-number")
                    .hide_default_value(true),
                )
                .arg(one("set", "NAME=VALUE", "算法的设置", "a setting of the method").action(ArgAction::Append))
                .arg(
                    one(
                        "bound",
                        "over|pass",
                        "捆绑的孩子遇名额不足：都录取（默认）或都轮候",
                        "bound children and too few places: all in (default) or all wait",
                    )
                    .default_value("over")
                    .hide_default_value(true),
                ),
        )
        .subcommand(
            part("commit", "登记见证人的承诺", "record that a witness has bound itself")
                .arg(folder())
                .arg(witness())
                .arg(one("commitment", "HEX", "见证人自己算好的承诺值", "the commitment that the witness made itself"))
                .arg(
                    one(
                        "value",
                        "TEXT",
                        "见证人写的一句话或一个数，在这里算承诺值",
                        "what the witness wrote; its commitment is made here",
                    )
                    .conflicts_with("commitment"),
                ),
        )
        .subcommand(
            part("reveal", "登记见证人公开的内容", "record what a witness shows")
                .arg(folder())
                .arg(witness())
                .arg(one("value", "TEXT", "内容", "the value"))
                .arg(one("salt", "HEX", "承诺时的随机串", "the salt of its commitment"))
                .arg(Arg::new("missing").long("missing").action(ArgAction::SetTrue).conflicts_with("value").help(pick(
                    lang,
                    "登记为缺席（规则允许时）",
                    "record it as missing, where the rule allows",
                ))),
        )
        .subcommand(
            part("run", "派位并签名；再运行一次结果不变", "hold the draw and sign it; run again, nothing changes").arg(folder()),
        )
        .subcommand(
            part("verify", "用公布的文件重新计算，逐个文件核对", "recompute from the published files, file by file")
                .arg(folder()),
        )
        .subcommand(
            part(
                "serve",
                "家长查询页：只读签名的结果；先核对人数再开放",
                "the parents' page: it reads the signed result only; opens when the numbers are confirmed",
            )
            .arg(folder())
            .arg(one("release", "N/M", "核对无误后开放：总人数/录取人数", "open it, the numbers being right: entries/admitted"))
            .arg(
                one("bind", "ADDRESS", "监听的地址（默认 127.0.0.1）", "the address to listen on (default 127.0.0.1)")
                    .default_value("127.0.0.1")
                    .hide_default_value(true)
                    .value_parser(value_parser!(IpAddr)),
            )
            .arg(
                one("port", "N", "端口（默认 8430；0 为任选）", "the port (default 8430; 0 takes any)")
                    .default_value("8430")
                    .hide_default_value(true)
                    .value_parser(value_parser!(u16)),
            )
            .arg(
                one(
                    "per-minute",
                    "N",
                    "一个地址一分钟最多查多少次（默认 600，查错号的一次算 20 次；0 为不限，前面有代理时用）",
                    "how often one address may ask in a minute (default 600; a receipt that is not there counts as 20; 0 for no limit, behind a proxy)",
                )
                .default_value("600")
                .hide_default_value(true)
                .value_parser(value_parser!(u32)),
            ),
        )
        .subcommand(
            part("show", "一个受理号的结果和原因", "what a receipt drew, and why")
                .arg(folder())
                .arg(Arg::new("receipt").value_name("RECEIPT").required(true).help(pick(lang, "受理号", "the receipt"))),
        )
}

fn run(call: &Call) -> Result<Exit, Failure> {
    let Some((part, matches)) = call.matches.subcommand() else { return Ok(Exit::WrongUse) };
    let call = Call { matches, lang: call.lang, json: call.json, home: call.home.clone() };
    let folder = PathBuf::from(if part == "prepare" { "" } else { call.text("folder").unwrap_or_default() });
    match part {
        "prepare" => prepare(&call),
        "commit" => commit(&call, &folder),
        "reveal" => reveal(&call, &folder),
        "run" => hold(&call, &folder),
        "verify" => verify(&call, &folder),
        "serve" => serve(&call, &folder),
        _ => show(&call, &folder),
    }
}

fn prepare(call: &Call) -> Result<Exit, Failure> {
    let mut places = Vec::new();
    for (pool, number) in pairs(call, "places")? {
        let number = number.parse().map_err(|_| {
            Failure::wrong_use(
                text!("“{pool}”的名额“{number}”不是整数", "`{number}` places for `{pool}` is no whole number"),
                text!("写成 --places 第一小学=120", "write --places NAME=120"),
            )
        })?;
        places.push((pool, number));
    }
    let asked = app::DrawAsked {
        list: PathBuf::from(call.text("list").unwrap_or_default()),
        method: call.text("method").unwrap_or_default().to_string(),
        settings: pairs(call, "set")?,
        places,
        bound: call.text("bound").unwrap_or_default().to_string(),
        ..witnessed_draw(call)
    };
    let prepared = match app::prepare_draw(&call.home, &asked)? {
        Ok(prepared) => prepared,
        Err(findings) => {
            if call.json {
                print::json(&findings);
            } else {
                print::findings(&findings, call.lang);
                print::findings_counted(&findings, call.lang);
            }
            return Ok(Exit::Missed);
        }
    };
    if call.json {
        print::json(&prepared);
        return Ok(Exit::Fine);
    }
    let (id, entries, out) = (&prepared.id, prepared.entries, asked.out.display());
    for pool in &prepared.pools {
        let (name, entries, lots, places) = (&pool.name, pool.entries, pool.lots, pool.places);
        call.say(text!(
            "{name}：{entries} 人 {lots} 签，{places} 个名额",
            "{name}: {entries} entries in {lots} lots for {places} places"
        ));
    }
    call.say(text!(
        "名单和规则已固定，共 {entries} 条。派位编号：{id}",
        "list and rules are fixed, {entries} entries. The draw's id: {id}"
    ));
    call.say(text!(
        "先公布 {out} 里的 draw.txt 和 list.csv，当众宣读编号，再请见证人承诺：junheng draw commit {out} --witness 名称 --value 内容",
        "publish draw.txt and list.csv of {out} and read the id aloud; then bind the witnesses: junheng draw commit {out} --witness NAME --value TEXT"
    ));
    Ok(Exit::Fine)
}

/// `NAME=VALUE`, as often as given.
fn pairs(call: &Call, option: &str) -> Result<Vec<(String, String)>, Failure> {
    let pair = |words: &String| {
        words.split_once('=').map(|(name, value)| (name.to_string(), value.to_string())).ok_or_else(|| {
            Failure::wrong_use(
                text!("--{option} 后面的“{words}”缺等号", "`{words}` after --{option} has no equals sign"),
                text!("写成 --{option} 名称=值", "write --{option} NAME=VALUE"),
            )
        })
    };
    call.texts(option).iter().map(pair).collect()
}

fn commit(call: &Call, folder: &Path) -> Result<Exit, Failure> {
    let promise = match (call.text("commitment"), call.text("value")) {
        (Some(hash), _) => app::Promise::Hash(hash.to_string()),
        (None, Some(value)) => app::Promise::Value(value.to_string()),
        (None, None) => {
            return Err(Failure::wrong_use(
                text!("还缺承诺值", "the commitment is missing"),
                text!("加上 --commitment 承诺值，或 --value 内容", "add --commitment HEX, or --value TEXT"),
            ));
        }
    };
    let promised = app::commit_witness(folder, call.text("witness").unwrap_or_default(), &promise)?;
    if call.json {
        print::json(&promised);
        return Ok(Exit::Fine);
    }
    let (witness, hash) = (&promised.witness, &promised.commitment);
    call.say(text!("已登记“{witness}”的承诺：{hash}", "`{witness}` is bound: {hash}"));
    if let Some(salt) = &promised.salt {
        call.say(text!(
            "请“{witness}”抄下随机串并保密，公开时要用：{salt}",
            "`{witness}` writes this salt down and keeps it secret until it speaks: {salt}"
        ));
    }
    say_waiting(call, &promised.waiting, "commit");
    Ok(Exit::Fine)
}

fn reveal(call: &Call, folder: &Path) -> Result<Exit, Failure> {
    let text_of = |name: &str| call.text(name).map(str::to_string);
    let brought = match (call.matches.get_flag("missing"), text_of("value"), text_of("salt")) {
        (true, ..) => app::Brought::Missing,
        (false, Some(value), Some(salt)) => app::Brought::Shown { salt, value },
        (false, Some(value), None) => app::Brought::Public { value },
        (false, None, _) => {
            return Err(Failure::wrong_use(
                text!("还缺公开的内容", "the value is missing"),
                text!(
                    "加上 --value 内容 --salt 随机串；当场抽取的数不用随机串",
                    "add --value TEXT --salt HEX; a public number has no salt"
                ),
            ));
        }
    };
    let witness = call.text("witness").unwrap_or_default();
    let waiting = app::reveal_witness(folder, witness, &brought)?;
    if call.json {
        print::json(&waiting);
        return Ok(Exit::Fine);
    }
    call.say(text!("已登记“{witness}”公开的内容，与承诺相符", "recorded what `{witness}` showed; it is what was promised"));
    say_waiting(call, &waiting, "reveal");
    Ok(Exit::Fine)
}

fn say_waiting(call: &Call, waiting: &[String], act: &str) {
    let names = waiting.join("、");
    call.say(match (waiting.is_empty(), act) {
        (false, _) => text!("还等：{names}", "waiting for: {names}"),
        (true, "commit") => {
            text!("全体已承诺，可以公开：junheng draw reveal", "all are bound and may speak: junheng draw reveal")
        }
        (true, _) => text!("全体已公开，可以派位：junheng draw run", "all have spoken; hold the draw: junheng draw run"),
    });
}

fn hold(call: &Call, folder: &Path) -> Result<Exit, Failure> {
    let held = app::hold_draw(&call.home, folder)?;
    if call.json {
        print::json(&held);
        return Ok(Exit::Fine);
    }
    let (entries, admitted, waiting) = (held.entries, held.admitted, held.entries - held.admitted);
    let (seed, result, at) = (&held.seed, &held.result, folder.display());
    if held.before {
        call.say(text!("这次派位早已完成，结果不变", "this draw has been held before; the result stays as it is"));
    }
    for name in &held.missing {
        call.say(text!("缺席未公开，按规则不计：{name}", "did not speak, left out by the rule: {name}"));
    }
    call.say(text!(
        "共 {entries} 人，录取 {admitted} 人，轮候 {waiting} 人",
        "{entries} entries: {admitted} admitted, {waiting} waiting"
    ));
    call.say(text!("种子 {seed}", "seed {seed}"));
    call.say(text!("结果 {result}，已签名", "result {result}, signed"));
    call.say(text!(
        "公布 {at} 里的六个文件；任何人核对：junheng draw verify {at}，或 python3 checker/draw_check.py {at}",
        "publish the six files of {at}; anyone checks: junheng draw verify {at}, or python3 checker/draw_check.py {at}"
    ));
    Ok(Exit::Fine)
}

fn verify(call: &Call, folder: &Path) -> Result<Exit, Failure> {
    let findings = app::verify_draw(folder)?;
    if call.json {
        print::json(&findings);
    } else if findings.is_empty() {
        call.say(text!(
            "全部重新算过，六个文件一致，签名有效",
            "recomputed: the six files follow from each other, the signature is valid"
        ));
    } else {
        print::findings(&findings, call.lang);
    }
    Ok(if findings.is_empty() { Exit::Fine } else { Exit::Missed })
}

/// Shows the numbers first; opens the page only for who types them in.
fn serve(call: &Call, folder: &Path) -> Result<Exit, Failure> {
    let book = app::open_query(folder)?;
    let released = app::released(folder, &book)?;
    let (entries, admitted, counted, result, at) = (book.entries, book.admitted, book.counted(), &book.result, folder.display());
    call.say(text!(
        "签名有效。总数 {entries}，录取 {admitted}，其余 {}；结果 {result}",
        "the signature is valid. {entries} entries, {admitted} admitted, {} others; result {result}",
        entries - admitted
    ));
    match call.text("release") {
        None if released.is_some() => {}
        None => {
            call.say(text!(
                "还没有开放查询。与纸质结果核对人数后：junheng draw serve {at} --release {counted}",
                "nothing is open yet. Compare the numbers with the paper, then: junheng draw serve {at} --release {counted}"
            ));
            return Ok(Exit::Fine);
        }
        Some(typed) if typed == counted => {}
        Some(typed) => {
            return Err(Failure::wrong_use(
                text!(
                    "输入的人数 {typed} 与签名的结果 {counted} 不符，没有开放查询",
                    "the numbers {typed} are not those of the signed result, {counted}; nothing was opened"
                ),
                text!("先查明哪一份不对，不要照着改", "find out which of them is wrong; do not just retype"),
            ));
        }
    }
    let ip = call.matches.get_one::<IpAddr>("bind").copied().unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let port = call.matches.get_one::<u16>("port").copied().unwrap_or_default();
    let per_minute = call.matches.get_one::<u32>("per-minute").copied().unwrap_or_default();
    let querying = http_server::bind_query(book, SocketAddr::new(ip, port), per_minute)?;
    let address = querying.address();
    call.say(text!("查询页：http://{address}/（按 Ctrl-C 结束）", "query page: http://{address}/ (Ctrl-C ends it)"));
    querying.run()?;
    Ok(Exit::Fine)
}

fn show(call: &Call, folder: &Path) -> Result<Exit, Failure> {
    let drawn = app::drawn_places(folder, call.text("receipt").unwrap_or_default())?;
    if call.json {
        print::json(&drawn);
        return Ok(Exit::Fine);
    }
    for place in &drawn {
        let (receipt, pool, order, lots, places) = (&place.receipt, &place.pool, place.order, place.lots, place.places);
        let outcome = if place.admitted { text!("✓ 录取", "✓ admitted") } else { text!("· 轮候", "· waiting") };
        let (zh, en) = (outcome.zh, outcome.en);
        call.say(text!(
            "{receipt}  {pool}  {zh}：顺序号 {order}（共 {lots} 签，{places} 个名额）",
            "{receipt}  {pool}  {en}: order number {order} (of {lots} lots, {places} places)"
        ));
        if let (false, Some(last)) = (place.admitted, place.last_admitted) {
            call.say(text!("    录取到顺序号 {last}", "    the last order number admitted is {last}"));
        }
    }
    Ok(Exit::Fine)
}
