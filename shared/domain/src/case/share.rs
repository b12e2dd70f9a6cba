//! What a member shows the reporter before it is public (T34): the draft of the advisory, a patch, a text; and what the reporter makes
//! of it. It is sealed to the case and stands on the case page alone: in no mail, for it says how to attack or how to be safe, to
//! whoever reads it. That it is there is a message of the member's, which travels as any other.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Case;
use super::event::{Actor, ContentRef, Event};

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharedThing {
    /// As it was saved when it was shown; what is changed later is shown again.
    DraftAdvisory,
    Patch,
    Text,
}

/// To whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharedWith {
    Reporter,
}

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

    /// What the reporter is told with it where the member says nothing else.
    pub fn standard_message(self) -> String {
        let named = self.named();
        format!(
            "I have put {named} on your case page, for you to look at. {} Please say so there; and please keep it to yourself, as it \
             is not public.",
            self.question()
        )
    }
}

impl SharedWith {
    /// Each, as the API writes it.
    pub const WORDS: &'static [&'static str] = &["reporter"];
}

impl Case {
    /// What the event `seq` showed.
    pub fn shared(&self, seq: u64) -> Option<&Shared> {
        self.shared.iter().find(|shared| shared.seq == seq)
    }

    pub(super) fn share(&mut self, event: &Event, what: SharedThing, with: SharedWith, content: &ContentRef) {
        let (seq, at, by, content) = (event.seq, event.at, event.actor.clone(), content.clone());
        self.shared.push(Shared { seq, at, by, what, with, content, answer: None });
    }

    /// Words are a message of the reporter's too.
    pub(super) fn share_answered(&mut self, seq: u64, answer: ShareAnswer) {
        if answer.words.is_some() {
            self.reporter_wrote(answer.at);
        }
        if let Some(shared) = self.shared.iter_mut().find(|shared| shared.seq == seq) {
            shared.answer = Some(answer);
        }
    }
}
