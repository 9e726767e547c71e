use std::net::{IpAddr, SocketAddr};

use clap::{Arg, ArgAction, value_parser};
use facts::text;
use http_server::Setting;

use super::duty::store_option;
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;

pub const ENTRY: Entry = Entry {
    name: "serve",
    about: || text!("启动控制台（浏览器界面）", "start the console, to be opened in a browser"),
    usage: || {
        text!(
            "junheng serve [--port 8420] [--bind 127.0.0.1 --behind-proxy]",
            "junheng serve [--port 8420] [--bind 127.0.0.1 --behind-proxy]"
        )
    },
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
                        "监听的地址（默认 127.0.0.1，只有本机能访问；别的地址要有账号，并加 --behind-proxy）",
                        "the address to listen on (default 127.0.0.1, this machine only; another wants accounts and --behind-proxy)",
                    )),
            )
            .arg(Arg::new("behind-proxy").long("behind-proxy").action(ArgAction::SetTrue).help(pick(
                lang,
                "前面有带 TLS 的反向代理，访问者的地址看 X-Forwarded-For",
                "a proxy stands before it that speaks TLS and says in X-Forwarded-For who asks",
            )))
            .arg(Arg::new("report-port").long("report-port").value_name("N").value_parser(value_parser!(u16)).help(pick(
                lang,
                "另开一个端口，只有公众举报页，别的都到不了（对外公布的网址转到这里）",
                "a port of its own with the page for reports of the public and nothing else (let the public address lead here)",
            )))
            .arg(store_option(lang))
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
    let setting = Setting {
        packs: call.paths("packs"),
        names: call.texts("name"),
        store: call.text("store").map(str::to_string),
        behind_proxy: call.matches.get_flag("behind-proxy"),
        report_port: call.matches.get_one::<u16>("report-port").copied(),
    };
    let serving = http_server::bind(call.home.clone(), SocketAddr::new(ip, port), setting)?;
    let address = serving.address();
    if call.json {
        crate::print::json(&serde_json::json!({ "address": format!("http://{address}/") }));
    } else {
        call.say(text!("控制台：http://{address}/", "console: http://{address}/"));
        match serving.report_address() {
            Some(at) => call.say(text!("公众举报：http://{at}/", "reports of the public: http://{at}/")),
            None => call.say(text!("公众举报：http://{address}/report", "reports of the public: http://{address}/report")),
        }
        call.say(serving.words());
        call.say(text!("按 Ctrl-C 结束", "Ctrl-C ends it"));
    }
    serving.run()?;
    Ok(Exit::Fine)
}
