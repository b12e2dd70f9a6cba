//! What of the way to publication a case allows: what is said, what can still be changed of it, who was asked about credit, the gate.

use super::{Asking, Obstacle, who};
use crate::case::publication::CreditState;

impl Asking<'_> {
    /// What is published is said: nothing of it is changed from here on.
    pub(super) fn published(&self) -> Option<String> {
        let published = self.case.publication.published.as_ref()?;
        Some(format!("{} was published at {}", self.case.id, self.instant(published.advisory.at)))
    }

    pub(super) fn said(&self) -> Option<String> {
        let open = self.case.publication.is_open();
        self.published().filter(|_| !open).map(|why| format!("{why}; revise begins a correction"))
    }

    pub(super) fn unpublished(&self) -> Option<String> {
        (!self.case.publication.is_published()).then(|| format!("nothing of {} is published", self.case.id))
    }

    pub(super) fn withdrawn(&self) -> Option<String> {
        self.case.publication.is_withdrawn().then(|| format!("the advisory of {} is withdrawn already", self.case.id))
    }

    /// What is published was confirmed, whatever became of the case since.
    pub(super) fn is_corrected(&self) -> bool {
        self.case.publication.revising.is_some()
    }

    pub(super) fn credit_answered(&self) -> Option<String> {
        let answered = matches!(self.case.publication.credit, CreditState::Answered { .. });
        answered.then(|| "that is answered; record-credit changes it".to_owned())
    }

    /// Credit that nobody was asked about is recorded only where there is nobody to ask.
    pub(super) fn credit_unasked(&self) -> Option<String> {
        let unasked = self.case.publication.credit == CreditState::Unasked && self.case.has_reporter();
        unasked.then(|| "the reporter is asked first (ask-credit)".to_owned())
    }

    pub(super) fn approved(&self) -> Option<String> {
        let approval = self.case.standing_approval(self.policy, self.now)?;
        let (by, at) = (who(&approval.by, self.policy), self.instant(approval.at));
        Some(format!("its present form was approved by {by} at {at}"))
    }

    /// Publishing names all that it waits for at once.
    pub(super) fn gate(&self) -> Option<Obstacle> {
        let case = self.case;
        if let Some(why) = self.deferred() {
            return Some(why.into());
        }
        let missing = case.missing_for(self.gate, self.policy, self.now);
        let all: Vec<&str> = missing.iter().map(|m| m.detail.as_str()).collect();
        let why = format!("{} cannot be published yet: {}", case.id, all.join("; "));
        (!missing.is_empty()).then_some(Obstacle { why, missing })
    }
}
