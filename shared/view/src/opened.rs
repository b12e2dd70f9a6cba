//! A case with its log and what its reader's key opened.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use desk_domain::advisory::Credit;
use desk_domain::case::event::{Files, KeptFile, MailParts, Written};
use desk_domain::case::publication::{CreditState, InRegistry, Standing};
use desk_domain::case::{Case, ContentRef, Event, EventBody};
use desk_domain::id::ContentId;
use desk_domain::policy::{Policy, ShownVersion};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::said::What;
use crate::{
    CaseView, CreditView, DisclosureView, EmbargoView, FileView, MessageView, Portion, ReportView, Utterance, Wanted,
    clocks, file,
};

/// What is shown where the reader's key does not open a content.
const NOT_OPENED: &str = "(this text cannot be opened)";
/// What is shown where a content is not what the log names.
const CHANGED: &str = "(This is not what was written: it was changed where it is kept. Tell whoever runs this desk.)";

/// A case with its log and what its key opened. No `Debug`: it is words.
pub struct UnsealedCase {
    pub case: Case,
    pub events: Vec<Event>,
    wanted: Wanted,
    contents: Vec<(ContentId, String)>,
    /// What the registry shows of a version, by the content that this was recorded as released with.
    shown: BTreeMap<ContentId, ShownVersion>,
    /// What lies under a name that the log has, and is not what it names.
    pub changed: Vec<ContentId>,
}

impl UnsealedCase {
    /// `contents` are those of the case's sealed contents that are `wanted`; `open` opens what the reader may read, and nothing else.
    pub fn new<Plain: AsRef<[u8]>>(
        case: Case,
        events: Vec<Event>,
        wanted: Wanted,
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
        let shown_of = |(of, asked): (&ContentId, &InRegistry)| {
            let Standing::Seen { shown, .. } = &asked.stands else { return None };
            let plain = open(&HEXLOWER.decode(shown.as_bytes()).ok()?)?;
            Some((of.clone(), serde_json::from_slice(plain.as_ref()).ok()?))
        };
        let shown = case.publication.registry.iter().filter_map(shown_of).collect();
        UnsealedCase { case, events, wanted, contents: opened, shown, changed }
    }

    /// What the registry shows of a version; `None` where it does not, or it cannot be opened.
    pub(crate) fn shown_in_registry(&self, version: &ContentId) -> Option<&ShownVersion> {
        self.shown.get(version)
    }

