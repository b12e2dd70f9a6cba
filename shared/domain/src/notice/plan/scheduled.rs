//! Who hears of a publication that is scheduled: reporter and parties of its instant, the team of who set it and of what became of that.

use super::{Plan, Planned, planned};
use crate::case::publication::{Unscheduled, When};
use crate::case::{Actor, Recipient};
use crate::notice::{
    Notice, PartyPublication, PublicationChanged, PublicationHeldUp, PublicationOff, PublicationSet, PublicationTold,
};

impl Plan<'_> {
    pub(super) fn publication_scheduled(&self, on: &When, before: Option<&When>) -> Vec<Planned> {
        let (on, before, reported) = (on.clone(), before.cloned(), self.case.has_reporter());
        let told = PublicationTold { on: on.clone(), before: before.clone() };
        let party = PartyPublication { on: on.clone(), before: before.clone(), off: false };
        let set = self.giver().map(|by| Notice::PublicationSet(PublicationSet { on, before, by, reported }));
        let team = set.map(|set| self.who_may_set_it(&set, None)).unwrap_or_default();
        let reporter = self.to_reporter(Notice::PublicationTold(told), None);
        reporter.into_iter().chain(team).chain(self.to_parties(&Notice::PartyPublication(party))).collect()
    }

    /// Whoever was told of the instant is told that it is none.
    pub(super) fn publication_unscheduled(
        &self,
        on: &When,
        set_by: &Actor,
        why: Unscheduled,
        missing: &[String],
    ) -> Vec<Planned> {
        let (on, reported) = (on.clone(), self.case.has_reporter());
        let off = PublicationOff { on: on.clone(), why };
        let party = PartyPublication { on: on.clone(), before: None, off: true };
        let team = match why {
            Unscheduled::Shut => {
                Notice::PublicationHeldUp(PublicationHeldUp { on, missing: missing.to_vec(), reported })
            }
            Unscheduled::Cancelled
            | Unscheduled::Voided
            | Unscheduled::PutOff
            | Unscheduled::Closed
            | Unscheduled::Embargo => {
                Notice::PublicationChanged(PublicationChanged { on, why, by: self.giver(), reported })
            }
        };
        let reporter = self.to_reporter(Notice::PublicationOff(off), None);
        let team = self.who_may_set_it(&team, Some(set_by));
        reporter.into_iter().chain(team).chain(self.to_parties(&Notice::PartyPublication(party))).collect()
    }

    /// Those who may release it, whoever is in charge, and who had set it, while they read the case; but for the one who does this.
    fn who_may_set_it(&self, notice: &Notice, set_by: Option<&Actor>) -> Vec<Planned> {
        let mut all = self.releasers(notice);
        let set_by = set_by.and_then(|by| match by {
            Actor::Member(id) => Some(id),
            Actor::Reporter | Actor::Party(_) | Actor::Desk => None,
        });
        let reads = set_by.filter(|id| self.case.readable_by(id, self.policy, self.event.at));
        let set_by = reads.map(|id| planned(Recipient::Member(id.clone()), notice.clone()));
        for one in self.to_handler(notice.clone()).into_iter().chain(set_by) {
            let told = all.iter().any(|other| other.recipient == one.recipient);
            let gives = one.recipient.member().is_some() && one.recipient.member() == self.giver().as_ref();
            if !told && !gives {
                all.push(one);
            }
        }
        all
    }
}
