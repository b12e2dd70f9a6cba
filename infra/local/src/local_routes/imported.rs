//! What was published before there was a desk.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use desk_advisory::advisory_page;
use desk_advisory::osv;
use desk_domain::advisory::Published;
use desk_domain::affected::contradictions;
use desk_domain::fields::FieldError;
use desk_domain::id::AdvisoryId;
use desk_http::{Problem, body};
use serde_json::{Value, json};

use crate::desk::Desk;

/// `POST /_local/import`: an OSV record of something that is public already. 422 says all that cannot be taken.
pub(super) async fn import(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    desk.knows_secret(&headers)?;
    let bytes = body::read(body, LARGEST_RECORD).await?;
    let refused = |all: Vec<String>| Problem::invalid(all.into_iter().map(whole).collect());
    let reading = osv::read(&bytes).map_err(refused)?;
    let affected = reading.lines(&desk.policy).map_err(refused)?;
    let known = desk.store.published.published(&reading.id).await?;
    if desk.has_published(&reading.id).await? {
        return Err(refused(vec![format!("{} is an advisory of this very desk", reading.id)]));
    }
    // What is withdrawn stands beside nothing.
    let twin = if reading.withdrawn.is_none() { desk.twin_of(&reading).await? } else { None };
    if let Some(twin) = twin {
        return Err(refused(vec![twin]));
    }
    let (id, left_out) = (reading.id.clone(), reading.left_out.clone());
    // A record of others is taken as it is; where it contradicts itself, that is said.
    let contradictions = contradictions(&affected);
    let last_change = known.as_ref().map(Published::changed_at);
    // An entry that subscribers know keeps its id.
    let entry_id = known.map_or_else(|| Published::entry_id(&desk.policy, &id), |known| known.entry_id);
    let published = reading.published(affected, entry_id);
    if last_change.is_some_and(|last| last > published.changed_at()) {
        return Err(refused(vec![format!("a later version of {id} was taken already")]));
    }
    desk.pump.import(std::slice::from_ref(&published)).await?;
    Ok(Json(json!({"advisory": id, "page": advisory_page::key_of(&id), "withdrawn": published.withdrawn,
        "left_out": left_out, "contradictions": contradictions})))
}

impl Desk {
    /// Where the same problem stands already under another id, in words: a copy of it is not published beside it.
    async fn twin_of(&self, reading: &osv::Reading) -> Result<Option<String>, Problem> {
        let ids: Vec<&str> = std::iter::once(reading.id.as_str()).chain(reading.draft.all_aliases()).collect();
        let all = self.store.published.all_shown().await?;
        let others = all.iter().filter(|published| published.advisory.id != reading.id);
        let mut twins = others.filter_map(|published| Some((published.twin_by(&ids)?, &published.advisory.id)));
        Ok(twins.next().map(|(by, twin)| {
            format!("it is the same problem as {twin}, which is published (by {by}): one problem has one advisory")
        }))
    }

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
