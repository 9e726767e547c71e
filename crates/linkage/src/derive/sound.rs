use facts::{Text, text};
use pinyin::ToPinyin;

use super::Derivation;

/// Pinyin without tones. Characters that are none are kept as they are.
#[derive(Debug)]
pub(super) struct Pinyin;

/// Pinyin with tone digits.
#[derive(Debug)]
pub(super) struct Tones;

/// Pinyin with the sounds folded that southern speakers and typists do not keep apart: zh/z, ch/c, sh/s, ng/n, n/l at the front is
/// kept.
#[derive(Debug)]
pub(super) struct Sound;

/// The first letter of each syllable, or of each word in Latin script.
#[derive(Debug)]
pub(super) struct Initials;

/// Pinyin of the surname.
#[derive(Debug)]
pub(super) struct SurnamePinyin;

/// American Soundex for words in Latin script; the pinyin initials for others.
#[derive(Debug)]
pub(super) struct Soundex;

impl Derivation for Pinyin {
    fn id(&self) -> &'static str {
        "pinyin"
    }

    fn about(&self) -> Text {
        text!("拼音，不计声调", "pinyin without tones")
    }

    fn derive(&self, word: &str, _: usize, out: &mut String) {
        for c in word.chars() {
            match c.to_pinyin() {
                Some(syllable) => out.push_str(syllable.plain()),
                None => out.push(c),
            }
        }
    }
}

impl Derivation for Tones {
    fn id(&self) -> &'static str {
        "tones"
    }

    fn about(&self) -> Text {
        text!("拼音，带声调", "pinyin with tones")
    }

    fn derive(&self, word: &str, _: usize, out: &mut String) {
        for c in word.chars() {
            match c.to_pinyin() {
                Some(syllable) => out.push_str(syllable.with_tone_num_end()),
                None => out.push(c),
            }
        }
    }
}

impl Derivation for Sound {
    fn id(&self) -> &'static str {
        "sound"
    }

    fn about(&self) -> Text {
        text!("近音：不分平翘舌、前后鼻音", "pinyin with zh/z, ch/c, sh/s and ng/n folded")
    }

    fn derive(&self, word: &str, _: usize, out: &mut String) {
        for c in word.chars() {
            match c.to_pinyin() {
                Some(syllable) => fold_syllable(syllable.plain(), out),
                None => out.push(c),
            }
        }
    }
}

impl Derivation for Initials {
    fn id(&self) -> &'static str {
        "initials"
    }

    fn about(&self) -> Text {
        text!("拼音首字母", "the first letter of each syllable or word")
    }

    fn derive(&self, word: &str, _: usize, out: &mut String) {
        let mut starts = true;
        for c in word.chars() {
            match c.to_pinyin() {
                Some(syllable) => out.extend(syllable.plain().chars().next()),
                None if c.is_whitespace() => {
                    starts = true;
                    continue;
                }
                None if starts => out.push(c),
                None => {}
            }
            starts = false;
        }
    }
}

impl Derivation for SurnamePinyin {
    fn id(&self) -> &'static str {
        "surname-pinyin"
    }

    fn about(&self) -> Text {
        text!("姓的拼音", "pinyin of the surname")
    }

    fn derive(&self, word: &str, n: usize, out: &mut String) {
        Pinyin.derive(word[..super::surname_len(word)].trim_end(), n, out);
    }
}

impl Derivation for Soundex {
    fn id(&self) -> &'static str {
        "soundex"
    }

    fn about(&self) -> Text {
        text!("拉丁字母的 Soundex 音码", "Soundex of a word in Latin script")
    }

    fn derive(&self, word: &str, n: usize, out: &mut String) {
        let Some(first) = word.chars().next().filter(char::is_ascii_alphabetic) else {
            return Initials.derive(word, n, out);
        };
        // h and w do not part equal codes; vowels do.
        let code = |c: char| match c {
            'b' | 'f' | 'p' | 'v' => '1',
            'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => '2',
            'd' | 't' => '3',
            'l' => '4',
            'm' | 'n' => '5',
            'r' => '6',
            'h' | 'w' => 'h',
            _ => '0',
        };
        out.push(first.to_ascii_lowercase());
        let (mut before, mut count) = (code(first.to_ascii_lowercase()), 1);
        for c in word.chars().skip(1).filter(char::is_ascii_alphabetic) {
            let this = code(c.to_ascii_lowercase());
            if this.is_ascii_digit() && this != '0' && this != before && count < 4 {
                out.push(this);
                count += 1;
            }
            if this != 'h' {
                before = this;
            }
        }
        for _ in count..4 {
            out.push('0');
        }
    }
}

/// Folds one syllable: zhang and zang become zan.
fn fold_syllable(syllable: &str, out: &mut String) {
    let bytes = syllable.as_bytes();
    let retroflex = bytes.len() > 1 && matches!(bytes[0], b'z' | b'c' | b's') && bytes[1] == b'h';
    let start = if retroflex {
        out.push(char::from(bytes[0]));
        2
    } else {
        0
    };
    let end = if syllable.ends_with("ng") { syllable.len() - 1 } else { syllable.len() };
    out.push_str(&syllable[start..end.max(start)]);
}

/// The readings of a character without tones, the commonest first; none for what is no Chinese character.
pub(crate) fn syllables(c: char) -> impl Iterator<Item = &'static str> {
    use pinyin::ToPinyinMulti;
    c.to_pinyin_multi().into_iter().flatten().map(|reading| reading.plain())
}
