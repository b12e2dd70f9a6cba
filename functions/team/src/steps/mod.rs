//! A page for each step of a case: `GET` asks, `POST` gives the commands and leads back to the case. Together they give every
//! command of the table; a test holds that. Nothing on them needs script.
//!
//! A form carries what it was read against: a hash of what it shows ([`Step::shows`]), never the case's version, so that a note in
//! between asks nobody to read again. What was typed survives a conflict, an error and a refusal, and an idempotency key makes
//! sure that what is sent twice is done once.

mod advisory;
mod after_closing;
mod audit;
mod channels;
mod credit;
mod decide;
mod embargo;
mod facts;
pub(crate) mod form;
mod lines;
mod others;
mod parties;
mod people;
mod publish;
mod review;
pub(crate) mod revision;
mod score;
mod sent;
mod share;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod typed;
mod write;

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use desk_domain::advisory::Published;
use desk_domain::case::permit::{allowed, permit, permit_at};
use desk_domain::case::publication::Gate;
use desk_domain::case::{Case, CommandName, Event};
use desk_domain::id::MemberId;
use desk_domain::policy::{Member, Policy};
use desk_domain::refusal::Refusal;
use desk_domain::time::instant_in;
use desk_http::Problem;
use desk_pages::{Site, StepPage};
use desk_view::UnsealedCase;
use jiff::Timestamp;

use self::form::{Filled, Wrong};
pub(crate) use self::sent::post;

pub(crate) use self::table::{Step, step_of};
pub(crate) use self::typed::Typed;
use crate::Team;
use crate::as_of_now::AsOfNow;
use crate::case_page::words;
use crate::references::{self, Unreached};

/// What a step is taken at: a case, opened, and who looks at it when.
pub(crate) struct At<'a> {
    pub team: &'a Team,
    pub policy: &'a Policy,
    pub member: &'a Member,
    pub opened: &'a UnsealedCase,
    pub allowed: Vec<CommandName>,
    pub now: Timestamp,
    /// What of the case is public; where what is to be said is looked at.
    pub public: Option<Published>,
    /// What else is public; there too.
    pub others: Vec<Published>,
    /// The references of the saved draft that lead nowhere; there too.
    pub unreached: Vec<Unreached>,
    /// How many open cases each member of triage handles; where it is asked whom to choose.
    pub loads: BTreeMap<MemberId, u64>,
}

impl At<'_> {
    pub(crate) fn case(&self) -> &Case {
        &self.opened.case
    }

    /// A moment as the member reads it.
    pub(crate) fn instant(&self, when: Timestamp) -> String {
        instant_in(self.member.time_zone.as_ref(), when)
    }

    pub(crate) fn may(&self, name: CommandName) -> bool {
        self.allowed.contains(&name)
    }

    /// Why a command is not taken now.
    pub(crate) fn why_not(&self, name: CommandName) -> Option<String> {
        match permit(self.case(), self.policy, &self.member.id, name, self.now) {
            Err(Refusal::NotAllowed { why, .. }) => Some(why),
            Ok(()) | Err(Refusal::NotFound | Refusal::Invalid(_)) => None,
        }
    }

    /// Whether it may be said when the advisory is published by itself: nothing but an embargo that ends is in the way.
    pub(crate) fn may_schedule(&self) -> bool {
        self.may_publish(Gate::At(self.case().publishable_from(self.now)))
    }

    /// Whether it may be said that it is published once it is released, and that is waited for.
    pub(crate) fn may_await_release(&self) -> bool {
        let waits = self.policy.registry.is_some() && self.case().awaits_release(self.now);
        waits && self.may_publish(Gate::Released)
    }

    fn may_publish(&self, gate: Gate) -> bool {
        let permitted = permit_at(self.case(), self.policy, &self.member.id, CommandName::Publish, self.now, gate);
        !self.case().publication.is_published() && permitted.is_ok()
    }

    pub(crate) fn is_possible(&self, step: &Step) -> bool {
        let publishes = step.commands.contains(&CommandName::Publish);
        let later = publishes && (self.may_schedule() || self.may_await_release());
        later || step.commands.iter().any(|name| self.may(*name))
    }
}

/// What is given on a page that shows what publishing would write.
const REVIEWED: [CommandName; 4] =
    [CommandName::DraftAdvisory, CommandName::ApproveAdvisory, CommandName::Publish, CommandName::Revise];

/// What is given on a page that says what in the draft should be looked at twice.
const DOUBTED: [CommandName; 2] = [CommandName::DraftAdvisory, CommandName::ApproveAdvisory];

type Asked = Result<Path<(String, String)>, PathRejection>;

