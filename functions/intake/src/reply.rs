//! `POST /case/messages`: the reporter writes. To a closed case that opens a new one, linked to it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_domain::case::{Actor, Command, Stage};
use desk_domain::fields::{self, FieldError};
use desk_domain::id::CaseId;
use desk_domain::report::Report;
use desk_http::body::{self, Kind};
use desk_http::{Problem, answer};
use desk_pages::Site;
use desk_store::opening::fresh_id;
use desk_store::requests::{Answer, Request};
use desk_store::{Acted, Commit, NewCase, Stored};
use desk_view::UnsealedCase;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Intake;
use crate::accept::{Sort, Taken};
use crate::case::{Done, Entered, asked_again, shown};
use crate::case_page::Said;
use crate::session::{Entry, field, hidden_key};

/// What a message is answered. No `Debug`: it may hold a new case's code.
#[derive(Serialize, Deserialize)]
struct Replied {
    at: Timestamp,
    case_id: CaseId,
    /// The case that the message opened, since its own is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    opened: Option<Taken>,
    stage: Stage,
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(crate) async fn post_message(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    match Kind::of(&headers) {
        Ok(Kind::Form) => {
            let page = from_form(&intake, &headers, body).await;
            page.unwrap_or_else(|problem| problem.page(Site::of(&intake.policy)))
        }
        Ok(Kind::Json) => match from_api(&intake, &headers, body).await {
            Ok(answer) => answer::json(answer),
            Err(problem) => problem.into_response(),
        },
        Err(problem) => problem.into_response(),
    }
}

async fn from_api(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Answer, Problem> {
    let (entered, value) = intake.entered_with(headers, body).await?;
    let text = text_of(&value, intake.policy.limits.text_bytes).map_err(Problem::invalid)?;
    intake.reply(&entered, &text, body::idempotency_key(headers)?).await
}

fn text_of(value: &Value, max: usize) -> Result<String, Vec<FieldError>> {
    fields::read(value, |fields| fields.required_text("text", max))
}

async fn from_form(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let sent = intake.form(headers, body).await?;
    let Some(entry) = intake.entry(headers, &sent).await? else {
        return asked_again(intake, "/case/messages", &sent).await;
    };
    let typed = field(&sent, "text").replace("\r\n", "\n");
    let key = body::idempotency_key(headers)?.or(hidden_key(&sent));
    let taken = match text_of(&json!({ "text": typed }), intake.policy.limits.text_bytes) {
        Ok(text) => intake.reply(&entry.entered, &text, key).await,
        Err(errors) => Err(Problem::invalid(errors)),
    };
    match taken {
        Ok(answer) => sent_on(intake, &entry, &answer).await,
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            let detail = problem.errors.first().map_or(problem.detail(), |e| e.detail.as_str());
            let said = Said { error: Some(format!("Your message {detail}")), text: typed, ..Said::default() };
            shown(intake, &entry, StatusCode::UNPROCESSABLE_ENTITY, said).await
        }
        Err(problem) => Err(problem),
    }
}

/// To the case page. Where another case was opened, its code is told at once, because no address may hold it.
async fn sent_on(intake: &Intake, entry: &Entry, answer: &Answer) -> Result<Response, Problem> {
    let replied: Replied = answer::read(answer)?;
    let Some(new) = replied.opened else { return Ok(Done::Message.turn(intake.cookie(entry)?)) };
    let notice = format!(
        "This case is closed, so your message opened {}. Its receipt code, shown only now: {}",
        new.case_id, new.receipt_code
    );
    shown(intake, entry, StatusCode::CREATED, Said { notice: Some(notice), ..Said::default() }).await
}

impl Intake {
    /// Counts what a reporter sends to a case.
    ///
    /// # Errors
    /// 429 when it is too much for a day.
    pub(crate) async fn within_messages(&self, case: &CaseId) -> Result<(), Problem> {
        let limit = self.policy.limits.reporter_messages_per_day;
        if self.desk.within_rate(&format!("reply {case}"), DAY, limit, self.clock.now()).await? {
            return Ok(());
        }
        let detail = format!("This case takes at most {limit} messages a day; please go on tomorrow.");
        Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, detail))
    }

    /// Records a message of the reporter's.
    async fn reply(&self, entered: &Entered, text: &str, key: Option<String>) -> Result<Answer, Problem> {
        let canonical = body::canonical(&json!({ "text": text }));
        let request = key.map(|k| Request::new("POST", "/case/messages", &entered.lookup, &k, &canonical));
        let case = &entered.stored.case;
        if let Some(answer) = answer::recalled(&self.cases, request.as_ref(), self.clock.now()).await? {
            return Ok(answer);
        }
        self.within_messages(&case.id).await?;
        let linked = match case.is_closed() {
            true => Some(self.linked_case(&self.unsealed(entered).await?, text).await?),
            false => None,
        };
        let prepare = |before: &Stored, commit: &mut Commit| {
            if let Some(new) = &linked {
                commit.merge(new.commit.clone());
            }
            let content = commit.seal(&before.case.id, &before.public, fresh_id("reply"), text.as_bytes())?;
            let opened = linked.as_ref().map(|new| new.stored.case.id.clone());
            Ok((Command::Reply { content, opened, mail: None }, ()))
        };
        let finish = |acted: &Acted, (), commit: &mut Commit| {
            let case = &acted.after.case;
            let replied = Replied {
                at: acted.at,
                case_id: case.id.clone(),
                opened: linked.as_ref().map(|new| self.taken(new)),
                stage: case.stage(),
            };
            let answer = Answer { status: 201, body: json!(replied).to_string() };
            if let Some(request) = &request {
                commit.remember(request, &answer, acted.at)?;
            }
            Ok(answer)
        };
        let done = self.cases.act(&case.id, &self.policy, &Actor::Reporter, &self.clock, prepare, finish).await;
        let done = done.map(|(_, answer)| answer.expect("a reply is always an event"));
        answer::once(&self.cases, request.as_ref(), self.clock.now(), done).await
    }

    /// The case that goes on from a closed one: the message is its report, and who wrote it stays who it was.
    async fn linked_case(&self, closed: &UnsealedCase, text: &str) -> Result<NewCase, Problem> {
        let case = &closed.case;
        let told: Value = serde_json::from_str(closed.text(&case.report)).unwrap_or_default();
        let goes_on = Report {
            summary: format!("A message after {} was closed", case.id),
            details: text.to_owned(),
            ..Report::stored(&told)
        };
        let value = goes_on.to_json();
        let report = Report::from_json(&value, &self.policy.limits).map_err(Problem::invalid)?;
        let (now, raw) = (self.clock.now(), body::canonical(&value));
        Ok(self.new_case(&raw, &report, Sort::GoesOn(case.id.clone()), now).await?)
    }
}
