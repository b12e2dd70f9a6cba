//! Many reports of one source are closed as spam at once: `GET` and `POST /desk/close-batch`, `POST /desk/api/close-batch`.
//!
//! Each case is closed by the ordinary command, with an event and guards of its own, and only while nobody has touched it: no member
//! has done anything to it, and its reporter has sent nothing more. What was touched is left as it is, and named. It goes on where it
//! stopped when it is asked for again: what is closed as spam is done.

use axum::Json;
use axum::body::Body;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use desk_domain::case::event::Resolution;
use desk_domain::case::is_untouched;
use desk_domain::fields::{self, FieldError, Fields};
use desk_domain::id::{CaseId, SourceId};
use desk_domain::policy::{Member, Role};
use desk_http::{Problem, body};
use desk_pages::{BatchRow, CloseBatchPage, Site};
use desk_runtime::TimeBudget;
use desk_store::{BoardFilter, BoardRow};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Team;
use crate::as_of_now::AsOfNow;
use crate::steps::Typed;

/// Cases of one request.
const MOST: usize = 1000;
/// Its body: ids, and a reason.
const BODY: usize = 64 * 1024;
/// Cases that are closed beside one another.
const AT_ONCE: usize = 8;
/// Nothing new is begun after this: whoever asked waits for an answer.
const BUDGET: std::time::Duration = std::time::Duration::from_secs(15);
/// Why they are closed, where nothing else is said.
const REASON: &str = "Junk that came in great number from one place.";
const REASON_BYTES: usize = 2000;

/// What is to be closed.
struct Batch {
    source: SourceId,
    cases: Vec<CaseId>,
    reason: String,
}

/// What came of it.
#[derive(Default, Serialize)]
pub(crate) struct Closed {
    /// As spam, now or before.
    closed: Vec<CaseId>,
    /// As they are: each with why.
    left: Vec<Left>,
    /// Not looked at yet: they are asked for again.
    waiting: Vec<CaseId>,
}

#[derive(Serialize)]
struct Left {
    case_id: CaseId,
    why: String,
}

/// `POST /desk/api/close-batch {"source", "cases", "reason"}`.
pub(crate) async fn api(AsOfNow(team): AsOfNow, headers: HeaderMap, body: Body) -> Result<Json<Closed>, Problem> {
    let member = team.member(&headers, false).await?;
    may_close(member)?;
    let value = body::json(&headers, &body::read(body, BODY).await?)?;
    let batch = read(&value).map_err(Problem::invalid)?;
    Ok(Json(team.close_batch(member, &batch).await?))
}

/// Which source is meant.
#[derive(Deserialize)]
pub(crate) struct Which {
    source: SourceId,
}

pub(crate) async fn page(
    AsOfNow(team): AsOfNow,
    which: Result<Query<Which>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let page = async {
        let member = team.member(&headers, true).await?;
        may_close(member)?;
        let Query(Which { source }) =
            which.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "source must be one that the board names."))?;
        let rows = team.untouched_of(&source).await?;
        Ok(team.batch_page(member, &source, &rows).html())
    };
    team.answered(page.await)
}

/// `POST /desk/close-batch`.
pub(crate) async fn page_post(AsOfNow(team): AsOfNow, headers: HeaderMap, body: Body) -> Response {
    posted(&team, &headers, body).await.unwrap_or_else(|problem| team.answered(Err(problem)))
}

async fn posted(team: &Team, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let member = team.member(headers, true).await?;
    may_close(member)?;
    let typed = Typed::read(&body::read(body, 3 * BODY).await?);
    let mut value = json!({"source": typed.text("source"), "cases": typed.words("cases")});
    if !typed.text("reason").is_empty() {
        value["reason"] = typed.text("reason").into();
    }
    let batch = read(&value).map_err(Problem::invalid)?;
    let done = team.close_batch(member, &batch).await?;
    let rows = team.untouched_of(&batch.source).await?;
    let rows: Vec<BoardRow> = rows.into_iter().filter(|row| done.waiting.contains(&row.case)).collect();
    let left = done.left.into_iter().map(|left| (left.case_id.to_string(), left.why)).collect();
    let page = team.batch_page(member, &batch.source, &rows);
    let page = CloseBatchPage { closed: Some(done.closed.len()), left, reason: batch.reason, ..page };
    Ok(Html(page.html()).into_response())
}

