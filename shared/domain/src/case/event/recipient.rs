//! Whom the desk writes to.

use serde::{Deserialize, Serialize};

use crate::id::{ChannelId, MemberId, PackageName, PartyId};

/// Whom a notice goes to. Addresses are resolved when it is sent, so who has left the team gets nothing more (T16).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    Reporter,
    Member(MemberId),
    /// The same, by what wakes them beside mail.
    Pager(MemberId),
    Outside,
    Operator,
    /// The list behind a channel of the policy.
    List(ChannelId),
    /// Who maintains a module that the policy names as others' (T37).
    Maintainer(PackageName),
    /// Somebody from outside who was invited to the case.
    Party(PartyId),
    /// Nobody: SES's own mailbox simulator, which a canary's page goes to.
    Canary,
}

impl Recipient {
    /// The member of the team whom a mail goes to; `None` for everybody else.
    pub fn member(&self) -> Option<&MemberId> {
        match self {
            Recipient::Member(member) => Some(member),
            Recipient::Reporter
            | Recipient::Outside
            | Recipient::Operator
            | Recipient::List(_)
            | Recipient::Maintainer(_)
            | Recipient::Party(_)
            | Recipient::Pager(_)
            | Recipient::Canary => None,
        }
    }
}
