//! `POST /_local/verify {"case", "latest", "export"}`: verifies one case or all, against the newest export of heads or one that is given.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use desk_domain::id::CaseId;
use desk_http::{Problem, body};
use desk_store::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::LARGEST_MAIL;
use crate::Failure;
use crate::desk::Desk;
use crate::verifying::{Export, Verifying};

/// What is asked.
#[derive(Serialize, Deserialize)]
pub(crate) struct Asked {
    pub case: Option<CaseId>,
    /// Against the newest export.
    #[serde(default)]
    pub latest: bool,
    pub export: Option<Export>,
}

pub(super) async fn verify(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    desk.knows_secret(&headers)?;
    let asked = body::parse_json(&body::read(body, LARGEST_MAIL).await?)?;
    let asked: Asked = serde_json::from_value(asked)
        .map_err(|e| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("This cannot be asked: {e}")))?;
    let damaged = |e: Failure| Problem::from(Fault::Damaged(e.to_string()));
    let export = match (asked.export, asked.latest) {
        (Some(export), _) => Some(export),
        (None, false) => None,
        (None, true) => {
            let latest = Export::latest(&desk.heads).await.map_err(damaged)?;
            Some(latest.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "No heads were exported yet."))?)
        }
    };
    let key = desk.keys.heads_verifier().map_err(|e| Fault::Damaged(e.to_string()))?;
    let verifying = Verifying { store: &desk.store, content: &desk.content, key: &key };
    let said = verifying.verified(asked.case.as_ref(), export.as_ref()).await?;
    said.map(Json).ok_or_else(Problem::not_found)
}
