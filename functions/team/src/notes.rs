//! What stands in a case beside the conversation: the team's notes, the sources of what it recorded, what it forwarded, and
//! what others than the reporter answered.

use desk_domain::case::event::{EventBody, FactName, MailParts};
use desk_domain::case::{Actor, Case, ContentRef, Event, Recipient};
use desk_domain::id::PackageName;
use desk_web::view::{MailView, Opened};
use jiff::Timestamp;
use serde_json::{Value, json};

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
pub(crate) fn notes(opened: &Opened, mails: &mut Mails) -> Vec<Note> {
    let mut notes: Vec<Note> = opened.events.iter().filter_map(|event| note(opened, event)).collect();
    notes.iter_mut().filter_map(|note| note.mail.as_mut()).for_each(|mail| mails.fill(mail));
    notes
}

fn note(opened: &Opened, event: &Event) -> Option<Note> {
    let (kind, content, mail): (Kind, &ContentRef, Option<&MailParts>) = match &event.body {
        EventBody::Noted { content, mail } => (Kind::Plain, content, mail.as_ref()),
        EventBody::FactMarked { fact, source } => (Kind::Source(*fact), source, None),
        EventBody::ConsentRecorded { source } => (Kind::Consent, source, None),
        EventBody::Forwarded { to, message } => (Kind::Forwarded(to.clone()), &message.content, None),
        EventBody::OutsiderReplied { from, content, mail } => (Kind::Outsider(from.clone()), content, Some(mail)),
        EventBody::ReplyQuarantined { content, mail } if was_refused(&opened.case, &opened.events, content) => {
            (Kind::Refused, content, Some(mail))
        }
        _ => return None,
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

impl Note {
    pub(crate) fn json(&self) -> Value {
        let mut note = json!({"at": self.at, "by": self.by, "text": self.text});
        match &self.kind {
            Kind::Plain => {}
            Kind::Source(fact) => note["fact"] = json!(fact),
            Kind::Consent => note["consent"] = json!(true),
            Kind::Forwarded(to) => note["forwarded_to"] = json!(to),
            Kind::Outsider(from) => note["from"] = json!(from),
            Kind::Refused => note["refused"] = json!(true),
        }
        if let Some(quoted) = &self.quoted {
            note["quoted"] = json!(quoted);
        }
        if let Some(mail) = &self.mail {
            note["mail"] = json!(mail);
        }
        note
    }
}