pub(crate) async fn page(AsOfNow(team): AsOfNow, which: Asked, headers: HeaderMap, uri: Uri) -> Response {
    let case = which.as_ref().map(|Path((id, _))| id.clone()).unwrap_or_default();
    let page = async {
        let member = team.member(&headers, true).await?;
        let Path((id, step)) = which.map_err(|_| Problem::not_found())?;
        let step = step_of(&step).ok_or_else(Problem::not_found)?;
        let opened = team.opened(&id, member).await?;
        let at = team.at_step(member, &opened, step).await?;
        let mut typed = (step.start)(&at);
        typed.ask(uri.query().unwrap_or_default());
        template::fill(&at, &mut typed);
        Ok::<String, Problem>(at.page(step, &typed, Trouble::default()).html())
    };
    match page.await {
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => team.not_found(&case, &headers).await,
        page => team.answered(page),
    }
}

/// What stands in the way of what was sent.
#[derive(Default)]
struct Trouble {
    changed: Vec<String>,
    wrong: Vec<Wrong>,
}

impl Team {
    /// Opens a case for a member, without its mails, and records that.
    pub(crate) async fn opened(&self, id: &str, member: &Member) -> Result<UnsealedCase, Problem> {
        let stored = self.readable(id, &member.id).await?;
        let keys = self.keys(&stored).await?;
        self.members.record_reading(&stored.case.id, &member.id, self.clock.now()).await?;
        Ok(self.unsealed(stored.case, &keys.team).await?)
    }

    pub(crate) fn at<'a>(&'a self, member: &'a Member, opened: &'a UnsealedCase) -> At<'a> {
        let now = self.clock.now();
        let allowed = allowed(&opened.case, &self.policy, &member.id, now);
        At {
            team: self,
            policy: &self.policy,
            member,
            opened,
            allowed,
            now,
            public: None,
            others: Vec::new(),
            unreached: Vec::new(),
            loads: BTreeMap::new(),
        }
    }
}

impl Team {
    /// The same, with what a step's form asks for beside the case.
    async fn at_step<'a>(
        &'a self,
        member: &'a Member,
        opened: &'a UnsealedCase,
        step: &Step,
    ) -> Result<At<'a>, Problem> {
        let mut at = self.at(member, opened);
        if step.commands.iter().any(|name| REVIEWED.contains(name)) {
            (at.public, at.others) = self.public(&opened.case).await?;
        }
        let doubted = step.commands.iter().any(|name| DOUBTED.contains(name));
        if let Some(draft) = opened.draft().filter(|_| doubted) {
            at.unreached = references::unreached(&draft, &self.policy.publication.references_at).await;
        }
        if step.commands.contains(&CommandName::Assign) {
            for member in self.policy.triage() {
                at.loads.insert(member.id.clone(), self.cases.load(&member.id).await?);
            }
        }
        Ok(at)
    }
}

impl At<'_> {
    fn page(&self, step: &Step, typed: &Typed, trouble: Trouble) -> StepPage {
        let Filled { about, quotes, review, starts, form, not_now } = (step.form)(self, typed);
        let mut page = StepPage {
            site: Site::of(self.policy),
            desk: self.team.desk(self.member, None),
            case_id: self.case().id.to_string(),
            stage: self.case().stage(),
            title: step.title.to_owned(),
            about,
            quotes,
            review,
            starts,
            form: None,
            not_now,
            changed: trouble.changed,
            wrong: Vec::new(),
        };
        if !self.is_possible(step) {
            page.about =
                step.commands.first().and_then(|name| self.why_not(*name)).map(words::full).into_iter().collect();
            return page;
        }
        let action = format!("/desk/cases/{}/{}", page.case_id, step.path);
        let (form, wrong) = form.finished(action, self.hidden(step, typed), trouble.wrong, !page.changed.is_empty());
        (page.form, page.wrong) = (Some(form), wrong);
        page
    }

    fn hidden(&self, step: &Step, typed: &Typed) -> Vec<(String, String)> {
        vec![
            ("key".to_owned(), typed.key()),
            ("against".to_owned(), self.against(step)),
            ("seen".to_owned(), self.case().version.to_string()),
        ]
    }

    /// The hash of what a step shows.
    fn against(&self, step: &Step) -> String {
        desk_keys::sha256_hex((step.shows)(self).as_bytes())
    }

    /// What has happened since the form was read, in the words of the case's history.
    fn changes(&self, typed: &Typed) -> Vec<String> {
        let seen: u64 = typed.get("seen").parse().unwrap_or_default();
        let since = self.opened.events.iter().filter(|event| event.seq > seen && event.body.row().clock.is_none());
        let line = |event: &Event| format!("{}, {}", words::happened(self.policy, event), self.instant(event.at));
        let lines: Vec<String> = since.map(line).collect();
        if lines.is_empty() { vec!["What this page shows is no longer as it was.".to_owned()] } else { lines }
    }

    /// Done, with something to say that the case page does not.
    fn done(&self, step: &Step, said: Vec<String>) -> StepPage {
        let typed = Typed::default();
        let page = self.page(step, &typed, Trouble::default());
        let about = std::iter::once(step.done.to_owned()).chain(said).collect();
        StepPage {
            about,
            quotes: Vec::new(),
            review: None,
            starts: Vec::new(),
            form: None,
            not_now: Vec::new(),
            ..page
        }
    }
}
