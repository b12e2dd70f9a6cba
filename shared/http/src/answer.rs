//! Answers that idempotency keeps: recalled for the same request, turned into a response.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_store::requests::{Answer, Recalled, Request};
use desk_store::{ActError, CaseStore, Fault};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::Problem;

/// What this request was answered before; `None` when it is new, or came without a key.
///
/// # Errors
/// 422 when its key was used with another body; a fault of the store.
pub async fn recalled(cases: &CaseStore, request: Option<&Request>, now: Timestamp) -> Result<Option<Answer>, Problem> {
    let Some(request) = request else { return Ok(None) };
    match cases.recall(request, now).await? {
        Recalled::Nothing => Ok(None),
        Recalled::Same(answer) => Ok(Some(answer)),
        Recalled::Other => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This Idempotency-Key was used with another body; use a new key for a new request.",
        )),
    }
}

/// What a change is answered; where an equal request was there first, what that one was answered.
///
/// # Errors
/// As the change was refused, and as [`recalled`].
pub async fn once(
    cases: &CaseStore,
    request: Option<&Request>,
    now: Timestamp,
    done: Result<Answer, ActError>,
) -> Result<Answer, Problem> {
    match done {
        Err(ActError::RequestSeen) => recalled(cases, request, now).await?.ok_or_else(Problem::unavailable),
        done => Ok(done?),
    }
}

/// What an answer holds, for the page that shows it.
///
/// # Errors
/// When it is not of that shape: it was kept by an older version of the desk, or is damaged.
pub fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Problem> {
    serde_json::from_str(&answer.body).map_err(|_| Fault::damaged("an answer that was kept").into())
}

/// What a program is told: the answer, or the problem.
pub fn told(answer: Result<Answer, Problem>) -> Response {
    answer.map_or_else(IntoResponse::into_response, json)
}

/// The answer as JSON.
pub fn json(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, "application/json")], answer.body).into_response()
}
