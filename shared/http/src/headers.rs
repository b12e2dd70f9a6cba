//! Headers on every answer: no scripts, no framing, no caching of what is private, no referrer. And JSON names by its own escapes
//! what nobody would see: the same values, and a terminal that shows them obeys none.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk_domain::text;

/// Pages have no script and load nothing but our stylesheet.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                                       base-uri 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Whether a program asks: it names JSON and no page.
pub fn wants_json(headers: &HeaderMap) -> bool {
    accepted(headers).contains("application/json") && !wants_page(headers)
}

/// Whether a browser asks: it names pages.
pub fn wants_page(headers: &HeaderMap) -> bool {
    accepted(headers).contains("text/html")
}

fn accepted(headers: &HeaderMap) -> String {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.collect::<Vec<_>>().join(",").to_ascii_lowercase()
}

/// Middleware that sets them; what an answer says itself stays.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = escaped(next.run(request).await).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// JSON as [`text::escaped`] writes it; any other answer as it is.
async fn escaped(response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind != "application/json" && !kind.ends_with("+json") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // All of it was made here and is in memory.
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match std::str::from_utf8(&bytes).map(text::escaped) {
        Ok(Cow::Owned(json)) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(json))
        }
        Ok(Cow::Borrowed(_)) | Err(_) => Response::from_parts(parts, Body::from(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn json_names_what_nobody_sees() {
        let answer = |kind: &'static str, body: &'static str| async move {
            let response = escaped(([(header::CONTENT_TYPE, kind)], body).into_response()).await;
            let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        let json = "{\"a\":\"\u{202e}x\"}";
        assert_eq!(answer("application/json", json).await, r#"{"a":"\u202ex"}"#);
        assert_eq!(answer("application/problem+json; charset=utf-8", json).await, r#"{"a":"\u202ex"}"#);
        assert_eq!(answer("text/html", json).await, json);
    }
}
