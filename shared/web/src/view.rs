//! A case as its reader sees it: stage, clocks and conversation, from the log and the content that the reader's key opens.

mod mail;

use desk_advisory::advisory_page;
use desk_domain::advisory::Credit;
use desk_domain::case::event::{EventBody, MailParts};
use desk_domain::case::publication::CreditState;
use desk_domain::case::{Actor, Case, ClockState, ContentRef, Event, Stage};
use desk_domain::id::{CaseId, ClockName};
use desk_domain::notice::conversation;
use desk_domain::policy::Policy;
use desk_keys::SecretKey;
use desk_store::{Fault, Store};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use mail::{AttachmentView, MailView, OpenedMail, Signature};

/// What `GET /case` answers, and the first part of what the team's case answers. Has no `Debug`: it holds a report.
#[derive(Serialize)]
pub struct CaseView {
    pub case_id: CaseId,
    pub stage: Stage,
    pub received_at: Timestamp,
    pub clocks: Vec<ClockView>,
    pub messages: Vec<MessageView>,
    pub report: ReportView,
    pub credit: CreditView,
    /// Where the advisory is read, once it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advisory_url: Option<String>,
}

/// Whether the reporter was asked how to be credited, and what was answered.
#[derive(Serialize)]
pub struct CreditView {
    /// `unasked`, `asked` or `answered`.
    pub state: &'static str,
    /// Whom the advisory names; nobody where that was the answer.
    pub credits: Vec<Credit>,
}

#[derive(Serialize)]
pub struct ClockView {
    pub name: ClockName,
    pub state: &'static str,
    pub started_at: Timestamp,
    pub due_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met_at: Option<Timestamp>,
}

#[derive(Serialize)]
pub struct MessageView {
    pub at: Timestamp,
    pub from: From,
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    Reporter,
    Team,
    Desk,
}

/// The report exactly as sent: the hash in the receipt is over these bytes.
#[derive(Serialize)]
pub struct ReportView {
    pub sha256: String,
    pub body: String,
}

/// A case with its log and what its key opened.
pub struct Opened {
    pub case: Case,
    pub events: Vec<Event>,
    contents: Vec<(String, String)>,
}

impl Opened {
    /// Reads and opens everything of a case that `key` opens.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn read(store: &Store, case: Case, key: &SecretKey) -> Result<Opened, Fault> {
        let events = store.events(&case.id, 1, case.version).await?;
        let sealed = store.contents(&case.id).await?;
        // What is sealed to the mail key does not open with this one.
        let open = |(id, sealed): (desk_domain::id::ContentId, Vec<u8>)| {
            let plain = key.open(&sealed).ok()?;
            Some((String::from(id), String::from_utf8_lossy(&plain).into_owned()))
        };
        Ok(Opened { case, events, contents: sealed.into_iter().filter_map(open).collect() })
    }

    /// The words of a content.
    pub fn text(&self, content: &ContentRef) -> &str {
        let found = self.contents.iter().find(|(id, _)| id == content.id.as_str());
        found.map_or("(this text cannot be opened)", |(_, text)| text)
    }

    /// Sealed JSON of ours, read again; `None` where it cannot be opened.
    pub fn json<T: DeserializeOwned>(&self, content: &ContentRef) -> Option<T> {
        serde_json::from_str(self.text(content)).ok()
    }

    /// Whether the reporter was asked, and whom the advisory names.
    pub fn credit(&self) -> CreditView {
        let (state, granted) = match &self.case.publication.credit {
            CreditState::Unasked => ("unasked", None),
            CreditState::Asked { .. } => ("asked", None),
            CreditState::Answered { granted, .. } => ("answered", granted.as_ref()),
        };
        CreditView { state, credits: granted.and_then(|content| self.json(content)).unwrap_or_default() }
    }

    /// What a mail quoted.
    pub fn quoted(&self, mail: &MailParts) -> Option<String> {
        mail.quoted.as_ref().map(|content| self.text(content).to_owned())
    }

    /// The view; `for_team`, else only what the reporter may see. `site_url` is where the published site is.
    pub fn view(&self, policy: &Policy, site_url: &str, for_team: bool) -> CaseView {
        let page = || format!("{site_url}/{}", advisory_page::key_of(&(&self.case.id).into()));
        let report = self.text(&self.case.report);
        CaseView {
            case_id: self.case.id.clone(),
            stage: self.case.stage(),
            received_at: self.case.received_at,
            clocks: clocks(&self.case, for_team),
            messages: self.messages(policy, for_team),
            report: ReportView { sha256: desk_keys::sha256_hex(report.as_bytes()), body: report.to_owned() },
            credit: self.credit(),
            advisory_url: self.case.publication.is_published().then(page),
        }
    }

    fn messages(&self, policy: &Policy, for_team: bool) -> Vec<MessageView> {
        let mut messages = Vec::new();
        let mut case: Option<Case> = None;
        for event in &self.events {
            match &mut case {
                Some(case) => case.apply(event),
                None => case = Case::opened(event),
            }
            messages.extend(self.said(policy, event, for_team));
            let line = case.as_ref().and_then(|case| conversation::line(policy, case, event));
            messages.extend(line.map(|text| MessageView::of(event, From::Desk, text)));
        }
        messages
    }

    /// What a person said by an event.
    fn said(&self, policy: &Policy, event: &Event, for_team: bool) -> Option<MessageView> {
        match &event.body {
            EventBody::MessageSent { message, .. } => {
                let mut said = MessageView::of(event, From::Team, self.text(&message.content).to_owned());
                if let Actor::Member(id) = &event.actor {
                    said.by = Some(policy.member(id).map_or_else(|| id.to_string(), |m| m.name.clone()));
                }
                Some(said)
            }
            EventBody::ReporterReplied { content, mail, .. } => {
                let mut said = MessageView::of(event, From::Reporter, self.text(content).to_owned());
                said.quoted = mail.as_ref().and_then(|mail| self.quoted(mail));
                said.mail = mail.as_ref().filter(|_| for_team).map(Into::into);
                Some(said)
            }
            _ => None,
        }
    }
}

impl MessageView {
    fn of(event: &Event, from: From, text: String) -> MessageView {
        MessageView { at: event.at, from, by: None, text, quoted: None, mail: None }
    }
}

/// The clocks of a case; those that ended unmet with their case are left out.
pub fn clocks(case: &Case, all: bool) -> Vec<ClockView> {
    let shown = case.clocks.iter().filter(|c| all || c.start.reporter_sees);
    let mut clocks: Vec<ClockView> = shown
        .filter_map(|clock| {
            let state = match clock.state {
                ClockState::Running => "running",
                ClockState::Paused { .. } => "paused",
                ClockState::Met { .. } => "met",
                ClockState::Breached { .. } => "breached",
                ClockState::Ended => return None,
            };
            Some(ClockView {
                name: clock.name().clone(),
                state,
                started_at: clock.start.started_at,
                due_at: clock.start.due_at,
                met_at: clock.met().map(|m| m.at),
            })
        })
        .collect();
    clocks.sort_by_key(|c| c.due_at);
    clocks
}
