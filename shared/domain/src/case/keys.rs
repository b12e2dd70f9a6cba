//! To whom the words of a case are sealed, as its log says it.
//!
//! The public halves stand in the event that made them, the first one for the team and the reporter, with the hash of each
//! private half as it lies wrapped: so whoever changes a key where it lies, or the snapshot, changes nothing of what is sealed
//! next, and is found out.

use serde::{Deserialize, Serialize};

/// The public half of a key that words are sealed to (`age1…`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealingKey(String);

impl SealingKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for SealingKey {
    fn from(text: String) -> Self {
        SealingKey(text)
    }
}

/// One of a case's keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOfCase {
    pub public: SealingKey,
    /// SHA-256 (hex) of the private half as it lies wrapped.
    pub wrapped: String,
}

/// The keys that a case is opened with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseKeys {
    /// Everything of the case is sealed to it; its private half is wrapped by the root.
    pub team: KeyOfCase,
    /// What the reporter may see is sealed to it as well; its private half is wrapped to the receipt code, and to the team's key.
    pub reporter: KeyOfCase,
}
