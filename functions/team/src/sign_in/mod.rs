//! Sign-in without passwords: a member asks, a single-use link comes by mail, its page makes a session. What is answered
//! never tells who is a member.

pub(crate) mod code;
mod destination;
mod kept;
mod link;

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_domain::fields::{self, Fields};
use desk_domain::policy::Limited;
use desk_http::body::{self, Kind};
use desk_http::{Limits, Problem, session};
use desk_keys::payload::MemberSession;
use desk_pages::{SessionPage, SignInPage, SignInState, Site};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use self::destination::Destination;
pub(crate) use self::kept::kept;
pub(crate) use self::link::Whose;
use crate::Team;
use crate::session::{COOKIE, LASTS, is_team, new_session};

/// Where one signs in.
pub(crate) const SIGN_IN: &str = "/desk/sign-in";
/// The same, for who has signed out.
pub(crate) const SIGNED_OUT: &str = "/desk/sign-in?out=1";

#[derive(Deserialize)]
pub(crate) struct PageQuery {
    #[serde(default)]
    next: String,
    /// After signing out.
    out: Option<String>,
}

pub(crate) async fn page(State(team): State<Arc<Team>>, Query(asked): Query<PageQuery>) -> Html<String> {
    let state = if asked.out.is_some() { SignInState::SignedOut } else { SignInState::Ask };
    Html(team.sign_in_page(state, Destination::read(&asked.next), String::new()))
}

#[derive(Deserialize)]
pub(crate) struct LinkQuery {
    #[serde(default)]
    token: String,
}

/// The link's page: it only shows a button, because mail scanners follow links.
pub(crate) async fn session_page(State(team): State<Arc<Team>>, Query(link): Query<LinkQuery>) -> Html<String> {
    Html(SessionPage { site: Site::of(&team.policy), token: link.token }.html())
}

/// The fields of a body, from JSON or a form.
pub(crate) async fn sent(headers: &HeaderMap, body: Body) -> Result<(Kind, Value), Problem> {
    let kind = Kind::of(headers)?;
    let bytes = body::read(body, 4096).await?;
    let value = match kind {
        Kind::Json => body::parse_json(&bytes)?,
        Kind::Form => json!(body::form(&bytes)),
    };
    Ok((kind, value))
}

/// Who wants to sign in, and to which page.
struct Asked {
    address: String,
    next: Option<Destination>,
}

impl Asked {
    fn read(fields: &Fields<'_>) -> Asked {
        let next = fields.text("next", 4096);
        Asked { address: fields.required_text("address", 512), next: next.as_deref().and_then(Destination::read) }
    }
}

/// `POST /desk/sign-in`: 202 whatever the address.
pub(crate) async fn post(State(team): State<Arc<Team>>, headers: HeaderMap, body: Body) -> Response {
    match asked(&team, &headers, body).await {
        Ok(response) => response,
        Err(problem) => team.as_sent(&headers, problem),
    }
}

async fn asked(team: &Team, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let (kind, value) = sent(headers, body).await?;
    let asked = match (kind, fields::read(&value, Asked::read)) {
        (_, Ok(asked)) => asked,
        (Kind::Json, Err(errors)) => return Err(Problem::invalid(errors)),
        (Kind::Form, Err(errors)) => {
            let why = errors.first().map_or("is not right", |error| error.detail.as_str()).to_owned();
            let typed = value["address"].as_str().unwrap_or_default().to_owned();
            let next = value["next"].as_str().and_then(Destination::read);
            let page = team.sign_in_page(SignInState::Wrong(why), next, typed);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response());
        }
    };
    if let Err(wait) = team.within_sign_ins(headers).await {
        return match kind {
            Kind::Json => Err(wait),
            Kind::Form => {
                let state = SignInState::Wait(wait.detail().to_owned());
                Ok(wait.told_by(Html(team.sign_in_page(state, asked.next, asked.address)).into_response()))
            }
        };
    }
    team.mail_link(&team.whose(&asked.address)?, asked.next.clone()).await?;
    Ok(match kind {
        Kind::Json => {
            let answer = json!({"detail": "If that address is a member's, a sign-in link is on its way to it."});
            (StatusCode::ACCEPTED, Json(answer)).into_response()
        }
        Kind::Form => {
            let page = team.sign_in_page(SignInState::Sent, asked.next, asked.address);
            (StatusCode::ACCEPTED, Html(page)).into_response()
        }
    })
}

