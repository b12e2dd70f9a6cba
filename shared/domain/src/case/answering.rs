//! What comes of a member's answer to a mail of the case, as it is when that mail is sent: it offers no more (I4).

use jiff::Timestamp;

use super::Case;
use super::command::CommandName;
use super::permit::permit;
use crate::id::MemberId;
use crate::policy::Policy;

/// What an answer by mail is beside words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    /// REPLY sends it to the reporter.
    Writes,
    /// A note: nobody reported the case.
    NobodyToWriteTo,
    /// A note: the case is closed, and takes no message.
    Closed,
    /// A note: its writer was let in to read and to write notes, and somebody else writes to the reporter.
    LetIn,
    /// Whoever may read the case has it.
    HandedOn,
}

impl Answering {
    pub const ALL: [Answering; 5] =
        [Answering::Writes, Answering::NobodyToWriteTo, Answering::Closed, Answering::LetIn, Answering::HandedOn];
}

impl Case {
    /// What comes of an answer of `member`'s. Of who gets a mail in another's place (`stands_in`) it is known that they may act; `policy`
    /// may not know that the other is away.
    pub fn answering(&self, member: &MemberId, stands_in: bool, policy: &Policy, now: Timestamp) -> Answering {
        let reads = stands_in || self.readable_by(member, policy, now);
        let writes = || stands_in || permit(self, policy, member, CommandName::Update, now).is_ok();
        match reads {
            false => Answering::HandedOn,
            true if !self.has_reporter() => Answering::NobodyToWriteTo,
            true if self.is_closed() && self.written_after_closing().is_none() => Answering::Closed,
            true if writes() => Answering::Writes,
            true => Answering::LetIn,
        }
    }

    /// Whether the acknowledgement that `member` gives by a button or by mail may be in words of their own; else any of triage gives it in
    /// the usual ones.
    pub fn hears_own_words(&self, member: &MemberId, policy: &Policy, now: Timestamp) -> bool {
        permit(self, policy, member, CommandName::Acknowledge, now).is_ok()
    }

    /// Whether the report still waits for its acknowledgement, which a button of a mail gives, or ACK.
    pub fn waits_for_acknowledgement(&self) -> bool {
        self.has_reporter() && !self.is_closed() && self.steps.acknowledged.is_none()
    }
}
