//! What a reporter may say beside messages: that they want to know how it stands, when they mean to publish, and where they wish
//! to be answered.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Next;
use crate::case::event::{Answers, DisclosurePlan, EventBody};
use crate::case::{Case, ClockState};
use crate::policy::Starts;
use crate::refusal::Refusal;
use crate::time::instant;

/// How often a reporter may ask.
const ASKED_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

impl Case {
    /// From when on the reporter may ask again how it stands; `None`: they may now.
    pub fn standing_asked_again_from(&self, now: Timestamp) -> Option<Timestamp> {
        let again = self.standing_asked?.saturating_add(ASKED_AGAIN_AFTER).ok()?;
        (again > now).then_some(again)
    }
}

impl Next<'_> {
    /// Whoever handles the case is told, and the clock of the policy's begins; one that runs goes on, so that asking again never
    /// puts off what is told next.
    pub(super) fn ask_standing(&mut self) -> Result<(), Refusal> {
        if self.case.is_closed() {
            return Err(self.not_now(format!("{} is closed; write a message to go on", self.case.id)));
        }
        if let Some(again) = self.case.standing_asked_again_from(self.now) {
            return Err(self.not_now(format!("you have asked already; you can ask again from {}", instant(again))));
        }
        self.push(EventBody::StandingAsked);
        let policy = self.policy;
        for row in policy.clocks.iter().filter(|row| row.starts == Starts::StandingAsked) {
            if self.case.clock(&row.name).is_none_or(|clock| clock.state != ClockState::Running) {
                self.start_clock(row);
            }
        }
        Ok(())
    }

    pub(super) fn plan_disclosure(&mut self, plan: DisclosurePlan) -> Result<(), Refusal> {
        if self.case.publication.is_published() || self.case.is_closed() {
            return Err(self.not_now(format!("{} is published or closed", self.case.id)));
        }
        let said = match plan {
            DisclosurePlan::On(day) if day < self.now.to_zoned(TimeZone::UTC).date() => {
                return Err(Refusal::field("/planned_for", "must not be past"));
            }
            DisclosurePlan::On(day) => self.case.planned_for == Some(day),
            DisclosurePlan::WithRelease => self.case.agrees_to_wait,
        };
        // Nothing new is told to nobody.
        if !said {
            self.push(EventBody::DisclosurePlanned { plan });
        }
        Ok(())
    }

    /// It holds for what is written from now on. Nobody is told apart: whoever writes reads where it goes before they send it.
    pub(super) fn choose_answers(&mut self, answers: Answers) -> Result<(), Refusal> {
        if self.case.is_closed() {
            return Err(self.not_now(format!("{} is closed", self.case.id)));
        }
        if answers == Answers::Mail && self.case.address.is_none() {
            return Err(Refusal::field("/answers", "cannot be mail: the report came without an address"));
        }
        if self.case.answers != answers {
            self.push(EventBody::AnswersChosen { answers });
        }
        Ok(())
    }
}
