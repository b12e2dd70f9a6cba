//! The page behind the button in the page mail: `GET` shows id, stage and times only, `POST` acknowledges in the member's
//! name. No sign-in: the link is signed for one member and one case, and can do nothing else. It lives for as long as nobody has
//! acknowledged, past the breach too, because late is better than never; then for a day, to say who did. It ends with membership. Who
//! may no longer write to the reporter sends the usual message by it, and no words of their own.

use axum::body::Body;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use desk_domain::case::{Actor, Case, Command, Step};
use desk_domain::notice::standard_acknowledgement;
use desk_domain::policy::{ClockKind, Member};
use desk_domain::refusal::Refusal;
use desk_domain::text;
use desk_http::{Problem, body};
use desk_keys::payload::AcknowledgeLink;
use desk_pages::{AcknowledgePage, Acknowledgement, Site};
use desk_store::{ActError, Commit, Stored};
use jiff::SignedDuration;
use serde::Deserialize;

use crate::Team;
use crate::as_of_now::AsOfNow;
use crate::case_page::words::member_name;
use crate::sign_in::{Destination, Whose};

/// Why words of a member's own are not sent.
const NOT_THEIRS: &str = "Somebody else handles the case now, so words of your own do not go to its reporter. The usual message, which \
                          you see below, still does.";
/// How long a link still says who acknowledged.
const LIVES_ON: SignedDuration = SignedDuration::from_hours(24);

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
        let stored = self.cases.case(&link.case).await?.ok_or_else(Problem::not_found)?;
        let over = |step: &Step| step.at.duration_until(self.clock.now()) > LIVES_ON;
        if stored.case.steps.acknowledged.as_ref().is_some_and(over) {
            return Err(gone(
                "This case was acknowledged more than a day ago. Sign in to the desk to see how it stands.",
            ));
        }
        Ok(Valid { member, stored })
    }

    fn page(&self, of: &Valid<'_>, case: &Case, token: &str, state: Acknowledgement) -> AcknowledgePage {
        let due_at = case.clock_of(ClockKind::Acknowledgement).map(|c| c.start.due_at);
        let next = case.next_clock().map(|clock| (self.policy.clock_label(clock.name()), clock.start.due_at));
        AcknowledgePage {
            site: Site::of(&self.policy),
            case_id: case.id.to_string(),
            spoken: case.id.spoken(),
            stage: case.stage(),
            received_at: case.received_at,
            due_at: due_at.unwrap_or(case.received_at),
            now: self.clock.now(),
            member_name: of.member.name.clone(),
            zone: of.member.time_zone.clone(),
            token: token.to_owned(),
            message: standard_acknowledgement(&self.policy, of.member, case),
            own_words: case.hears_own_words(&of.member.id, &self.policy, self.clock.now()),
            unsent: None,
            error: None,
            take: case.handler.is_none().then_some(true),
            handler: case.handler.as_ref().map(|id| member_name(&self.policy, id)),
            next,
            state,
        }
    }

    /// Who acknowledged, when somebody has.
    fn state(&self, case: &Case) -> Acknowledgement {
        match &case.steps.acknowledged {
            Some(step) => {
                let by = match &step.by {
                    Actor::Member(id) => self.policy.member(id).map_or(id.to_string(), |m| m.name.clone()),
                    Actor::Reporter | Actor::Party(_) | Actor::Desk => "the desk".to_owned(),
                };
                Acknowledgement::Done { by, at: step.at }
            }
            None if case.is_closed() => Acknowledgement::Gone { why: format!("{} is closed.", case.id) },
            None => Acknowledgement::Ask,
        }
    }
}

pub(crate) async fn page(AsOfNow(team): AsOfNow, Query(link): Query<LinkQuery>) -> Response {
    match team.follow(&link.t).await {
        Ok(valid) => {
            let case = &valid.stored.case;
            Html(team.page(&valid, case, &link.t, team.state(case)).html()).into_response()
        }
        Err(problem) => problem.desk_page(Site::of(&team.policy)),
    }
}

