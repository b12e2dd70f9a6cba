//! A case with its log and what its reader's key opened.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use desk_domain::advisory::Credit;
use desk_domain::case::event::{Files, KeptFile, MailParts, Written};
use desk_domain::case::publication::CreditState;
use desk_domain::case::{Actor, Case, ContentRef, Event, EventBody, quarantine};
use desk_domain::id::ContentId;
use desk_domain::notice::conversation;
use desk_domain::policy::Policy;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{CaseView, CreditView, DisclosureView, FileView, MessageView, ReportView, Speaker, clocks, file};

/// What is shown where the reader's key does not open a content.
const NOT_OPENED: &str = "(this text cannot be opened)";
/// What is shown where a content is not what the log names.
const CHANGED: &str = "(This is not what was written: it was changed where it is kept. Tell whoever runs this desk.)";

/// A case with its log and what its key opened. No `Debug`: it is words.
pub struct UnsealedCase {
    pub case: Case,
    pub events: Vec<Event>,
    contents: Vec<(ContentId, String)>,
    /// What lies under a name that the log has, and is not what it names.
    pub changed: Vec<ContentId>,
}

impl UnsealedCase {
    /// `contents` are the case's sealed contents; `open` opens what the reader may read, and nothing else.
    pub fn new<Plain: AsRef<[u8]>>(
        case: Case,
        events: Vec<Event>,
        contents: Vec<(ContentId, Vec<u8>)>,
        open: impl Fn(&[u8]) -> Option<Plain>,
    ) -> UnsealedCase {
        let named: BTreeMap<&ContentId, &str> = events
            .iter()
            .flat_map(|event| event.body.contents())
            .map(|content| (&content.id, content.sha256.as_str()))
            .collect();
        let (mut opened, mut changed) = (Vec::new(), Vec::new());
        for (id, sealed) in contents {
            if named.get(&id).is_some_and(|sha256| *sha256 != HEXLOWER.encode(&Sha256::digest(&sealed))) {
                opened.push((id.clone(), CHANGED.to_owned()));
                changed.push(id);
            // What is sealed to the mail key, or is not this reader's, does not open.
            } else if let Some(plain) = open(&sealed) {
                opened.push((id, String::from_utf8_lossy(plain.as_ref()).into_owned()));
            }
        }
        UnsealedCase { case, events, contents: opened, changed }
    }

    /// The words of a content.
    pub fn text(&self, content: &ContentRef) -> &str {
        let found = self.contents.iter().find(|(id, _)| *id == content.id);
        found.map_or(NOT_OPENED, |(_, text)| text)
    }

    /// Sealed JSON of ours, read again; `None` where it cannot be opened.
    pub fn json<T: DeserializeOwned>(&self, content: &ContentRef) -> Option<T> {
        serde_json::from_str(self.text(content)).ok()
    }

    /// Whether the reporter was asked, and whom the advisory names.
    pub fn credit(&self) -> CreditView {
        let publication = &self.case.publication;
        match publication.credit_waits.as_ref().filter(|_| !publication.is_published()) {
            Some(said) => CreditView::new(said, true, self.credits(said)),
            None => CreditView::new(&publication.credit, false, self.credits(&publication.credit)),
        }
    }

    /// Whom it names by what is recorded; what waits is not.
    pub(crate) fn credits(&self, state: &CreditState) -> Vec<Credit> {
        match state {
            CreditState::Answered { granted: Some(content), .. } => self.json(content).unwrap_or_default(),
            CreditState::Answered { granted: None, .. } | CreditState::Unasked | CreditState::Asked { .. } => {
                Vec::new()
            }
        }
    }

    /// What a mail quoted.
    pub fn quoted(&self, mail: &MailParts) -> Option<String> {
        mail.quoted.as_ref().map(|content| self.text(content).to_owned())
    }

    /// The view; `for_team`, else only what the reporter may see. The advisory is read at `advisory_url` once it is published.
    pub fn view(&self, policy: &Policy, advisory_url: String, for_team: bool) -> CaseView {
        let report = self.text(&self.case.report);
        CaseView {
            case_id: self.case.id.clone(),
            stage: self.case.stage(),
            received_at: self.case.received_at,
            clocks: clocks(policy, &self.case, for_team),
            messages: self.messages(policy, for_team),
            shared: self.shared(policy),
            report: ReportView {
                sha256: HEXLOWER.encode(&Sha256::digest(report)),
                body: report.to_owned(),
                files: self.report_files(for_team),
            },
            credit: self.credit(),
            disclosure: DisclosureView::of(&self.case),
            answers: self.case.answers,
            root_stage: self.case.root.as_ref().map(|root| root.stage),
            advisory_url: self.case.advised_by().map(|_| advisory_url),
        }
    }

