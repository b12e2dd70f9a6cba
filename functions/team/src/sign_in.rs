//! Sign-in without passwords: a member asks, a single-use link comes by mail, its page makes a session. What is answered
//! never tells who is a member.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_domain::case::Recipient;
use desk_domain::fields;
use desk_domain::id::MemberId;
use desk_domain::notice::{Notice, SignIn};
use desk_http::body::{self, Kind};
use desk_http::{Problem, session};
use desk_keys::MailWords;
use desk_pages::{SessionPage, SignInPage, Site};
use desk_store::Ticket;
use desk_store::deliveries::Delivery;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{COOKIE, Team, is_team};

const LINK_LASTS: SignedDuration = SignedDuration::from_mins(15);
const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(8);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Makes a session for a member: the bearer token and when it ends. The one door, for the page and for the local runner.
pub async fn start_session(
    members: &desk_store::TeamStore,
    member: &MemberId,
    now: Timestamp,
) -> Result<(String, Timestamp), desk_store::Fault> {
    let token = desk_keys::hex(&desk_keys::random::<32>());
    let expires = now.saturating_add(SESSION_LASTS).unwrap_or(now);
    members.put_ticket(Ticket::Session, &token, member, expires).await?;
    Ok((token, expires))
}

pub(crate) async fn page(State(team): State<Arc<Team>>) -> Html<String> {
    Html(SignInPage { site: Site::of(&team.policy), sent: false }.html())
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

/// A body with one text field, from JSON or a form.
async fn one_field(headers: &HeaderMap, body: Body, name: &str) -> Result<(Kind, String), Problem> {
    let kind = Kind::of(headers)?;
    let bytes = body::read(body, 4096).await?;
    let value = match kind {
        Kind::Json => body::parse_json(&bytes)?,
        Kind::Form => {
            let pairs = body::form(&bytes);
            json!({ name: pairs.get(name).cloned().unwrap_or_default() })
        }
    };
    let text = fields::read(&value, |fields| fields.required_text(name, 512)).map_err(Problem::invalid)?;
    Ok((kind, text))
}

/// `POST /desk/sign-in`: 202 whatever the address.
pub(crate) async fn post(State(team): State<Arc<Team>>, headers: HeaderMap, body: Body) -> Response {
    match asked(&team, &headers, body).await {
        Ok(Kind::Json) => {
            let answer = json!({"detail": "If that address is a member's, a sign-in link is on its way to it."});
            (StatusCode::ACCEPTED, Json(answer)).into_response()
        }
        Ok(Kind::Form) => {
            (StatusCode::ACCEPTED, Html(SignInPage { site: Site::of(&team.policy), sent: true }.html())).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

async fn asked(team: &Team, headers: &HeaderMap, body: Body) -> Result<Kind, Problem> {
    let (kind, address) = one_field(headers, body, "address").await?;
    let member = team.policy.members.iter().find(|m| m.address.eq_ignore_ascii_case(&address) && is_team(m));
    if let Some(member) = member {
        team.mail_link(&member.id).await?;
    }
    Ok(kind)
}

impl Team {
    async fn mail_link(&self, member: &MemberId) -> Result<(), Problem> {
        let now = self.clock.now();
        let limit = self.policy.limits.sign_in_links_per_hour;
        if !self.desk.within_rate(&format!("sign-in {member}"), HOUR, limit, now).await? {
            tracing::warn!(member = %member, "too many sign-in links were asked for");
            return Ok(());
        }
        let token = desk_keys::hex(&desk_keys::random::<32>());
        let expires_at = now.saturating_add(LINK_LASTS).unwrap_or(now);
        self.members.put_ticket(Ticket::SignIn, &token, member, expires_at).await?;
        let cause = format!("sign-in {}", desk_keys::sha256_hex(token.as_bytes()));
        let notice = Notice::SignIn(SignIn { expires_at });
        let delivery = Delivery::new(&cause, Recipient::Member(member.clone()), notice, now);
        let words = MailWords::SignIn { token };
        self.mail.plan_delivery(&delivery, Some(words.seal(&self.mail_key)?)).await?;
        Ok(())
    }
}

/// `POST /desk/session`: uses the link up and starts a session.
pub(crate) async fn post_session(State(team): State<Arc<Team>>, headers: HeaderMap, body: Body) -> Response {
    match signed_in(&team, &headers, body).await {
        Ok((Kind::Json, answer, _)) => Json(answer).into_response(),
        Ok((Kind::Form, _, token)) => {
            (session::set_cookie(COOKIE, &token, SESSION_LASTS), Redirect::to("/desk")).into_response()
        }
        Err(problem) if matches!(Kind::of(&headers), Ok(Kind::Form)) => problem.page(Site::of(&team.policy)),
        Err(problem) => problem.into_response(),
    }
}

async fn signed_in(team: &Team, headers: &HeaderMap, body: Body) -> Result<(Kind, Value, String), Problem> {
    let (kind, link) = one_field(headers, body, "token").await?;
    let now = team.clock.now();
    let spent = || Problem::new(StatusCode::UNAUTHORIZED, "That link has been used or is too old; ask for another.");
    let id = team.members.use_sign_in(&link, now).await?.ok_or_else(spent)?;
    let member = team.policy.member(&id).filter(|m| is_team(m)).ok_or_else(spent)?;
    let (token, expires_at) = start_session(&team.members, &member.id, now).await?;
    tracing::info!(member = %member.id, "signed in");
    Ok((kind, json!({"token": token, "expires_at": expires_at, "member": member.id}), token))
}
