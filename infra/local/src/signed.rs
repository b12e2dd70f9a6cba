//! What the embedded stand-ins ask of whoever calls them: a signature (AWS Signature Version 4) by credentials that are random and
//! known to this process alone. They listen on loopback ports, which every program of this machine can reach.
//!
//! A signature is checked by making it again, with AWS's own signer, over what came.

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use desk_aws::{Account, Credentials};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};
use subtle::ConstantTimeEq;

/// The largest call: SES takes 40 MB, in base64.
const LARGEST_CALL: usize = 64 * 1024 * 1024;

/// So old may a signature be, as AWS has it.
const LASTS: SignedDuration = SignedDuration::from_mins(15);

/// The header that says when it was signed.
const DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// The credentials of one run. Has no `Debug`.
#[derive(Clone)]
pub struct OwnCredentials {
    key: String,
    secret: String,
}

impl OwnCredentials {
    /// Drawn anew.
    pub fn random() -> OwnCredentials {
        let key = format!("DESK{}", desk_keys::hex(&desk_keys::random::<8>()).to_uppercase());
        OwnCredentials { key, secret: desk_keys::hex(&desk_keys::random::<32>()) }
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// How a stand-in at `endpoint` is called.
    pub fn account(&self, endpoint: &str) -> Account {
        let mut account = Account::stand_in(endpoint);
        account.credentials = self.signing();
        account
    }

    fn signing(&self) -> Credentials {
        Credentials::new(&self.key, &self.secret, None, None, "this run")
    }
}

/// What a call must be signed for, and with.
#[derive(Clone)]
struct Asked {
    service: &'static str,
    credentials: OwnCredentials,
}

/// The same routes, for calls that are signed for `service`; all others are refused before anything of them is read.
pub(crate) fn only(routes: Router, service: &'static str, credentials: &OwnCredentials) -> Router {
    let asked = Asked { service, credentials: credentials.clone() };
    routes.layer(from_fn_with_state(asked, checked))
}

async fn checked(State(asked): State<Asked>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    if !asked.is_named_in(&head) {
        return refused();
    }
    let Ok(body) = to_bytes(body, LARGEST_CALL).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    match asked.has_signed(&head, &body) {
        true => next.run(Request::from_parts(head, Body::from(body))).await,
        false => refused(),
    }
}

fn refused() -> Response {
    let why = "This is a part of a running desk, which calls it with credentials of its own.\n";
    (StatusCode::FORBIDDEN, why).into_response()
}

fn said(head: &Parts, name: HeaderName) -> Option<&str> {
    head.headers.get(name)?.to_str().ok()
}

impl Asked {
    /// Whether it says that it is signed by our key, not long ago: what costs nothing to find out.
    fn is_named_in(&self, head: &Parts) -> bool {
        let named = format!("AWS4-HMAC-SHA256 Credential={}/", self.credentials.key);
        let fresh = signed_at(head).is_some_and(|at| at.duration_until(Timestamp::now()).abs() <= LASTS);
        fresh && said(head, header::AUTHORIZATION).is_some_and(|given| given.starts_with(&named))
    }

    fn has_signed(&self, head: &Parts, body: &Bytes) -> bool {
        let (Some(given), Some(ours)) = (said(head, header::AUTHORIZATION), self.signature(head, body)) else {
            return false;
        };
        given.as_bytes().ct_eq(ours.as_bytes()).into()
    }

    /// The header `authorization` as our credentials make it of this call: over the headers that it says it is over.
    fn signature(&self, head: &Parts, body: &Bytes) -> Option<String> {
        let given = said(head, header::AUTHORIZATION)?;
        let over = given.split(", ").find_map(|part| part.strip_prefix("SignedHeaders="))?;
        let over: Vec<&str> = over.split(';').filter(|name| *name != DATE.as_str()).collect();
        let headers = head.headers.iter().filter(|(name, _)| over.contains(&name.as_str()));
        let headers: Option<Vec<(&str, &str)>> =
            headers.map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let uri = format!("http://{}{}", said(head, header::HOST)?, head.uri.path_and_query()?);
        let identity = self.credentials.signing().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name(self.service)
            .time(signed_at(head)?.into())
            .settings(SigningSettings::default())
            .build()
            .ok()?
            .into();
        let call = SignableRequest::new(head.method.as_str(), uri, headers?.into_iter(), SignableBody::Bytes(body));
        let (instructions, _) = sign(call.ok()?, &parameters).ok()?.into_parts();
        let mut made = instructions.headers();
        made.find(|(name, _)| *name == header::AUTHORIZATION.as_str()).map(|(_, value)| value.to_owned())
    }
}

/// `20261122T120000Z`.
fn signed_at(head: &Parts) -> Option<Timestamp> {
    let at = civil::DateTime::strptime("%Y%m%dT%H%M%SZ", said(head, DATE)?).ok()?;
    at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use desk_runtime::Clock;
    use desk_store::{Settings, Store};
    use tokio::net::TcpListener;
    use tower::ServiceExt;

    use super::*;

    /// What came through, as it came.
    type Heard = Arc<Mutex<Option<(Parts, Bytes)>>>;

    fn routes(own: &OwnCredentials, heard: Heard) -> Router {
        let hear = move |request: Request| async move {
            let (head, body) = request.into_parts();
            let body = to_bytes(body, LARGEST_CALL).await.unwrap();
            *heard.lock().unwrap() = Some((head, body));
            "{}"
        };
        only(Router::new().fallback(hear), "dynamodb", own)
    }

    async fn called(account: Account) -> bool {
        let settings = Settings { account, ..Settings::stand_in("") };
        Store::connect(&settings, Clock::system()).create_tables().await.is_ok()
    }

    async fn status(app: &Router, head: &Parts, body: &[u8], change: impl FnOnce(&mut Parts)) -> StatusCode {
        let mut head = head.clone();
        change(&mut head);
        app.clone().oneshot(Request::from_parts(head, Body::from(body.to_vec()))).await.unwrap().status()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn only_what_this_run_signs_is_answered() {
        let (own, heard) = (OwnCredentials::random(), Heard::default());
        let app = routes(&own, heard.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(crate::connections::serve(listener, app.clone(), std::future::pending()));
        assert!(!called(Account::stand_in(&url)).await, "known credentials");
        assert!(!called(OwnCredentials::random().account(&url)).await, "another run's");
        let guessed = OwnCredentials { secret: OwnCredentials::random().secret, ..own.clone() };
        assert!(!called(guessed.account(&url)).await, "the key alone");
        assert!(called(own.account(&url)).await);

        let (head, body) = heard.lock().unwrap().take().unwrap();
        let whatever = |_: &mut Parts| {};
        assert_eq!(status(&app, &head, &body, whatever).await, StatusCode::OK);
        assert_eq!(status(&app, &head, b"{\"TableName\":\"cases\"}", whatever).await, StatusCode::FORBIDDEN);
        for name in ["authorization", "x-amz-date", "host"] {
            let answer = status(&app, &head, &body, |head| drop(head.headers.remove(name))).await;
            assert_eq!(answer, StatusCode::FORBIDDEN, "without {name}");
        }
        for (name, value) in [("x-amz-target", "DynamoDB_20120810.Scan"), ("x-amz-date", "20200101T000000Z")] {
            let answer =
                status(&app, &head, &body, |head| drop(head.headers.insert(name, value.parse().unwrap()))).await;
            assert_eq!(answer, StatusCode::FORBIDDEN, "another {name}");
        }
        assert_eq!(
            status(&app, &head, &body, |head| head.uri = "/other".parse().unwrap()).await,
            StatusCode::FORBIDDEN
        );
    }
}
