use facts::{Text, text};

use super::{Kind, folded, is_blank};

/// Free words, names in Latin script among them: small letters, single spaces.
#[derive(Debug)]
pub(super) struct Words;

#[derive(Debug)]
pub(super) struct Phone;

#[derive(Debug)]
pub(super) struct Sex;

#[derive(Debug)]
pub(super) struct Number;

impl Kind for Words {
    fn id(&self) -> &'static str {
        "text"
    }

    fn about(&self) -> Text {
        text!("文字：小写、单空格", "words: small letters, single spaces")
    }

    fn clean(&self, words: &str, out: &mut String) {
        let mut plain = String::with_capacity(words.len());
        folded(words, &mut plain);
        if is_blank(plain.trim()) {
            return;
        }
        for word in plain.split_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.extend(word.chars().flat_map(char::to_lowercase));
        }
    }
}

impl Kind for Phone {
    fn id(&self) -> &'static str {
        "phone"
    }

    fn about(&self) -> Text {
        text!("电话：只留数字，去掉 86", "telephone: digits only, without 86")
    }

    fn clean(&self, words: &str, out: &mut String) {
        let (mut plain, mut kept) = (String::new(), String::new());
        let digits = if words.bytes().all(|b| b.is_ascii_digit()) {
            words
        } else {
            folded(words, &mut plain);
            kept.extend(plain.chars().filter(char::is_ascii_digit));
            kept.as_str()
        };
        let number = if digits.len() == 13 { digits.trim_start_matches("86") } else { digits };
        let first = number.as_bytes().first();
        if number.len() >= 7 && number.bytes().any(|b| Some(&b) != first) {
            out.push_str(number);
        }
    }
}

impl Kind for Sex {
    fn id(&self) -> &'static str {
        "sex"
    }

    fn about(&self) -> Text {
        text!("性别：1 男，2 女", "sex: 1 male, 2 female")
    }

    fn clean(&self, words: &str, out: &mut String) {
        let mut plain = String::new();
        folded(words, &mut plain);
        let word = plain.trim().to_lowercase();
        out.push_str(match word.as_str() {
            "男" | "男性" | "1" | "m" | "male" => "1",
            "女" | "女性" | "2" | "f" | "female" => "2",
            _ => "",
        });
    }
}

impl Kind for Number {
    fn id(&self) -> &'static str {
        "number"
    }

    fn about(&self) -> Text {
        text!("数", "a number")
    }

    fn clean(&self, words: &str, out: &mut String) {
        if let Some(number) = facts::parse_number(words) {
            out.push_str(&number.to_string());
        }
    }
}
