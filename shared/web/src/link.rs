//! What signed links carry: `deliver` signs them, `team` and `intake` verify them.

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
