//! What was shown to the reporter, or to a party, before it was public, and what they make of it.

use desk_domain::case::share::{Shared, SharedThing};
use desk_domain::case::{Actor, ContentRef};
use desk_domain::policy::Policy;
use jiff::Timestamp;
use serde::Serialize;

use crate::UnsealedCase;

/// Something that was shown. No `Debug`: it is not public.
#[derive(Serialize)]
pub struct SharedView {
    /// What an answer names it by.
    pub id: u64,
    pub at: Timestamp,
    /// The member who showed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub what: SharedThing,
    /// The patch as it was written; of all else Markdown.
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<ShareAnswerView>,
}

/// What they make of it. No `Debug`: it is their words.
#[derive(Serialize)]
pub struct ShareAnswerView {
    pub at: Timestamp,
    pub agrees: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl UnsealedCase {
    /// What was shown to the reporter by these events, the newest first.
    pub(crate) fn shared(&self, policy: &Policy, by: &[u64]) -> Vec<SharedView> {
        let these = self.case.shared_with_reporter().rev().filter(|shared| by.contains(&shared.seq));
        these.map(|shared| self.shown(policy, shared)).collect()
    }

    pub(crate) fn shown(&self, policy: &Policy, shared: &Shared) -> SharedView {
        let text = |content: &ContentRef| self.text(content).to_owned();
        let answer = shared.answer.as_ref().map(|answer| ShareAnswerView {
            at: answer.at,
            agrees: answer.agrees,
            text: answer.words.as_ref().map(text),
        });
        let by = match &shared.by {
            Actor::Member(id) => Some(policy.member_name(id)),
            Actor::Reporter | Actor::Party(_) | Actor::Desk => None,
        };
        SharedView { id: shared.seq, at: shared.at, by, what: shared.what, text: text(&shared.content), answer }
    }
}
