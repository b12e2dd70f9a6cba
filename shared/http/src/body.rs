//! Request bodies: JSON or a form, within limits, each failing with the status that says how.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::Problem;

/// So much beyond its limit of a body is read, for its sender to hear that it is too large: a film from a phone.
pub(crate) const FORGOTTEN_BYTES: usize = 32 * 1024 * 1024;

/// The largest idempotency key that is taken, in bytes.
const KEY_BYTES: usize = 255;

/// What a body says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Json,
    Form,
}

impl Kind {
    /// By `Content-Type`.
    ///
    /// # Errors
    /// 415 for anything but JSON and a URL-encoded form.
    pub fn of(headers: &HeaderMap) -> Result<Kind, Problem> {
        let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        match value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/json" => Ok(Kind::Json),
            "application/x-www-form-urlencoded" => Ok(Kind::Form),
            _ => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send application/json, or the form as a browser does.",
            )),
        }
    }
}

/// A JSON body.
///
/// # Errors
/// 415 when it does not say that it is JSON, 400 when it is none.
pub fn json(headers: &HeaderMap, body: &Bytes) -> Result<Value, Problem> {
    match Kind::of(headers)? {
        Kind::Json => parse_json(body),
        Kind::Form => Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json.")),
    }
}

/// Parses JSON.
///
/// # Errors
/// 400 with the place where it stops being JSON.
pub fn parse_json(body: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(body).map_err(|e| {
        // The parser's own message may quote the body; its place does not.
        let detail = format!("The body is not JSON: line {}, column {}.", e.line(), e.column());
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

/// The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header), without the quotes that it may wear.
///
/// # Errors
/// 400 when it is empty, too long or not text.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim().trim_matches('"');
    if text.is_empty() || text.len() > KEY_BYTES {
        let detail = format!("Idempotency-Key must be text of 1 to {KEY_BYTES} bytes.");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    Ok(Some(text.to_owned()))
}

/// The fields of a URL-encoded form, as a browser sends it; the last of a name counts.
pub fn form(body: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

/// The fields of a URL-encoded form in their order, each as often as it was sent.
pub fn form_pairs(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

/// Reads a body of at most `limit` bytes. Of a larger one some more is read and forgotten: who is still sending when the
/// connection ends never gets to see the answer.
///
/// # Errors
/// 413.
pub async fn read(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The body may have at most {limit} bytes."));
    let (mut bytes, mut seen) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| too_large())?.into_data() else { continue };
        seen += data.len();
        if seen <= limit {
            bytes.extend_from_slice(&data);
        } else if seen > limit.saturating_add(FORGOTTEN_BYTES) {
            break;
        }
    }
    if seen <= limit { Ok(bytes.into()) } else { Err(too_large()) }
}

/// RFC 8785 bytes of a value: the same for the same content, however it was written.
pub fn canonical(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("a JSON value can be written")
}

/// The token of `Authorization: Bearer`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_body_is_what_its_type_says() {
        assert_eq!(Kind::of(&headers("content-type", "application/json; charset=utf-8")).unwrap(), Kind::Json);
        assert_eq!(Kind::of(&headers("content-type", "text/plain")).unwrap_err().status(), 415);
        assert_eq!(parse_json(b"{\"secret\":").unwrap_err().status(), 400);
        assert!(!parse_json(b"{\"secret\" x").unwrap_err().detail().contains("secret"));
    }

    #[test]
    fn a_key_may_wear_quotes() {
        let key = |text| idempotency_key(&headers("idempotency-key", text));
        assert_eq!(key("\"abc\"").unwrap().as_deref(), Some("abc"));
        assert_eq!(key("abc").unwrap().as_deref(), Some("abc"));
        assert!(key("\"\"").is_err());
        assert!(key(&"k".repeat(300)).is_err());
        assert!(idempotency_key(&HeaderMap::new()).unwrap().is_none());
    }
}
