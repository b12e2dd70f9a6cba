//! After the mailed link, where the member has a second factor: a code of it. Who has opened the link holds half a session for ten
//! minutes, signed with the key of sessions and worth nothing but these tries.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_domain::fields;
use desk_domain::id::MemberId;
use desk_http::body::Kind;
use desk_http::{Problem, session};
use desk_keys::payload::{HalfSession, MemberSession};
use desk_pages::{SignInCodePage, Site};
use jiff::{SignedDuration, Timestamp};

use super::{Destination, SIGN_IN, Started, begun, sent, spent};
use crate::Team;
use crate::second_factor::Tried;
use crate::session::{is_team, new_session};

/// Where the code is asked for.
pub(super) const PAGE: &str = "/desk/session/code";
/// The cookie of a browser that has opened the link.
const COOKIE: &str = "__Host-desk-half";
/// How long it is good.
pub(super) const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// Half a session for a member that begins now.
pub(super) fn half(member: &MemberId, next: Option<String>, now: Timestamp) -> HalfSession {
    let expires_at = now.saturating_add(LASTS).unwrap_or(now);
    HalfSession { id: desk_keys::hex(&desk_keys::random::<16>()), member: member.clone(), next, expires_at }
}

/// To the page that asks, for a browser.
pub(super) fn asked(token: &str) -> Response {
    (session::set_cookie(COOKIE, token, LASTS), Redirect::to(PAGE)).into_response()
}

pub(crate) async fn page(State(team): State<Arc<Team>>, headers: HeaderMap) -> Response {
    let token = session::cookie(&headers, COOKIE).unwrap_or_default();
    match team.half_session(token).await {
        Ok(_) => Html(team.code_page(None)).into_response(),
        Err(_) => Redirect::to(SIGN_IN).into_response(),
    }
}

/// `POST /desk/session/code`: the session, for a code that is right.
pub(crate) async fn post(State(team): State<Arc<Team>>, headers: HeaderMap, body: Body) -> Response {
    match started(&team, &headers, body).await {
        Ok(Ok(started)) => begun(started),
        Ok(Err(again)) => again,
        Err(problem) => team.as_sent(&headers, problem),
    }
}

async fn started(team: &Team, headers: &HeaderMap, body: Body) -> Result<Result<Started, Response>, Problem> {
    let (kind, value) = sent(headers, body).await?;
    let from_cookie = kind == Kind::Form;
    let read = fields::read(&value, |fields| {
        let ticket = if from_cookie { None } else { Some(fields.required_text("ticket", 2048)) };
        (ticket, fields.required_text("code", 64))
    });
    let (ticket, code) = match read {
        Ok(read) => read,
        Err(_) if from_cookie => return Ok(Err(team.refused("is required", StatusCode::UNPROCESSABLE_ENTITY))),
        Err(wrong) => return Err(Problem::invalid(wrong)),
    };
    let cookie = || session::cookie(headers, COOKIE).unwrap_or_default().to_owned();
    let half = team.half_session(&ticket.unwrap_or_else(cookie)).await?;
    let factor = team.members.factor(&half.member).await?.ok_or_else(spent)?;
    let tried = team.tried(&half.member, &factor, &half.id, &code).await?;
    match tried {
        Tried::Right => {
            let session = MemberSession { second_factor: true, ..new_session(&half.member, team.clock.now()) };
            let token = team.sessions.sign(&session)?;
            tracing::info!(member = %half.member, session = session.id, "signed in with a second factor");
            let next = half.next.as_deref().and_then(Destination::read);
            Ok(Ok(Started { kind, token, session, next }))
        }
        Tried::TooOften => Err(spent()),
        Tried::Wrong if from_cookie => Ok(Err(team.refused(tried.why(), StatusCode::UNPROCESSABLE_ENTITY))),
        Tried::Wrong => Err(Problem::new(StatusCode::FORBIDDEN, format!("The code {}.", tried.why()))),
    }
}

impl Team {
    async fn half_session(&self, token: &str) -> Result<HalfSession, Problem> {
        let half: HalfSession = self.sessions.verify(token).await.map_err(|_| spent())?;
        let is_member = self.policy.member(&half.member).is_some_and(is_team);
        if is_member && self.clock.now() < half.expires_at { Ok(half) } else { Err(spent()) }
    }

    fn code_page(&self, error: Option<String>) -> String {
        SignInCodePage { site: Site::of(&self.policy), error }.html()
    }

    fn refused(&self, why: &str, status: StatusCode) -> Response {
        (status, Html(self.code_page(Some(why.to_owned())))).into_response()
    }
}
