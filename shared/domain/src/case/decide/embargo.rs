//! How an embargo is agreed on, changed and ended ([`crate::case::embargo`]).

use super::Next;
use crate::case::clock::ClockState;
use crate::case::embargo::{EmbargoEnd, Side, is_sooner};
use crate::case::event::{EventBody, Message, MessageKind};
use crate::case::{Clock, SaidBy};
use crate::moment::Moment;
use crate::policy::{MetBy, Pauses, Starts};
use crate::refusal::Refusal;

impl Next<'_> {
    /// The reporter is asked; who proposes what the other side proposes has agreed to it.
    pub(super) fn propose_embargo(&mut self, ends: &Moment) -> Result<(), Refusal> {
        let wrong = |why: String| Err(Refusal::field("/ends_at", why));
        if let Some(why) = self.unfit(ends) {
            return wrong(why);
        }
        if self.case.embargo.holds() == Some(ends) {
            return wrong("is when it ends already".to_owned());
        }
        if self.case.embargo.proposed(Side::Team, self.now).is_some_and(|own| own.ends == *ends) {
            return wrong("is proposed already".to_owned());
        }
        self.proposes(Side::Team, ends, false);
        Ok(())
    }

    /// The date that a reporter names is the end that they propose, where there can be one; `with_report`: they named it in the
    /// report.
    pub(super) fn reporter_proposes(&mut self, ends: &Moment, with_report: bool) {
        let moot = self.case.no_embargo().is_some() || self.case.embargo.holds() == Some(ends);
        if !moot && self.unfit(ends).is_none() {
            self.proposes(Side::Reporter, ends, with_report);
        }
    }

    /// Why it cannot be the end of an embargo.
    fn unfit(&self, ends: &Moment) -> Option<String> {
        let most = self.case.embargo_at_most(self.policy);
        match ends.comes() {
            _ if ends.is_past(self.now) => Some("is in the past".to_owned()),
            Some(comes) if comes <= most => None,
            _ => Some(format!("is later than the policy allows: {} at the latest", crate::time::instant(most))),
        }
    }

    fn proposes(&mut self, side: Side, ends: &Moment, with_report: bool) {
        self.push(EventBody::EmbargoProposed { side, ends: ends.clone(), with_report });
        if let Some(ends) = self.agreed_by_proposing() {
            self.agree(ends);
        }
    }

    /// What both sides have agreed to by what they propose: where nothing holds yet the shortest, else nothing but the same.
    fn agreed_by_proposing(&self) -> Option<Moment> {
        let embargo = &self.case.embargo;
        let of = |side| embargo.proposed(side, self.now).map(|proposal| &proposal.ends);
        match (of(Side::Team), of(Side::Reporter)) {
            (Some(ends), _) if !self.case.has_reporter() => Some(ends.clone()),
            (Some(team), Some(reporter)) if embargo.holds().is_none() => {
                Some(if is_sooner(reporter, team) { reporter } else { team }.clone())
            }
            (Some(team), Some(reporter)) => (team.comes() == reporter.comes()).then(|| team.clone()),
            _ => None,
        }
    }

    pub(super) fn accept_embargo(&mut self) {
        if let Some(proposal) = self.case.embargo.proposed(Side::Reporter, self.now).cloned() {
            self.answers(Side::Team, proposal.ends, true, SaidBy::Page);
        }
    }

    pub(super) fn reject_embargo(&mut self, reason: &Message) {
        if let Some(proposal) = self.case.embargo.proposed(Side::Reporter, self.now).cloned() {
            self.answers(Side::Team, proposal.ends, false, SaidBy::Page);
            self.message(MessageKind::EmbargoRefused, reason, false);
        }
    }

    /// An answer is to the end that was read: to another it is none.
    pub(super) fn answer_embargo(&mut self, ends: &Moment, agrees: bool) -> Result<(), Refusal> {
        match self.case.embargo.proposed(Side::Team, self.now).map(|proposal| proposal.ends.clone()) {
            _ if self.case.is_closed() => Err(self.not_now(format!("{} is closed", self.case.id))),
            None => Err(self.not_now("no end of an embargo is proposed to you".to_owned())),
            Some(proposed) if proposed != *ends => {
                Err(self.not_now(format!("another end is proposed meanwhile: {}", proposed.said(None))))
            }
            Some(proposed) => {
                self.answers(Side::Reporter, proposed, agrees, SaidBy::Page);
                Ok(())
            }
        }
    }

    /// By mail, to the one end that was ever asked about.
    pub(super) fn answer_embargo_by_word(&mut self, agrees: bool, by: SaidBy) {
        if let Some(proposal) = self.case.embargo.proposed(Side::Team, self.now).cloned() {
            self.answers(Side::Reporter, proposal.ends, agrees, by);
        }
    }

    fn answers(&mut self, side: Side, ends: Moment, agrees: bool, by: SaidBy) {
        self.push(EventBody::EmbargoAnswered { side, ends: ends.clone(), agrees, by });
        if agrees {
            self.agree(ends);
        }
    }

    /// From here on it holds, until then: its clock runs, and what waits for it stands still. A date of the reporter's own that is no later
    /// is none any more.
    fn agree(&mut self, ends: Moment) {
        let before = self.case.embargo.holds().cloned();
        let begins = before.is_none();
        self.push(EventBody::EmbargoAgreed { ends, before });
        self.start_clocks(Starts::EmbargoActive);
        if begins {
            let runs = |c: &Clock| c.start.pauses == Some(Pauses::EmbargoActive) && c.state == ClockState::Running;
            for clock in self.open_clocks(runs) {
                self.push(EventBody::ClockPaused { clock });
            }
        }
        if self.own_date_is_agreed() {
            self.end_clocks(Starts::DisclosurePlanned);
        }
    }

    /// Whether the reporter publishes no sooner than the embargo ends.
    pub(super) fn own_date_is_agreed(&self) -> bool {
        let (own, holds) = (&self.case.planned_for, self.case.embargo.holds());
        own.as_ref().zip(holds).is_some_and(|(own, ends)| !is_sooner(ends, own))
    }

    /// To a reporter it is a person's word, as any message is; where there is none the reason is a note.
    pub(super) fn terminate_embargo(&mut self, reason: &Message) {
        self.end_embargo(EmbargoEnd::Terminated);
        match self.case.has_reporter() {
            true => self.message(MessageKind::EmbargoEnded, reason, false),
            false => self.push(EventBody::Noted { content: reason.content.clone(), mail: None }),
        }
    }

    /// Ends it, where one holds; what waited for that goes on.
    pub(super) fn end_embargo(&mut self, why: EmbargoEnd) {
        let Some(ends) = self.case.embargo.holds().cloned() else { return };
        self.push(EventBody::EmbargoEnded { ends, why });
        self.meet(MetBy::EmbargoOver);
        self.resume(Pauses::EmbargoActive);
    }
}
