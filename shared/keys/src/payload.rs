//! What signed links and tokens carry: who signs one and who verifies it agree on it here.

use desk_domain::id::{CaseId, MemberId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Acknowledge with one click: one member, one case, until then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcknowledgeLink {
    #[serde(rename = "c")]
    pub case: CaseId,
    #[serde(rename = "m")]
    pub member: MemberId,
    #[serde(rename = "x")]
    pub expires_at: Timestamp,
}

/// The reporter's page by link: id, stage and times, nothing more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseLink {
    #[serde(rename = "c")]
    pub case: CaseId,
}

/// The header of a report that only tries whether the desk works; its value is a [`CanaryLink`]'s token.
pub const CANARY_HEADER: &str = "desk-canary";

/// Signed by the canary, for each of its reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CanaryLink {
    pub at: Timestamp,
}
