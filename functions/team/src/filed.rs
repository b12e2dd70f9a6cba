//! What is only filed: automatic mail, spam. Newest first, so that what was filed wrongly is found by a
//! person. Who may read the case sees from whom it is and what about, opened as the case is and recorded as a reading of it.

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use desk_domain::id::CaseId;
use desk_domain::policy::{Member, Role};
use desk_domain::report::Report;
use desk_http::Problem;
use desk_pages::{DeskPage, FiledPage, Site};
use desk_store::FiledRow;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Team;
use crate::as_of_now::AsOfNow;

/// `next` of the page before.
#[derive(Deserialize)]
pub(crate) struct Which {
    pub(crate) next: Option<String>,
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
    /// `null` where the member may not read it, or nobody is named.
    from: Option<String>,
    subject: Option<String>,
}

/// A row with what the member may read of it. No `Debug`: it is words.
struct Opened {
    row: FiledRow,
    /// From whom and about what, for who may read the case.
    words: Option<(Option<String>, String)>,
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

    /// The rows, each opened where the member may read its case.
    async fn with_words(&self, member: &Member, rows: Vec<FiledRow>) -> Result<Vec<Opened>, Problem> {
        let opened = rows.into_iter().map(|row| async move {
            let words = if may_read(&row, member) { self.said_above(member, &row.case).await? } else { None };
            Ok(Opened { row, words })
        });
        try_join_all(opened).await
    }

    /// From whom a filed case is and what its subject or summary says, where `member` may read it.
    async fn said_above(&self, member: &Member, id: &CaseId) -> Result<Option<(Option<String>, String)>, Problem> {
        let stored = self.cases.case(id).await?;
        let Some(stored) = stored.filter(|stored| stored.case.readable_by(&member.id, &self.policy, self.clock.now()))
        else {
            return Ok(None);
        };
        let Some(sealed) = self.cases.named_content(id, &stored.case.report).await? else { return Ok(None) };
        let keys = self.keys(&stored).await?;
        self.members.record_reading(id, &member.id, self.clock.now()).await?;
        let Ok(report) = serde_json::from_slice::<Value>(&keys.team.unseal(&sealed)?) else { return Ok(None) };
        let report = Report::stored(&report);
        Ok(Some((report.reporter_email, report.summary)))
    }
}

pub(crate) async fn list(AsOfNow(team): AsOfNow, which: Asked, headers: HeaderMap) -> Result<Json<FiledView>, Problem> {
    let member = team.member(&headers, false).await?;
    let filed = team.filed(which).await?;
    let view = |Opened { row, words }| {
        let (from, subject) = words.map_or((None, None), |(from, subject)| (from, Some(subject)));
        let FiledRow { case: case_id, names, received_at, why, .. } = row;
        RowView { case_id, names, received_at, why: why.words(), from, subject }
    };
    let cases = team.with_words(member, filed.rows).await?.into_iter().map(view).collect();
    Ok(Json(FiledView { cases, next: filed.next }))
}

pub(crate) async fn page(AsOfNow(team): AsOfNow, which: Asked, headers: HeaderMap) -> Response {
    team.answered(filed_page(&team, which, &headers).await.map(|page| page.html()))
}

async fn filed_page(team: &Team, which: Asked, headers: &HeaderMap) -> Result<FiledPage, Problem> {
    let member = team.member(headers, true).await?;
    let filed = team.filed(which).await?;
    let row = |Opened { row, words }| desk_pages::FiledRow {
        href: may_read(&row, member).then(|| format!("/desk/cases/{}", row.case)),
        case_id: row.case.to_string(),
        received_at: row.received_at,
        why: row.why,
        names: row.names.map(|id| id.to_string()),
        words,
    };
    Ok(FiledPage {
        site: Site::of(&team.policy),
        desk: team.desk(member, Some(DeskPage::Filed)),
        now: team.clock.now(),
        cases: team.with_words(member, filed.rows).await?.into_iter().map(row).collect(),
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
