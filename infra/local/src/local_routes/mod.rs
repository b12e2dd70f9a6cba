//! `/healthz`, `/site/*`, and `/_local/*`: what exists in this binary only. What acts there needs the secret that is kept in the
//! data folder ([`guard`]); mail comes in as it would from anywhere, but from no other site's page.

mod guard;
mod imported;
mod mail;
pub(crate) mod verify;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use desk_domain::fields::{self, Fields};
use desk_domain::id::MemberId;
use desk_http::body::Kind;
use desk_http::{Problem, body, headers};
use desk_keys::link::Purpose;
use desk_keys::payload::MemberSession;
use desk_store::Fault;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::kept::Kept;
use crate::{kept, site};

pub use guard::SECRET_HEADER;

/// The largest mail that is taken here: more than SES takes, so that what the desk does with too large a one can be seen.
const LARGEST_MAIL: usize = 64 * 1024 * 1024;

/// The longest that the clock is moved in one go.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 365 * 5);

pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let mails = Router::new()
        .route(guard::MAIL_PATH, get(mail::page))
        .route("/_local/mail.json", get(mail::json))
        .route("/_local/mail/{id}/html", get(mail::html))
        .route("/_local/mail/{id}/reply", post(mail::reply))
        .route("/_local/clock", post(move_clock))
        .route("/_local/settle", post(settle))
        .route_layer(middleware::from_fn_with_state(desk.clone(), guard::opened));
    Router::new()
        .merge(mails)
        .route("/healthz", get(health))
        .route("/_local/inbox", post(mail::receive))
        .route("/_local/clock", get(clock))
        .route("/_local/token", post(token))
        .route("/_local/reset-second-factor", post(reset_second_factor))
        .route("/_local/policy", get(policy))
        .route("/_local/verify", post(verify::verify))
        .route("/_local/kept", post(kept))
        .route("/_local/figures", post(rebuild_figures))
        .route("/_local/import", post(imported::import))
        .route("/_local/canary", post(canary))
        .layer(middleware::from_fn(headers::secure))
        .route("/site/", get(site::get))
        .route("/site/{*key}", get(site::get))
        .with_state(desk)
}

/// 200 when the store answers.
async fn health(State(desk): State<Arc<Desk>>) -> Result<Json<Value>, Problem> {
    desk.store.members.seen_policy().await?;
    Ok(Json(json!({"status": "ok", "now": desk.clock.now()})))
}

async fn clock(State(desk): State<Arc<Desk>>) -> Json<Value> {
    Json(json!({"now": desk.clock.now()}))
}

/// `POST /_local/clock {"advance": "12h"}`: answers when everything on the way has happened and been sent; `unkept` says what should
/// hold of every case and does not.
async fn move_clock(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let kind = Kind::of(&headers)?;
    let bytes = body::read(body, 4096).await?;
    let value = match kind {
        Kind::Json => body::parse_json(&bytes)?,
        Kind::Form => json!(body::form(&bytes)),
    };
    let by = fields::read(&value, advance).map_err(Problem::invalid)?.unwrap_or_default();
    let now = desk.pump.advance(by).await.map_err(|e| Problem::from(Fault::Damaged(e.to_string())))?;
    Ok(match kind {
        Kind::Json => Json(json!({ "now": now, "unkept": desk.pump.unkept().await? })).into_response(),
        Kind::Form => Redirect::to(guard::MAIL_PATH).into_response(),
    })
}

/// `POST /_local/settle`: does everything that is due or on its way; `left` says what could not be done, and what nobody has
/// planned.
async fn settle(State(desk): State<Arc<Desk>>) -> Result<Json<Value>, Problem> {
    desk.pump.settle().await.map_err(|e| Problem::from(Fault::Damaged(e.to_string())))?;
    Ok(Json(json!({ "left": desk.pump.left().await? })))
}

fn advance(fields: &Fields<'_>) -> Option<SignedDuration> {
    let by: desk_domain::policy::Length = fields.required_parsed("advance")?;
    if by.0 > LONGEST {
        fields.wrong("advance", "is more than five years");
    }
    Some(by.0)
}

/// `POST /_local/token {"member": ID}`: a session without the mail.
async fn token(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Body) -> Result<Json<Value>, Problem> {
    desk.knows_secret(&headers)?;
    let value = body::json(&headers, &body::read(body, 4096).await?)?;
    let known = |fields: &Fields<'_>| {
        let member: Option<MemberId> = fields.required_parsed("member");
        if member.as_ref().is_some_and(|id| desk.policy.member(id).is_none()) {
            fields.wrong("member", "is not a member of the team");
        }
        member
    };
    let member = fields::read(&value, known).map_err(Problem::invalid)?;
    let Some(member) = member else { return Err(Problem::not_found()) };
    let key = desk.keys.link_key(Purpose::Sessions).map_err(|e| Fault::Damaged(e.to_string()))?;
    // Who has the folder has the keys: what a policy wants of who signs in is no matter here.
    let session = MemberSession { second_factor: true, ..team::new_session(&member, desk.clock.now()) };
    Ok(Json(json!({"token": key.sign(&session), "expires_at": session.expires_at, "member": member})))
}

/// `POST /_local/reset-second-factor {"member": …}`, as an operator does it for a deployed desk.
async fn reset_second_factor(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    desk.knows_secret(&headers)?;
    let value = body::json(&headers, &body::read(body, 4096).await?)?;
    let member = fields::read(&value, |fields| fields.required_parsed::<MemberId>("member"));
    let member = member.map_err(Problem::invalid)?.ok_or_else(Problem::not_found)?;
    let reset = desk.store.reset_factor(&member, desk.clock.now()).await?;
    Ok(Json(json!({"member": member, "reset": reset})))
}

async fn policy(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Result<Json<Value>, Problem> {
    desk.knows_secret(&headers)?;
    Ok(Json(json!(*desk.policy)))
}

/// `POST /_local/canary`: one flight of the canary. 503 says where it was lost.
async fn canary(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Result<Json<Value>, Problem> {
    desk.knows_secret(&headers)?;
    let flown = desk.canary.fly().await;
    let lost = |lost: canary::Lost| Problem::new(StatusCode::SERVICE_UNAVAILABLE, lost.to_string());
    Ok(Json(json!(flown.map_err(lost)?)))
}

/// `POST /_local/kept [{"bytes", "sha256"}…]`: which of these ends of mails are kept nowhere.
async fn kept(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Body) -> Result<Json<Kept>, Problem> {
    desk.knows_secret(&headers)?;
    let asked = body::parse_json(&body::read(body, LARGEST_MAIL).await?)?;
    let given: Vec<kept::Given> = serde_json::from_value(asked)
        .map_err(|_| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "A list is asked for."))?;
    Ok(Json(desk.kept(&given).await?))
}

/// `POST /_local/figures`: makes every figure again from the logs.
async fn rebuild_figures(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Result<Json<Value>, Problem> {
    desk.knows_secret(&headers)?;
    Ok(Json(json!(desk.store.rebuild_figures().await?)))
}
