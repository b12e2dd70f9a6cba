//! The board: open cases by what is due next, from clear fields alone. Nothing is decrypted, so every member may see it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use desk_domain::case::Stage;
use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::{Member, Role};
use desk_http::Problem;
use desk_pages::{BoardPage, DeskPage, Site};
use desk_store::BoardRow;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Team;

/// `next` of the page before; `handler` for one member's cases.
#[derive(Deserialize)]
pub(crate) struct Which {
    next: Option<String>,
    handler: Option<MemberId>,
}

/// The query, or why it cannot be read.
type Asked = Result<Query<Which>, QueryRejection>;

/// A page of the board, for programs.
#[derive(Serialize)]
pub(crate) struct BoardView {
    cases: Vec<RowView>,
    next: Option<String>,
}

#[derive(Serialize)]
struct RowView {
    case_id: CaseId,
    handler: Option<MemberId>,
    next_due: Option<Timestamp>,
    package: Option<String>,
    stage: Stage,
}

impl Team {
    async fn board(&self, which: Asked) -> Result<desk_store::BoardPage, Problem> {
        let bad = |why| Problem::new(StatusCode::BAD_REQUEST, why);
        let Query(which) = which.map_err(|_| bad("handler must be a member's id, and nothing is asked for twice."))?;
        let after = which.next.as_deref();
        if after.is_some_and(|next| !desk_store::is_cursor(next)) {
            return Err(bad("next must be what the page before gave as next."));
        }
        Ok(match &which.handler {
            Some(handler) => self.cases.handled_by(handler, after).await?,
            None => self.cases.board(after).await?,
        })
    }
}

pub(crate) async fn list(
    State(team): State<Arc<Team>>,
    which: Asked,
    headers: HeaderMap,
) -> Result<Json<BoardView>, Problem> {
    team.member(&headers, false).await?;
    let board = team.board(which).await?;
    let row = |row: BoardRow| RowView {
        case_id: row.case,
        handler: row.handler,
        next_due: row.next_due,
        package: row.package,
        stage: row.stage,
    };
    Ok(Json(BoardView { cases: board.rows.into_iter().map(row).collect(), next: board.next }))
}

pub(crate) async fn page(State(team): State<Arc<Team>>, which: Asked, headers: HeaderMap) -> Response {
    team.answered(board_page(&team, which, &headers).await.map(|page| page.html()))
}

/// The page of a case, for those whom the row alone shows to be its readers: all of triage while nobody handles it, then its
/// handler. It opens to its backup and to those whom an escalation woke as well; no row says who they are.
fn leads_to(row: &BoardRow, member: &Member) -> Option<String> {
    let reads = match &row.handler {
        None => member.roles.contains(&Role::Triage),
        Some(handler) => *handler == member.id,
    };
    reads.then(|| format!("/desk/cases/{}", row.case))
}

async fn board_page(team: &Team, which: Asked, headers: &HeaderMap) -> Result<BoardPage, Problem> {
    let member = team.member(headers, true).await?;
    let board = team.board(which).await?;
    let row = |row: BoardRow| desk_pages::BoardRow {
        case_id: row.case.to_string(),
        href: leads_to(&row, member),
        package: row.package,
        stage: row.stage,
        handler: row.handler.map(|id| team.policy.member(&id).map_or(id.to_string(), |m| m.name.clone())),
        next_due: row.next_due,
    };
    Ok(BoardPage {
        site: Site::of(&team.policy),
        desk: team.desk(member, Some(DeskPage::Board)),
        now: team.clock.now(),
        cases: board.rows.into_iter().map(row).collect(),
        next: board.next.map(|next| format!("/desk?next={}", next.replace('#', "%23"))),
    })
}
