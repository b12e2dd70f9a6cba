//! Answers that idempotency keeps: recalled for the same request, turned into a response.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_store::Store;
use desk_store::requests::{Answer, Recalled, Request};
use jiff::Timestamp;

use crate::Problem;

/// What this request was answered before; `None` when it is new, or came without a key.
///
/// # Errors
/// 422 when its key was used with another body; a fault of the store.
pub async fn recalled(store: &Store, request: Option<&Request>, now: Timestamp) -> Result<Option<Answer>, Problem> {
    let Some(request) = request else { return Ok(None) };
    match store.recall(request, now).await? {
        Recalled::Nothing => Ok(None),
        Recalled::Same(answer) => Ok(Some(answer)),
        Recalled::Other => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This Idempotency-Key was used with another body; use a new key for a new request.",
        )),
    }
}

/// The answer as JSON.
pub fn json(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, "application/json")], answer.body).into_response()
}
