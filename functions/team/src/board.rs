//! The board: open cases by what is due next, from clear fields alone. Nothing is decrypted, so every member may see it.

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_domain::case::Stage;
use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::{Member, Role};
use desk_http::Problem;
use desk_pages::{BoardGroup, BoardPage, DeskPage, Due, DueUrgency, Site};
use desk_store::BoardRow;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Team;
use crate::as_of_now::AsOfNow;
use crate::case_page::tags::tags;
use crate::case_page::words::member_name;
use crate::steps::{Step, step_of};

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
        let Query(which) = which.map_err(unreadable)?;
        let after = after(&which)?;
        Ok(match &which.handler {
            Some(handler) => self.cases.handled_by(handler, after).await?,
            None => self.cases.board(after).await?,
        })
    }
}

fn unreadable(_: QueryRejection) -> Problem {
    let why = "handler must be a member's id, and nothing is asked for twice.";
    Problem::new(StatusCode::BAD_REQUEST, why)
}

/// Where the page begins that is asked for.
fn after(which: &Which) -> Result<Option<&str>, Problem> {
    match which.next.as_deref() {
        Some(next) if !desk_store::is_cursor(next) => {
            Err(Problem::new(StatusCode::BAD_REQUEST, "next must be what the page before gave as next."))
        }
        after => Ok(after),
    }
}

pub(crate) async fn list(AsOfNow(team): AsOfNow, which: Asked, headers: HeaderMap) -> Result<Json<BoardView>, Problem> {
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

/// What was just done to a case that the member does not read any more: the step, and the case's id.
#[derive(Deserialize)]
pub(crate) struct Left {
    done: Option<String>,
    left: Option<CaseId>,
}

impl Left {
    fn notice(&self) -> Option<String> {
        let (step, case) = (step_of(self.done.as_deref()?)?, self.left.as_ref()?);
        Some(format!("{case}: {} You read it no longer.", step.done))
    }
}

/// Where a member comes to after a step that took the case from them.
pub(crate) fn left(case: &str, step: &Step) -> String {
    format!("/desk?done={}&left={case}", step.path)
}

pub(crate) async fn page(
    AsOfNow(team): AsOfNow,
    which: Asked,
    left: Result<Query<Left>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let page = async {
        let member = team.member(&headers, true).await?;
        let board = team.board(which).await?;
        let notice = left.ok().and_then(|Query(left)| left.notice());
        let (now, next) = (team.clock.now(), next("/desk", board.next));
        let groups = grouped(now, board.rows, |row| team.row(member, row));
        let list = team.list(member, DeskPage::Board, "Open cases", "No case is open.").await?;
        Ok(BoardPage { notice, groups, next, ..list }.html())
    };
    team.answered(page.await)
}

pub(crate) async fn mine(AsOfNow(team): AsOfNow, which: Asked, headers: HeaderMap) -> Response {
    let page = async {
        let member = team.member(&headers, true).await?;
        let which = which.map(|Query(which)| Query(Which { handler: Some(member.id.clone()), ..which }));
        let board = team.board(which).await?;
        let (now, next) = (team.clock.now(), next("/desk/mine", board.next));
        let groups = grouped(now, board.rows, |row| team.row(member, row));
        Ok(BoardPage {
            groups,
            next,
            ..team.list(member, DeskPage::Mine, "My cases", "You handle no open case.").await?
        }
        .html())
    };
    team.answered(page.await)
}

pub(crate) async fn closed(AsOfNow(team): AsOfNow, which: Asked, headers: HeaderMap) -> Response {
    let page = async {
        let member = team.member(&headers, true).await?;
        let Query(which) = which.map_err(unreadable)?;
        let closed = team.cases.closed(after(&which)?).await?;
        let next = next("/desk/closed", closed.next);
        let rows: Vec<_> = closed.rows.into_iter().map(|row| team.row(member, row)).collect();
        let groups = if rows.is_empty() { Vec::new() } else { vec![group("Newest first", rows)] };
        Ok(BoardPage {
            groups,
            next,
            ..team.list(member, DeskPage::Closed, "Closed cases", "No case is closed.").await?
        }
        .html())
    };
    team.answered(page.await)
}

/// What was looked for.
#[derive(Deserialize)]
pub(crate) struct Sought {
    #[serde(default)]
    id: String,
}

/// `GET /desk/find?id=`: to the case of that id, written as people write it.
pub(crate) async fn find(
    AsOfNow(team): AsOfNow,
    sought: Result<Query<Sought>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let member = team.member(&headers, true).await?;
        let sought = sought.map_or(String::new(), |Query(sought)| sought.id);
        let id: Option<CaseId> = sought.trim().to_ascii_uppercase().parse().ok();
        if let Some(id) = &id
            && team.cases.case(id).await?.is_some()
        {
            return Ok(Redirect::to(&format!("/desk/cases/{id}")).into_response());
        }
        let list = team.list(member, DeskPage::Board, "Find a case", "Every open case is on the board.").await?;
        let page = BoardPage { not_found: Some(sought), ..list };
        Ok((StatusCode::NOT_FOUND, Html(page.html())).into_response())
    };
    found.await.unwrap_or_else(|problem| team.answered(Err(problem)))
}

