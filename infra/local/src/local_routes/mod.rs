//! `/healthz`, `/site/*`, and `/_local/*`: what exists in this binary only. What acts there needs the secret that is kept
//! in the data folder, except the mails and the clock.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use desk_advisory::advisory_page;
use desk_advisory::osv::{self, Reading};
use desk_domain::advisory::{Advisory, Published};
use desk_domain::fields::{self, FieldError, Fields};
use desk_domain::id::{AdvisoryId, CaseId, MemberId};
use desk_http::body::Kind;
use desk_http::{Problem, body, headers};
use desk_keys::link::Purpose;
use desk_keys::payload::MemberSession;
use desk_pages::{MailPage, MailRow, MailView};
use desk_store::Fault;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::desk::Desk;
use crate::inbound::Given;
use crate::kept::Kept;
use crate::{kept, mailbox, site};

/// The header that carries the data folder's secret.
pub const SECRET_HEADER: &str = "x-desk-secret";

/// The largest mail that is taken here: more than SES takes, so that what the desk does with too large a one can be seen.
const LARGEST_MAIL: usize = 64 * 1024 * 1024;

/// The longest that the clock is moved in one go.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 365 * 5);

pub(crate) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/_local/mail", get(mail_page))
        .route("/_local/mail.json", get(mail_json))
        .route("/_local/mail/{id}/html", get(mail_html))
        .route("/_local/mail/{id}/reply", post(reply))
        .route("/_local/inbox", post(receive))
        .route("/_local/clock", get(clock).post(move_clock))
        .route("/_local/settle", post(settle))
        .route("/_local/token", post(token))
        .route("/_local/reset-second-factor", post(reset_second_factor))
        .route("/_local/policy", get(policy))
        .route("/_local/verify", get(verify))
        .route("/_local/kept", post(kept))
        .route("/_local/figures", post(rebuild_figures))
        .route("/_local/import", post(import))
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

#[derive(Deserialize)]
struct Open {
    id: Option<String>,
}

async fn mail_page(State(desk): State<Arc<Desk>>, Query(open): Query<Open>) -> Html<String> {
    let mails = mailbox::all(&desk.folder.path("mail"));
    let open = mails.iter().find(|m| Some(&m.id) == open.id.as_ref()).map(|mail| MailView {
        id: mail.id.clone(),
        headers: mail.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        text: mail.text.clone(),
        html_href: Some(format!("/_local/mail/{}/html", mail.id)),
        reply_action: mail.takes_answers().then(|| format!("/_local/mail/{}/reply", mail.id)),
    });
    let row =
        |m: &mailbox::KeptMail| MailRow { id: m.id.clone(), at: m.at, to: m.to.join(", "), subject: m.subject.clone() };
    let now = desk.clock.now();
    Html(MailPage { now, clock: now, mails: mails.iter().rev().map(row).collect(), open }.html())
}

async fn mail_json(State(desk): State<Arc<Desk>>) -> Json<Vec<mailbox::KeptMail>> {
    Json(mailbox::all(&desk.folder.path("mail")))
}

/// A mail's HTML twin as its receiver sees it: its inline styles may stand, scripts may not.
async fn mail_html(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let mail = mailbox::all(&desk.folder.path("mail")).into_iter().find(|m| m.id == id);
    let html = mail.ok_or_else(Problem::not_found)?.html;
    let mut response = Html(html).into_response();
    let csp = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp);
    Ok(response)
}

/// `POST /_local/inbox`: a mail as it was sent (RFC 5322); the query says what SES would have found. Answers when it is stored.
async fn receive(
    State(desk): State<Arc<Desk>>,
    given: Result<Query<Given>, QueryRejection>,
    body: Body,
) -> Result<Response, Problem> {
    let Query(given) = given.map_err(|e| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.body_text()))?;
    let mail = body::read(body, LARGEST_MAIL).await?;
    let outcome = desk.inbound.receive(&mail, &given).await.map_err(Problem::invalid)?;
    Ok((StatusCode::CREATED, Json(json!(outcome?))).into_response())
}

