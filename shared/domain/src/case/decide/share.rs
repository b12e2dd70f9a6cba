//! What is shown to the reporter or to a party before it is public, and what the reporter makes of it.

use super::Next;
use crate::case::event::{ContentRef, EventBody, Message, MessageKind};
use crate::case::permit::hidden_from_reporter;
use crate::case::share::{SharedThing, SharedWith};
use crate::refusal::Refusal;

impl Next<'_> {
    /// To the reporter it is a person's word, as any message is: it meets what waits for one. What a party is shown meets nothing.
    pub(super) fn share(
        &mut self,
        what: SharedThing,
        with: &SharedWith,
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
        let shared = EventBody::Shared { what, with: with.clone(), content: content.clone() };
        match with {
            SharedWith::Reporter => {
                if let Some(why) = hidden_from_reporter(&self.case) {
                    return Err(Refusal::field("/with", format!("cannot be the reporter: {why}")));
                }
                self.push(shared);
                self.message(MessageKind::Shared, message, false);
            }
            SharedWith::Party(party) => {
                self.joined_for("/with", party)?;
                self.push(shared);
                self.write_party(party, &message.content)?;
            }
        }
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
        let Some(of) = self.case.shared_with_reporter().find(|of| of.seq == shared) else {
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