    /// Files that came with the report.
    fn report_files(&self, for_team: bool) -> Vec<FileView> {
        let told: Value = self.json(&self.case.report).unwrap_or_default();
        let listed = |pointer| told.pointer(pointer).and_then(|list| Vec::deserialize(list).ok()).unwrap_or_default();
        let first = self.events.first().map(|event| &event.body);
        let sent: &[KeptFile] = match first {
            Some(EventBody::ReportReceived(reported)) => &reported.files,
            _ => &[],
        };
        let mut files = if sent.is_empty() { Vec::new() } else { file::kept(listed("/files"), sent, for_team) };
        if !for_team && self.case.mail.is_some() {
            files.extend(listed("/mail/attachments"));
        }
        files
    }

    /// A file that came by the page, with what was told of it.
    pub fn file(&self, name: &ContentId) -> Option<(FileView, &ContentRef)> {
        let of_report = self.report_files(true);
        let of = |event: &Event| event.body.files().map(|files| self.message_files(None, Some(files), true));
        let all = of_report.into_iter().chain(self.events.iter().filter_map(of).flatten());
        let about = all.into_iter().find(|file| file.content.as_ref() == Some(name))?;
        let kept = self.events.iter().flat_map(|event| event.body.contents()).find(|content| content.id == *name)?;
        Some((about, kept))
    }

    /// Files that came with a message.
    fn message_files(&self, mail: Option<&MailParts>, files: Option<&Files>, for_team: bool) -> Vec<FileView> {
        let sent = files.map(|files| file::kept(self.json(&files.listed).unwrap_or_default(), &files.kept, for_team));
        let by_mail = mail.filter(|_| !for_team).and_then(|mail| self.json(mail.attached.as_ref()?));
        sent.into_iter().chain(by_mail).flatten().collect()
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
            let let_in = quarantine::let_in(&self.events, event.seq).into_iter();
            messages.extend(let_in.map(|held| self.reporters(event, held.content, Some(held.mail), None, for_team)));
            let line = case.as_ref().and_then(|case| conversation::line(policy, case, event));
            let line = line.map(|text| text + &self.new_code(event, for_team));
            messages.extend(line.map(|text| MessageView::of(event, Speaker::Desk, text)));
        }
        messages
    }

    /// The code of the case that was opened for what the reporter wrote after closing: for them alone.
    fn new_code(&self, event: &Event, for_team: bool) -> String {
        match &event.body {
            EventBody::FollowedUp { code, .. } if !for_team => format!(" Its receipt code: {}", self.text(code)),
            _ => String::new(),
        }
    }

    /// A message of the reporter's, at the time of `event`.
    fn reporters(
        &self,
        event: &Event,
        content: &ContentRef,
        mail: Option<&MailParts>,
        files: Option<&Files>,
        for_team: bool,
    ) -> MessageView {
        let mut said = MessageView::of(event, Speaker::Reporter, self.text(content).to_owned());
        said.quoted = mail.and_then(|mail| self.quoted(mail));
        said.mail = mail.filter(|_| for_team).map(Into::into);
        said.files = self.message_files(mail, files, for_team);
        said
    }

    /// What a person said by an event.
    fn said(&self, policy: &Policy, event: &Event, for_team: bool) -> Option<MessageView> {
        match event.body.row().written {
            Written::ByTeam(message) => {
                let mut said = MessageView::of(event, Speaker::Team, self.text(&message.content).to_owned());
                if let Actor::Member(id) = &event.actor {
                    said.by = Some(policy.member(id).map_or_else(|| id.to_string(), |m| m.name.clone()));
                }
                Some(said)
            }
            Written::ByReporter { content, mail, files } => Some(self.reporters(event, content, mail, files, for_team)),
            Written::Report(_)
            | Written::Waiting { .. }
            | Written::Note { .. }
            | Written::Invitation { .. }
            | Written::Step(_)
            | Written::Nothing => None,
        }
    }
}
