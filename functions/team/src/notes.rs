//! What stands in a case beside the conversation: the team's notes, the sources of what it recorded, what it forwarded, and
//! what others than the reporter answered.

use desk_domain::case::event::{EventBody, FactName, MailParts};
use desk_domain::case::{Actor, Case, ContentRef, Event, Recipient};
use desk_domain::id::PackageName;
use desk_view::{MailView, UnsealedCase};
use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::mail::Mails;

/// A note. No `Debug`: it is words.
pub(crate) struct Note {
    pub at: Timestamp,
    pub by: Actor,
    pub kind: Kind,
    pub text: String,
    pub quoted: Option<String>,
    pub mail: Option<MailView>,
}

/// What a note is.
pub(crate) enum Kind {
    Plain,
    /// The source of a fact.
    Source(FactName),
    /// Where the reporter agreed that the report is forwarded.
    Consent,
    /// A message to those who maintain a module.
    Forwarded(PackageName),
    /// An answer by somebody outside.
    Outsider(Recipient),
    /// An answer that was found to be not the reporter's.
    Refused,
}

/// The notes of a case, oldest first.
pub(crate) fn notes(opened: &UnsealedCase, mails: &mut Mails) -> Vec<Note> {
    let mut notes: Vec<Note> = opened.events.iter().filter_map(|event| note(opened, event)).collect();
    notes.iter_mut().filter_map(|note| note.mail.as_mut()).for_each(|mail| mails.fill(mail));
    notes
}

fn note(opened: &UnsealedCase, event: &Event) -> Option<Note> {
    let (kind, content, mail): (Kind, &ContentRef, Option<&MailParts>) = match &event.body {
        EventBody::Noted { content, mail } => (Kind::Plain, content, mail.as_ref()),
        EventBody::FactMarked { fact, source } => (Kind::Source(*fact), source, None),
        EventBody::ConsentRecorded { source } => (Kind::Consent, source, None),
        EventBody::Forwarded { to, message } => (Kind::Forwarded(to.clone()), &message.content, None),
        EventBody::OutsiderReplied { from, content, mail } => (Kind::Outsider(from.clone()), content, Some(mail)),
        EventBody::ReplyQuarantined { content, mail } if was_refused(&opened.case, &opened.events, content) => {
            (Kind::Refused, content, Some(mail))
        }
        // It is part of the conversation, shown with the step that it is of, or holds no words.
        EventBody::ReportReceived(_)
        | EventBody::MessageSent { .. }
        | EventBody::MessageBounced { .. }
        | EventBody::ReporterReplied { .. }
        | EventBody::ReplyQuarantined { .. }
        | EventBody::QuarantineEnded { .. }
        | EventBody::ClockStarted(_)
        | EventBody::ClockMet { .. }
        | EventBody::ClockPaused { .. }
        | EventBody::ClockResumed { .. }
        | EventBody::ClockWarned { .. }
        | EventBody::ClockBreached { .. }
        | EventBody::ClockReopened { .. }
        | EventBody::ClockShortened { .. }
        | EventBody::ClockEnded { .. }
        | EventBody::HandlerAssigned { .. }
        | EventBody::AssignmentPostponed { .. }
        | EventBody::BackupSet { .. }
        | EventBody::RmChanged { .. }
        | EventBody::InformationRequested
        | EventBody::ReleasePlanned { .. }
        | EventBody::TreatedAsReport { .. }
        | EventBody::Scored { .. }
        | EventBody::DuplicateOf { .. }
        | EventBody::CodeReissued { .. }
        | EventBody::AffectedDetermined { .. }
        | EventBody::AuditRecorded { .. }
        | EventBody::AuditWaived { .. }
        | EventBody::FixReady { .. }
        | EventBody::FixReleased { .. }
        | EventBody::LineNotAffected { .. }
        | EventBody::LineWaived { .. }
        | EventBody::FixesReady
        | EventBody::FixesReleased
        | EventBody::FixesPending
        | EventBody::CreditAsked
        | EventBody::CreditRecorded { .. }
        | EventBody::AdvisoryDrafted { .. }
        | EventBody::AdvisoryApproved { .. }
        | EventBody::Published { .. }
        | EventBody::Announced { .. }
        | EventBody::Closed { .. } => return None,
    };
    Some(Note {
        at: event.at,
        by: event.actor.clone(),
        kind,
        text: opened.text(content).to_owned(),
        quoted: mail.and_then(|mail| opened.quoted(mail)),
        mail: mail.map(MailView::from),
    })
}

/// Whether an answer neither waits any more nor was let in.
fn was_refused(case: &Case, events: &[Event], answer: &ContentRef) -> bool {
    let waits = case.quarantine.answers.iter().any(|held| held.content.id == answer.id);
    let was_let_in =
        |event: &Event| matches!(&event.body, EventBody::ReporterReplied { content, .. } if content.id == answer.id);
    !waits && !events.iter().any(was_let_in)
}

/// For programs: what kind of note it is stands in a field of its own.
impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut note = serializer.serialize_map(None)?;
        note.serialize_entry("at", &self.at)?;
        note.serialize_entry("by", &self.by)?;
        note.serialize_entry("text", &self.text)?;
        match &self.kind {
            Kind::Plain => {}
            Kind::Source(fact) => note.serialize_entry("fact", fact)?,
            Kind::Consent => note.serialize_entry("consent", &true)?,
            Kind::Forwarded(to) => note.serialize_entry("forwarded_to", to)?,
            Kind::Outsider(from) => note.serialize_entry("from", from)?,
            Kind::Refused => note.serialize_entry("refused", &true)?,
        }
        if let Some(quoted) = &self.quoted {
            note.serialize_entry("quoted", quoted)?;
        }
        if let Some(mail) = &self.mail {
            note.serialize_entry("mail", mail)?;
        }
        note.end()
    }
}
