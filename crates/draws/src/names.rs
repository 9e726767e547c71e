use facts::{CitizenId, Text, text};

/// Names of pools, receipts, witnesses and settings: 1 to 40 characters without space, comma, quote or control character,
/// so that a line can be cut at its spaces and a table at its commas in any language.
pub(crate) fn check_name(words: &str) -> Result<(), Text> {
    check_word(words, 40)
}

/// The value of a setting: like a name, and long enough for a hash.
pub(crate) fn check_value_of(words: &str) -> Result<(), Text> {
    check_word(words, 64)
}

fn check_word(words: &str, most: usize) -> Result<(), Text> {
    let long = words.chars().count();
    if long == 0 || long > most {
        return Err(text!("“{words}”应为 1 至 {most} 个字", "`{words}` must have 1 to {most} characters"));
    }
    if let Some(bad) = words.chars().find(|c| c.is_whitespace() || c.is_control() || matches!(c, ',' | '"' | '\'' | '\u{feff}')) {
        let code = u32::from(bad);
        return Err(text!(
            "“{words}”里有不许用的字符（U+{code:04X}）",
            "`{words}` holds a character that is not allowed (U+{code:04X})"
        ));
    }
    Ok(())
}

/// A receipt is published, so it may be no id number of a person, nor hold one: by form, not by care.
pub(crate) fn check_receipt(words: &str) -> Result<(), Text> {
    check_name(words)?;
    let marks: Vec<char> = words.chars().collect();
    let holds_id = marks.windows(18).any(|window| CitizenId::parse(&window.iter().collect::<String>()).is_ok());
    let digits = longest_run(&marks, |c| c.is_ascii_digit());
    if holds_id || digits == 15 || digits >= 18 {
        return Err(text!(
            "受理号“{}…”像身份证号或学籍号，不能公布",
            "the receipt `{}…` looks like an id number and must not be published",
            marks.iter().take(3).collect::<String>()
        ));
    }
    Ok(())
}

/// One line of printed text of at most `most` characters, with no space at its ends.
pub(crate) fn check_line(words: &str, most: usize) -> Result<(), Text> {
    let long = words.chars().count();
    if long == 0
        || long > most
        || words.trim() != words
        || words.chars().any(|c| c.is_control() || c == '\u{feff}' || (c.is_whitespace() && c != ' '))
    {
        return Err(text!(
            "“{words}”应为一行 1 至 {most} 个字，前后没有空格",
            "`{words}` must be one line of 1 to {most} characters without spaces at its ends"
        ));
    }
    Ok(())
}

fn longest_run(marks: &[char], counts: impl Fn(&char) -> bool) -> usize {
    let (mut longest, mut run) = (0, 0);
    for mark in marks {
        run = if counts(mark) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
