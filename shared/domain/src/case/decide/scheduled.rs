//! How a publication is scheduled, taken back, and what its instant brings ([`crate::case::publication::scheduled`]).

use jiff::Timestamp;

use super::Next;
use crate::case::embargo::EmbargoEnd;
use crate::case::event::EventBody;
use crate::case::publication::When;
use crate::case::publication::scheduled::{Scheduled, Unscheduled};
use crate::refusal::Refusal;

impl Next<'_> {
    /// The gate has been asked by [`super::permit`], for then. One event alone: the signature is over the log before it.
    pub(super) fn schedule(&mut self, on: &When, signed: &str) -> Result<(), Refusal> {
        if let Some(why) = self.unfit_to_publish(on) {
            return Err(Refusal::field("/at", why));
        }
        let Some(approval) = &self.case.publication.approval else { return Ok(()) };
        let (content, channels) = (approval.content.clone(), self.policy.announcement_channels());
        let before = self.case.publication.scheduled.as_ref().map(|scheduled| scheduled.on.clone());
        let (on, signed) = (on.clone(), signed.to_owned());
        self.push(EventBody::PublicationScheduled { on, content, channels, signed, before });
        Ok(())
    }

    /// Why it cannot be when the advisory is published. What is fixed is kept back no longer than an embargo may hold.
    fn unfit_to_publish(&self, on: &When) -> Option<String> {
        let most = self.now.saturating_add(self.policy.limits.embargo_at_most).unwrap_or(Timestamp::MAX);
        let same = self.case.scheduled().is_some_and(|scheduled| scheduled.on == *on);
        match on {
            _ if self.case.publication.is_published() => {
                Some("is for what is published first; a correction is published at once".to_owned())
            }
            When::At(on) if on.is_day() => {
                Some("must be an instant with its zone: 2027-01-31T15:00[Europe/Berlin]".to_owned())
            }
            When::At(on) if on.is_past(self.now) => Some("is in the past".to_owned()),
            When::Released if self.policy.registry.is_none() => {
                Some("asks a registry whether the fixes are there, and the policy names none ([registry])".to_owned())
            }
            When::Released if !self.case.awaits_release(self.now) => {
                Some("has come: every fix is to be seen released, and it can be published now".to_owned())
            }
            _ if same => Some("is when it is published already".to_owned()),
            When::At(on) if on.comes().is_none_or(|comes| comes > most) => {
                Some(format!("is later than the policy allows: {} at the latest", crate::time::instant(most)))
            }
            When::At(_) | When::Released => None,
        }
    }

    pub(super) fn cancel_publication(&mut self) {
        self.unschedule(Unscheduled::Cancelled, Vec::new());
    }

    fn unschedule(&mut self, why: Unscheduled, missing: Vec<String>) {
        let Some(scheduled) = &self.case.publication.scheduled else { return };
        let (on, by) = (scheduled.on.clone(), scheduled.by.clone());
        self.push(EventBody::PublicationUnscheduled { on, by, why, missing });
    }

    /// Its instant, once the clocks agree that it has come; or that it stands no more, at once.
    pub(super) fn fire_publication(&mut self, witnessed: bool) {
        if let Some(why) = self.case.unscheduled_by() {
            return self.unschedule(why, Vec::new());
        }
        let Some(scheduled) = self.due_publication().filter(|_| witnessed) else { return };
        match self.in_its_way() {
            missing if missing.is_empty() => self.publish_scheduled(scheduled),
            missing => self.unschedule(Unscheduled::Shut, missing),
        }
    }

    /// The end of an embargo has come. What is scheduled for no later goes out with it.
    pub(super) fn embargo_due(&mut self) {
        match self.due_publication() {
            Some(scheduled) if self.in_its_way().is_empty() => self.publish_scheduled(scheduled),
            Some(_) | None => self.end_embargo(EmbargoEnd::Due),
        }
    }

    fn due_publication(&self) -> Option<Scheduled> {
        let (_, at) = self.case.publication_timer()?;
        self.case.scheduled().filter(|_| at <= self.now).cloned()
    }

    /// What is missing, and what a person would be told of before they publish.
    fn in_its_way(&self) -> Vec<String> {
        let missing = self.case.missing(self.policy, self.now).into_iter().map(|missing| missing.detail);
        missing.chain(self.case.release_doubts(self.policy)).collect()
    }

    /// Of one instant the embargo ends first, and then it is published.
    fn publish_scheduled(&mut self, scheduled: Scheduled) {
        self.end_embargo(EmbargoEnd::Due);
        self.settle_fixes();
        let Scheduled { content, channels, signed, .. } = scheduled;
        self.publish_first(EventBody::Published { content, channels, signed });
    }
}
