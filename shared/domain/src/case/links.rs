//! Until when the links in mails to a reporter show where their case stands. A mail lies in mailboxes for ever; what it opens does not.

use jiff::Timestamp;

use super::Case;
use crate::policy::Policy;

/// Why a link that was mailed to a reporter shows nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnded {
    /// A new receipt code was made since: whoever has the old one, or a mail with it, is shut out.
    NewCode,
    /// The case was closed so long ago.
    Closed,
}

impl Case {
    /// Why a link shows nothing any more that was mailed while `code` was its reporter's code; `None` while it holds.
    pub fn link_ended(&self, code: Option<u64>, policy: &Policy, now: Timestamp) -> Option<LinkEnded> {
        let after = policy.limits.case_links_after_closing;
        let until = self.end.as_ref().map(|end| end.at.saturating_add(after).unwrap_or(Timestamp::MAX));
        match (code == self.code, until) {
            (false, _) => Some(LinkEnded::NewCode),
            (true, Some(until)) if until <= now => Some(LinkEnded::Closed),
            (true, _) => None,
        }
    }
}
