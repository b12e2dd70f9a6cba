//! The board: open cases by what is due next, from clear fields alone. Nothing is decrypted, so every member may see it.

mod crowds;

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_domain::case::Stage;
use desk_domain::id::{CaseId, MemberId, SourceId};
use desk_domain::policy::{Member, Role, Watch};
use desk_domain::time::instant_in;
use desk_http::Problem;
use desk_pages::{BoardFilters, BoardGroup, BoardPage, DeskPage, Due, DueUrgency, Site};
use desk_store::{BoardFilter, BoardRow, Only};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Team;
use crate::as_of_now::AsOfNow;
use crate::case_page::tags::tags;
use crate::case_page::words::member_name;
use crate::rota::AHEAD;
use crate::steps::{Step, step_of};

/// `next` of the page before; `handler` for one member's cases; `only`, `package` and `source` for those of one kind. A form sends
/// what nothing was chosen for as empty.
#[derive(Deserialize)]
pub(crate) struct Which {
    next: Option<String>,
    handler: Option<MemberId>,
    only: Option<String>,
    package: Option<String>,
    source: Option<String>,
}

impl Which {
    fn filter(&self) -> Result<BoardFilter, Problem> {
        let only = self.only.as_deref().filter(|only| !only.is_empty());
        let only =
            only.map(|only| only.parse().map_err(|what| not_like(&format!("only must be {what}")))).transpose()?;
        let source = self.source.as_deref().filter(|source| !source.is_empty());
        let source =
            source.map(|source| source.parse().map_err(|what| not_like(&format!("source {what}")))).transpose()?;
        Ok(BoardFilter { only, package: self.package.clone().filter(|package| !package.is_empty()), source })
    }
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
    /// Where its report came from, while nobody has had to do with it.
    source: Option<SourceId>,
}

impl Team {
    async fn board(&self, which: Asked) -> Result<desk_store::BoardPage, Problem> {
        let Query(which) = which.map_err(unreadable)?;
        let (after, filter) = (after(&which)?, which.filter()?);
        Ok(match &which.handler {
            Some(_) if !filter.is_none() => {
                return Err(not_like("handler cannot stand beside only, package or source"));
            }
            Some(handler) => self.cases.handled_by(handler, after).await?,
            None if filter.is_none() => self.cases.board(after).await?,
            None => self.cases.board_of(&filter, self.clock.now(), after).await?,
        })
    }
}

fn unreadable(_: QueryRejection) -> Problem {
    not_like("handler must be a member's id, and nothing is asked for twice")
}

fn not_like(why: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, format!("{why}."))
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
        source: row.untouched_from().cloned(),
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
        let filter = which.as_ref().map(|Query(which)| which.filter()).unwrap_or(Ok(BoardFilter::default()))?;
        let notice = left.ok().and_then(|Query(left)| left.notice());
        let is_all = filter.is_none() && which.as_ref().is_ok_and(|Query(which)| which.handler.is_none());
        let most = if is_all { team.crowd() } else { usize::MAX };
        let board = match which {
            Ok(Query(which)) if is_all => team.cases.board_of_crowds(most, after(&which)?).await?,
            which => team.board(which).await?,
        };
        let (now, next) = (team.clock.now(), next(&address(&filter), board.next));
        let (crowds, rows) = team.apart(member, board.rows, most);
        let groups = grouped(now, rows, |row| team.row(member, row));
        let empty = if filter.is_none() { "No case is open." } else { "No open case is of this kind." };
        let list = team.list(member, DeskPage::Board, "Open cases", empty).await?;
        let crowds = crowds.into_iter().chain(team.chosen_crowd(member, &filter)).collect();
        Ok(BoardPage { notice, crowds, groups, next, filters: Some(team.filters(filter)), ..list }.html())
    };
    team.answered(page.await)
}

