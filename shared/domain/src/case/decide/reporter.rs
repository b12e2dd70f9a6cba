//! What a reporter may say beside messages: that they want to know how it stands, when they mean to publish, and where they wish
//! to be answered.

use jiff::{SignedDuration, Timestamp};

use super::Next;
use crate::case::event::{Answers, ContentRef, DisclosurePlan, EventBody, MailParts, Resolution};
use crate::case::{Case, Clock, ClockState, SaidBy, Spoken, Tracker};
use crate::policy::{MetBy, Pauses, Starts};
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

    /// A reporter can take back their word and not the problem: so nothing is deleted, the case stays open until a person of the team
    /// has judged it, and a fix that is on its way goes on. Who withdraws waits for nothing any more: what is owed to them ends, the
    /// promises too, unkept and unbroken. That somebody handles it is owed to the users, and goes on.
    pub(super) fn withdraw(&mut self) -> Result<(), Refusal> {
        if self.case.is_closed() {
            return Err(self.not_now(format!("{} is closed", self.case.id)));
        }
        if self.case.withdrawn_at.is_none() {
            self.withdrawn(SaidBy::Page);
        }
        Ok(())
    }

    fn withdrawn(&mut self, by: SaidBy) {
        self.push(EventBody::Withdrawn { by });
        let theirs = |clock: &Clock| {
            let met_by = clock.start.met_by;
            met_by.is_message() || matches!(met_by, MetBy::ReporterAnswer | MetBy::CreditAnswered)
        };
        for clock in self.open_clocks(theirs) {
            self.push(EventBody::ClockEnded { clock });
        }
        self.resume(Pauses::WaitingForReporter);
    }

    /// What the first line of a mail says counts where it is the time for it. Where nothing else is said, nobody has to answer it.
    pub(super) fn reply_that_says(
        &mut self,
        (spoken, alone): (Spoken, bool),
        content: &ContentRef,
        received_at: Timestamp,
        mail: &MailParts,
    ) {
        if !self.case.hears(spoken, self.now) || !(alone || spoken.counts_beside_others()) {
            return self.reply(content, received_at, Some(mail.clone()), None);
        }
        let (content, mail) = (content.clone(), Some(mail.clone()));
        self.push(EventBody::ReporterReplied { content, opened: None, mail, files: None, alone });
        self.heard(self.case.version);
        self.spoken(spoken, SaidBy::Mail);
    }

    pub(super) fn spoken(&mut self, spoken: Spoken, by: SaidBy) {
        match spoken {
            Spoken::Agrees | Spoken::Refuses if !self.case.is_closed() => {
                self.answer_embargo_by_word(spoken == Spoken::Agrees, by);
            }
            Spoken::Agrees => self.push(EventBody::TrackerAnswered { agrees: true, by, source: None }),
            Spoken::Refuses => self.push(EventBody::TrackerAnswered { agrees: false, by, source: None }),
            Spoken::Withdraws => self.withdrawn(by),
        }
    }

    /// It is theirs to say, and to say otherwise, as long as the case is closed as that.
    pub(super) fn answer_tracker(&mut self, agrees: bool) -> Result<(), Refusal> {
        let said = match self.case.tracker {
            None => return Err(self.not_now("you were not asked that".to_owned())),
            Some(Tracker::Asked) => None,
            Some(Tracker::Agreed) => Some(true),
            Some(Tracker::Refused) => Some(false),
        };
        if said != Some(agrees) {
            self.push(EventBody::TrackerAnswered { agrees, by: SaidBy::Page, source: None });
        }
        Ok(())
    }

    /// A bug that harms nobody is best known in public, and it is the reporter's find: they say whether it goes there. The desk posts
    /// nothing, and silence is no consent.
    pub(super) fn ask_for_tracker(&mut self, consent: Option<&ContentRef>) {
        if self.case.resolution != Some(Resolution::OrdinaryBug) || self.policy.project.tracker.is_none() {
            return;
        }
        match consent {
            Some(source) => {
                let (source, by) = (Some(source.clone()), SaidBy::Page);
                self.push(EventBody::TrackerAnswered { agrees: true, by, source });
            }
            None if !self.case.has_reporter() => {}
            None => self.push(EventBody::TrackerAsked),
        }
    }

    pub(super) fn plan_disclosure(&mut self, plan: &DisclosurePlan) -> Result<(), Refusal> {
        if self.case.publication.is_published() || self.case.is_closed() {
            return Err(self.not_now(format!("{} is published or closed", self.case.id)));
        }
        let said = match plan {
            DisclosurePlan::On(moment) if moment.is_past(self.now) => {
                return Err(Refusal::field("/planned_for", "must not be past"));
            }
            DisclosurePlan::On(moment) => self.case.planned_for.as_ref() == Some(moment),
            DisclosurePlan::WithRelease => self.case.agrees_to_wait,
        };
        // Nothing new is told to nobody.
        if !said {
            self.push(EventBody::DisclosurePlanned { plan: plan.clone() });
            if let DisclosurePlan::On(moment) = plan {
                self.reporter_proposes(moment, false);
            }
            match plan {
                DisclosurePlan::On(_) if !self.own_date_is_agreed() => self.start_clocks(Starts::DisclosurePlanned),
                DisclosurePlan::On(_) | DisclosurePlan::WithRelease => self.end_clocks(Starts::DisclosurePlanned),
            }
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
