//! What is shown to the reporter before it is public, and what they make of it.

use super::Next;
use crate::case::event::{ContentRef, EventBody, Message, MessageKind};
use crate::case::share::{SharedThing, SharedWith};
use crate::refusal::Refusal;

impl Next<'_> {
    /// It is a person's word to the reporter, as any message is: it meets what waits for one.
    pub(super) fn share(
        &mut self,
        what: SharedThing,
        with: SharedWith,
        content: &ContentRef,
        message: &Message,
    ) -> Result<(), Refusal> {
        let publication = &self.case.publication;
        if what == SharedThing::DraftAdvisory && publication.is_published() {
            return Err(Refusal::field("/what", "is no draft any more: the advisory is published"));
        }
        if what == SharedThing::DraftAdvisory && publication.draft.is_none() {
            return Err(Refusal::field("/what", "is not written yet (draft-advisory)"));
        }
        self.push(EventBody::Shared { what, with, content: content.clone() });
        self.message(MessageKind::Shared, message, false);
        Ok(())
    }

    /// It may be said otherwise as long as the case is open. What is said again without a new word is nothing new.
    pub(super) fn answer_share(
        &mut self,
        shared: u64,
        agrees: bool,
        words: Option<&ContentRef>,
    ) -> Result<(), Refusal> {
        if self.case.is_closed() {
            return Err(self.not_now(format!("{} is closed; write a message to go on", self.case.id)));
        }
        let Some(of) = self.case.shared(shared) else {
            return Err(Refusal::field("/shared", "names nothing that was shown to you"));
        };
        if words.is_none() && of.answer.as_ref().is_some_and(|said| said.agrees == agrees) {
            return Ok(());
        }
        self.push(EventBody::ShareAnswered { shared, agrees, words: words.cloned() });
        if words.is_some() {
            self.heard(self.case.version);
        }
        Ok(())
    }
}
