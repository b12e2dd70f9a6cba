//! `GET /case/receipt`: the receipt of a report once more, for whoever did not keep it. Nothing of it is stored: it says what the
//! first one said, of the case as it was opened, and is signed anew with today's key.
//!
//! There is one of what was sent here: a mail's went with the first mail, since its hash is over the body as it was received;
//! what a member entered has none.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_domain::case::{Actor, Case};
use desk_http::{Problem, body, headers};
use desk_store::opening::receipt_claims;
use desk_view::UnsealedCase;

use crate::Intake;
use crate::limits::Whose;

/// Whether the report came by form or API, so that what it was signed over is stored as it came.
pub(crate) fn is_signed_here(opened: &UnsealedCase) -> bool {
    opened.case.mail.is_none() && opened.events.first().is_some_and(|event| event.actor == Actor::Reporter)
}

pub(crate) async fn get(State(intake): State<Arc<Intake>>, headers: HeaderMap) -> Response {
    match signed_again(&intake, &headers).await {
        Ok(response) => response,
        Err(problem) if headers::wants_page(&headers) => intake.paged(Err(problem)),
        Err(problem) => problem.into_response(),
    }
}

async fn signed_again(intake: &Intake, headers: &HeaderMap) -> Result<Response, Problem> {
    let entered = match body::bearer(headers) {
        Some(code) => Some(intake.counted(headers, intake.enter(code).await).await?),
        None => intake.in_session(headers).await?.map(|entry| entry.entered),
    };
    let entered = entered.ok_or_else(Problem::not_found)?;
    intake.within_looks(headers, Whose::Reporters(&entered.stored.case.id)).await?;
    let opened = intake.unsealed(&entered).await?;
    if !is_signed_here(&opened) {
        let detail = "The desk signed no receipt here for this report: of a mail, it went with our first answer.";
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    }
    let as_opened = as_opened(&opened).ok_or_else(Problem::not_found)?;
    let sha256 = desk_keys::sha256_hex(opened.text(&opened.case.report).as_bytes());
    let receipt = intake.signer.sign(&receipt_claims(&intake.public_url, &as_opened, &sha256)).await?;
    let disposition = format!("attachment; filename=\"receipt-{}.jws\"", opened.case.id);
    let disposition = HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let media = HeaderValue::from_static("application/jose");
    Ok(([(header::CONTENT_TYPE, media), (header::CONTENT_DISPOSITION, disposition)], receipt).into_response())
}

/// The case as its first transaction left it: what was promised then is what a receipt says.
fn as_opened(opened: &UnsealedCase) -> Option<Case> {
    let at = opened.events.first()?.at;
    Case::replay(opened.events.iter().take_while(|event| event.at == at))
}
