//! `POST /case/code`: a new receipt code, made by whoever holds the old one, which opens nothing any more. It is shown once, and the
//! browser's session goes on with it.
//!
//! The answer is kept for the old code as well as for the case: whoever presses the button twice, or loads the page again, sees
//! the one code that was made, and not a second in its place.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use desk_domain::case::{Actor, Command, Stage};
use desk_domain::id::CaseId;
use desk_http::body::{self, Kind};
use desk_http::{Problem, answer};
use desk_keys::{ReceiptCode, payload::CaseSession};
use desk_pages::{NewCodePage, Site};
use desk_store::requests::{Answer, Request};
use desk_store::{Acted, Commit, Stored};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::case::asked_again;
use crate::limits::Whose;
use crate::session::hidden_key;
use crate::{Intake, pages};

const PATH: &str = "/case/code";

/// What is answered. No `Debug`: it holds a code.
#[derive(Serialize, Deserialize)]
struct Renewed {
    at: Timestamp,
    case_id: CaseId,
    stage: Stage,
    receipt_code: String,
}

pub(crate) async fn post(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    match Kind::of(&headers) {
        Ok(Kind::Form) => intake.paged(from_form(&intake, &headers, body).await),
        Ok(Kind::Json) => answer::told(from_api(&intake, &headers, body).await),
        Err(problem) => problem.into_response(),
    }
}

async fn from_api(intake: &Intake, headers: &HeaderMap, sent: Body) -> Result<Answer, Problem> {
    let code = body::bearer(headers).ok_or_else(Problem::not_found)?;
    let bytes = body::read(sent, intake.policy.limits.body_bytes).await?;
    let value = body::parse_json(&bytes)?;
    desk_domain::fields::read(&value, |_| ()).map_err(Problem::invalid)?;
    intake.counted(headers, intake.renewed(headers, code, body::idempotency_key(headers)?).await).await
}

async fn from_form(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let sent = intake.form(headers, body).await?;
    let Some(session) = intake.session_of(headers, &sent).await? else {
        return asked_again(intake, headers, PATH, &sent, 0).await;
    };
    let answer = match intake.renewed(headers, &session.code, hidden_key(&sent)).await {
        Ok(answer) => answer,
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            return asked_again(intake, headers, PATH, &sent, 0).await;
        }
        Err(problem) => return Err(problem),
    };
    let renewed: Renewed = answer::read(&answer)?;
    let cookie = intake.cookie_of(&CaseSession { code: renewed.receipt_code.clone(), ..session })?;
    let page = NewCodePage {
        site: Site::of(&intake.policy),
        code: pages::code_box(intake, renewed.case_id.as_str(), renewed.receipt_code, renewed.at),
        case_url: format!("{}/case", intake.public_url),
    };
    Ok((StatusCode::CREATED, cookie, Html(page.html())).into_response())
}

impl Intake {
    async fn renewed(&self, headers: &HeaderMap, code: &str, key: Option<String>) -> Result<Answer, Problem> {
        let now = self.clock.now();
        let old: ReceiptCode = code.parse().map_err(|_| Problem::not_found())?;
        let of = |actor: &str| key.as_deref().map(|key| Request::new("POST", PATH, actor, key, b"{}"));
        let by_code = of(&old.lookup());
        if let Some(answer) = answer::recalled(&self.cases, by_code.as_ref(), now).await? {
            return Ok(answer);
        }
        let entered = self.enter(code).await?;
        let case = &entered.stored.case.id;
        let by_case = of(case.as_str());
        if let Some(answer) = answer::recalled(&self.cases, by_case.as_ref(), now).await? {
            return Ok(answer);
        }
        self.within_messages(headers, Whose::Reporters(case), 0).await?;
        let prepare = |before: &Stored, commit: &mut Commit| {
            let (new, id) = (ReceiptCode::generate(), &before.case.id);
            let wrapped = entered.key.wrapped(&new.key().public(), id.as_str())?;
            commit.code(id, &new.lookup(), wrapped, Some(&entered.lookup));
            Ok((Command::ReissueCode { mail: None }, new))
        };
        let finish = |acted: &Acted, new: ReceiptCode, commit: &mut Commit| {
            let case = &acted.after.case;
            let (case_id, receipt_code) = (case.id.clone(), new.words().to_string());
            let renewed = Renewed { at: acted.at, case_id, stage: case.stage(), receipt_code };
            let answer = Answer { status: 201, body: json!(renewed).to_string() };
            for request in by_code.iter().chain(&by_case) {
                commit.remember(request, &answer, acted.at)?;
            }
            Ok(answer)
        };
        let done = self.cases.act(case, &self.policy, &Actor::Reporter, &self.clock, prepare, finish).await;
        let done = done.map(|(_, answer)| answer.expect("a new code is always an event"));
        answer::once(&self.cases, by_code.as_ref(), self.clock.now(), done).await
    }
}
