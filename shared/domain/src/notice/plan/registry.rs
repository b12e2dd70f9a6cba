//! Who hears of what the registry says of a release: who is in charge, and the release managers.

use super::{Plan, Planned, to_publishers};
use crate::id::{ContentId, LineName};
use crate::notice::{Notice, ReleaseGone, ReleaseSeen, ReleaseUnseen};

impl Plan<'_> {
    pub(super) fn release_unseen(&self, line: &LineName, of: &ContentId, unanswered: bool) -> Vec<Planned> {
        let since = self.case.publication.registry.get(of).map_or(self.event.at, |asked| asked.since);
        self.to_those_who_publish(&Notice::ReleaseUnseen(ReleaseUnseen { line: line.clone(), since, unanswered }))
    }

    /// Only where somebody was told otherwise before.
    pub(super) fn release_seen(&self, line: &LineName, missed: bool) -> Vec<Planned> {
        let seen = missed.then(|| Notice::ReleaseSeen(ReleaseSeen { line: line.clone(), at: self.event.at }));
        seen.iter().flat_map(|seen| self.to_those_who_publish(seen)).collect()
    }

    pub(super) fn release_gone(&self, line: &LineName) -> Vec<Planned> {
        let (at, published) = (self.event.at, self.case.publication.is_published());
        self.to_those_who_publish(&Notice::ReleaseGone(ReleaseGone { line: line.clone(), at, published }))
    }

    fn to_those_who_publish(&self, notice: &Notice) -> Vec<Planned> {
        to_publishers(self.policy, self.case, notice, self.event.at)
    }
}
