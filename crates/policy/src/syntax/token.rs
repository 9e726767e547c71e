use facts::text;

use super::{BYTES_MAX, SyntaxFault};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    Number(f64),
    Words(String),
    /// A name or a keyword; dots belong to it (`school.kind`).
    Name(String),
    /// `:class_size_max`.
    Placeholder(String),
    Sign(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub start: usize,
    pub end: usize,
}

// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: [&str; 13] = ["<=", ">=", "<>", "!=", "=", "<", ">", "(", ")", ",", "+", "*", "/"];

/// Signs of other languages, with the one that is meant.
const FOREIGN: [(&str, &str); 5] = [("==", "="), ("=<", "<="), ("=>", ">="), ("&&", "and"), ("||", "or")];

pub(crate) fn tokens(source: &str) -> Result<Vec<Token>, Box<SyntaxFault>> {
    if source.len() > BYTES_MAX {
        let what = text!(
            "表达式长 {} 字节，上限 {BYTES_MAX}",
            "the expression has {} bytes; at most {BYTES_MAX} are read",
            source.len()
        );
        let hint = text!("拆成几个 [[stock]] 或 [[item]]", "divide it into several [[stock]] or [[item]] entries");
        return Err(SyntaxFault::new("expression-too-long", (0, 0), what, hint));
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        if let Some((sign, meant)) = FOREIGN.iter().find(|(sign, _)| rest.starts_with(sign)) {
            let what = text!("不认识的符号“{sign}”", "unknown sign `{sign}`");
            let hint = text!("写成 {meant}", "write {meant}");
            return Err(SyntaxFault::new("unknown-sign", (at, at + sign.len()), what, hint));
        }
        let (kind, length) = match c {
            '0'..='9' | '.' => number(rest, at)?,
            'a'..='z' | 'A'..='Z' | '_' => {
                let length = name_length(rest);
                (TokenKind::Name(rest[..length].to_string()), length)
            }
            ':' => {
                let length = name_length(&rest[1..]);
                if length == 0 {
                    return Err(stray(rest, at));
                }
                (TokenKind::Placeholder(rest[1..=length].to_string()), length + 1)
            }
            '\'' => words(rest, at)?,
            '-' if rest.starts_with("--") => return Err(comment(at)),
            '/' if rest.starts_with("/*") => return Err(comment(at)),
            '-' => (TokenKind::Sign("-"), 1),
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (TokenKind::Sign(sign), sign.len()),
                None => return Err(stray(rest, at)),
            },
        };
        tokens.push(Token { kind, start: at, end: at + length });
        at += length;
    }
    Ok(tokens)
}

fn name_length(rest: &str) -> usize {
    rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count()
}

fn number(rest: &str, at: usize) -> Result<(TokenKind, usize), Box<SyntaxFault>> {
    let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'.').count();
    let written = &rest[..length];
    let plain = written.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match written.parse::<f64>() {
        Ok(value) if plain && value.is_finite() => Ok((TokenKind::Number(value), length)),
        _ => {
            let what = text!("“{written}”不是数", "`{written}` is no number");
            let hint = text!("写成 0.85、2000 这样的十进制数", "write a decimal such as 0.85 or 2000");
            Err(SyntaxFault::new("not-a-number", (at, at + length), what, hint))
        }
    }
}

/// A string in single quotes; two of them inside stand for one.
fn words(rest: &str, at: usize) -> Result<(TokenKind, usize), Box<SyntaxFault>> {
    let mut words = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((index, c)) = chars.next() {
        if c != '\'' {
            words.push(c);
        } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
            words.push('\'');
        } else {
            return Ok((TokenKind::Words(words), index + 1));
        }
    }
    let what = text!("引号没有闭合", "the quotation is never closed");
    Err(SyntaxFault::new("quote-not-closed", (at, at + rest.len()), what, text!("在末尾补上 '", "add the closing '")))
}

fn comment(at: usize) -> Box<SyntaxFault> {
    let what = text!("表达式里不能有注释", "an expression cannot hold a comment");
    let hint = text!("注释写在 TOML 里，用 # 开头", "write it in the TOML, after a #");
    SyntaxFault::new("comment-in-expression", (at, at + 2), what, hint)
}

fn stray(rest: &str, at: usize) -> Box<SyntaxFault> {
    let c = rest.chars().next().unwrap_or(' ');
    let hint = match c {
        ';' => text!("只写一个条件，不要分号", "write one condition, without a semicolon"),
        '"' | '`' | '“' | '”' | '‘' | '’' => text!("字符串用半角单引号：'211'", "put strings in single quotes: '211'"),
        '%' => text!("百分数写成小数：85% 写 0.85", "write a percentage as a decimal: 0.85 for 85 %"),
        '≥' | '≤' | '≠' => text!("写成 >=、<=、<>", "write >=, <= or <>"),
        c if !c.is_ascii() => text!("改用半角符号和英文标识", "use half-width signs and ASCII names"),
        _ => text!("可用的符号：+ - * / ( ) , = <> < <= > >=", "the signs are + - * / ( ) , = <> < <= > >="),
    };
    let what = text!("不认识的符号“{c}”", "unknown sign `{c}`");
    SyntaxFault::new("unknown-sign", (at, at + c.len_utf8()), what, hint)
}
