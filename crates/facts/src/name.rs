/// A cell's words in plain form: full-width letters, digits and punctuation made half-width, every kind of space and line
/// break removed at the ends and folded to one inside, invisible marks dropped.
///
/// ```
/// use facts::plain;
/// assert_eq!(plain("　２５３\u{a0}人\n"), "253 人");
/// assert_eq!(plain("\u{feff}学校名称"), "学校名称");
/// ```
pub fn plain(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut space = false;
    for c in words.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' => continue,
            c if c.is_whitespace() || c.is_control() => {
                space = !out.is_empty();
                continue;
            }
            c => c,
        };
        if space {
            out.push(' ');
            space = false;
        }
        out.push(c);
    }
    out
}
