//! What holds of every case at any time (I1, I6, I7 and I8 of the design), as far as a snapshot tells. The rules keep it; this only
//! looks, for tests after each of their steps: of the domain's sequences and of every journey.

use jiff::Timestamp;

use super::embargo::EmbargoEnd;
use super::event::Resolution;
use super::{Case, Clock, Rm, Stage, quiet};
use crate::policy::{MetBy, Policy};

impl Case {
    /// What does not hold at `now`, in words that begin with its number.
    pub fn unkept(&self, policy: &Policy, now: Timestamp) -> Vec<String> {
        let open = !self.is_closed() && !self.canary;
        let of_open = open.then(|| self.nobodys(policy, now).into_iter().chain(self.dark(now)));
        let of_all = self.fixed_unreleased().into_iter().chain(self.untrue_stage()).chain(self.unwatched_embargo());
        of_open.into_iter().flatten().chain(of_all).map(|what| format!("{}: {what}", self.id)).collect()
    }

    /// I1: somebody is in charge who is there and may read it. With nobody there the operator hears of it, which is no case's matter.
    fn nobodys(&self, policy: &Policy, now: Timestamp) -> Option<String> {
        match self.in_charge(policy, now) {
            Some(member) if !self.readable_by(member, policy, now) => {
                Some(format!("I1: {member} is in charge and may not read it"))
            }
            Some(_) => None,
            None if policy.triage().any(|member| !member.absent_at(now)) => Some("I1: nobody is in charge".to_owned()),
            None => None,
        }
    }

    /// I6.
    fn fixed_unreleased(&self) -> Option<String> {
        let fixed = self.resolution == Some(Resolution::Fixed);
        (fixed && self.steps.released.is_none())
            .then(|| "I6: it is closed as fixed, and no release was recorded".to_owned())
    }

    /// I7: within the longest quiet time something is told to somebody.
    fn dark(&self, now: Timestamp) -> Option<String> {
        let next = self.timers().into_iter().map(|(_, at)| at).min();
        let soon = now.saturating_add(quiet::LONGEST).unwrap_or(now);
        next.is_none_or(|next| next > soon).then(|| format!("I7: the next thing to happen is {next:?}"))
    }

    /// I7: while an embargo holds, its end is a next instant; and nothing that ends it is known.
    fn unwatched_embargo(&self) -> Option<String> {
        let ends = self.embargo.holds()?;
        let watches = |clock: &&Clock| clock.start.met_by == MetBy::EmbargoOver && clock.is_open();
        let due_at = self.clocks.iter().find(watches).map(|clock| clock.start.due_at);
        let forced = self.facts.iter().find_map(|known| EmbargoEnd::forced_by(known.fact));
        match (due_at == ends.comes(), forced) {
            (false, _) => Some(format!("I7: the embargo until {ends} ends at {due_at:?}")),
            (true, Some(why)) => Some(format!("I7: an embargo holds, and {}", why.because())),
            (true, None) => None,
        }
    }

    /// I8: its stage is what the events say.
    fn untrue_stage(&self) -> Option<String> {
        let released = self.steps.released.is_some() || self.publication.is_published();
        let worked_on = matches!(self.rm, Rm::Valid | Rm::Accepted);
        let stage = self.stage();
        let true_of_it = match stage {
            Stage::Closed(_) => self.is_closed(),
            Stage::Released => released,
            Stage::MoreInformationNeeded => self.waiting_for_reporter,
            Stage::Confirmed => self.rm == Rm::Valid,
            Stage::FixInPreparation => worked_on && self.steps.fix_ready.is_none(),
            Stage::ReleaseScheduled => worked_on && (self.steps.fix_ready.is_some() || self.release_planned.is_some()),
            Stage::PutOff => self.rm == Rm::Deferred,
            Stage::NoVulnerability => self.rm == Rm::Invalid,
            Stage::UnderReview => self.rm == Rm::Received && self.steps.responded.is_some(),
            Stage::Acknowledged => self.rm == Rm::Received && self.steps.acknowledged.is_some(),
            Stage::Received => self.rm == Rm::Received && self.steps.acknowledged.is_none(),
            Stage::Withdrawn => self.rm == Rm::Received && self.withdrawn_at.is_some(),
        };
        let open = self.is_closed() == matches!(stage, Stage::Closed(_));
        (!true_of_it || !open).then(|| format!("I8: it is said to be “{stage}”"))
    }
}
