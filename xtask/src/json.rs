//! Just enough JSON to read what `cargo metadata` says, so that this crate needs no other.

/// A value; numbers keep their spelling.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads one document; `None` where it is not JSON.
    pub fn read(text: &str) -> Option<Json> {
        let mut reader = Reader { rest: text };
        let value = reader.value(0)?;
        reader.space();
        reader.rest.is_empty().then_some(value)
    }

    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub fn list(&self) -> &[Json] {
        match self {
            Json::List(values) => values,
            _ => &[],
        }
    }

    pub fn str(&self) -> Option<&str> {
        match self {
            Json::String(words) => Some(words),
            _ => None,
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn eat(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.space();
        match self.rest.chars().next()? {
            _ if depth > 64 => None,
            '{' => self.members(depth).map(Json::Object),
            '[' => self.values(depth).map(Json::List),
            '"' => self.string().map(Json::String),
            't' => self.eat("true").map(|()| Json::Bool(true)),
            'f' => self.eat("false").map(|()| Json::Bool(false)),
            'n' => self.eat("null").map(|()| Json::Null),
            _ => {
                let end =
                    self.rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(self.rest.len());
                let (number, rest) = self.rest.split_at(end);
                number.parse::<f64>().ok()?;
                self.rest = rest;
                Some(Json::Number(number.to_string()))
            }
        }
    }

    fn members(&mut self, depth: usize) -> Option<Vec<(String, Json)>> {
        self.eat("{")?;
        let mut members = Vec::new();
        loop {
            self.space();
            if members.is_empty() && self.eat("}").is_some() {
                return Some(members);
            }
            let name = self.string()?;
            self.space();
            self.eat(":")?;
            members.push((name, self.value(depth + 1)?));
            self.space();
            if self.eat(",").is_none() {
                return self.eat("}").map(|()| members);
            }
        }
    }

    fn values(&mut self, depth: usize) -> Option<Vec<Json>> {
        self.eat("[")?;
        let mut values = Vec::new();
        loop {
            self.space();
            if values.is_empty() && self.eat("]").is_some() {
                return Some(values);
            }
            values.push(self.value(depth + 1)?);
            self.space();
            if self.eat(",").is_none() {
                return self.eat("]").map(|()| values);
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        self.eat("\"")?;
        let mut words = String::new();
        let mut chars = self.rest.char_indices();
        loop {
            let (at, c) = chars.next()?;
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(words);
                }
                '\\' => words.push(match chars.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'u' => {
                        let mut code = 0;
                        for _ in 0..4 {
                            code = code * 16 + chars.next()?.1.to_digit(16)?;
                        }
                        // Half of a pair of surrogates: nothing that is read here needs one.
                        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    other => other,
                }),
                other => words.push(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn reads_what_cargo_writes() {
        let json =
            Json::read(r#" {"packages":[{"name":"a\u4e00\n","n":-1.5e3,"ok":true,"no":null,"empty":[],"none":{}}]} "#).unwrap();
        let package = &json.get("packages").unwrap().list()[0];
        assert_eq!(package.get("name").unwrap().str(), Some("a一\n"));
        assert_eq!(package.get("n"), Some(&Json::Number("-1.5e3".into())));
        assert_eq!(package.get("no"), Some(&Json::Null));
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "\"a", "truth", "1 2", "-", &"[".repeat(1000)] {
            assert_eq!(Json::read(text), None, "{text}");
        }
    }
}
