//! The page behind the button in the page mail: `GET` shows id, stage and times only, `POST` acknowledges in the member's
//! name. No sign-in: the link is signed for one member and one case, and ends with the clock and with membership.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use desk_domain::case::{Actor, Case, Command};
use desk_domain::policy::{ClockKind, Member};
use desk_domain::refusal::Refusal;
use desk_http::{Problem, body};
use desk_keys::payload::AcknowledgeLink;
use desk_pages::{AcknowledgePage, Acknowledgement, Site};
use desk_store::{ActError, Commit, Stored};
use serde::Deserialize;

use crate::Team;

#[derive(Deserialize)]
pub(crate) struct LinkQuery {
    #[serde(default)]
    t: String,
}

/// A link that holds: whose, and which case.
struct Valid<'a> {
    member: &'a Member,
    stored: Stored,
}

impl Team {
    async fn follow(&self, token: &str) -> Result<Valid<'_>, Problem> {
        let gone = |why: &str| Problem::new(StatusCode::GONE, why);
        let link: AcknowledgeLink = self.team_links.verify(token).await.map_err(|_| Problem::not_found())?;
        let triage = self.policy.triage().find(|m| m.id == link.member);
        let member = triage.ok_or_else(|| gone("This link was made for someone who is no longer of the team."))?;
        if link.expires_at <= self.clock.now() {
            return Err(gone(
                "This link has ended with its clock. A newer mail about the case may hold one that works; else sign in to the desk.",
            ));
        }
        let stored = self.cases.case(&link.case).await?.ok_or_else(Problem::not_found)?;
        Ok(Valid { member, stored })
    }

    fn page(&self, case: &Case, member: &Member, token: &str, state: Acknowledgement) -> String {
        let project = &self.policy.project.name;
        let due_at = case.clock_of(ClockKind::Acknowledgement).map(|c| c.start.due_at);
        AcknowledgePage {
            site: Site::of(&self.policy),
            case_id: case.id.to_string(),
            stage: case.stage(),
            received_at: case.received_at,
            due_at: due_at.unwrap_or(case.received_at),
            now: self.clock.now(),
            member_name: member.name.clone(),
            token: token.to_owned(),
            standard_message: format!(
                "Thank you for your report. I have received it and will look into it; you will hear from the {project} \
                 security team in detail, with the next steps.\n\n{}",
                member.name
            ),
            state,
        }
        .html()
    }

    /// Who acknowledged, when somebody has.
    fn state(&self, case: &Case) -> Acknowledgement {
        match &case.steps.acknowledged {
            Some(step) => {
                let by = match &step.by {
                    Actor::Member(id) => self.policy.member(id).map_or(id.to_string(), |m| m.name.clone()),
                    Actor::Reporter | Actor::Desk => "the desk".to_owned(),
                };
                Acknowledgement::Done { by, at: step.at }
            }
            None if case.is_closed() => Acknowledgement::Gone { why: format!("{} is closed.", case.id) },
            None => Acknowledgement::Ask,
        }
    }
}

pub(crate) async fn page(State(team): State<Arc<Team>>, Query(link): Query<LinkQuery>) -> Response {
    match team.follow(&link.t).await {
        Ok(Valid { member, stored }) => {
            Html(team.page(&stored.case, member, &link.t, team.state(&stored.case))).into_response()
        }
        Err(problem) => problem.page(Site::of(&team.policy)),
    }
}

pub(crate) async fn post(State(team): State<Arc<Team>>, body: Body) -> Response {
    match acknowledged(&team, body).await {
        Ok(page) => page,
        Err(problem) => problem.page(Site::of(&team.policy)),
    }
}

async fn acknowledged(team: &Team, body: Body) -> Result<Response, Problem> {
    let limit = team.policy.limits.text_bytes;
    // A form encodes each byte in up to three.
    let bytes = body::read(body, 3 * limit + 4096).await?;
    let sent = body::form(&bytes);
    let field = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let (token, text) = (field("token"), field("message").replace("\r\n", "\n"));
    let Valid { member, stored } = team.follow(token).await?;
    if text.trim().is_empty() || text.len() > limit {
        let detail = format!("The message must have 1 to {limit} bytes; it is what the reporter gets.");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let post = team.post(&stored, &member.name).await?;
    let prepare = |before: &Stored, commit: &mut Commit| {
        let message = post.message(commit, before, &text, false)?;
        Ok((Command::AcknowledgeFromMail { message }, ()))
    };
    let actor = Actor::Member(member.id.clone());
    let acted = team.cases.act(&stored.case.id, &team.policy, &actor, &team.clock, prepare, |_, (), _| Ok(())).await;
    match acted {
        Ok((acted, _)) => {
            Ok(Html(team.page(&acted.after.case, member, token, Acknowledgement::Thanks)).into_response())
        }
        Err(ActError::Refused(Refusal::NotAllowed { .. })) => {
            let now = team.cases.case(&stored.case.id).await?.ok_or_else(Problem::not_found)?;
            let page = team.page(&now.case, member, token, team.state(&now.case));
            Ok((StatusCode::CONFLICT, Html(page)).into_response())
        }
        Err(e) => Err(e.into()),
    }
}
