//! Templates: what a member's message to the reporter can start from. It is edited before it is sent, or it is not used.

use serde::{Deserialize, Serialize};

use crate::case::event::Resolution;

/// A text to start from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Template {
    /// What a link to it says.
    pub name: String,
    /// The outcome that it is usually sent with.
    pub outcome: Option<Outcome>,
    /// The reason of closing that it is usually sent with, where the outcome is that.
    pub resolution: Option<Resolution>,
    pub text: String,
    pub next_steps: Option<String>,
}

/// What a report comes to, as the page that decides it has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Confirm,
    Invalid,
    Duplicate,
    Defer,
    Close,
}

impl Outcome {
    /// As the policy and the form write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Confirm => "confirm",
            Outcome::Invalid => "invalid",
            Outcome::Duplicate => "duplicate",
            Outcome::Defer => "defer",
            Outcome::Close => "close",
        }
    }
}
