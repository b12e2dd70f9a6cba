//! Where a POST comes from. A browser sends its cookie along with whatever any page makes it send, so what a cookie lets in must
//! show that a page of this desk sent it (OWASP, Cross-Site Request Forgery Prevention). A bearer token is sent by nobody
//! unknowingly, and is asked for nothing more.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk_http::Problem;
use desk_http::body::{Kind, bearer};
use desk_pages::Site;

use crate::{Team, session_cookie};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a request says about the page that sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    /// A page of this desk, or the person by hand.
    Ours,
    /// A page of somebody else's.
    Other,
    /// Nothing: it is no browser, or one from before 2020.
    Unsaid,
}

impl Sender {
    /// Fetch Metadata first, which no page can forge; else the `Origin`, which must be this very host's.
    fn of(headers: &HeaderMap, public_url: &str) -> Sender {
        let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
        match (text(SEC_FETCH_SITE), text(header::ORIGIN)) {
            (Some("same-origin" | "none"), _) => Sender::Ours,
            (Some(_), _) => Sender::Other,
            (None, None) => Sender::Unsaid,
            (None, Some(origin)) => {
                let host = text(header::HOST).filter(|host| !host.is_empty());
                let here = origin.split_once("://").map(|(_, host)| host);
                if origin == public_url || (host.is_some() && here == host) { Sender::Ours } else { Sender::Other }
            }
        }
    }
}

/// Middleware of all of `/desk`: 403 for what another site's page makes a browser send, and for what only a cookie lets in unless
/// a page of the desk's sent it. The API takes no cookie at all.
pub(crate) async fn checked(State(team): State<Arc<Team>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let refused = match Sender::of(headers, &team.public_url) {
        Sender::Ours => false,
        Sender::Other => true,
        Sender::Unsaid => session_cookie(headers).is_some() && !request.uri().path().starts_with("/desk/api/"),
    };
    if request.method().is_safe() || bearer(headers).is_some() || !refused {
        return with_referrer(next.run(request).await);
    }
    let detail = "A page of another site sent this. Open the desk itself, and do it there.";
    let problem = Problem::new(StatusCode::FORBIDDEN, detail);
    match Kind::of(headers) {
        Ok(Kind::Json) => problem.into_response(),
        Ok(Kind::Form) | Err(_) => problem.page(Site::of(&team.policy)),
    }
}

/// Without a referrer a browser says `Origin: null` even of our own forms; to others it still says nothing.
fn with_referrer(mut response: Response) -> Response {
    response.headers_mut().entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&'static str, &'static str)]) -> Sender {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        Sender::of(&pairs.iter().map(pair).collect(), "https://desk.example.org")
    }

    #[test]
    fn a_browser_says_whose_page_it_was() {
        assert_eq!(said(&[("sec-fetch-site", "same-origin"), ("origin", "null")]), Sender::Ours);
        assert_eq!(said(&[("sec-fetch-site", "none")]), Sender::Ours, "by hand");
        for other in ["cross-site", "same-site", "", "SAME-ORIGIN"] {
            assert_eq!(
                said(&[("sec-fetch-site", other), ("origin", "https://desk.example.org")]),
                Sender::Other,
                "{other}"
            );
        }
    }

    #[test]
    fn an_older_one_says_its_origin() {
        let host = ("host", "127.0.0.1:8080");
        assert_eq!(said(&[("origin", "https://desk.example.org"), host]), Sender::Ours);
        assert_eq!(said(&[("origin", "http://127.0.0.1:8080"), host]), Sender::Ours, "as it was asked for");
        for other in
            ["null", "", "https://desk.example.org.evil.example", "https://example.org", "http://127.0.0.1:8081"]
        {
            assert_eq!(said(&[("origin", other), host]), Sender::Other, "{other}");
        }
        assert_eq!(said(&[("origin", "null"), ("host", "")]), Sender::Other);
        assert_eq!(said(&[host]), Sender::Unsaid);
    }
}
