//! A form that was sent: its commands are given, one after the other, and it is shown again with what is in its way.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_domain::notice::step;
use desk_domain::policy::Member;
use desk_http::{Problem, answer, body};
use desk_store::requests::{Answer, Request};
use serde_json::Value;

use super::form::{Given, Wrong};
use super::table::{Step, step_of};
use super::typed::Typed;
use super::{Asked, At, Trouble, people};
use crate::as_of_now::AsOfNow;
use crate::case_page::Reason;
use crate::{Team, board};

pub(crate) async fn post(AsOfNow(team): AsOfNow, which: Asked, headers: HeaderMap, body: Body) -> Response {
    match posted(&team, which, &headers, body).await {
        Ok(response) => response,
        Err(problem) => team.answered(Err(problem)),
    }
}

async fn posted(team: &Team, which: Asked, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let member = team.member(headers, true).await?;
    let Path((id, step)) = which.map_err(|_| Problem::not_found())?;
    let step = step_of(&step).ok_or_else(Problem::not_found)?;
    // A form encodes each byte in up to three.
    let typed = Typed::read(&body::read(body, 3 * team.policy.limits.body_bytes).await?);
    let sent = Sent { team, member, id, step, typed };
    // Asked for first: after a hand-over the case is no longer theirs, and what they did is done.
    match answer::recalled(&team.cases, sent.request(LAST).as_ref(), team.clock.now()).await? {
        Some(before) => sent.finished(words_of(&before)).await,
        None if sent.step.path == step::READ => sent.opened().await,
        None => sent.taken().await,
    }
}

/// A form as it was sent.
struct Sent<'a> {
    team: &'a Team,
    member: &'a Member,
    id: String,
    step: &'static Step,
    typed: Typed,
}

/// Of a form's commands, how many come after the last: once that is done, all of the form is.
const LAST: usize = 0;

impl Sent<'_> {
    /// Takes the step, or shows the form again with what is in its way.
    async fn taken(&self) -> Result<Response, Problem> {
        let Sent { team, member, step, typed, .. } = self;
        let opened = team.opened(&self.id, member).await?;
        let at = team.at_step(member, &opened, step).await?;
        let again =
            |trouble, status, typed: &Typed| (status, Html(at.page(step, typed, trouble).html())).into_response();
        let wrong = |wrong| Trouble { wrong, changed: Vec::new() };
        if typed.flag("check") {
            let misread = misread(&at, step, typed);
            let status = if misread.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            return Ok(again(wrong(misread), status, typed));
        }
        // The form that is shown again carries what it shows now: it passes, unless that has changed once more.
        if typed.get("against") != at.against(step) {
            let changed = Trouble { changed: at.changes(typed), wrong: Vec::new() };
            return Ok(again(changed, StatusCode::CONFLICT, typed));
        }
        let commands = match (step.give)(&at, typed) {
            Ok(commands) if commands.is_empty() => {
                Err(vec![Wrong::general("Nothing was changed, so nothing was done.")])
            }
            given => given,
        };
        let commands = match commands {
            Ok(commands) => commands,
            Err(found) => return Ok(again(wrong(found), StatusCode::UNPROCESSABLE_ENTITY, typed)),
        };
        let mut said = Vec::new();
        for (index, command) in commands.iter().enumerate() {
            match self.give(&command.body, commands.len() - 1 - index).await {
                Ok(answer) => said.extend(words_of(&answer)),
                Err(problem) if problem.is_of_what_was_sent() => {
                    // What is done is not done again with what is typed next.
                    let renewed = typed.renewed();
                    let typed = if index > 0 { &renewed } else { typed };
                    return Ok(again(wrong(command.wrong(&problem, index)), problem.status(), typed));
                }
                Err(problem) => return Err(problem),
            }
        }
        self.finished(said).await
    }

    /// Opens a case that was not theirs to read, or shows the page that asks for the reason again.
    async fn opened(&self) -> Result<Response, Problem> {
        let Sent { team, id, typed, .. } = self;
        let (stored, request) = (team.there(id).await?, self.request(LAST));
        match team.command(self.member, &stored, &people::reading(typed), request.as_ref()).await {
            Ok(answer) => self.finished(words_of(&answer)).await,
            Err(problem) if problem.is_of_what_was_sent() => {
                let asked =
                    Reason { typed: typed.text("reason").to_owned(), error: Some(problem.in_words("The reason")) };
                team.not_theirs(self.member, id, asked, problem.status()).await
            }
            Err(problem) => Err(problem),
        }
    }

    /// Gives one of the form's commands, once however often the form is sent.
    async fn give(&self, command: &Value, after: usize) -> Result<Answer, Problem> {
        let (team, request) = (self.team, self.request(after));
        if let Some(before) = answer::recalled(&team.cases, request.as_ref(), team.clock.now()).await? {
            return Ok(before);
        }
        let stored = team.readable(&self.id, &self.member.id).await?;
        team.command(self.member, &stored, command, request.as_ref()).await
    }

    fn request(&self, after: usize) -> Option<Request> {
        let path = format!("/desk/cases/{}/{}", self.id, self.step.path);
        self.typed.request(self.member, &path, after)
    }

    /// To the case, or to the board where it is no longer theirs; with something to say, a page says it.
    async fn finished(&self, said: Vec<String>) -> Result<Response, Problem> {
        let Sent { team, member, id, step, .. } = self;
        if !said.is_empty() {
            let opened = team.opened(id, member).await?;
            return Ok(Html(team.at(member, &opened).done(step, said).html()).into_response());
        }
        let to = match team.readable(id, &member.id).await {
            Ok(_) => format!("/desk/cases/{id}?done={}", step.path),
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => board::left(id, step),
            Err(problem) => return Err(problem),
        };
        Ok(Redirect::to(&to).into_response())
    }
}

/// What is wrong with a form that is only looked at, as far as reading it tells.
fn misread(at: &At<'_>, step: &Step, typed: &Typed) -> Vec<Wrong> {
    let wrong = |command: Given| match crate::request::Asked::read(&command.body, at.policy) {
        Ok(_) => Vec::new(),
        Err(errors) => command.wrong(&Problem::invalid(errors), 0),
    };
    (step.give)(at, typed).map_or_else(|found| found, |commands| commands.into_iter().flat_map(wrong).collect())
}

/// What an answer has to say to the member beside that it is done: a code to hand over, the case that was opened, a warning.
fn words_of(answer: &Answer) -> Vec<String> {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let opened = body["opened"]["case_id"].as_str().map(|id| format!("It is {id} now."));
    let codes = [&body["receipt_code"], &body["opened"]["receipt_code"]].into_iter().filter_map(Value::as_str);
    let codes = codes.map(|code| format!("The reporter’s code is: {code} {HAND_OVER}"));
    let warnings = body["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    opened.into_iter().chain(codes).chain(warnings).collect()
}

const HAND_OVER: &str = "— no mail can carry it; hand it over in a way that you trust. It is not shown again.";
