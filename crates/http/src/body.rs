use std::hash::{DefaultHasher, Hasher};
use std::io::{Read, Write};

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::visit::Visit;

/// An answer made ready once for many readers: compressed where that helps, with the tag by which a reader who has it
/// already is spared the rest.
pub struct Body {
    bytes: Bytes,
    is_gzip: bool,
    content_type: HeaderValue,
    caching: HeaderValue,
    etag: String,
}

/// Shorter ones are not worth the effort.
const GZIP_FROM: usize = 1024;

impl Body {
    pub fn json<T: Serialize>(value: &T) -> Result<Body, serde_json::Error> {
        Ok(Body::of(serde_json::to_vec(value)?, "application/json", "private, no-cache"))
    }

    pub fn of(plain: Vec<u8>, content_type: &'static str, caching: &'static str) -> Body {
        let mut hash = DefaultHasher::new();
        hash.write(&plain);
        let etag = format!("\"{:016x}{:x}\"", hash.finish(), plain.len());
        let packed = (plain.len() >= GZIP_FROM).then(|| gzip(&plain)).flatten().filter(|packed| packed.len() < plain.len());
        let is_gzip = packed.is_some();
        Body {
            bytes: packed.unwrap_or(plain).into(),
            is_gzip,
            content_type: HeaderValue::from_static(content_type),
            caching: HeaderValue::from_static(caching),
            etag,
        }
    }

    /// What it weighs in memory.
    pub fn weight(&self) -> usize {
        self.bytes.len() + 256
    }

    pub fn answer(&self, visit: &Visit) -> Response {
        let mut response = if visit.holds(&self.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else if self.is_gzip && visit.takes_gzip() {
            let mut response = self.bytes.clone().into_response();
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response
        } else if self.is_gzip {
            match gunzip(&self.bytes) {
                Some(plain) => plain.into_response(),
                None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        } else {
            self.bytes.clone().into_response()
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        headers.insert(CACHE_CONTROL, self.caching.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(ETAG, etag);
        }
        response
    }
}

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::new(4));
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

fn gunzip(packed: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(packed.len() * 4);
    GzDecoder::new(packed).read_to_end(&mut plain).ok()?;
    Some(plain)
}