/// The reply of a mail's receiver, as their mail program would send it.
async fn reply(State(desk): State<Arc<Desk>>, Path(id): Path<String>, body: Body) -> Result<Response, Problem> {
    let sent = body::form(&body::read(body, LARGEST_MAIL).await?);
    let text = sent.get("text").map(String::as_str).unwrap_or_default();
    let answer = mailbox::answer(&desk.folder.path("mail"), &id, text, desk.clock.now());
    let answer = answer.ok_or_else(Problem::not_found)?;
    let outcome = desk.inbound.receive(&answer, &Given::default()).await.map_err(Problem::invalid)?;
    outcome?;
    Ok(Redirect::to("/_local/mail").into_response())
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
        Kind::Form => Redirect::to("/_local/mail").into_response(),
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

impl Desk {
    /// Whoever can read the data folder may act for any member.
    fn knows_secret(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let sent = headers.get(SECRET_HEADER).map(HeaderValue::as_bytes).unwrap_or_default();
        let knows: bool = sent.ct_eq(self.keys.local_secret().as_bytes()).into();
        let denied = || Problem::new(StatusCode::FORBIDDEN, "This needs the secret that is kept in the data folder.");
        if knows { Ok(()) } else { Err(denied()) }
    }
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

#[derive(Deserialize)]
struct Which {
    case: Option<CaseId>,
}

async fn verify(
    State(desk): State<Arc<Desk>>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    desk.knows_secret(&headers)?;
    let cases = match which.case {
        Some(case) => vec![case],
        None => desk.store.all_cases().await?,
    };
    let mut verified = Vec::new();
    for case in cases {
        verified.push(desk.store.verify(&case, Some(&desk.content)).await?.ok_or_else(Problem::not_found)?);
    }
    let holds = verified.iter().all(|v| v.problems.is_empty());
    Ok(Json(json!({"holds": holds, "cases": verified})))
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

/// `POST /_local/import`: an OSV record of something that is public already. 422 says all that cannot be taken.
async fn import(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Body) -> Result<Json<Value>, Problem> {
    desk.knows_secret(&headers)?;
    let bytes = body::read(body, LARGEST_RECORD).await?;
    let refused = |all: Vec<String>| Problem::invalid(all.into_iter().map(whole).collect());
    let reading = osv::read(&bytes).map_err(refused)?;
    let affected = reading.lines(&desk.policy).map_err(refused)?;
    if let Some(known) = desk.store.published.published(&reading.id).await?
        && known.modified_at > reading.modified_at
    {
        return Err(refused(vec![format!("a later version of {} was taken already", reading.id)]));
    }
    if desk.has_published(&reading.id).await? {
        return Err(refused(vec![format!("{} is an advisory of this very desk", reading.id)]));
    }
    let Reading { id, mut draft, score, credits, published_at, modified_at, left_out, .. } = reading;
    draft.aliases.retain(|alias| *alias != id);
    let advisory = Advisory { id: id.clone(), draft, score, affected, lines: Vec::new(), credits };
    desk.pump.import(&[Published { advisory, case: None, published_at, modified_at }]).await?;
    Ok(Json(json!({"advisory": id, "page": advisory_page::key_of(&id), "left_out": left_out})))
}

impl Desk {
    /// Whether it is an advisory of this very desk, by its own id or as its record calls it.
    async fn has_published(&self, id: &AdvisoryId) -> Result<bool, Problem> {
        let own = id.as_str().strip_prefix(osv::PREFIX).and_then(|own| own.parse().ok());
        for id in own.iter().chain([id]) {
            if self.store.published.published(id).await?.is_some_and(|known| known.case.is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The largest record that is taken; an advisory is an item of the store.
const LARGEST_RECORD: usize = 300 * 1024;

fn whole(detail: String) -> FieldError {
    FieldError { pointer: String::new(), detail }
}
