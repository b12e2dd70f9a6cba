//! How an advisory that is public comes to say something else: each form that takes the place of another says why, and all that were
//! stand on its page.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Advisory, Kept, Published, Withdrawal};
use crate::id::CaseId;
use crate::policy::Policy;

/// Why a form takes the place of the one that is public. It is part of what is approved, and every channel says it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// One line.
    pub why: String,
    /// The advisory holds no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdraws: bool,
}

/// A form that took the place of another.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    pub at: Timestamp,
    /// `None` where a name was taken out: who asked for that is not pointed to.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

impl Published {
    /// The advisory of a case, as it is published first.
    pub fn first(policy: &Policy, case: &CaseId, advisory: Advisory, at: Timestamp) -> Published {
        let (entry_id, case) = (Published::entry_id(policy, &advisory.id), Some(case.clone()));
        let (published_at, modified_at, withdrawn, revisions, kept) = (at, at, None, Vec::new(), Kept::default());
        let linked = Vec::new();
        Published { advisory, case, published_at, modified_at, entry_id, withdrawn, revisions, kept, linked }
    }

    /// The same with another form in its place. What was withdrawn before is so since then.
    pub fn revised(self, advisory: Advisory, at: Timestamp) -> Published {
        let correction = advisory.correction.clone();
        let gone = correction.as_ref().filter(|correction| correction.withdraws);
        let since = self.withdrawn.clone();
        let withdrawn = gone.map(|gone| since.unwrap_or_else(|| Withdrawal { at, reason: Some(gone.why.clone()) }));
        let mut revisions = self.revisions.clone();
        revisions.push(Revision { at, correction });
        Published { advisory, modified_at: at, withdrawn, revisions, ..self }
    }

    /// The same with nobody credited, and nothing else changed.
    pub fn without_names(mut self, at: Timestamp) -> Published {
        self.advisory.credits.clear();
        self.revisions.push(Revision { at, correction: None });
        Published { modified_at: at, ..self }
    }

    /// How often it was put anew since it was published; it is counted, so that an older form never takes a newer one's place.
    pub fn revision(&self) -> u32 {
        u32::try_from(self.revisions.len()).unwrap_or(u32::MAX)
    }

    /// Why it is as it is now, where a person said so.
    pub fn newest_correction(&self) -> Option<&Correction> {
        self.revisions.last()?.correction.as_ref()
    }
}
