//! One's own session: since when, until when, and how it ends, here or everywhere.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use desk_domain::fields;
use desk_http::body::Kind;
use desk_http::{Problem, session};
use desk_pages::{AccountPage, Site};
use jiff::SignedDuration;
use serde_json::json;

use crate::Team;
use crate::session::{COOKIE, LASTS, SignedIn};
use crate::sign_in::{SIGNED_OUT, sent};

pub(crate) async fn page(State(team): State<Arc<Team>>, headers: HeaderMap) -> Response {
    team.answered(account_page(&team, &headers).await.map(|page| page.html()))
}

async fn account_page(team: &Team, headers: &HeaderMap) -> Result<AccountPage, Problem> {
    let SignedIn { member, session } = team.signed_in(headers, true).await?;
    Ok(AccountPage {
        site: Site::of(&team.policy),
        desk: team.desk(member, None),
        address: member.address.clone(),
        second_factor: team.members.factor(&member.id).await?.map(|factor| factor.since),
        started_at: session.started_at,
        expires_at: session.expires_at,
        now: team.clock.now(),
    })
}

/// Which sessions end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Here,
    Everywhere,
}

impl std::str::FromStr for Where {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Where, &'static str> {
        match text {
            "here" => Ok(Where::Here),
            "everywhere" => Ok(Where::Everywhere),
            _ => Err("must be here or everywhere"),
        }
    }
}

/// `POST /desk/sign-out`: ends the session that it comes with, or all of its member's. A form without a session loses its cookie
/// all the same.
pub(crate) async fn sign_out(State(team): State<Arc<Team>>, headers: HeaderMap, body: Body) -> Response {
    match (signed_out(&team, &headers, body).await, Kind::of(&headers)) {
        (Ok(Kind::Json), _) => Json(json!({"detail": "You are signed out."})).into_response(),
        (Ok(Kind::Form), _) => forgotten(),
        (Err(problem), Ok(Kind::Form)) if problem.status() == StatusCode::UNAUTHORIZED => forgotten(),
        (Err(problem), Ok(Kind::Form)) => problem.desk_page(Site::of(&team.policy)),
        (Err(problem), Ok(Kind::Json) | Err(_)) => problem.into_response(),
    }
}

async fn signed_out(team: &Team, headers: &HeaderMap, body: Body) -> Result<Kind, Problem> {
    let (kind, value) = sent(headers, body).await?;
    let SignedIn { member, session } = team.signed_in(headers, kind == Kind::Form).await?;
    let asked = fields::read(&value, |fields| fields.required_parsed("where")).map_err(Problem::invalid)?;
    if asked == Some(Where::Everywhere) {
        let now = team.clock.now();
        team.members.end_sessions(&member.id, now, now.saturating_add(LASTS).unwrap_or(now)).await?;
    } else {
        team.members.end_session(&member.id, &session.id, session.expires_at).await?;
    }
    tracing::info!(member = %member.id, session = session.id, everywhere = asked == Some(Where::Everywhere), "signed out");
    Ok(kind)
}

/// The browser forgets its cookie.
fn forgotten() -> Response {
    (session::set_cookie(COOKIE, "", SignedDuration::ZERO), Redirect::to(SIGNED_OUT)).into_response()
}
