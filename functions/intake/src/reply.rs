//! `POST /case/messages`: the reporter writes, with files or without. To a closed case it is kept there, and a person says what becomes
//! of it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_domain::case::event;
use desk_domain::case::{Actor, Command, Stage};
use desk_domain::fields::{self, FieldError};
use desk_domain::id::CaseId;
use desk_domain::text::is_blank;
use desk_http::body::{self, Kind};
use desk_http::{Problem, answer, session, upload};
use desk_store::opening::fresh_id;
use desk_store::requests::{Answer, Request};
use desk_store::{Acted, Audience, Commit, Stored};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Intake;
use crate::case::{Done, Entered, asked_again, shown};
use crate::case_page::Said;
use crate::files::{Files, Filled, WITHOUT_WORDS};
use crate::limits::Whose;
use crate::session::{field, hidden_key};

/// What a message is answered.
#[derive(Serialize, Deserialize)]
struct Replied {
    at: Timestamp,
    case_id: CaseId,
    /// By when a person looks at it, since its case is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    look_by: Option<Timestamp>,
    stage: Stage,
}

pub(crate) async fn post_message(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    // A program sends files with its code, a browser with the cookie or a field.
    let as_form = upload::is_upload(&headers) && !headers.contains_key(header::AUTHORIZATION);
    match Kind::of(&headers) {
        Ok(Kind::Form) => page(&intake, &headers, body).await,
        _ if as_form => page(&intake, &headers, body).await,
        Err(problem) if !upload::is_upload(&headers) => problem.into_response(),
        Ok(Kind::Json) | Err(_) => answer::told(from_api(&intake, &headers, body).await),
    }
}

async fn page(intake: &Intake, headers: &HeaderMap, body: Body) -> Response {
    intake.paged(from_form(intake, headers, body).await)
}

async fn from_api(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Answer, Problem> {
    let (entered, message) = match upload::is_upload(headers) {
        false => {
            let (entered, value) = intake.entered_with(headers, body).await?;
            let text = text_of(&value, intake.policy.limits.text_bytes).map_err(Problem::invalid)?;
            (entered, Message { text, files: Files::default() })
        }
        true => {
            let code = body::bearer(headers).ok_or_else(Problem::not_found)?;
            let entered = intake.counted(headers, intake.enter(code).await).await?;
            (entered, intake.message(intake.filled(headers, body).await?)?)
        }
    };
    intake.reply(headers, &entered, &message, body::idempotency_key(headers)?).await
}

fn text_of(value: &Value, max: usize) -> Result<String, Vec<FieldError>> {
    fields::read(value, |fields| fields.required_text("text", max))
}

/// What a reporter sends: words, files, or both. No `Debug`.
struct Message {
    text: String,
    files: Files,
}

async fn from_form(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    session::sent_from_here(headers)?;
    let filled = intake.filled(headers, body).await?;
    let sent = &filled.fields;
    let Some(entry) = intake.entry(headers, sent).await? else {
        return asked_again(intake, headers, "/case/messages", sent, filled.files.count()).await;
    };
    let (text, chosen) = (field(sent, "text").replace("\r\n", "\n"), filled.files.count());
    let key = body::idempotency_key(headers)?.or(hidden_key(sent));
    let taken = match intake.message(filled) {
        Ok(message) => intake.reply(headers, &entry.entered, &message, key).await,
        Err(problem) => Err(problem),
    };
    match taken {
        Ok(answer) => {
            let replied: Replied = answer::read(&answer)?;
            let done = if replied.look_by.is_some() { Done::AfterClosing } else { Done::Message };
            Ok(done.turn(intake.cookie(&entry)?))
        }
        Err(problem) if can_be_mended(problem.status()) => {
            let of_files = problem.errors.first().is_some_and(|error| error.pointer == "/files")
                || problem.status() == StatusCode::PAYLOAD_TOO_LARGE;
            let (error, files) = match of_files {
                true => (None, Some(problem.in_words("Your files"))),
                false => (Some(problem.in_words("Your message")), None),
            };
            let said = Said { error, text, files: (files, chosen), ..Said::default() };
            Ok(problem.told_by(shown(intake, &entry, problem.status(), said).await?))
        }
        Err(problem) => Err(problem),
    }
}

/// Whether the page is shown again, with what was typed.
pub(crate) fn can_be_mended(status: StatusCode) -> bool {
    let mended = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::TOO_MANY_REQUESTS];
    mended.contains(&status)
}

impl Intake {
    /// What was sent, of which files alone need no words.
    fn message(&self, Filled { fields, files }: Filled) -> Result<Message, Problem> {
        let text = field(&fields, "text").replace("\r\n", "\n");
        if is_blank(&text) && files.count() > 0 {
            return Ok(Message { text: WITHOUT_WORDS.to_owned(), files });
        }
        let text = text_of(&json!({ "text": text }), self.policy.limits.text_bytes).map_err(Problem::invalid)?;
        Ok(Message { text, files })
    }

    /// Records a message of the reporter's.
    async fn reply(
        &self,
        headers: &HeaderMap,
        entered: &Entered,
        message: &Message,
        key: Option<String>,
    ) -> Result<Answer, Problem> {
        let Message { text, files } = message;
        let listed = files.listed();
        let canonical = match files.is_empty() {
            true => body::canonical(&json!({ "text": text })),
            false => body::canonical(&json!({ "text": text, "files": listed })),
        };
        let request = key.map(|k| Request::new("POST", "/case/messages", &entered.lookup, &k, &canonical));
        let case = &entered.stored.case;
        if let Some(answer) = answer::recalled(&self.cases, request.as_ref(), self.clock.now()).await? {
            return Ok(answer);
        }
        self.takes(files, case.files)?;
        self.within_messages(headers, Whose::Reporters(&case.id), text.len() + files.bytes()).await?;
        let kept = self.keep(&entered.sealer, files).await?;
        let received_at = self.clock.now();
        let prepare = |_: &Stored, commit: &mut Commit| {
            let mut seal =
                |kind, words: &str| commit.seal(&entered.sealer, &Audience::Reporter, fresh_id(kind), words.as_bytes());
            let content = seal("reply", text)?;
            let files = match kept.is_empty() {
                true => None,
                false => {
                    let listed = seal("files", &json!(listed).to_string())?;
                    Some(event::Files { listed, kept: kept.clone() })
                }
            };
            Ok((Command::Reply { content, received_at, mail: None, files }, ()))
        };
        let finish = |acted: &Acted, (), commit: &mut Commit| {
            let case = &acted.after.case;
            let replied = Replied {
                at: acted.at,
                case_id: case.id.clone(),
                look_by: case.written_after_closing().map(|clock| clock.start.due_at),
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
}
