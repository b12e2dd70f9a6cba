//! One way to ask a desk: over HTTP when one runs, else by opening the folder and asking the same routes in this process.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::Global;
use super::login::Logins;
use super::secret::{secret, secret_for};
use crate::Failure;
use crate::desk::{Desk, Options};
use crate::folder;
use crate::local_routes::SECRET_HEADER;

/// A desk to ask.
pub(crate) struct Client {
    to: To,
    /// The data folder's secret, when the folder is at hand; or why it is not sent there.
    secret: Result<String, Failure>,
    member: Option<String>,
    /// Where this user is signed in.
    logins: Logins,
}

enum To {
    Running(String),
    Opened(Arc<Desk>),
}

/// An answer as it came.
pub(crate) struct Fetched {
    pub status: u16,
    /// `Content-Range`, of a piece.
    pub content_range: Option<String>,
    pub bytes: Vec<u8>,
}

impl Fetched {
    /// As JSON.
    pub(crate) fn answer(self) -> Answer {
        Answer { status: self.status, body: serde_json::from_slice(&self.bytes).unwrap_or(Value::Null) }
    }
}

/// An answer.
pub(crate) struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Client {
    /// `--url` names a running desk; `--data` a folder: if a desk runs at the one or on the other that one is asked, else the
    /// folder is opened. Where none is named and no folder is there, it is the desk that one signed in to last.
    pub(super) async fn open(global: &Global) -> Result<Client, Failure> {
        let own = folder::running(&global.data()).and_then(|r| r.url);
        let running = own.clone().filter(|url| answers(url));
        let member = global.role.clone();
        let named = global.url.clone().filter(|url| global.data.is_none() || answers(url));
        let logins = Logins::read()?;
        let elsewhere = || logins.newest.clone().filter(|_| global.data.is_none() && !global.data().exists());
        if let Some(url) = named.or(running).or_else(elsewhere) {
            let url = url.trim_end_matches('/').to_owned();
            let secret = secret_for(&url, own.as_deref(), &global.data());
            return Ok(Client { to: To::Running(url), secret, member, logins });
        }
        Client::of_folder(global.options(None)?, member).await
    }

    /// Opens a folder; links in mails and pages begin as they do when the desk is served at its default address.
    pub(crate) async fn of_folder(mut options: Options, member: Option<String>) -> Result<Client, Failure> {
        options.public_url = "http://127.0.0.1:8080".to_owned();
        let data = options.data.clone();
        let desk = Arc::new(Desk::open(options).await?);
        desk.pump.settle().await?;
        Ok(Client { to: To::Opened(desk), secret: secret(&data), member, logins: Logins::default() })
    }

    /// Where the desk answers; `None` where the folder is open in this process.
    pub(super) fn url(&self) -> Option<&str> {
        match &self.to {
            To::Running(url) => Some(url),
            To::Opened(_) => None,
        }
    }

    /// Sends what the command caused, and closes the folder.
    pub(crate) async fn close(self) {
        if let To::Opened(desk) = self.to {
            if let Err(e) = desk.pump.settle().await {
                tracing::error!(fault = %e, "what this caused was not all sent; the next start goes on with it");
            }
            if let Ok(desk) = Arc::try_unwrap(desk) {
                desk.close().await;
            }
        }
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        Ok(self.fetch(method, path, headers, body).await?.answer())
    }

    /// The answer as it came.
    pub(crate) async fn fetch(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Fetched, Failure> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bad = |e| Failure::of("the request", e);
        let response = match &self.to {
            To::Opened(desk) => {
                let request = request.body(Body::from(body.unwrap_or_default())).map_err(bad)?;
                let response = desk.router().oneshot(request).await.unwrap_or_else(|never| match never {});
                let (head, body) = response.into_parts();
                let bytes = body.collect().await.map_err(|e| Failure::of("the answer", e))?;
                Response::from_parts(head, bytes.to_bytes().to_vec())
            }
            To::Running(url) => {
                let request = request.uri(format!("{url}{path}")).body(body.unwrap_or_default()).map_err(bad)?;
                over_http(url, request)?
            }
        };
        let range = response.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
        Ok(Fetched {
            status: response.status().as_u16(),
            content_range: range.map(str::to_owned),
            bytes: response.into_body(),
        })
    }

    /// A member's bearer token, made with the folder's secret.
    pub(crate) async fn token(&self, member: &str) -> Result<Value, Failure> {
        let body = json!({ "member": member }).to_string().into_bytes();
        self.with_secret("POST", "/_local/token", Some(body)).await?.done()
    }

    /// Asks one of the local routes that act.
    pub(crate) async fn with_secret(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Result<Answer, Failure> {
        let secret = self.secret.as_deref().map_err(|why| Failure(why.0.clone()))?;
        self.ask(method, path, &[(SECRET_HEADER, secret)], body).await
    }

    /// Asks as the member of `--as`, with `DESK_TOKEN`, or as who signed in.
    pub(crate) async fn as_member(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Result<Answer, Failure> {
        self.as_member_with(method, path, body, None).await
    }

    /// The same with an idempotency key.
    pub(crate) async fn as_member_with(
        &self,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
        key: Option<&str>,
    ) -> Result<Answer, Failure> {
        self.with_bearer(&self.bearer().await?, method, path, body, key).await
    }

    /// The header of the member of `--as`, of `DESK_TOKEN`, or of who signed in. Who is named and signed in needs no secret, so
    /// that a page's shell lines are true on any machine.
    pub(crate) async fn bearer(&self) -> Result<String, Failure> {
        let login = self.url().and_then(|url| self.logins.at(url));
        match (&self.member, std::env::var("DESK_TOKEN"), login) {
            (Some(member), _, Some(login)) if login.member == *member => Ok(format!("Bearer {}", login.token)),
            (Some(member), _, _) => self.bearer_of(member).await,
            (None, Ok(token), _) => Ok(format!("Bearer {token}")),
            (None, Err(_), Some(login)) => Ok(format!("Bearer {}", login.token)),
            (None, Err(_), None) => Err(Failure("say who acts: desk login, --as MEMBER, or DESK_TOKEN".to_owned())),
        }
    }

    async fn bearer_of(&self, member: &str) -> Result<String, Failure> {
        let token = self.token(member).await?;
        Ok(format!("Bearer {}", token["token"].as_str().unwrap_or_default()))
    }

    /// Asks as this member, by the folder's secret.
    pub(crate) async fn as_this_member(
        &self,
        member: &str,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        self.with_bearer(&self.bearer_of(member).await?, method, path, body, None).await
    }

    async fn with_bearer(
        &self,
        bearer: &str,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
        key: Option<&str>,
    ) -> Result<Answer, Failure> {
        let mut headers = vec![("authorization", bearer)];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        self.ask(method, path, &headers, body).await
    }
}

impl Answer {
    /// The body of a success.
    ///
    /// # Errors
    /// The problem's own words, with every field that it names.
    pub(crate) fn done(self) -> Result<Value, Failure> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        let detail = self.body["detail"].as_str().unwrap_or("the desk refused").to_owned();
        let fields = self.body["errors"].as_array().into_iter().flatten();
        let fields = fields.map(|e| {
            format!("\n  {} {}", e["pointer"].as_str().unwrap_or_default(), e["detail"].as_str().unwrap_or_default())
        });
        let allowed: Vec<&str> =
            self.body["allowed"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let allowed =
            if allowed.is_empty() { String::new() } else { format!("\n  allowed now: {}", allowed.join(", ")) };
        Err(Failure(format!("{} ({}){}{allowed}", detail, self.status, fields.collect::<String>())))
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    config.timeout_global(Some(std::time::Duration::from_secs(600))).build().into()
}

pub(super) fn answers(url: &str) -> bool {
    agent()
        .get(format!("{}/healthz", url.trim_end_matches('/')))
        .call()
        .is_ok_and(|response| response.status().is_success())
}

fn over_http(url: &str, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Failure> {
    let response = agent().run(request).map_err(|e| Failure::of(&format!("{url} does not answer"), e))?;
    let (head, mut body) = response.into_parts();
    let bytes = body.with_config().limit(256 << 20).read_to_vec();
    Ok(Response::from_parts(head, bytes.map_err(|e| Failure::of("the answer", e))?))
}
