//! Rust source with what is not code taken out, so that a check reads code and nothing else.

/// The code of a file, line for line: comments and the insides of strings are blanked, items under `#[cfg(test)]` too.
pub fn code(text: &str) -> Vec<String> {
    without_tests(blanked(text)).lines().map(str::to_string).collect()
}

/// Blanks comments and the insides of strings and characters; line breaks stay where they are.
fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at..] {
            ['/', '/', ..] => chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |n| at + n),
            ['/', '*', ..] => block_comment(&chars, at),
            ['"', ..] => string(&chars, at + 1),
            ['r', '"' | '#', ..] if at == 0 || !word(chars[at - 1]) || chars[at - 1] == 'b' => raw_string(&chars, at),
            ['\'', '\\', ..] => chars[at + 2..].iter().skip(1).position(|c| *c == '\'').map_or(chars.len(), |n| at + n + 4),
            ['\'', _, '\'', ..] => at + 3,
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end.min(chars.len())].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn block_comment(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The end of `r"…"` or `r#"…"#`; the start itself where it is none (`r#type`).
fn raw_string(chars: &[char], start: usize) -> usize {
    let hashes = chars[start + 1..].iter().take_while(|c| **c == '#').count();
    let open = start + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return start;
    }
    let mut at = open + 1;
    while at < chars.len() {
        if chars[at] == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    chars.len()
}

/// Blanks each item that stands under `#[cfg(test)]`: up to the brace that closes it, or to its semicolon.
fn without_tests(code: String) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code.as_str();
    while let Some(start) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..start]);
        let (mut depth, mut end) = (0, rest.len());
        for (at, c) in rest[start..].char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                end = start + at + 1;
                break;
            }
        }
        let semicolon = rest[start..].find(';').map_or(rest.len(), |at| start + at + 1);
        let brace = rest[start..].find('{').map_or(rest.len(), |at| start + at);
        if semicolon < brace {
            end = semicolon;
        }
        out.extend(rest[start..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::code;

    fn check(text: &str, kept: &[&str], gone: &[&str]) {
        let code = code(text);
        assert_eq!(code.len(), text.lines().count(), "lines must stay where they are: {code:?}");
        let code = code.join("\n");
        for word in kept {
            assert!(code.contains(word), "`{word}` is gone from {code}");
        }
        for word in gone {
            assert!(!code.contains(word), "`{word}` is still in {code}");
        }
    }

    #[test]
    fn comments_and_strings_are_blanked() {
        check("a(); // b\n/* c /* d */ e */ f();\n", &["a()", "f()"], &["b", "c", "d", "e "]);
        check(
            "let x = \"g \\\" h\"; i(r#\"j \" k\"#, b\"l\", br\"m\"); n();",
            &["let x", "i(", "n()"],
            &["g", "h", "j", "k", "l\"", "m"],
        );
        check("/// ```\n/// a.unwrap();\n/// ```\nfn b() {}", &["fn b"], &["unwrap"]);
    }

    #[test]
    fn characters_and_lifetimes_are_told_apart() {
        check(
            "fn f<'a>(x: &'a str) -> char { '\"' } fn g() { '\\'' } fn h() { '\\u{4e00}' } fn k() {}",
            &["<'a>", "&'a str", "fn g", "fn h", "fn k"],
            &["4e00"],
        );
    }

    #[test]
    fn what_is_for_tests_is_blanked() {
        check("fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { if true {} }\n}\nfn c() {}", &["fn a", "fn c"], &["fn b"]);
        check("#[cfg(test)]\nmod tests;\nfn c() {}", &["fn c"], &["mod tests"]);
        check("#[cfg(test)]\nuse x::{y};\nfn c() {}", &["fn c"], &[]);
    }
}
