//! What a member shows the reporter, or a party, before it is public (T34): the draft of the advisory, a patch, a text; and what they
//! make of it. It is sealed to whom it is shown and stands on their page alone: in no mail, for it says how to attack or how to be
//! safe, to whoever reads it. That it is there is a message of the member's, which travels as any other.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Case;
use super::event::{Actor, ContentRef, Event};
use crate::id::PartyId;

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharedThing {
    /// As it was saved when it was shown; what is changed later is shown again.
    DraftAdvisory,
    Patch,
    Text,
}

/// To whom; as a text `reporter` or `party-1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum SharedWith {
    Reporter,
    Party(PartyId),
}

/// Nobody to whom anything is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be reporter, or a party of the case, such as party-1")]
pub struct NobodyToShow;

/// Something that was shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// The event that showed it: it is named by this.
    pub seq: u64,
    pub at: Timestamp,
    pub by: Actor,
    pub what: SharedThing,
    pub with: SharedWith,
    pub content: ContentRef,
    /// As it was last said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ShareAnswer>,
}

/// What the reporter makes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShareAnswer {
    pub at: Timestamp,
    pub agrees: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<ContentRef>,
}

impl SharedThing {
    /// Each, as the API writes it.
    pub const WORDS: &'static [&'static str] = &["patch", "text", "draft-advisory"];

    /// In a sentence.
    pub const fn named(self) -> &'static str {
        match self {
            SharedThing::DraftAdvisory => "the draft of the advisory",
            SharedThing::Patch => "the patch",
            SharedThing::Text => "the text",
        }
    }

    /// What the reporter is asked about it; yes and no answer it.
    pub const fn question(self) -> &'static str {
        match self {
            SharedThing::DraftAdvisory => "Is what it says right?",
            SharedThing::Patch => "Does it fix what you reported?",
            SharedThing::Text => "Is it right?",
        }
    }

    /// What a party is asked about it.
    pub const fn question_to_party(self) -> &'static str {
        match self {
            SharedThing::DraftAdvisory => "Is what it says right for you?",
            SharedThing::Patch => "Does it fix it for you?",
            SharedThing::Text => "Is it right?",
        }
    }

    /// What they are told with it where the member says nothing else.
    pub fn standard_message(self, with: &SharedWith) -> String {
        let (named, page, question) = match with {
            SharedWith::Reporter => (self.named(), "case page", self.question()),
            SharedWith::Party(_) => (self.named(), "page", self.question_to_party()),
        };
        format!(
            "I have put {named} on your {page}, for you to look at. {question} Please say so there; and please keep it to yourself, as it \
             is not public."
        )
    }
}

impl fmt::Display for SharedWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SharedWith::Reporter => f.write_str("reporter"),
            SharedWith::Party(party) => write!(f, "{party}"),
        }
    }
}

impl FromStr for SharedWith {
    type Err = NobodyToShow;
    fn from_str(text: &str) -> Result<Self, NobodyToShow> {
        match text {
            "reporter" => Ok(SharedWith::Reporter),
            party => party.parse().map(SharedWith::Party).map_err(|_| NobodyToShow),
        }
    }
}

impl From<SharedWith> for String {
    fn from(with: SharedWith) -> String {
        with.to_string()
    }
}

impl TryFrom<String> for SharedWith {
    type Error = NobodyToShow;
    fn try_from(text: String) -> Result<Self, NobodyToShow> {
        text.parse()
    }
}

impl Case {
    /// What the event `seq` showed.
    pub fn shared(&self, seq: u64) -> Option<&Shared> {
        self.shared.iter().find(|shared| shared.seq == seq)
    }

    /// What was shown to the reporter.
    pub fn shared_with_reporter(&self) -> impl DoubleEndedIterator<Item = &Shared> {
        self.shared.iter().filter(|shared| shared.with == SharedWith::Reporter)
    }

    pub(super) fn share(&mut self, event: &Event, what: SharedThing, with: &SharedWith, content: &ContentRef) {
        let (seq, at, by, with, content) = (event.seq, event.at, event.actor.clone(), with.clone(), content.clone());
        self.shared.push(Shared { seq, at, by, what, with, content, answer: None });
    }

    /// Words are a message of the reporter's too.
    pub(super) fn share_answered(&mut self, seq: u64, answer: ShareAnswer) {
        if answer.words.is_some() {
            self.reporter_wrote(answer.at);
        }
        self.set_share_answer(seq, answer);
    }

    pub(super) fn set_share_answer(&mut self, seq: u64, answer: ShareAnswer) {
        if let Some(shared) = self.shared.iter_mut().find(|shared| shared.seq == seq) {
            shared.answer = Some(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_it_is_shown_to_is_written_in_one_way() {
        for (text, with) in [("reporter", SharedWith::Reporter), ("party-3", SharedWith::Party(PartyId::nth(3)))] {
            assert_eq!(text.parse(), Ok(with.clone()));
            assert_eq!(serde_json::to_value(&with).unwrap(), text);
            assert_eq!(serde_json::from_value::<SharedWith>(text.into()).unwrap(), with);
        }
        for wrong in ["", "Reporter", "party", "party-0", "alice"] {
            assert_eq!(wrong.parse::<SharedWith>(), Err(NobodyToShow));
        }
    }
}
