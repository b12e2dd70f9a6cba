//! What is only filed: automatic mail, comments on the policy, spam. Newest first, from clear fields alone, so that what was
//! filed wrongly is found by a person.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use desk_domain::id::CaseId;
use desk_domain::policy::{Member, Role};
use desk_http::Problem;
use desk_pages::{DeskPage, FiledPage, Site};
use desk_store::FiledRow;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Team;

/// `next` of the page before.
#[derive(Deserialize)]
pub(crate) struct Which {
    next: Option<String>,
}

/// The query, or why it cannot be read.
type Asked = Result<Query<Which>, QueryRejection>;

/// A page of what is filed, for programs.
#[derive(Serialize)]
pub(crate) struct FiledView {
    cases: Vec<RowView>,
    next: Option<String>,
}

#[derive(Serialize)]
struct RowView {
    case_id: CaseId,
    /// The case that it names without being joined to it.
    names: Option<CaseId>,
    received_at: Timestamp,
    /// `automatic mail`.
    why: &'static str,
}

impl Team {
    async fn filed(&self, which: Asked) -> Result<desk_store::FiledPage, Problem> {
        let bad = |why| Problem::new(StatusCode::BAD_REQUEST, why);
        let Query(which) = which.map_err(|_| bad("next is not asked for twice."))?;
        let after = which.next.as_deref();
        if after.is_some_and(|next| !desk_store::is_cursor(next)) {
            return Err(bad("next must be what the page before gave as next."));
        }
        Ok(self.cases.filed(after).await?)
    }
}

pub(crate) async fn list(
    State(team): State<Arc<Team>>,
    which: Asked,
    headers: HeaderMap,
) -> Result<Json<FiledView>, Problem> {
    team.member(&headers, false).await?;
    let filed = team.filed(which).await?;
    let row = |row: FiledRow| RowView {
        case_id: row.case,
        names: row.names,
        received_at: row.received_at,
        why: row.why.words(),
    };
    Ok(Json(FiledView { cases: filed.rows.into_iter().map(row).collect(), next: filed.next }))
}

pub(crate) async fn page(State(team): State<Arc<Team>>, which: Asked, headers: HeaderMap) -> Response {
    team.answered(filed_page(&team, which, &headers).await.map(|page| page.html()))
}

async fn filed_page(team: &Team, which: Asked, headers: &HeaderMap) -> Result<FiledPage, Problem> {
    let member = team.member(headers, true).await?;
    let filed = team.filed(which).await?;
    let row = |row: FiledRow| desk_pages::FiledRow {
        href: may_read(&row, member).then(|| format!("/desk/cases/{}", row.case)),
        case_id: row.case.to_string(),
        received_at: row.received_at,
        why: row.why,
        names: row.names.map(|id| id.to_string()),
    };
    Ok(FiledPage {
        site: Site::of(&team.policy),
        desk: team.desk(member, Some(DeskPage::Filed)),
        now: team.clock.now(),
        cases: filed.rows.into_iter().map(row).collect(),
        next: filed.next.map(|next| format!("/desk/filed?next={}", next.replace('#', "%23"))),
    })
}

/// Whether the row alone shows that the case opens to `member`.
fn may_read(row: &FiledRow, member: &Member) -> bool {
    match &row.handler {
        None => member.roles.contains(&Role::Triage),
        Some(handler) => *handler == member.id,
    }
}
