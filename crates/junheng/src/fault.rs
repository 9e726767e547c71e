//! What is said where the program itself is at fault: one line that can be passed on, never a trace of calls.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};

use facts::{Lang, text};

use crate::exit::Exit;

/// Runs a command; a panic in it, on whatever thread, is told in words, and one that ends the command ends it as a thing prevented.
pub fn told(lang: Lang, run: impl FnOnce() -> Exit) -> Exit {
    std::panic::set_hook(Box::new(move |panic| tell(panic, lang)));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or(Exit::Prevented)
}

fn tell(panic: &PanicHookInfo<'_>, lang: Lang) {
    // A damaged file that leads a reader of ours astray is told as a finding of that file.
    if app::is_reading_astray() {
        return;
    }
    // What it was about is not shown: it may hold what stood in a file.
    let place = panic.location().map_or_else(|| "?".to_string(), |place| format!("{}:{}", shorten(place.file()), place.line()));
    let words = text!(
        "程序内部出错（{place}）。这是均衡的缺陷，不是数据的问题；已经保存的数据没有改动。请把这一行和所做的操作告诉维护人员。",
        "Junheng itself failed ({place}). It is a fault of the program, not of the data; what was saved is unchanged. Please tell its maintainers this line and what was done."
    );
    eprintln!("{}", words.get(lang));
}

/// A source file below its crate: the folders above are those of whoever built the program.
fn shorten(file: &str) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    parts[parts.len().saturating_sub(4)..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_ends_a_command_as_a_thing_prevented() {
        assert_eq!(told(Lang::Zh, || panic!("of ours")), Exit::Prevented);
        assert_eq!(told(Lang::En, || Exit::Missed), Exit::Missed);
        assert_eq!(shorten("/anywhere/junheng/crates/import/src/xls.rs"), "crates/import/src/xls.rs");
    }
}
