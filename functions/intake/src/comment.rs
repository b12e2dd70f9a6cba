//! `/policy/comment`: a word about the policy itself, in two fields. It goes to whoever answers for the policy, in the very shape that a
//! comment by mail has: filed as it comes, with no clock and no code, so that its sender has nothing to keep.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use desk_domain::case::event::Answers;
use desk_domain::fields::{self, FieldError, Fields};
use desk_domain::policy::{Limits, MailAddress};
use desk_domain::report::Report;
use desk_http::body::{self, Kind};
use desk_http::{Problem, answer};
use desk_pages::{CommentForm, Input, InputControl, Site};
use desk_store::requests::Answer;
use serde_json::{Value, json};

use crate::Intake;
use crate::accept::{Arrived, Sort};
use crate::files::Files;
use crate::session::{Sent, field, hidden_key};

/// What stands for the summary that nobody is asked for.
const SUMMARY: &str = "A comment on the security policy";

pub(crate) async fn get(State(intake): State<Arc<Intake>>) -> Html<String> {
    Html(intake.comment_form(&Sent::new(), &[]).html())
}

pub(crate) async fn post(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    match Kind::of(&headers) {
        Ok(Kind::Form) => intake.paged(from_form(&intake, &headers, body).await),
        Ok(Kind::Json) => answer::told(from_api(&intake, &headers, body).await),
        Err(problem) => problem.into_response(),
    }
}

async fn from_api(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Answer, Problem> {
    let bytes = body::read(body, intake.policy.limits.body_bytes).await?;
    let value = body::parse_json(&bytes)?;
    let comment = read(&value, &intake.policy.limits).map_err(Problem::invalid)?;
    intake.take_comment(headers, &comment, body::idempotency_key(headers)?).await
}

async fn from_form(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    // A form writes a byte in up to three.
    let sent: Sent = body::form(&body::read(body, 3 * intake.policy.limits.body_bytes).await?);
    let mut value = json!({"comment": field(&sent, "comment").replace("\r\n", "\n")});
    let email = field(&sent, "email").trim();
    if !email.is_empty() {
        value["email"] = json!(email);
    }
    match read(&value, &intake.policy.limits) {
        Ok(comment) => {
            let key = body::idempotency_key(headers)?.or(hidden_key(&sent));
            if let Err(problem) = intake.take_comment(headers, &comment, key).await {
                return intake.comment_refused(&sent, problem);
            }
            let page = CommentForm { sent: Some(comment.reporter_email), ..intake.comment_form(&Sent::new(), &[]) };
            Ok((StatusCode::CREATED, Html(page.html())).into_response())
        }
        Err(wrong) => {
            let page = intake.comment_form(&sent, &wrong).html();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
    }
}

/// Reads `{"comment", "email"?}`, as what is stored of it.
///
/// # Errors
/// Every wrong field.
fn read(value: &Value, limits: &Limits) -> Result<Report, Vec<FieldError>> {
    fields::read(value, |fields: &Fields<'_>| {
        let details = fields.required_text("comment", limits.text_bytes);
        let email = fields.text("email", limits.line_bytes).filter(|email| !email.is_empty());
        if email.as_ref().is_some_and(|email| email.parse::<MailAddress>().is_err()) {
            fields.wrong("email", "must be an e-mail address such as name@example.org");
        }
        // Who gives an address wants the answer there: there is no page to point to.
        let answers = if email.is_some() { Answers::Mail } else { Answers::Page };
        Report { summary: SUMMARY.to_owned(), details, reporter_email: email, answers, ..Report::default() }
    })
}

impl Intake {
    async fn take_comment(
        &self,
        headers: &HeaderMap,
        comment: &Report,
        key: Option<String>,
    ) -> Result<Answer, Problem> {
        let value = comment.to_json();
        let raw = body::canonical(&value);
        let arrived = Arrived { raw: &raw, report: comment, files: &Files::default() };
        self.accept(headers, arrived, &value, key, Sort::Comment).await
    }

    /// The form again, with what was typed, where it is only to be sent a little later.
    fn comment_refused(&self, sent: &Sent, problem: Problem) -> Result<Response, Problem> {
        if problem.status() != StatusCode::TOO_MANY_REQUESTS {
            return Err(problem);
        }
        let page = CommentForm { wait: Some(problem.detail().to_owned()), ..self.comment_form(sent, &[]) };
        Ok(problem.told_by(Html(page.html()).into_response()))
    }

    fn comment_form(&self, sent: &Sent, wrong: &[FieldError]) -> CommentForm {
        let input = |name: &str, label: &str, hint: &str, control: InputControl| Input {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: hint.to_owned(),
            control,
            value: field(sent, name).to_owned(),
            required: name == "comment",
            errors: wrong.iter().filter(|e| e.pointer == format!("/{name}")).map(|e| e.detail.clone()).collect(),
        };
        let owner = self.policy.member(&self.policy.contacts.policy_owner);
        CommentForm {
            site: Site::of(&self.policy),
            owner: owner.map_or_else(|| "whoever answers for the policy".to_owned(), |member| member.name.clone()),
            idempotency_key: hidden_key(sent).unwrap_or_else(|| desk_keys::hex(&desk_keys::random::<16>())),
            inputs: [
                input("comment", "Your comment", "", InputControl::Area { rows: 8 }),
                input(
                    "email",
                    "Your e-mail address",
                    "Only if you want an answer. It is used for nothing else.",
                    InputControl::Line,
                ),
            ],
            wait: None,
            sent: None,
        }
    }
}
