//! Commands with their words sealed: `decide` never sees them.

use desk_domain::case::share::SharedWith;
use desk_domain::case::{Command, ContentRef, Message};
use desk_domain::id::PartyId;
use desk_keys::{KeyError, MailSealer, MailWords};
use desk_store::{Audience, Commit, Hearer, Stored};
use serde::Serialize;

use crate::message::Post;
use crate::request::Words;

/// Makes a command of what was asked, with its words sealed; anew whenever the case has moved on.
pub(crate) type Seal = Box<dyn Fn(&mut Sealing<'_>) -> Result<Command, KeyError> + Send + Sync>;

/// Seals the words of one command into the transaction that it is given in. What it does not name the reporter in is the team's
/// alone.
pub(crate) struct Sealing<'a> {
    pub post: &'a Post<'a>,
    pub mail_key: &'a MailSealer,
    pub stored: &'a Stored,
    pub commit: &'a mut Commit,
}

impl Sealing<'_> {
    /// A message to the reporter.
    pub(crate) fn message(&mut self, words: &Words) -> Result<Message, KeyError> {
        self.post.message(self.commit, self.stored, &words.text, words.page_only)
    }

    /// A message to somebody else than the reporter, which travels as it is.
    pub(crate) fn message_to_others(&mut self, to: &Hearer, text: &str) -> Result<Message, KeyError> {
        let content = self.text(text)?;
        let words = MailWords::Text { text: text.to_owned() };
        let mail = Some(self.commit.mail_words(&self.stored.case.id, self.mail_key, &words, to)?);
        Ok(Message { content, mail })
    }

    pub(crate) fn text(&mut self, text: &str) -> Result<ContentRef, KeyError> {
        self.post.seal(self.commit, &Audience::Team, text)
    }

    pub(crate) fn json<T: Serialize>(&mut self, value: &T) -> Result<ContentRef, KeyError> {
        self.post.seal_json(self.commit, &Audience::Team, value)
    }

    /// What the reporter is shown.
    pub(crate) fn text_for_reporter(&mut self, text: &str) -> Result<ContentRef, KeyError> {
        self.post.seal(self.commit, &Audience::Reporter, text)
    }

    /// What a party is told or shown; it travels in no mail.
    pub(crate) fn text_for_party(&mut self, party: &PartyId, text: &str) -> Result<ContentRef, KeyError> {
        self.post.seal(self.commit, &Audience::Party(party.clone()), text)
    }

    /// Something that is shown, and the message that goes with it.
    pub(crate) fn shown(
        &mut self,
        with: &SharedWith,
        text: &str,
        words: &Words,
    ) -> Result<(ContentRef, Message), KeyError> {
        match with {
            SharedWith::Reporter => Ok((self.text_for_reporter(text)?, self.message(words)?)),
            SharedWith::Party(party) => {
                let (shown, content) = (self.text_for_party(party, text)?, self.text_for_party(party, &words.text)?);
                Ok((shown, Message { content, mail: None }))
            }
        }
    }

    /// The same as for the reporter, of a value of ours.
    pub(crate) fn json_for_reporter<T: Serialize>(&mut self, value: &T) -> Result<ContentRef, KeyError> {
        self.post.seal_json(self.commit, &Audience::Reporter, value)
    }
}
