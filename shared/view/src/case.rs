//! The part of a case that its reporter sees; its team sees the same and more.

use desk_domain::advisory::Credit;
use desk_domain::case::event::{Answers, FactName};
use desk_domain::case::publication::{CreditState, When};
use desk_domain::case::{Case, Clock, ClockState, Stage};
use desk_domain::id::{CaseId, ClockName, ContentId};
use desk_domain::moment::Moment;
use desk_domain::policy::{Pauses, Policy};
use jiff::Timestamp;
use serde::Serialize;

use crate::{EmbargoView, FileView, MailView, Place, SharedView, Utterance};

/// What `GET /case` answers, and the first part of what the team's case answers. Has no `Debug`: it holds a report.
#[derive(Serialize)]
pub struct CaseView {
    pub case_id: CaseId,
    pub stage: Stage,
    pub received_at: Timestamp,
    pub clocks: Vec<ClockView>,
    /// A part of what was said, the oldest first.
    pub messages: Vec<MessageView>,
    /// Where the part before it ends; `None` where this is the oldest. For programs.
    pub next: Option<Place>,
    /// What was shown to the reporter before it was public, the newest first.
    pub shared: Vec<SharedView>,
    pub report: ReportView,
    pub credit: CreditView,
    pub disclosure: DisclosureView,
    pub embargo: EmbargoView,
    /// When the advisory is published by itself; `None` while that is not set.
    pub scheduled_for: Option<When>,
    /// Where what the team writes goes: on the page, or by mail too.
    pub answers: Answers,
    /// Of a duplicate: where the case stands that was there first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_stage: Option<Stage>,
    /// Where the advisory is read, once it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advisory_url: Option<String>,
}

/// When the reporter means to publish, as they last said.
#[derive(Serialize)]
pub struct DisclosureView {
    pub planned_for: Option<Moment>,
    /// They keep it to themselves until the release.
    pub with_release: bool,
}

/// Whether the reporter was asked how to be credited, and what was answered.
#[derive(Serialize)]
pub struct CreditView {
    pub state: CreditStanding,
    /// Whom the advisory names, or with what waits would name; nobody where that was the answer.
    pub credits: Vec<Credit>,
}

/// How far the question about credit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CreditStanding {
    Unasked,
    Asked,
    Answered,
    /// It was changed after the advisory was approved, and waits to be taken up.
    Waits,
}

/// A clock that somebody waits for, or waited for.
#[derive(Clone, Debug, Serialize)]
pub struct ClockView {
    pub name: ClockName,
    /// What a heading calls it; for pages.
    #[serde(skip)]
    pub label: String,
    /// Whether it was promised, and not only set out to be done; for pages.
    #[serde(skip)]
    pub promise: bool,
    pub state: ClockStanding,
    pub started_at: Timestamp,
    pub due_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met_at: Option<Timestamp>,
    /// Since when it is paused; for pages, which say what is left of it.
    #[serde(skip)]
    pub paused_since: Option<Timestamp>,
    /// What it goes on with once it is paused; for pages.
    #[serde(skip)]
    pub pauses: Option<Pauses>,
    /// What is known that makes it due sooner, as the end of a sentence; for pages.
    #[serde(skip)]
    pub because: Option<&'static str>,
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockStanding {
    Running,
    Paused,
    Met,
    /// Its time passed unmet, whether or not it was met later.
    Breached,
}

/// One message of the conversation. No `Debug`: it is a person's words.
#[derive(Serialize)]
pub struct MessageView {
    pub at: Timestamp,
    pub from: Speaker,
    /// The member who wrote, for the team's eyes and the page's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub text: String,
    /// What a mail quoted of earlier messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted: Option<String>,
    /// The mail that it came in, for the team's eyes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailView>,
    /// Files that came with it: for the reporter those of a mail too, which the team finds with the mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileView>,
    /// Where its words lie, for pages; nowhere, of what the desk says.
    #[serde(skip)]
    pub content: Option<ContentId>,
}

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    Reporter,
    Team,
    Desk,
}

/// The report exactly as sent: the hash in the receipt is over these bytes.
#[derive(Serialize)]
pub struct ReportView {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    pub body: String,
    /// Files that came with it, as those of a message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileView>,
}

impl DisclosureView {
    pub fn of(case: &Case) -> DisclosureView {
        DisclosureView { planned_for: case.planned_for.clone(), with_release: case.agrees_to_wait }
    }
}

impl CreditView {
    /// `credits` is what the sealed answer holds, where there is one.
    pub(super) fn new(state: &CreditState, waits: bool, credits: Vec<Credit>) -> CreditView {
        let state = match state {
            CreditState::Answered { .. } if waits => CreditStanding::Waits,
            CreditState::Unasked => CreditStanding::Unasked,
            CreditState::Asked { .. } => CreditStanding::Asked,
            CreditState::Answered { .. } => CreditStanding::Answered,
        };
        CreditView { state, credits }
    }
}

impl MessageView {
    pub(super) fn of(said: &Utterance, text: String) -> MessageView {
        MessageView {
            at: said.at,
            from: said.from,
            by: said.by.clone(),
            text,
            quoted: None,
            mail: None,
            files: Vec::new(),
            content: None,
        }
    }
}

impl ClockView {
    /// Nothing for a clock that ended unmet with its case.
    fn of(policy: &Policy, clock: &Clock) -> Option<ClockView> {
        let (state, paused_since) = match clock.state {
            ClockState::Running => (ClockStanding::Running, None),
            ClockState::Paused { since } => (ClockStanding::Paused, Some(since)),
            ClockState::Met { .. } if !clock.was_met_late() => (ClockStanding::Met, None),
            ClockState::Met { .. } | ClockState::Breached { .. } => (ClockStanding::Breached, None),
            ClockState::Ended => return None,
        };
        Some(ClockView {
            name: clock.name().clone(),
            label: policy.clock_label(clock.name()),
            promise: policy.clock(clock.name()).is_some_and(|row| row.promise),
            state,
            started_at: clock.start.started_at,
            due_at: clock.start.due_at,
            met_at: clock.met().map(|met| met.at),
            paused_since,
            pauses: clock.start.pauses,
            because: clock.start.hastened_by.map(FactName::is_known),
        })
    }

    /// Still to be kept at `now`, though its time has passed.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == ClockStanding::Running && self.due_at < now
    }
}

/// The clocks of a case, the soonest due first: all of them, or those that the reporter sees. Those that ended unmet with their
/// case are left out.
pub fn clocks(policy: &Policy, case: &Case, all: bool) -> Vec<ClockView> {
    let shown = case.clocks.iter().filter(|clock| all || clock.start.reporter_sees);
    let mut clocks: Vec<ClockView> = shown.filter_map(|clock| ClockView::of(policy, clock)).collect();
    clocks.sort_by_key(|clock| clock.due_at);
    clocks
}
