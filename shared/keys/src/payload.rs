//! What signed links and sealed tokens carry: who makes one and who takes it agree on it here.

use desk_domain::id::{CaseId, MemberId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Acknowledge with one click: one member, one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcknowledgeLink {
    #[serde(rename = "c")]
    pub case: CaseId,
    #[serde(rename = "m")]
    pub member: MemberId,
}

/// The reporter's page by link: id, stage and times, nothing more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseLink {
    #[serde(rename = "c")]
    pub case: CaseId,
}

/// A case that its reporter has opened, in the cookie of their browser; sealed, because it holds the code. No `Debug`.
#[derive(Serialize, Deserialize)]
pub struct CaseSession {
    /// The receipt code, in words.
    #[serde(rename = "k")]
    pub code: String,
    /// When the code was typed.
    #[serde(rename = "b")]
    pub began_at: Timestamp,
    #[serde(rename = "x")]
    pub expires_at: Timestamp,
}

/// A member's session: signed and verified by `team` alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberSession {
    /// 32 hex digits, by which it is ended; worth nothing else.
    #[serde(rename = "s")]
    pub id: String,
    #[serde(rename = "m")]
    pub member: MemberId,
    #[serde(rename = "b")]
    pub started_at: Timestamp,
    #[serde(rename = "x")]
    pub expires_at: Timestamp,
}

/// The header of a report that only tries whether the desk works; its value is a [`CanaryLink`]'s token.
pub const CANARY_HEADER: &str = "desk-canary";

/// Signed by the canary, for each of its reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CanaryLink {
    pub at: Timestamp,
}
