use facts::{Text, text};

use super::{Kind, folded, is_blank};

/// A character that could not be read, typed or stored: it may stand for any.
pub(crate) const WILD: char = '?';

/// A person's name. Dots between the parts of a name, spaces and remarks in brackets go; characters that a system lost
/// (`?`, `*`, □, private-use code points) become the one wildcard.
#[derive(Debug)]
pub(super) struct Name;

impl Kind for Name {
    fn id(&self) -> &'static str {
        "name"
    }

    fn about(&self) -> Text {
        text!(
            "姓名：去掉间隔点、空格和括号说明，缺字统一为“?”",
            "a person's name: without dots, spaces and remarks; lost characters become `?`"
        )
    }

    fn clean(&self, words: &str, out: &mut String) {
        // Nearly every name is plain characters already.
        if words.chars().all(is_han) {
            if !is_blank(words) {
                out.push_str(words);
            }
            return;
        }
        let mut plain = String::with_capacity(words.len());
        folded(words, &mut plain);
        let words = plain.trim();
        if is_blank(words) {
            return;
        }
        let any_han = words.chars().any(|c| is_han(c) || is_lost(c));
        let mut depth = 0_u32;
        for c in words.chars() {
            match c {
                '(' | '[' | '【' | '〔' => depth += 1,
                ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                c if is_lost(c) => out.push(WILD),
                c if is_dot(c) && any_han => {}
                '\'' | '’' | '‘' | '`' => out.push('\''),
                c if c.is_whitespace() || is_dot(c) || matches!(c, ',' | '、') => {
                    if !any_han && !out.ends_with(' ') {
                        out.push(' ');
                    }
                }
                c => out.extend(c.to_lowercase()),
            }
        }
        out.truncate(out.trim_end().len());
    }
}

/// Characters of names in Chinese script, the rare ones of the later planes too.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '〇')
}

fn is_lost(c: char) -> bool {
    matches!(c, '?' | '*' | '□' | '■' | '\u{fffd}' | '〓' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// The signs by which registers part a name: U+00B7 is the standard's; the others are what keyboards give.
fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '.' | '．' | '・' | '‧' | '∙' | '⋅' | '●' | '、' | '－' | '—')
}
