//! The mails of this machine: the page of those that would have gone out, and the way in for those that come.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_http::session::sent_from_here;
use desk_http::{Problem, body};
use desk_pages::{MailPage, MailRow, MailView};
use serde::Deserialize;

use super::LARGEST_MAIL;
use super::guard::MAIL_PATH;
use crate::desk::Desk;
use crate::inbound::Given;
use crate::mailbox;

#[derive(Deserialize)]
pub(super) struct Open {
    id: Option<String>,
}

pub(super) async fn page(State(desk): State<Arc<Desk>>, Query(open): Query<Open>) -> Html<String> {
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

pub(super) async fn json(State(desk): State<Arc<Desk>>) -> Json<Vec<mailbox::KeptMail>> {
    Json(mailbox::all(&desk.folder.path("mail")))
}

/// A mail's HTML twin as its receiver sees it: its inline styles may stand, scripts may not.
pub(super) async fn html(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let mail = mailbox::all(&desk.folder.path("mail")).into_iter().find(|m| m.id == id);
    let html = mail.ok_or_else(Problem::not_found)?.html;
    let mut response = Html(html).into_response();
    let csp = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp);
    Ok(response)
}

/// `POST /_local/inbox`: a mail as it was sent (RFC 5322); the query says what SES would have found. Answers when it is stored. Mail
/// comes from anywhere, so it needs no secret; but no other site's page sends it through the browser of whoever looks at it.
pub(super) async fn receive(
    State(desk): State<Arc<Desk>>,
    given: Result<Query<Given>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    sent_from_here(&headers)?;
    let Query(given) = given.map_err(|e| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.body_text()))?;
    let mail = body::read(body, LARGEST_MAIL).await?;
    let outcome = desk.inbound.receive(&mail, &given).await.map_err(Problem::invalid)?;
    Ok((StatusCode::CREATED, Json(outcome?)).into_response())
}

/// The reply of a mail's receiver, as their mail program would send it.
pub(super) async fn reply(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, Problem> {
    let sent = body::form(&body::read(body, LARGEST_MAIL).await?);
    let text = sent.get("text").map(String::as_str).unwrap_or_default();
    let answer = mailbox::answer(&desk.folder.path("mail"), &id, text, desk.clock.now());
    let answer = answer.ok_or_else(Problem::not_found)?;
    let outcome = desk.inbound.receive(&answer, &Given::default()).await.map_err(Problem::invalid)?;
    outcome?;
    Ok(Redirect::to(MAIL_PATH).into_response())
}
