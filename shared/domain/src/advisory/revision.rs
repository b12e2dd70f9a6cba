//! How an advisory that is public comes to say something else: each form that takes the place of another says why, and all that were
//! stand on its page.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Published;

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
    /// How often it was put anew since it was published; it is counted, so that an older form never takes a newer one's place.
    pub fn revision(&self) -> u32 {
        u32::try_from(self.revisions.len()).unwrap_or(u32::MAX)
    }

    /// Why it is as it is now, where a person said so.
    pub fn newest_correction(&self) -> Option<&Correction> {
        self.revisions.last()?.correction.as_ref()
    }
}