pub(crate) async fn mine(AsOfNow(team): AsOfNow, which: Asked, headers: HeaderMap) -> Response {
    let page = async {
        let member = team.member(&headers, true).await?;
        let which = which.map(|Query(which)| Query(Which { handler: Some(member.id.clone()), ..which }));
        let board = team.board(which).await?;
        let (now, next) = (team.clock.now(), next("/desk/mine?", board.next));
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
        let next = next("/desk/closed?", closed.next);
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
        let now = self.clock.now();
        Ok(BoardPage {
            site: Site::of(&self.policy),
            desk: self.desk(member, Some(here)),
            now,
            title: title.to_owned(),
            notice: None,
            may_open: here == DeskPage::Board && member.has(Role::Triage),
            on_call: (here == DeskPage::Board).then(|| self.on_call_line(member, now)),
            filters: None,
            crowds: Vec::new(),
            groups: Vec::new(),
            empty,
            not_found: None,
            next: None,
        })
    }

    /// Who is on call, until when, and who then.
    fn on_call_line(&self, member: &Member, now: Timestamp) -> String {
        let name = |watch: &Watch<'_>| watch.on_call.map_or("nobody", |member| member.name.as_str()).to_owned();
        let watches = self.policy.watches(now, now.saturating_add(AHEAD).unwrap_or(now));
        match watches.as_slice() {
            [] => "Nobody is on call.".to_owned(),
            [only] => format!("On call: {}.", name(only)),
            [first, then, ..] => {
                let until = instant_in(member.time_zone.as_ref(), first.until);
                format!("On call: {} until {until}, then {}.", name(first), name(then))
            }
        }
    }

    /// What the board may be narrowed to.
    fn filters(&self, chosen: BoardFilter) -> BoardFilters {
        let one = |label: &str, only: Option<Only>| {
            let filter = BoardFilter { only, ..chosen.clone() };
            (label.to_owned(), address(&filter).trim_end_matches(['?', '&']).to_owned(), only == chosen.only)
        };
        let kinds = Only::ALL.map(|only| one(words(only), Some(only)));
        BoardFilters {
            links: [one("All", None)].into_iter().chain(kinds).collect(),
            only: chosen.only.map(Only::name),
            packages: self.policy.packages.iter().map(|package| package.name.to_string()).collect(),
            package: chosen.package.clone().unwrap_or_default(),
        }
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
            (Some(handler), _) if *handler == member.id && is_done(&row) => Some(("Close it", "decide")),
            (Some(_), _) => None,
        };
        desk_pages::BoardRow {
            spoken: row.case.spoken(),
            package: row.package,
            stage: row.stage,
            handler: row.handler.map(|id| member_name(&self.policy, &id)),
            due,
            tags: tags(&row.brief, now),
            wrote_at: row.brief.unanswered_since,
            action: path.map(|(label, path)| (label.to_owned(), format!("/desk/cases/{}/{path}", row.case))),
            case_id: row.case.to_string(),
        }
    }
}

/// Released, and nothing more is due: what is left is to close it.
fn is_done(row: &BoardRow) -> bool {
    row.stage == Stage::Released && row.next_due.is_none()
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

/// Where the next page is: after an address that more may be added to.
fn next(address: &str, next: Option<String>) -> Option<String> {
    next.map(|next| format!("{address}next={}", encoded(&next)))
}

/// Where the board is narrowed so; more may be added.
fn address(filter: &BoardFilter) -> String {
    let only = filter.only.map(|only| format!("only={only}&")).unwrap_or_default();
    let package = filter.package.as_ref().map(|name| format!("package={}&", encoded(name))).unwrap_or_default();
    let source = filter.source.as_ref().map(|source| format!("source={source}&")).unwrap_or_default();
    format!("/desk?{only}{package}{source}")
}

/// As a value of a query.
fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// What a filter is called.
fn words(only: Only) -> &'static str {
    match only {
        Only::Unclaimed => "Nobody’s",
        Only::Overdue => "Overdue",
        Only::Waiting => "Waiting for the reporter",
        Only::Outside => "Public or attacked",
    }
}
