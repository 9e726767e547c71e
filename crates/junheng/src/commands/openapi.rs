use facts::text;

use super::{Call, Entry};
use crate::exit::Exit;

pub const ENTRY: Entry = Entry {
    name: "openapi",
    about: || text!("输出控制台接口的 OpenAPI 文档", "print the OpenAPI document of the console's interface"),
    usage: || text!("junheng openapi", "junheng openapi"),
    arguments: |command, _| command,
    run,
    hidden: true,
};

fn run(_: &Call) -> Result<Exit, app::Failure> {
    crate::print::line(http_server::openapi().trim_end());
    Ok(Exit::Fine)
}
