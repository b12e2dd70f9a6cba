//! What stands in a case beside the conversation: the team's notes, the sources of what it recorded, what it forwarded, what was
//! written to parties and by them, and what others than the reporter answered.

use desk_domain::case::event::{NoteKind, Written};
use desk_domain::case::quarantine::was_refused;
use desk_domain::case::{Actor, Event};
use desk_domain::id::ContentId;
use desk_view::{MailView, UnsealedCase};
use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A note. No `Debug`: it is words.
pub(crate) struct Note {
    pub at: Timestamp,
    pub by: Actor,
    pub kind: NoteKind,
    pub text: String,
    pub quoted: Option<String>,
    pub mail: Option<MailView>,
    /// Where its words lie, for pages.
    pub content: ContentId,
}

/// The events whose words are notes, the oldest first.
pub(crate) fn noted(log: &[Event]) -> Vec<&Event> {
    let is_note = |event: &&Event| match event.body.row().written {
        Written::Note { .. } | Written::Invitation { .. } => true,
        Written::Waiting { .. } => was_refused(log, event.seq),
        Written::Report(_) | Written::ByTeam(_) | Written::ByReporter { .. } | Written::Step(_) | Written::Nothing => {
            false
        }
    };
    log.iter().filter(is_note).collect()
}

/// The notes by these events, in their order; the mails that they came in are not looked into yet.
pub(crate) fn notes(opened: &UnsealedCase, by: &[&Event]) -> Vec<Note> {
    by.iter().filter_map(|event| note(opened, event)).collect()
}

fn note(opened: &UnsealedCase, event: &Event) -> Option<Note> {
    let (kind, content, mail) = match event.body.row().written {
        Written::Note { kind, content, mail } => (kind, content, mail),
        Written::Invitation { party, content, name: _ } => (NoteKind::ToParty(party.clone()), content, None),
        Written::Waiting { content, mail } if was_refused(&opened.events, event.seq) => {
            (NoteKind::Refused, content, Some(mail))
        }
        // It is part of the conversation, waits, is shown with the step that it is of, or holds no words.
        Written::Report(_)
        | Written::ByTeam(_)
        | Written::ByReporter { .. }
        | Written::Waiting { .. }
        | Written::Step(_)
        | Written::Nothing => return None,
    };
    Some(Note {
        at: event.at,
        by: event.actor.clone(),
        kind,
        text: opened.text(content).to_owned(),
        quoted: mail.and_then(|mail| opened.quoted(mail)),
        mail: mail.map(MailView::from),
        content: content.id.clone(),
    })
}

/// For programs: what kind of note it is stands in a field of its own.
impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut note = serializer.serialize_map(None)?;
        note.serialize_entry("at", &self.at)?;
        note.serialize_entry("by", &self.by)?;
        note.serialize_entry("text", &self.text)?;
        match &self.kind {
            NoteKind::Plain => {}
            NoteKind::Source(fact) => note.serialize_entry("fact", fact)?,
            NoteKind::Duty(clock) => note.serialize_entry("duty", clock)?,
            NoteKind::Opened => note.serialize_entry("opened", &true)?,
            NoteKind::Invited(member) => note.serialize_entry("invited", member)?,
            NoteKind::Uninvited(member) => note.serialize_entry("uninvited", member)?,
            NoteKind::Tracker => note.serialize_entry("tracker", &true)?,
            NoteKind::Reopened => note.serialize_entry("reopened", &true)?,
            NoteKind::Consent => note.serialize_entry("consent", &true)?,
            NoteKind::Forwarded(to) => note.serialize_entry("forwarded_to", to)?,
            NoteKind::Outsider(from) => note.serialize_entry("from", from)?,
            NoteKind::ToParty(party) => note.serialize_entry("to_party", party)?,
            NoteKind::ByParty(party) => note.serialize_entry("from_party", party)?,
            NoteKind::PartyEnded(party) => note.serialize_entry("party_ended", party)?,
            NoteKind::GivenUp(channel) => note.serialize_entry("channel_given_up", channel)?,
            NoteKind::Refused => note.serialize_entry("refused", &true)?,
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
