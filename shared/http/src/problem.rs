//! Answers to what went wrong: problem+json (RFC 9457) for programs, a page for people.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_domain::case::CommandName;
use desk_domain::case::publication::Missing;
use desk_domain::fields::FieldError;
use desk_domain::policy::Limited;
use desk_domain::refusal::Refusal;
use desk_domain::time::promise;
use desk_keys::KeyError;
use desk_pages::{ErrorPage, Site};
use desk_runtime::Retryable;
use desk_store::Fault;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// A problem, as its receiver may see it: nothing internal.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    pub errors: Vec<FieldError>,
    allowed: Option<Vec<CommandName>>,
    /// What publishing waits for.
    missing: Vec<Missing>,
    /// After so many seconds another try may go well.
    retry_after: Option<i64>,
}

/// Its form on the wire (RFC 9457).
#[derive(Serialize)]
struct Wire<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<&'a [CommandName]>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing: &'a [Missing],
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            detail: detail.into(),
            errors: Vec::new(),
            allowed: None,
            missing: Vec::new(),
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(30),
        }
    }

    /// 404, the same whatever was asked for.
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "There is nothing here for you.")
    }

    /// 422 with every wrong field.
    pub fn invalid(errors: Vec<FieldError>) -> Problem {
        let detail = "Some fields are not right; each is named in errors.";
        Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// 503: try again. Nothing was taken, or the same idempotency key tells.
    pub fn unavailable() -> Problem {
        let detail =
            "Nothing was stored. Please try again in a moment; with the same Idempotency-Key it cannot be taken twice.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// 429: from one network, and for how long.
    pub fn too_many(limited: Limited, wait: SignedDuration) -> Problem {
        // A second that has begun is one.
        let seconds = (wait.as_millis() + 999).div_euclid(1000).clamp(1, 86_400) as i64;
        let whole = if seconds > 90 { (seconds + 59) / 60 * 60 } else { seconds };
        let after = promise(SignedDuration::from_secs(whole));
        let detail = format!("{} from your network. Please try again in {after}.", limited.words());
        Problem { retry_after: Some(seconds), ..Problem::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// Too much for a day (UTC): it may go well in the next one.
    pub fn tomorrow(status: StatusCode, detail: impl Into<String>, now: Timestamp) -> Problem {
        let left = 86_400 - now.as_second().rem_euclid(86_400);
        Problem { retry_after: Some(left), ..Problem::new(status, detail) }
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether another try with other words, or at another time, may go well: what was sent is shown again.
    pub fn is_of_what_was_sent(&self) -> bool {
        !self.errors.is_empty()
            || matches!(
                self.status,
                StatusCode::CONFLICT
                    | StatusCode::PAYLOAD_TOO_LARGE
                    | StatusCode::UNPROCESSABLE_ENTITY
                    | StatusCode::TOO_MANY_REQUESTS
            )
    }

    /// A page of its own that tells of the problem: with its status and headers.
    pub fn told_by(&self, mut page: Response) -> Response {
        *page.status_mut() = self.status;
        self.headers(&mut page);
        page
    }

    /// What is wrong with `what` was sent, in a sentence.
    pub fn in_words(&self, what: &str) -> String {
        self.errors.first().map_or_else(|| self.detail.clone(), |error| format!("{what} {}.", error.detail))
    }

    /// The same as a page says it beside what was typed: it begins with a capital, and has no full stop.
    pub fn beside(&self, what: &str) -> String {
        let why = self.in_words(what);
        let (first, rest) = why.split_at(why.chars().next().map_or(0, char::len_utf8));
        format!("{}{}", first.to_uppercase(), rest.trim_end_matches('.'))
    }

    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The same as a page.
    pub fn page(self, site: Site) -> Response {
        self.shown(site, false)
    }

    /// The same as a page of the team's desk.
    pub fn desk_page(self, site: Site) -> Response {
        self.shown(site, true)
    }

    fn shown(self, site: Site, of_desk: bool) -> Response {
        let page = ErrorPage { site, of_desk, title: self.heading().to_owned(), detail: self.detail.clone() };
        let mut response = (self.status(), axum::response::Html(page.html())).into_response();
        self.headers(&mut response);
        response
    }

    /// The title of a page: what it means to who reads it.
    fn heading(&self) -> &'static str {
        match self.status {
            StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE => "This could not be read",
            StatusCode::UNAUTHORIZED => "Please sign in",
            StatusCode::FORBIDDEN => "This is not yours to do",
            StatusCode::NOT_FOUND => "There is nothing here",
            StatusCode::CONFLICT => "This was not done",
            StatusCode::GONE => "This link no longer works",
            StatusCode::PAYLOAD_TOO_LARGE => "This is too large",
            StatusCode::UNPROCESSABLE_ENTITY => "There is a problem",
            StatusCode::TOO_MANY_REQUESTS => "Please wait a little",
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::INTERNAL_SERVER_ERROR => "The desk cannot answer now",
            _ => "This cannot be done",
        }
    }

    /// The title of a problem for programs, which of `about:blank` is HTTP's own phrase (RFC 9457, section 4.2.1).
    fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Problem")
    }

    fn headers(&self, response: &mut Response) {
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let wire = Wire {
            kind: "about:blank",
            title: self.title(),
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            allowed: self.allowed.as_deref(),
            missing: &self.missing,
        };
        let body = serde_json::to_vec(&wire).expect("a problem is plain data");
        let json = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status(), json, body).into_response();
        self.headers(&mut response);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::NotFound => Problem::not_found(),
            Refusal::Invalid(errors) => Problem::invalid(errors),
            Refusal::NotAllowed { why, allowed, missing } => {
                Problem { allowed: Some(allowed), missing, ..Problem::new(StatusCode::CONFLICT, why) }
            }
        }
    }
}

/// A fault is logged here, once, and never shown.
impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        tracing::error!(fault = %fault, retryable = fault.is_retryable(), "the store failed");
        Problem::unavailable()
    }
}

impl From<KeyError> for Problem {
    fn from(e: KeyError) -> Problem {
        tracing::error!(fault = %e, "a key failed");
        Problem::unavailable()
    }
}

impl From<desk_store::ActError> for Problem {
    fn from(e: desk_store::ActError) -> Problem {
        use desk_store::ActError;
        match e {
            ActError::Refused(refusal) => refusal.into(),
            ActError::Fault(fault) => fault.into(),
            ActError::Key(e) => e.into(),
            ActError::Moved => {
                Problem::new(StatusCode::CONFLICT, "The case has changed since it was read; look at it again.")
            }
            // Asked for again by another request with the same key at the same moment.
            ActError::RequestSeen => {
                Problem::new(StatusCode::CONFLICT, "This very request is being answered; ask again.")
            }
        }
    }
}
