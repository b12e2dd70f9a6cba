//! `POST /case/credit`: the reporter says how to be credited, once asked. What is answered is sealed to the case. The first
//! answer voids an approval that was given before; a change after an approval waits for whoever handles the case.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use desk_domain::advisory::Credit;
use desk_domain::case::{Actor, Command};
use desk_domain::fields;
use desk_http::body::{self, Kind};
use desk_http::{Problem, answer};
use desk_keys::KeyError;
use desk_store::opening::fresh_id;
use desk_store::requests::{Answer, Request};
use desk_store::{Acted, Audience, Commit, Stored};
use desk_view::{CreditStanding, CreditView};
use serde_json::{Value, json};

use crate::Intake;
use crate::case::{Done, Entered, asked_again, shown};
use crate::case_page::Said;
use crate::limits::Whose;
use crate::reply::can_be_mended;
use crate::session::{field, hidden_key};

pub(crate) async fn post_credit(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    match Kind::of(&headers) {
        Ok(Kind::Form) => intake.paged(from_form(&intake, &headers, body).await),
        Ok(Kind::Json) => answer::told(from_api(&intake, &headers, body).await),
        Err(problem) => problem.into_response(),
    }
}

async fn from_api(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Answer, Problem> {
    let (entered, value) = intake.entered_with(headers, body).await?;
    intake.credit(headers, &entered, &value, body::idempotency_key(headers)?).await
}

async fn from_form(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let sent = intake.form(headers, body).await?;
    let Some(entry) = intake.entry(headers, &sent).await? else {
        return asked_again(intake, headers, "/case/credit", &sent, 0).await;
    };
    let (name, link) = (field(&sent, "as").trim(), field(&sent, "link").trim());
    let value = match field(&sent, "decision") {
        // The button says that nobody is to be named; what stands in the fields is not meant.
        "none" => json!({"decision": "none"}),
        // Whom else the team has recorded is not the form's to change.
        decision => {
            let known = intake.unsealed(&entry.entered).await?.credit().credits;
            let other = |c: &Credit| json!({"as": c.name, "link": c.contact, "type": c.kind});
            let others: Vec<Value> = known.iter().skip(1).map(other).collect();
            json!({"decision": decision, "as": name, "link": link, "also": others})
        }
    };
    match intake.credit(headers, &entry.entered, &value, hidden_key(&sent)).await {
        Ok(_) => Ok(Done::Credit.turn(intake.cookie(&entry)?)),
        Err(problem) if can_be_mended(problem.status()) => {
            let credit = Some((wrong(&problem), name.to_owned(), link.to_owned()));
            let page = shown(intake, &entry, problem.status(), Said { credit, ..Said::default() }).await?;
            Ok(problem.told_by(page))
        }
        Err(problem) => Err(problem),
    }
}

/// What is wrong with the answer, in a sentence.
fn wrong(problem: &Problem) -> String {
    let Some(error) = problem.errors.first() else { return problem.detail().to_owned() };
    match error.pointer.as_str() {
        "/link" => format!("The link {}.", error.detail),
        _ => format!("The name {}.", error.detail),
    }
}

impl Intake {
    async fn credit(
        &self,
        headers: &HeaderMap,
        entered: &Entered,
        value: &Value,
        key: Option<String>,
    ) -> Result<Answer, Problem> {
        let line_bytes = self.policy.limits.line_bytes;
        let credits =
            fields::read(value, |fields| Credit::read_decision(fields, line_bytes)).map_err(Problem::invalid)?;
        let request = key.map(|k| Request::new("POST", "/case/credit", &entered.lookup, &k, &body::canonical(value)));
        if let Some(answer) = answer::recalled(&self.cases, request.as_ref(), self.clock.now()).await? {
            return Ok(answer);
        }
        self.within_messages(headers, Whose::Reporters(&entered.stored.case.id), value.to_string().len()).await?;
        let prepare = |_: &Stored, commit: &mut Commit| {
            let granted = match credits.is_empty() {
                true => None,
                false => {
                    let text = serde_json::to_vec(&credits).map_err(|_| KeyError::Wrong("a credit is plain data"))?;
                    Some(commit.seal(&entered.sealer, &Audience::Reporter, fresh_id("credit"), &text)?)
                }
            };
            Ok((Command::AnswerCredit { granted }, ()))
        };
        let finish = |acted: &Acted, (), commit: &mut Commit| {
            let case = &acted.after.case;
            let waits = case.publication.credit_waits.is_some();
            let state = if waits { CreditStanding::Waits } else { CreditStanding::Answered };
            let credit = CreditView { state, credits: credits.clone() };
            let body = json!({"case_id": case.id, "stage": case.stage(), "at": acted.at, "credit": credit});
            let answer = Answer { status: 201, body: body.to_string() };
            if let Some(request) = &request {
                commit.remember(request, &answer, acted.at)?;
            }
            Ok(answer)
        };
        let case = &entered.stored.case.id;
        let done = self.cases.act(case, &self.policy, &Actor::Reporter, &self.clock, prepare, finish).await;
        let done = done.map(|(_, answer)| answer.expect("an answer on credit is always an event"));
        answer::once(&self.cases, request.as_ref(), self.clock.now(), done).await
    }
}