    /// The words of a content that was wanted: what was not would seem to be unreadable.
    pub fn text(&self, content: &ContentRef) -> &str {
        debug_assert!(self.wanted.names().contains(&content.id), "{} is shown, and was not read", content.id);
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
        match publication.credit_waits.as_ref().filter(|_| publication.is_open()) {
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

    /// The view of a part of it at `now`; `for_team`, else only what the reporter may see. The advisory is read at `advisory_url` once
    /// it is published.
    pub fn view(
        &self,
        policy: &Policy,
        advisory_url: String,
        for_team: bool,
        portion: &Portion<'_>,
        now: Timestamp,
    ) -> CaseView {
        let report = self.text(&self.case.report);
        CaseView {
            case_id: self.case.id.clone(),
            stage: self.case.stage(),
            received_at: self.case.received_at,
            clocks: clocks(policy, &self.case, for_team),
            messages: portion.said.iter().map(|said| self.message(said, for_team)).collect(),
            next: portion.next,
            shared: self.shared(policy, &portion.shared),
            report: ReportView {
                sha256: HEXLOWER.encode(&Sha256::digest(report)),
                body: report.to_owned(),
                files: self.report_files(for_team),
            },
            credit: self.credit(),
            disclosure: DisclosureView::of(&self.case),
            embargo: EmbargoView::of(&self.case, now),
            scheduled_for: self.case.scheduled().map(|scheduled| scheduled.on.clone()),
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
        let names = |event: &&Event| event.body.contents().into_iter().any(|content| content.id == *name);
        let event = self.events.iter().find(names)?;
        let files = match event.body.files() {
            Some(files) => self.message_files(None, Some(files), true),
            None => self.report_files(true),
        };
        let about = files.into_iter().find(|file| file.content.as_ref() == Some(name))?;
        let kept = event.body.contents().into_iter().find(|content| content.id == *name)?;
        Some((about, kept))
    }

    /// Files that came with a message.
    fn message_files(&self, mail: Option<&MailParts>, files: Option<&Files>, for_team: bool) -> Vec<FileView> {
        let sent = files.map(|files| file::kept(self.json(&files.listed).unwrap_or_default(), &files.kept, for_team));
        let by_mail = mail.filter(|_| !for_team).and_then(|mail| self.json(mail.attached.as_ref()?));
        sent.into_iter().chain(by_mail).flatten().collect()
    }

    /// Something that was said, with its words as far as they were read.
    pub fn message(&self, said: &Utterance, for_team: bool) -> MessageView {
        match &said.what {
            What::Line(text) => {
                let code = self.event(said.place.seq).map(|event| self.new_code(event, for_team));
                MessageView::of(said, format!("{text}{}", code.unwrap_or_default()))
            }
            What::Written => self.written(said, self.event(said.place.seq), for_team),
            What::LetIn(seq) => self.written(said, self.event(*seq), for_team),
        }
    }

    pub(crate) fn event(&self, seq: u64) -> Option<&Event> {
        self.events.binary_search_by_key(&seq, |event| event.seq).ok().map(|place| &self.events[place])
    }

    /// The code of the case that was opened for what the reporter wrote after closing: for them alone.
    fn new_code(&self, event: &Event, for_team: bool) -> String {
        match &event.body {
            EventBody::FollowedUp { code, .. } if !for_team => format!(" Its receipt code: {}", self.text(code)),
            _ => String::new(),
        }
    }

    /// What a person said, in the words of `event`.
    fn written(&self, said: &Utterance, event: Option<&Event>, for_team: bool) -> MessageView {
        let (content, mail, files) = match event.map(|event| event.body.row().written) {
            Some(Written::ByTeam(message)) => (Some(&message.content), None, None),
            Some(Written::ByReporter { content, mail, files }) => (Some(content), mail, files),
            Some(Written::Waiting { content, mail }) => (Some(content), Some(mail), None),
            Some(
                Written::Report(_)
                | Written::Note { .. }
                | Written::Invitation { .. }
                | Written::Step(_)
                | Written::Nothing,
            )
            | None => (None, None, None),
        };
        let text = content.map_or(NOT_OPENED, |content| self.text(content)).to_owned();
        MessageView {
            quoted: mail.and_then(|mail| self.quoted(mail)),
            mail: mail.filter(|_| for_team).map(Into::into),
            files: self.message_files(mail, files, for_team),
            content: content.map(|content| content.id.clone()),
            ..MessageView::of(said, text)
        }
    }

    /// A text of the conversation, of a note or of what waits, by the name of its content: with what it quotes, and the number of its
    /// event. `None` where the reader's key does not open it.
    pub fn whole(&self, name: &ContentId) -> Option<(u64, String)> {
        let of = |event: &Event| match event.body.row().written {
            Written::ByTeam(message) => Some((message.content.clone(), None)),
            Written::ByReporter { content, mail, .. } | Written::Note { content, mail, .. } => {
                Some((content.clone(), mail.and_then(|mail| mail.quoted.clone())))
            }
            Written::Waiting { content, mail } => Some((content.clone(), mail.quoted.clone())),
            Written::Invitation { content, .. } => Some((content.clone(), None)),
            Written::Report(_) | Written::Step(_) | Written::Nothing => None,
        };
        let named = |event: &Event| of(event).filter(|(content, _)| content.id == *name).map(|of| (event.seq, of));
        let (seq, (content, quoted)) = self.events.iter().find_map(named)?;
        let found = |content: &ContentRef| self.contents.iter().find(|(id, _)| *id == content.id);
        let (_, text) = found(&content)?;
        let quoted = quoted.and_then(|quoted| found(&quoted)).map(|(_, text)| format!("\n\nQuoted text:\n\n{text}"));
        Some((seq, format!("{text}{}", quoted.unwrap_or_default())))
    }
}
