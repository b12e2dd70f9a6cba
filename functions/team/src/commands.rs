//! `POST /desk/api/cases/{id}/commands`: seal, decide, commit, answer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use desk_domain::case::permit::permit;
use desk_domain::case::{Actor, Command, CommandName};
use desk_domain::policy::Member;
use desk_domain::refusal::Refusal;
use desk_keys::ReceiptCode;
use desk_store::requests::{Answer, Request};
use desk_store::{ActError, Acted, Commit, Stored};
use desk_web::{Problem, answer, body};
use serde_json::{Value, json};

use crate::Team;
use crate::message::{message, seal, seal_for_mail};
use crate::request::{Asked, Words};

pub(crate) async fn post(
    State(team): State<Arc<Team>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let member = team.member(&headers, false).await?;
    let bytes = body::read(body, team.policy.limits.body_bytes).await?;
    let value = body::json(&headers, &bytes)?;
    let request = body::idempotency_key(&headers)?.map(|key| {
        let path = format!("/desk/api/cases/{id}/commands");
        Request::new("POST", &path, member.id.as_str(), &key, &body::canonical(&value))
    });
    // Asked for first: after a hand-over the case is no longer theirs, and the answer still is.
    if let Some(before) = answer::recalled(&team.store, request.as_ref(), team.clock.now()).await? {
        return Ok(answer::json(before));
    }
    let stored = team.readable(&id, &member.id).await?;
    Ok(answer::json(team.command(member, &stored, &value, request.as_ref()).await?))
}

/// The code that a command issues, beside the command.
struct NewCode {
    code: ReceiptCode,
    /// Mailed to the reporter, or else handed over by the member.
    mailed: bool,
}

impl Team {
    async fn command(
        &self,
        member: &Member,
        stored: &Stored,
        value: &Value,
        request: Option<&Request>,
    ) -> Result<Answer, Problem> {
        let asked = Asked::read(value, &self.policy.limits).map_err(Problem::invalid)?;
        if let Asked::Duplicate { of, .. } = &asked
            && self.store.case(of).await?.is_none_or(|other| !other.case.readable_by(&member.id, &self.policy))
        {
            return Err(Refusal::field("/of", "there is no such case here").into());
        }
        let reissue = match asked {
            Asked::ReissueCode => {
                permit(&stored.case, &self.policy, &member.id, CommandName::ReissueCode)?;
                Some((self.case_key(stored).await?, self.store.current_code(&stored.case.id).await?))
            }
            _ => None,
        };
        let prepare = |before: &Stored, commit: &mut Commit| match &reissue {
            None => Ok((self.sealed(&asked, before, commit)?, None)),
            Some((key, old)) => {
                let code = ReceiptCode::generate();
                let id = &before.case.id;
                let wrapped = key.wrapped(&code.key().public(), id.as_str())?;
                commit.code(id, &code.lookup(), wrapped, old.as_deref());
                let mail = match before.case.address {
                    Some(_) => Some(seal_for_mail(commit, before, &self.mail_key, &code.words())?),
                    None => None,
                };
                let new = NewCode { code, mailed: mail.is_some() };
                Ok((Command::ReissueCode { mail }, Some(new)))
            }
        };
        let finish = |acted: &Acted, new: Option<NewCode>, commit: &mut Commit| {
            let answer = said(acted, new.as_ref());
            if let Some(request) = request {
                commit.remember(request, &answer, acted.at)?;
            }
            Ok(answer)
        };
        let actor = Actor::Member(member.id.clone());
        match self.store.act(&stored.case.id, &self.policy, &actor, &self.clock, prepare, finish).await {
            Ok((acted, None)) => Ok(said(&acted, None)),
            Ok((_, Some(answer))) => Ok(answer),
            Err(ActError::RequestSeen) => {
                answer::recalled(&self.store, request, self.clock.now()).await?.ok_or_else(Problem::unavailable)
            }
            Err(e) => Err(e.into()),
        }
    }

    /// The command with its words sealed: `decide` never sees them.
    fn sealed(&self, asked: &Asked, stored: &Stored, commit: &mut Commit) -> Result<Command, ActError> {
        let mut tell = |words: &Words| message(commit, stored, &self.mail_key, &words.text, words.page_only);
        Ok(match asked {
            Asked::Message { name, words } => by_message(*name, tell(words)?, words.next_steps),
            Asked::Duplicate { of, words } => {
                Command::Duplicate { of: of.clone(), message: words.as_ref().map(tell).transpose()? }
            }
            Asked::Close { resolution, words } => {
                Command::Close { resolution: *resolution, message: tell(words)?, next_steps: words.next_steps }
            }
            Asked::Member { name: CommandName::Assign, member } => Command::Assign { member: member.clone() },
            Asked::Member { name: CommandName::HandOver, member } => Command::HandOver { member: member.clone() },
            Asked::Member { member, .. } => Command::SetBackup { member: member.clone() },
            Asked::Accept => Command::Accept,
            Asked::Note { text } => Command::Note { text: seal(commit, stored, text)? },
            Asked::Mark { fact, source } => Command::Mark { fact: *fact, source: seal(commit, stored, source)? },
            Asked::Score(score) => {
                let text = serde_json::to_string(score).expect("a score is plain data");
                Command::Score { severity: score.severity, content: seal(commit, stored, &text)? }
            }
            Asked::ReissueCode => Command::ReissueCode { mail: None },
        })
    }
}

fn by_message(name: CommandName, message: desk_domain::case::Message, next_steps: bool) -> Command {
    match name {
        CommandName::Respond => Command::Respond { message },
        CommandName::Update => Command::Update { message },
        CommandName::RequestInformation => Command::RequestInformation { message, next_steps },
        CommandName::Validate => Command::Validate { message },
        CommandName::Invalidate => Command::Invalidate { message, next_steps },
        CommandName::Defer => Command::Defer { message },
        _ => Command::Acknowledge { message },
    }
}

/// The state after, and what happened. A new code is shown to the member only when no mail can carry it.
fn said(acted: &Acted, new: Option<&NewCode>) -> Answer {
    let case = &acted.after.case;
    let mut body = json!({"case_id": case.id, "version": case.version, "stage": case.stage(), "events": acted.events});
    if let Some(new) = new.filter(|new| !new.mailed) {
        body["receipt_code"] = json!(*new.code.words());
    }
    Answer { status: 200, body: body.to_string() }
}
