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

/// The reporter's page by link: id, stage and times, nothing more, for as long as `Case::link_ended` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseLink {
    #[serde(rename = "c")]
    pub case: CaseId,
    /// Which of the reporter's codes held when it was made: it ends with that one.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u64>,
}

/// A case that its reporter has opened, in the cookie of their browser; sealed, because it holds the code. No `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub struct CaseSession {
    /// The receipt code, in words.
    #[serde(rename = "k")]
    pub code: String,
    /// When the code was typed.
    #[serde(rename = "b")]
    pub began_at: Timestamp,
    #[serde(rename = "x")]
    pub expires_at: Timestamp,
    /// `None` until the page was shown in this session.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
}

/// A party that has opened its page, in the cookie of its browser; sealed, because it holds the code. No name of a field is one of a
/// [`CaseSession`]'s, so that neither passes for the other. No `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub struct PartySession {
    /// The code of the invitation, in words.
    #[serde(rename = "party")]
    pub code: String,
    /// When the code was typed.
    #[serde(rename = "began")]
    pub began_at: Timestamp,
    #[serde(rename = "end")]
    pub expires_at: Timestamp,
}

/// Up to which message the case was read; each is the time of a message, never of a look at it.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Visit {
    /// Before this session; `None` where it is the first.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Timestamp>,
    /// In this session so far.
    #[serde(rename = "u")]
    pub until: Timestamp,
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
    /// Whether a second factor was asked for, and given.
    #[serde(rename = "f", default, skip_serializing_if = "std::ops::Not::not")]
    pub second_factor: bool,
}

/// A member who has opened their link, and whose second factor is asked for; signed with the key of sessions. No name of a field is
/// one of a session's, so that neither passes for the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HalfSession {
    /// 32 hex digits, under which its tries are counted.
    #[serde(rename = "half")]
    pub id: String,
    #[serde(rename = "of")]
    pub member: MemberId,
    /// Where the member wanted to be.
    #[serde(rename = "to", default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    #[serde(rename = "end")]
    pub expires_at: Timestamp,
}

/// A secret that a member may take for their second factor, while the page that shows it is open; signed, and sealed because it is
/// one. No `Debug`.
#[derive(Serialize, Deserialize)]
pub struct FactorOffer {
    #[serde(rename = "for")]
    pub member: MemberId,
    pub secret: Vec<u8>,
    #[serde(rename = "end")]
    pub expires_at: Timestamp,
}

/// The header of a report that only tries whether the desk works; its value is a [`CanaryLink`]'s token.
pub const CANARY_HEADER: &str = "desk-canary";

/// Signed by the canary, for each of its reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CanaryLink {
    pub at: Timestamp,
}
