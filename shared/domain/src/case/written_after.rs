//! What a reporter writes to a closed case. It is kept there and waits for a person, who answers it, opens a case for it or puts it
//! away: a "thank you" opens nothing, and nobody is told a verdict on it. One clock runs for all that waits, from the receipt of the
//! first, and is told to the ladder of the acknowledgement (invariants I2 and I7 of the design).

use jiff::Timestamp;

use super::event::{EventBody, Files, MailParts, Resolution};
use super::{Case, Clock, ContentRef, Event, quarantine};
use crate::policy::MetBy;

impl Case {
    /// The clock of what its reporter wrote after closing, while that waits for a person.
    pub fn written_after_closing(&self) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.start.met_by == MetBy::Settled && clock.is_open())
    }

    /// Whether what its reporter writes waits for a person to say what becomes of it: it is closed, and was a report.
    pub(super) fn is_settled_by_person(&self) -> bool {
        self.is_closed() && !self.stays_comment()
    }

    /// Whether what its reporter writes joins it. What a machine sent has no reporter.
    pub fn takes_replies(&self) -> bool {
        self.resolution != Some(Resolution::AutomaticMail)
    }
}

/// A message of the reporter's that waits on a closed case.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    pub at: Timestamp,
    pub content: &'a ContentRef,
    pub mail: Option<&'a MailParts>,
    pub files: Option<&'a Files>,
}

/// What waits on a closed case and is the reporter's, in the order in which it came.
pub fn waiting(log: &[Event]) -> Vec<Message<'_>> {
    let since = log.iter().rposition(settles).map_or(0, |place| place + 1);
    log[since..].iter().flat_map(|event| brought(log, event)).collect()
}

fn brought<'a>(log: &'a [Event], event: &'a Event) -> Vec<Message<'a>> {
    if let EventBody::ReporterReplied { content, mail, files, opened: None, alone: false } = &event.body {
        return vec![Message { at: event.at, content, mail: mail.as_ref(), files: files.as_ref() }];
    }
    let held = quarantine::let_in(log, event.seq).into_iter();
    held.map(|held| Message { at: held.event.at, content: held.content, mail: Some(held.mail), files: None }).collect()
}

/// Whether nothing of what came before waits any more.
fn settles(event: &Event) -> bool {
    let body = &event.body;
    matches!(body, EventBody::Closed { .. } | EventBody::MessageSent { .. } | EventBody::FollowedUp { .. })
        || *body == EventBody::PutAway
}
