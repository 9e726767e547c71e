use std::net::{IpAddr, SocketAddr};

use clap::{Arg, ArgAction, value_parser};
use facts::text;

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;

pub const ENTRY: Entry = Entry {
    name: "serve",
    about: || text!("启动控制台（浏览器界面）", "start the console, to be opened in a browser"),
    usage: || text!("junheng serve [--port 8420] [--bind 127.0.0.1]", "junheng serve [--port 8420] [--bind 127.0.0.1]"),
    arguments: |command, lang| {
        command
            .arg(
                Arg::new("port")
                    .long("port")
                    .value_name("N")
                    .value_parser(value_parser!(u16))
                    .default_value("8420")
                    .hide_default_value(true)
                    .help(pick(
                        lang,
                        "端口（默认 8420；0 为任选一个空闲的）",
                        "the port (default 8420; 0 takes any that is free)",
                    )),
            )
            .arg(
                Arg::new("bind")
                    .long("bind")
                    .value_name("ADDRESS")
                    .value_parser(value_parser!(IpAddr))
                    .default_value("127.0.0.1")
                    .hide_default_value(true)
                    .help(pick(
                        lang,
                        "监听的地址（默认 127.0.0.1，只有本机能访问；没有登录）",
                        "the address to listen on (default 127.0.0.1, this machine only; there is no login)",
                    )),
            )
            .arg(Arg::new("name").long("name").value_name("HOST").action(ArgAction::Append).help(pick(
                lang,
                "允许用来访问的域名，可多次给出",
                "a host name under which it may be reached; may be given several times",
            )))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let ip = call.matches.get_one::<IpAddr>("bind").copied().unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let port = call.matches.get_one::<u16>("port").copied().unwrap_or_default();
    let serving = http_server::bind(call.home.clone(), call.paths("packs"), SocketAddr::new(ip, port), call.texts("name"))?;
    let address = serving.address();
    if call.json {
        crate::print::json(&serde_json::json!({ "address": format!("http://{address}/") }));
    } else {
        call.say(text!("控制台：http://{address}/", "console: http://{address}/"));
        call.say(serving.words());
        call.say(text!("按 Ctrl-C 结束", "Ctrl-C ends it"));
    }
    serving.run()?;
    Ok(Exit::Fine)
}