impl Team {
    /// A list without cases.
    async fn list(
        &self,
        member: &Member,
        here: DeskPage,
        title: &str,
        empty: &'static str,
    ) -> Result<BoardPage, Problem> {
        let (now, policy) = (self.clock.now(), &self.policy);
        let on_call =
            policy.on_call(now).map_or("Nobody is on call.".to_owned(), |m| format!("{} is on call.", m.name));
        Ok(BoardPage {
            site: Site::of(&self.policy),
            desk: self.desk(member, Some(here)),
            now,
            title: title.to_owned(),
            notice: None,
            on_call: (here == DeskPage::Board).then_some(on_call),
            groups: Vec::new(),
            empty,
            not_found: None,
            next: None,
        })
    }

    fn row(&self, member: &Member, row: BoardRow) -> desk_pages::BoardRow {
        let now = self.clock.now();
        let due = row.next_due.zip(row.brief.clock.as_ref()).map(|(at, clock)| Due {
            label: self.policy.clock_label(clock),
            at,
            urgency: urgency(now, at),
        });
        let path = match (&row.handler, row.brief.acknowledged) {
            _ if !member.has(Role::Triage) || matches!(row.stage, Stage::Closed(_)) => None,
            (None, false) => Some(("Acknowledge", "write")),
            (None, true) => Some(("Take it", "take")),
            (Some(_), _) => None,
        };
        desk_pages::BoardRow {
            spoken: row.case.spoken(),
            package: row.package,
            stage: row.stage,
            handler: row.handler.map(|id| member_name(&self.policy, &id)),
            due,
            tags: tags(&row.brief),
            wrote_at: row.brief.unanswered_since,
            action: path.map(|(label, path)| (label.to_owned(), format!("/desk/cases/{}/{path}", row.case))),
            case_id: row.case.to_string(),
        }
    }
}

/// Soon is what is due within a day: it is what the next shift sees.
const SOON: SignedDuration = SignedDuration::from_hours(24);

fn urgency(now: Timestamp, due: Timestamp) -> DueUrgency {
    match due.duration_since(now) {
        left if left.is_negative() => DueUrgency::Overdue,
        left if left < SOON / 4 => DueUrgency::Soon,
        _ => DueUrgency::Due,
    }
}

/// Rows under their headings, in the order in which they are.
fn grouped(now: Timestamp, rows: Vec<BoardRow>, shown: impl Fn(BoardRow) -> desk_pages::BoardRow) -> Vec<BoardGroup> {
    let title = |row: &BoardRow| match row.next_due.map(|due| due.duration_since(now)) {
        None => "Nothing due",
        Some(left) if left.is_negative() => "Overdue",
        Some(left) if left < SOON => "Next 24 hours",
        Some(_) => "Later",
    };
    let mut groups: Vec<BoardGroup> = Vec::new();
    for row in rows {
        let title = title(&row);
        match groups.last_mut().filter(|group| group.title == title) {
            Some(group) => group.rows.push(shown(row)),
            None => groups.push(group(title, vec![shown(row)])),
        }
    }
    groups
}

fn group(title: &str, rows: Vec<desk_pages::BoardRow>) -> BoardGroup {
    BoardGroup { title: title.to_owned(), rows }
}

/// Where the next page is.
fn next(path: &str, next: Option<String>) -> Option<String> {
    next.map(|next| format!("{path}?next={}", next.replace('#', "%23")))
}
