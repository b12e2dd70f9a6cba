//! Commands with their words sealed: `decide` never sees them.

use desk_domain::case::{Command, ContentRef, Message};
use desk_keys::{KeyError, MailWords, PublicKey};
use desk_store::{Commit, Stored};
use serde::Serialize;

use crate::message::{Post, seal, seal_json};
use crate::request::Words;

/// Makes a command of what was asked, with its words sealed; anew whenever the case has moved on.
pub(crate) type Seal = Box<dyn Fn(&mut Sealer<'_>) -> Result<Command, KeyError> + Send + Sync>;

/// Seals the words of one command into the transaction that it is given in.
pub(crate) struct Sealer<'a> {
    pub post: &'a Post<'a>,
    pub mail_key: &'a PublicKey,
    pub stored: &'a Stored,
    pub commit: &'a mut Commit,
}

impl Sealer<'_> {
    /// A message to the reporter.
    pub(crate) fn message(&mut self, words: &Words) -> Result<Message, KeyError> {
        self.post.message(self.commit, self.stored, &words.text, words.page_only)
    }

    /// A message to somebody else than the reporter, which travels as it is.
    pub(crate) fn message_to_others(&mut self, text: &str) -> Result<Message, KeyError> {
        let content = seal(self.commit, self.stored, text)?;
        let words = MailWords::Text { text: text.to_owned() };
        let mail = Some(self.commit.mail_words(&self.stored.case.id, self.mail_key, &words)?);
        Ok(Message { content, mail })
    }

    pub(crate) fn text(&mut self, text: &str) -> Result<ContentRef, KeyError> {
        seal(self.commit, self.stored, text)
    }

    pub(crate) fn json<T: Serialize>(&mut self, value: &T) -> Result<ContentRef, KeyError> {
        seal_json(self.commit, self.stored, value)
    }
}
