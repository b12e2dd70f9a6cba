//! No answer is larger than what carries it: a function hands on at most 6 MB (AWS Lambda, quotas: invocation payload), as JSON of
//! which the body is one string. Beyond it nothing arrives but the gateway's bare 500, and nobody is told why. So an answer that
//! would be is replaced by one that says so, where answers leave, and an alarm rings: what may grow is cut to pages and pieces
//! before, so it is a mistake of ours, and it must not be a silent one.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk_domain::policy::Policy;
use desk_pages::Site;

use crate::Problem;
use crate::headers::wants_page;

/// What a body may take of the 6,291,556 bytes: the rest is for its headers.
pub const MOST: usize = 6_000_000;

/// As `lambda_http` tells text from what it writes in base64.
const TEXT: [&str; 5] = ["text", "application/json", "application/javascript", "application/xml", "application/yaml"];
const ALSO_TEXT: [&str; 3] = ["+xml", "+yaml", "+json"];

/// Middleware that lets no larger answer pass.
pub async fn within(State(policy): State<Arc<Policy>>, request: Request, next: Next) -> Response {
    let (path, page) = (request.uri().path().to_owned(), wants_page(request.headers()));
    let (head, body) = next.run(request).await.into_parts();
    // All of it was made here and is in memory.
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let carried = carried(&head.headers, &bytes);
    if carried <= MOST {
        return Response::from_parts(head, Body::from(bytes));
    }
    tracing::error!(path, bytes = bytes.len(), carried, alarm = "answer-too-large", "an answer was not sent");
    let detail =
        "The answer is larger than what can be sent. Nothing of the desk is lost by it, and whoever runs it was told.";
    let problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail);
    if page { problem.page(Site::of(&policy)) } else { problem.into_response() }
}

/// How many bytes a body is on its way: escaped as a JSON string, or in base64.
pub fn carried(headers: &HeaderMap, body: &Bytes) -> usize {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("text");
    let media = kind.split(';').next().unwrap_or_default().trim();
    let is_text = !headers.contains_key(header::CONTENT_ENCODING)
        && (TEXT.iter().any(|text| kind.starts_with(text)) || ALSO_TEXT.iter().any(|text| media.ends_with(text)));
    match is_text {
        true => body.iter().map(|byte| escaped(*byte)).sum(),
        false => body.len().div_ceil(3) * 4,
    }
}

/// How many bytes a byte of a text is within a JSON string (RFC 8259, section 7).
fn escaped(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::HeaderValue;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    fn of(kind: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))])
    }

    #[test]
    fn a_body_takes_what_serde_and_base64_make_of_it() {
        let text = "{\"a\": \"b\\n\u{1}\té\"}\n";
        let json = serde_json::to_string(text).unwrap();
        for kind in ["application/json", "application/problem+json; charset=utf-8", "text/html"] {
            assert_eq!(carried(&of(kind), &Bytes::from(text)), json.len() - 2, "{kind}");
        }
        for (bytes, base64) in [(0, 0), (1, 4), (3, 4), (4, 8)] {
            assert_eq!(carried(&of("application/octet-stream"), &Bytes::from(vec![1; bytes])), base64);
        }
        // The largest piece of a file.
        assert!(carried(&of("application/octet-stream"), &Bytes::from(vec![1; 4 << 20])) <= MOST);
    }

    async fn asked(bytes: usize, accept: &'static str) -> (StatusCode, HeaderMap, String) {
        let policy = Arc::new(Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap());
        let answer = move || async move { ([(header::CONTENT_TYPE, "application/json")], vec![b'1'; bytes]) };
        let router = Router::new().route("/", get(answer)).layer(from_fn_with_state(policy, within));
        let request = Request::get("/").header("accept", accept).body(Body::empty()).unwrap();
        let (head, body) = router.oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (head.status, head.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn what_cannot_be_carried_is_told_of_and_what_can_is_as_it_was() {
        let (status, _, body) = asked(MOST, "*/*").await;
        assert_eq!((status, body.len()), (StatusCode::OK, MOST));
        let (status, headers, body) = asked(MOST + 1, "application/json").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(headers["content-type"], "application/problem+json");
        assert!(body.contains("larger than what can be sent"), "{body}");
        let (status, headers, body) = asked(MOST + 1, "text/html").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            headers["content-type"].to_str().unwrap().starts_with("text/html") && body.contains("larger"),
            "{body}"
        );
    }
}
