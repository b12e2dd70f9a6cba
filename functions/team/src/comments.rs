//! Comments on the policy (T59), newest first, from clear fields alone: whoever answers for the policy works from here, and needs no
//! other role for it. One comment is a page of its own (`case_page/comment.rs`), at the address of any case.

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use desk_domain::id::CaseId;
use desk_domain::policy::{Member, Role};
use desk_http::Problem;
use desk_pages::{CommentRow, CommentStanding, CommentsPage, DeskPage, Site};
use desk_store::BoardRow;
use jiff::Timestamp;
use serde::Serialize;

use crate::Team;
use crate::as_of_now::AsOfNow;
use crate::case_page::words::member_name;
use crate::filed::Which;

type Asked = Result<Query<Which>, QueryRejection>;

/// A page of the comments, for programs.
#[derive(Serialize)]
pub(crate) struct CommentsView {
    cases: Vec<RowView>,
    next: Option<String>,
}

#[derive(Serialize)]
struct RowView {
    case_id: CaseId,
    received_at: Timestamp,
    /// Whether what was written last has an answer.
    answered: bool,
    /// The report that it became.
    became: Option<CaseId>,
}

impl Team {
    async fn comments(&self, which: Asked) -> Result<desk_store::BoardPage, Problem> {
        let bad = |why| Problem::new(StatusCode::BAD_REQUEST, why);
        let Query(which) = which.map_err(|_| bad("next is not asked for twice."))?;
        let after = which.next.as_deref();
        if after.is_some_and(|next| !desk_store::is_cursor(next)) {
            return Err(bad("next must be what the page before gave as next."));
        }
        Ok(self.cases.comments(after).await?)
    }
}

pub(crate) async fn list(
    AsOfNow(team): AsOfNow,
    which: Asked,
    headers: HeaderMap,
) -> Result<Json<CommentsView>, Problem> {
    team.member(&headers, false).await?;
    let comments = team.comments(which).await?;
    let row = |row: BoardRow| RowView {
        received_at: row.received_at,
        answered: is_answered(&row),
        became: row.brief.became,
        case_id: row.case,
    };
    Ok(Json(CommentsView { cases: comments.rows.into_iter().map(row).collect(), next: comments.next }))
}

pub(crate) async fn page(AsOfNow(team): AsOfNow, which: Asked, headers: HeaderMap) -> Response {
    team.answered(comments_page(&team, which, &headers).await.map(|page| page.html()))
}

async fn comments_page(team: &Team, which: Asked, headers: &HeaderMap) -> Result<CommentsPage, Problem> {
    let member = team.member(headers, true).await?;
    let comments = team.comments(which).await?;
    let owner = &team.policy.contacts.policy_owner;
    Ok(CommentsPage {
        site: Site::of(&team.policy),
        desk: team.desk(member, Some(DeskPage::Comments)),
        owner: member_name(&team.policy, owner),
        rows: comments.rows.into_iter().map(|row| shown(row, member, *owner == member.id)).collect(),
        next: comments.next.map(|next| format!("{}?next={}", DeskPage::Comments.path(), next.replace('#', "%23"))),
    })
}

fn shown(row: BoardRow, member: &Member, owns: bool) -> CommentRow {
    let reads = match &row.handler {
        None => owns || member.has(Role::Triage),
        Some(handler) => owns || *handler == member.id,
    };
    let standing = match &row.brief.became {
        Some(became) => CommentStanding::Became(became.to_string()),
        None if is_answered(&row) => CommentStanding::Answered,
        None => CommentStanding::Waiting,
    };
    CommentRow {
        href: reads.then(|| format!("/desk/cases/{}", row.case)),
        case_id: row.case.to_string(),
        received_at: row.received_at,
        standing,
    }
}

/// What a member wrote last is an answer, and nothing has come since.
fn is_answered(row: &BoardRow) -> bool {
    row.brief.acknowledged && row.brief.unanswered_since.is_none()
}
