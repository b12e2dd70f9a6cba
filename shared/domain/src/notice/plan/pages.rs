//! Which notices call a member's pager too.

use jiff::Timestamp;

use super::{Planned, planned};
use crate::case::Recipient;
use crate::notice::Wakes;
use crate::policy::Policy;

/// The page that goes along with a mail to a member, where the notice wakes that member and the policy names a pager.
pub(super) fn page(policy: &Policy, mail: &Planned, at: Timestamp) -> Option<Planned> {
    let member = policy.member(mail.recipient.member()?)?;
    let (wakes, _) = mail.notice.waking()?;
    let woken = match wakes {
        Wakes::OnCall => policy.on_call(at).is_some_and(|on_call| on_call.id == member.id),
        Wakes::Each => true,
    };
    let pager = member.page.as_ref().filter(|_| woken);
    pager.map(|_| planned(Recipient::Pager(member.id.clone()), mail.notice.clone()))
}