pub(crate) async fn post(AsOfNow(team): AsOfNow, body: Body) -> Response {
    match acknowledged(&team, body).await {
        Ok(page) => page,
        Err(problem) => problem.desk_page(Site::of(&team.policy)),
    }
}

async fn acknowledged(team: &Team, body: Body) -> Result<Response, Problem> {
    let limit = team.policy.limits.text_bytes;
    // A form encodes each byte in up to three.
    let bytes = body::read(body, 3 * limit + 4096).await?;
    let sent = body::form(&bytes);
    let field = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let (token, text, take) = (field("token"), field("message").replace("\r\n", "\n"), field("take") == "1");
    let valid = team.follow(token).await?;
    let case = &valid.stored.case;
    if field("link") == "1" {
        let to = Destination::read(&format!("/desk/cases/{}", case.id));
        team.mail_link(&Whose::Member(valid.member.id.clone()), to).await?;
        return Ok(Html(team.page(&valid, case, token, Acknowledgement::Mailed).html()).into_response());
    }
    let usual = standard_acknowledgement(&team.policy, valid.member, case);
    let theirs = case.hears_own_words(&valid.member.id, &team.policy, team.clock.now());
    // Who may not write to this reporter was shown the usual words, and no field.
    let text = if text::is_blank(&text) && !theirs { usual.clone() } else { text };
    let own_words = text.trim() != usual.trim();
    if own_words && !theirs && case.waits_for_acknowledgement() {
        let page = team.page(&valid, case, token, team.state(case));
        let page = AcknowledgePage { error: Some(NOT_THEIRS.to_owned()), unsent: Some(text), ..page };
        return Ok((StatusCode::CONFLICT, Html(page.html())).into_response());
    }
    let wrong = match text::controls(&text) {
        _ if text::is_blank(&text) || text.len() > limit => {
            Some(format!("The message must have 1 to {limit} bytes; it is what the reporter gets."))
        }
        Some(control) => Some(format!("The message holds the control character U+{:04X}.", u32::from(control))),
        None => None,
    };
    if let Some(error) = wrong {
        let error = Some(error);
        let page = team.page(&valid, case, token, team.state(case));
        let page = AcknowledgePage { message: text, error, take: page.take.map(|_| take), ..page };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.html())).into_response());
    }
    let post = team.post(&valid.stored, &valid.member.name).await?;
    let prepare = |before: &Stored, commit: &mut Commit| {
        let message = post.message(commit, before, &text, false)?;
        Ok((Command::AcknowledgeFromMail { message, own_words, kept: None }, ()))
    };
    let actor = Actor::Member(valid.member.id.clone());
    let acted = team.cases.act(&case.id, &team.policy, &actor, &team.clock, prepare, |_, (), _| Ok(())).await;
    let (status, state) = match acted {
        Ok(_) => (StatusCode::OK, Some(Acknowledgement::Thanks)),
        Err(ActError::Refused(Refusal::NotAllowed { .. } | Refusal::NotFound)) => (StatusCode::CONFLICT, None),
        Err(e) => return Err(e.into()),
    };
    if take && state.is_some() {
        team.taken(case, valid.member).await?;
    }
    let now = team.cases.case(&case.id).await?.ok_or_else(Problem::not_found)?;
    let state = state.unwrap_or_else(|| team.state(&now.case));
    Ok((status, Html(team.page(&valid, &now.case, token, state).html())).into_response())
}

impl Team {
    /// Gives a case that nobody handles to who acknowledged it; where somebody was quicker, theirs it is.
    async fn taken(&self, case: &Case, member: &Member) -> Result<(), Problem> {
        let assign = Command::Assign { member: member.id.clone() };
        let prepare = |_: &Stored, _: &mut Commit| Ok((assign.clone(), ()));
        let actor = Actor::Member(member.id.clone());
        let acted = self.cases.act(&case.id, &self.policy, &actor, &self.clock, prepare, |_, (), _| Ok(())).await;
        match acted {
            Ok(_) | Err(ActError::Refused(_)) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}
