//! The history of a case as a page: each event in a line, and who read the case.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use desk_domain::case::Event;
use desk_http::Problem;
use desk_pages::{HistoryPage, Site};
use jiff::Timestamp;

use super::{AskedFor, turns, words};
use crate::Team;
use crate::as_of_now::AsOfNow;

/// Events on a page.
const EVENTS: u64 = 100;

pub(crate) async fn page(
    AsOfNow(team): AsOfNow,
    id: Result<Path<String>, PathRejection>,
    asked: AskedFor,
    headers: HeaderMap,
) -> Response {
    let case = id.as_ref().map(|Path(id)| id.clone()).unwrap_or_default();
    let page = asked.ok().and_then(|Query(asked)| asked.page);
    match team.history(&case, page, &headers).await {
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => team.not_found(&case, &headers).await,
        found => team.answered(found.map(|page| page.html())),
    }
}

impl Team {
    /// It opens nothing: events hold no words.
    async fn history(&self, id: &str, page: Option<usize>, headers: &HeaderMap) -> Result<HistoryPage, Problem> {
        let member = self.member(headers, true).await?;
        let case = self.readable(id, &member.id).await?.case;
        // Of a long history only this page is read.
        let pages = case.version.div_ceil(EVENTS).max(1);
        let until = case.version.saturating_sub((page.unwrap_or(1) as u64).clamp(1, pages).saturating_sub(1) * EVENTS);
        let shown = self.cases.events(&case.id, until.saturating_sub(EVENTS) + 1, until).await?;
        let href = |page| format!("/desk/cases/{}/history?page={page}", case.id);
        let (newer, older) = turns(page, pages as usize, href);
        let line = |event: &Event| (event.at, words::happened(&self.policy, event));
        let readers = self.members.readers(&case.id).await?.into_iter();
        let reader = |(id, at): (_, Timestamp)| (words::member_name(&self.policy, &id), at);
        Ok(HistoryPage {
            site: Site::of(&self.policy),
            desk: self.desk(member, None),
            case_id: case.id.to_string(),
            stage: case.stage(),
            events: shown.iter().rev().map(line).collect(),
            all: case.version as usize,
            newer,
            older,
            readers: readers.map(reader).collect(),
        })
    }
}