/// A session that was made, where it leads, and how it was asked for.
pub(super) struct Started {
    kind: Kind,
    token: String,
    session: MemberSession,
    next: Option<Destination>,
}

/// `POST /desk/session`: uses the link up and starts a session, or asks for the second factor first.
pub(crate) async fn post_session(State(team): State<Arc<Team>>, headers: HeaderMap, body: Body) -> Response {
    match opened(&team, &headers, body).await {
        Ok(response) => response,
        Err(problem) => team.as_sent(&headers, problem),
    }
}

/// The answer to whoever has a session now.
fn begun(started: Started) -> Response {
    let Started { kind, token, session, next } = started;
    match kind {
        Kind::Json => {
            Json(json!({"token": token, "expires_at": session.expires_at, "member": session.member})).into_response()
        }
        Kind::Form => {
            let next = next.as_ref().map_or("/desk", Destination::as_str);
            (session::set_cookie(COOKIE, &token, LASTS), Redirect::to(next)).into_response()
        }
    }
}

fn spent() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "That link has been used or is too old; ask for another.")
}

async fn opened(team: &Team, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let (kind, value) = sent(headers, body).await?;
    let link = fields::read(&value, |fields| fields.required_text("token", 512)).map_err(Problem::invalid)?;
    let now = team.clock.now();
    let ticket = team.members.use_sign_in(&link::hash(&link), now).await?.ok_or_else(spent)?;
    let member = team.policy.member(&ticket.member).filter(|member| is_team(member)).ok_or_else(spent)?;
    if team.members.factor(&member.id).await?.is_some() {
        let half = code::half(&member.id, ticket.next, now);
        let token = team.sessions.sign(&half)?;
        let detail = "Now a code of the second factor, with this ticket, to /desk/session/code.";
        let answer = json!({"ticket": token, "expires_at": half.expires_at, "detail": detail});
        return Ok(match kind {
            Kind::Json => (StatusCode::ACCEPTED, Json(answer)).into_response(),
            Kind::Form => code::asked(&token),
        });
    }
    let session = new_session(&member.id, now);
    let token = team.sessions.sign(&session)?;
    tracing::info!(member = %member.id, session = session.id, "signed in");
    // Judged again: what is stored may be older than the judgement.
    Ok(begun(Started { kind, token, session, next: ticket.next.as_deref().and_then(Destination::read) }))
}

impl Team {
    /// One more link that is asked for: counted for who asks, never for whose it would be, so that asking keeps nobody out.
    async fn within_sign_ins(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let (desk, links, policy) = (&self.desk, &*self.sessions, &*self.policy);
        Limits { desk, links, policy, now: self.clock.now() }.admit(headers, Limited::SignIns, "").await
    }

    fn sign_in_page(&self, state: SignInState, next: Option<Destination>, address: String) -> String {
        let next = next.map(|next| next.as_str().to_owned());
        SignInPage { site: Site::of(&self.policy), state, next, address }.html()
    }

    /// A problem as a page to a form, else as JSON. With a link that is spent one asks for another at once.
    fn as_sent(&self, headers: &HeaderMap, problem: Problem) -> Response {
        match Kind::of(headers) {
            Ok(Kind::Form) if problem.status() == StatusCode::UNAUTHORIZED => {
                let page = self.sign_in_page(SignInState::Spent, None, String::new());
                let asks = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
                (StatusCode::UNAUTHORIZED, asks, Html(page)).into_response()
            }
            Ok(Kind::Form) => problem.desk_page(Site::of(&self.policy)),
            Ok(Kind::Json) | Err(_) => problem.into_response(),
        }
    }
}
