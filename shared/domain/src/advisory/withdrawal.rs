//! That an advisory was taken back, by whoever published it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Published;

/// Since when an advisory holds no more, and why, where that was said.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Withdrawal {
    pub at: Timestamp,
    /// One line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Published {
    /// Whether it still holds: what was withdrawn affects nobody and asks for no update.
    pub fn stands(&self) -> bool {
        self.withdrawn.is_none()
    }

    /// When it last became another: that it was withdrawn counts too, where its record calls that no modification.
    pub fn changed_at(&self) -> Timestamp {
        let withdrawn_at = self.withdrawn.as_ref().map(|withdrawal| withdrawal.at);
        withdrawn_at.map_or(self.modified_at, |at| at.max(self.modified_at))
    }
}