fn read(value: &Value) -> Result<Batch, Vec<FieldError>> {
    let batch = fields::read(value, batch)?;
    // Where a field is missing, the errors say so.
    batch.ok_or_else(|| vec![FieldError { pointer: "/source".to_owned(), detail: "is missing".to_owned() }])
}

fn batch(fields: &Fields<'_>) -> Option<Batch> {
    let source = fields.required_parsed::<SourceId>("source");
    let mut cases = fields.parsed_list::<CaseId>("cases");
    if cases.is_empty() || cases.len() > MOST {
        fields.wrong("cases", format!("must have from 1 to {MOST} cases"));
    }
    cases.sort();
    cases.dedup();
    let reason = fields.text("reason", REASON_BYTES).unwrap_or_else(|| REASON.to_owned());
    Some(Batch { source: source?, cases, reason })
}

/// They are closed by who may close one.
fn may_close(member: &Member) -> Result<(), Problem> {
    match member.has(Role::Triage) {
        true => Ok(()),
        false => Err(Problem::new(StatusCode::FORBIDDEN, "Only who has the triage role closes cases.")),
    }
}

impl Team {
    /// The open cases from there that nobody has had to do with as far as the board knows, the first due first.
    async fn untouched_of(&self, source: &SourceId) -> Result<Vec<BoardRow>, Problem> {
        let filter = BoardFilter { source: Some(source.clone()), ..BoardFilter::default() };
        let (mut rows, mut after) = (Vec::new(), None);
        while rows.len() < MOST {
            let page = self.cases.board_of(&filter, self.clock.now(), after.as_deref()).await?;
            rows.extend(page.rows);
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        rows.truncate(MOST);
        Ok(rows)
    }

    fn batch_page(&self, member: &Member, source: &SourceId, rows: &[BoardRow]) -> CloseBatchPage {
        let row = |row: &BoardRow| BatchRow {
            case_id: row.case.to_string(),
            spoken: row.case.spoken(),
            received_at: row.received_at,
        };
        CloseBatchPage {
            site: Site::of(&self.policy),
            desk: self.desk(member, None),
            from: source.words().to_owned(),
            source: source.to_string(),
            cases: rows.iter().map(|row| row.case.as_str()).collect::<Vec<_>>().join(" "),
            rows: rows.iter().map(row).collect(),
            reason: REASON.to_owned(),
            closed: None,
            left: Vec::new(),
        }
    }

    async fn close_batch(&self, member: &Member, batch: &Batch) -> Result<Closed, Problem> {
        let (mut done, budget) = (Closed::default(), TimeBudget::of(BUDGET));
        for cases in batch.cases.chunks(AT_ONCE) {
            if budget.is_spent() {
                done.waiting.extend_from_slice(cases);
                continue;
            }
            let closed = join_all(cases.iter().map(|case| self.close_one(member, batch, case))).await;
            for (case, closed) in cases.iter().zip(closed) {
                match closed? {
                    Ok(()) => done.closed.push(case.clone()),
                    Err(why) => done.left.push(Left { case_id: case.clone(), why }),
                }
            }
        }
        let (closed, left, waiting) = (done.closed.len(), done.left.len(), done.waiting.len());
        tracing::info!(member = %member.id, source = %batch.source, closed, left, waiting, "a batch was closed as spam");
        Ok(done)
    }

    /// Closes one of them as spam; why it is left, where it is.
    async fn close_one(&self, member: &Member, batch: &Batch, case: &CaseId) -> Result<Result<(), String>, Problem> {
        let left = |why: &str| Ok(Err(why.to_owned()));
        let stored = match self.readable(case.as_str(), &member.id).await {
            Ok(stored) => stored,
            Err(problem) if problem.status().is_server_error() => return Err(problem),
            Err(_) => return left("it is not there, or not yours to read"),
        };
        match (stored.case.source == Some(batch.source.clone()), stored.case.resolution) {
            (false, _) => return left("it came from elsewhere"),
            (true, Some(Resolution::Spam)) => return Ok(Ok(())),
            (true, Some(_)) => return left("it is closed as something else"),
            (true, None) => {}
        }
        let log = self.cases.events(case, 1, stored.case.version).await?;
        if !is_untouched(&log) {
            return left("somebody has had to do with it");
        }
        let close = json!({"command": "close", "resolution": "spam", "reason": batch.reason});
        match self.command_as_read(member, &stored, &close).await {
            Ok(_) => Ok(Ok(())),
            Err(problem) if problem.status().is_server_error() => Err(problem),
            Err(problem) => Ok(Err(problem.in_words("the reason"))),
        }
    }
}
