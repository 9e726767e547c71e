//! What a request asks for, read from its address.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use facts::{Date, Stage, parse_date, text};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use app::{CountyAsked, DEFAULT_PACK, Failure, Viewer};

use crate::gate::Who;

/// Which outcome is meant; what is left out means the latest.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichQuery {
    /// A snapshot's id or the first digits of it; the one published last where none is given.
    pub snapshot: Option<String>,
    /// The pack; cn/2017-quality-balance where none is given.
    pub pack: Option<String>,
    /// The day of the facts: `2025-09-01`; the statistics date of the snapshot's latest school year where none is given.
    pub on: Option<String>,
    /// The day whose rules are applied to these facts, for a what-if of the date; `on` where none is given.
    pub rules: Option<String>,
}

/// One request, as far as its answer depends on it.
pub struct Visit {
    uri: Uri,
    pub headers: HeaderMap,
    pub viewer: Arc<Viewer>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visit, Self::Rejection> {
        // Where nobody was let through the gate, nobody asks.
        let viewer = parts.extensions.get::<Who>().map_or_else(|| Arc::new(Viewer::nobody()), |who| who.viewer.clone());
        Ok(Visit { uri: parts.uri.clone(), headers: parts.headers.clone(), viewer })
    }
}

impl Visit {
    /// Path and query: what the body of an answer depends on, beside the state of the home.
    pub fn address(&self) -> String {
        self.uri.path_and_query().map_or_else(String::new, |address| address.as_str().to_string())
    }

    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        Query::try_from_uri(&self.uri).map(|Query(asked)| asked).map_err(|fault| {
            let fault = fault.body_text();
            Failure::wrong_use(
                text!("地址中的参数有误：{fault}", "a parameter in the address is wrong: {fault}"),
                text!("对照 docs/reference/openapi.json", "see docs/reference/openapi.json"),
            )
        })
    }

    pub fn which(&self) -> Result<CountyAsked, Failure> {
        let asked: WhichQuery = self.query()?;
        let given = |words: Option<String>| words.filter(|words| !words.trim().is_empty());
        Ok(CountyAsked {
            pack: given(asked.pack).unwrap_or_else(|| DEFAULT_PACK.to_string()),
            snapshot: given(asked.snapshot),
            on: date_of("on", asked.on.as_deref())?,
            rules_on: date_of("rules", asked.rules.as_deref())?,
        })
    }

    /// Who looks, as far as the request tells: for the log of looks at sheets of people.
    pub fn who(&self) -> String {
        if !self.viewer.is_alone() {
            return format!("{} {}", self.viewer.person, self.viewer.name);
        }
        let given = self.headers.get("x-junheng-user").map(|value| facts::plain(&percent_decoded(value.as_bytes())));
        let given: String = given.unwrap_or_default().chars().filter(|c| !c.is_control()).take(60).collect();
        if given.is_empty() { "console".to_string() } else { format!("console: {given}") }
    }

    pub fn takes_gzip(&self) -> bool {
        let accepted = self.headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
        accepted.split(',').any(|one| {
            let (name, quality) = one.split_once(';').unwrap_or((one, ""));
            name.trim().eq_ignore_ascii_case("gzip") && quality.trim() != "q=0"
        })
    }

    /// Whether the reader holds this version of the answer already.
    pub fn holds(&self, etag: &str) -> bool {
        let held = self.headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or("");
        held.split(',').any(|one| one.trim().trim_start_matches("W/") == etag)
    }
}

pub fn date_of(name: &str, words: Option<&str>) -> Result<Option<Date>, Failure> {
    let Some(words) = words.filter(|words| !words.trim().is_empty()) else { return Ok(None) };
    parse_date(words).map(Some).ok_or_else(|| {
        Failure::wrong_use(
            text!("参数 {name} 的“{words}”不是日期", "`{words}` of the parameter {name} is no date"),
            text!("写成 2025-09-01 这样", "write it as 2025-09-01"),
        )
    })
}

pub fn stage_of(words: Option<&str>) -> Result<Option<Stage>, Failure> {
    let Some(words) = words.filter(|words| !words.is_empty()) else { return Ok(None) };
    Stage::from_id(words).map(Some).ok_or_else(|| {
        Failure::wrong_use(
            text!("没有“{words}”这个学段", "there is no stage `{words}`"),
            text!("写 primary（小学）或 junior（初中）", "write primary or junior"),
        )
    })
}

/// Words for an address, with everything escaped that is no plain letter or digit.
pub fn percent_encoded(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for byte in words.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn percent_decoded(bytes: &[u8]) -> String {
    let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let escaped = (*byte == b'%').then(|| Some(hex(*bytes.get(at + 1)?)? * 16 + hex(*bytes.get(at + 2)?)?)).flatten();
        out.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
