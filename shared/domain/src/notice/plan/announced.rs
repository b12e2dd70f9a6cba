//! What the team hears of an announcement. A channel that failed is no event of the case, so its publisher asks here whom to
//! tell; that all are verified is one.

use jiff::Timestamp;

use super::{Planned, planned};
use crate::case::{Case, Recipient};
use crate::id::ChannelId;
use crate::notice::{ChannelVerified, Notice};
use crate::policy::{Policy, Role};

/// `notice`, for who is in charge, or the operator when there is nobody; and for the release managers who may read the case.
pub fn to_publishers(policy: &Policy, case: &Case, notice: &Notice, now: Timestamp) -> Vec<Planned> {
    let first = case.in_charge(policy, now);
    let managers = policy.members.iter().filter(|m| m.has(Role::ReleaseManager)).map(|m| &m.id);
    let managers = managers.filter(|id| Some(*id) != first && case.readable_by(id, policy, now));
    let first = first.cloned().map_or(Recipient::Operator, Recipient::Member);
    let to = std::iter::once(first).chain(managers.cloned().map(Recipient::Member));
    to.map(|recipient| planned(recipient, notice.clone())).collect()
}

/// Every channel has it: told once, by the event that was the last.
pub(super) fn everywhere(policy: &Policy, case: &Case, now: Timestamp) -> Vec<Planned> {
    let Some(seen) = seen_everywhere(case) else { return Vec::new() };
    to_publishers(policy, case, &Notice::ChannelVerified(ChannelVerified { seen, all: true }), now)
}

/// The channels that have it, each with when it was verified, soonest first; `None` while one is to have it and has not, or nothing is
/// published.
pub fn seen_everywhere(case: &Case) -> Option<Vec<(ChannelId, Timestamp)>> {
    let published = case.publication.published.as_ref()?;
    let channels = published.channels.iter().filter(|(channel, _)| !published.given_up.contains(*channel));
    let seen = channels.map(|(channel, seen)| Some((channel.clone(), (*seen)?)));
    let mut seen = seen.collect::<Option<Vec<_>>>()?;
    seen.sort_by_key(|(_, at)| *at);
    Some(seen)
}
