use serde::{Deserialize, Serialize};

use super::Notice;

/// What goes first when not everything can go at once; the first goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// A promise is broken or about to be, or nobody is there to keep it.
    Breach,
    /// A promise hangs on it: the page of a new report, the reporter's receipt, a member's own words, the way in.
    Promise,
    /// Somebody should know.
    Ordinary,
    /// A summary of what is known.
    Digest,
    /// A mail to many.
    List,
}

impl Notice {
    /// How soon it must go, compared with others.
    pub fn urgency(&self) -> Urgency {
        match self {
            Notice::Breach(_)
            | Notice::MemberBounced(_)
            | Notice::NoHandler(_)
            | Notice::RotaGap(_)
            | Notice::Warning(_) => Urgency::Breach,
            Notice::AcknowledgementRefused(_)
            | Notice::Bounced(_)
            | Notice::ChannelFailed(_)
            | Notice::Forward(_)
            | Notice::NewReport(_)
            | Notice::PromiseMissed(_)
            | Notice::Receipt(_)
            | Notice::SignIn(_)
            | Notice::ThirdPartyReceipt(_)
            | Notice::UnreadableReceipt(_)
            | Notice::UrgentReceipt(_)
            | Notice::Written(_) => Urgency::Promise,
            Notice::Accepted(_)
            | Notice::ApprovalAsked(_)
            | Notice::ChannelVerified(_)
            | Notice::ClosedNotice(_)
            | Notice::CodeReissued(_)
            | Notice::CommentThanks(_)
            | Notice::CreditAnswered(_)
            | Notice::CreditAsked(_)
            | Notice::FixesReady(_)
            | Notice::FixesReleased(_)
            | Notice::Forwarded(_)
            | Notice::HandlerChanged(_)
            | Notice::OutsiderReplied(_)
            | Notice::PolicyComment(_)
            | Notice::Published(_)
            | Notice::ReleasePlanned(_)
            | Notice::Reminder(_)
            | Notice::ReplyQuarantined(_)
            | Notice::ReporterReplied(_)
            | Notice::SetAside(_)
            | Notice::YouAreHandler(_) => Urgency::Ordinary,
            Notice::Digest(_) => Urgency::Digest,
            Notice::Announcement(_) => Urgency::List,
        }
    }
}
