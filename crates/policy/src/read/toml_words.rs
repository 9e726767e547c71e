//! What the TOML reader says, in both languages, with a way on for what people who write Chinese do wrong most often.

use facts::{Text, text};

use super::KINDS;
use crate::source::{Faults, Mark};

/// Findings for the syntax errors of a file: the first of each line, since the others follow from it.
pub(super) fn tell(file: usize, errors: &[toml::de::Error], faults: &Faults<'_>) {
    const SHOWN: usize = 20;
    let text = faults.sources.text(file);
    let mut lines = Vec::new();
    for error in errors.iter() {
        let span = error.span().unwrap_or(0..0);
        let mark = Mark { file, start: span.start, end: span.end };
        let line = faults.sources.line(mark);
        if lines.contains(&line) || lines.len() == SHOWN {
            continue;
        }
        lines.push(line);
        let (mark, what, hint) = match full_width(text, mark) {
            Some((at, sign, plain)) => {
                let what =
                    text!("这里的 {sign} 是全角符号，TOML 不认识", "`{sign}` is a full-width sign, which TOML does not know");
                let hint = text!("切换到英文输入法，写 {plain}", "write {plain}");
                (Mark { start: at, end: at + sign.len_utf8(), ..mark }, what, hint)
            }
            None => {
                let (what, hint) = words(error.message(), of_line(text, mark));
                (mark, what, hint)
            }
        };
        faults.unread("toml-syntax", mark, what, hint);
    }
}

fn of_line(text: &str, mark: Mark) -> &str {
    let start = text.get(..mark.start).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
    text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("")
}

/// The first full-width sign of the line that stands outside strings and comments, and what is meant by it.
fn full_width(text: &str, mark: Mark) -> Option<(usize, char, &'static str)> {
    let line = of_line(text, mark);
    let start = text.get(..mark.start).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, _) => {
                if let Some(plain) = half_width(c) {
                    return Some((start + at, c, plain));
                }
            }
            _ => {}
        }
    }
    None
}

fn half_width(c: char) -> Option<&'static str> {
    Some(match c {
        '“' | '”' | '＂' | '「' | '」' => "\"",
        '‘' | '’' | '＇' => "'",
        '＝' => "=",
        '，' | '、' => ",",
        '．' | '。' => ".",
        '：' => ":",
        '［' | '【' => "[",
        '］' | '】' => "]",
        '｛' => "{",
        '｝' => "}",
        '－' | '—' => "-",
        '＃' => "#",
        '＿' => "_",
        '　' => "a space",
        '０'..='９' => "0–9",
        _ => return None,
    })
}

/// What is wrong and how to mend it, from the reader's own words.
fn words(message: &str, line: &str) -> (Text, Text) {
    let name = line.trim().trim_matches(['[', ']']).trim();
    let single = line.trim_start().starts_with('[') && !line.trim_start().starts_with("[[");
    if single && KINDS.contains(&name) {
        let what = text!("[{name}] 只能写一次", "[{name}] can stand only once");
        return (what, text!("每个条目写 [[{name}]]，两层方括号", "write [[{name}]], with two brackets, for each entry"));
    }
    let said = message.lines().collect::<Vec<_>>().join("; ");
    let known: [(&str, &str, Text); 11] = [
        ("unclosed array table", "方括号没有成对", text!("写成 [[条目]]", "write [[entry]]")),
        ("unclosed table", "方括号没有成对", text!("写成 [名称]", "write [name]")),
        ("duplicate key", "同一个键写了两次", text!("去掉一个", "drop one of the two")),
        ("invalid date", "没有这一天", text!("改正日期，如 2026-02-28", "correct the date, such as 2026-02-28")),
        ("invalid datetime", "日期写法不对", text!("写成 2026-02-28，不加引号", "write 2026-02-28, without quotes")),
        ("string values must be quoted", "文字没有加引号", text!("写在一对英文引号里", "put it between a pair of double quotes")),
        ("basic string", "引号没有成对", text!("在这一行末尾补上引号", "close the quotes at the end of the line")),
        ("literal string", "引号没有成对", text!("补上引号", "close the quotes")),
        ("key with no value", "键后面没有等号和值", text!("写成 键 = 值", "write key = value")),
        ("array", "数组写法不对", text!("写成 [\"a\", \"b\"]", "write [\"a\", \"b\"]")),
        ("header", "方括号没有成对", text!("写成 [[条目]]", "write [[entry]]")),
    ];
    match known.into_iter().find(|(sign, ..)| said.contains(sign)) {
        Some((_, zh, hint)) => (text!("TOML 写法不对：{zh}", "this is not TOML: {said}"), hint),
        None => {
            let hint = text!("检查引号、等号和方括号是否成对", "look for a missing quote, equals sign or bracket");
            (text!("TOML 写法不对：{said}", "this is not TOML: {said}"), hint)
        }
    }
}
