//! What mail brings to a case: answers in quarantine and out of it, and what is forwarded.

use jiff::Timestamp;

use super::Next;
use crate::case::event::{ContentRef, EventBody, MailParts, Message};
use crate::case::{Clock, ClockState, SaidBy, Spoken};
use crate::id::PackageName;
use crate::policy::Pauses;
use crate::refusal::Refusal;

impl Next<'_> {
    /// An answer that may be a stranger's changes nothing but that nobody is set aside while it waits.
    pub(super) fn quarantine_reply(
        &mut self,
        content: &ContentRef,
        received_at: Timestamp,
        mail: &MailParts,
        spoken: Option<Spoken>,
    ) {
        self.push(EventBody::ReplyQuarantined { content: content.clone(), mail: mail.clone(), spoken });
        for clock in self.open_clocks(|c| frozen_by_quarantine(c) && c.state == ClockState::Running) {
            self.push(EventBody::ClockPaused { clock });
        }
        self.written_after_closing(received_at);
    }

    /// Let in, each answer is as if it had come now, and what its first line says counts; refused, it is as if it had never come. One
    /// event says so of all, so that it can be written whatever is waiting.
    pub(super) fn end_quarantine(&mut self, refuse: bool) {
        let held = self.case.quarantine.clone();
        let let_in = if refuse { 0 } else { held.answers };
        self.push(EventBody::QuarantineEnded { refused: refuse, report: held.report, let_in });
        let ended = self.case.version;
        for clock in self.open_clocks(|c| frozen_by_quarantine(c) && matches!(c.state, ClockState::Paused { .. })) {
            self.push(EventBody::ClockResumed { clock });
        }
        match let_in {
            0 => self.settle(),
            _ => self.heard(ended),
        }
        if let Some(spoken) = held.spoken.filter(|spoken| let_in > 0 && self.case.hears(*spoken, self.now)) {
            self.spoken(spoken, SaidBy::LetIn);
        }
    }

    /// For one module: to whoever maintains another, the reporter has agreed to nothing.
    pub(super) fn record_consent(&mut self, source: &ContentRef, to: Option<&PackageName>) -> Result<(), Refusal> {
        let Some(to) = to.or(self.case.third_party.as_ref()) else {
            return Err(Refusal::field("/to", "is required: the report is about no module of others"));
        };
        if self.policy.third_party(to.as_str()).is_none() {
            return Err(Refusal::field("/to", "is not a package that the policy names as others'"));
        }
        if self.case.may_forward.contains_key(to) {
            return Err(self.not_now(format!("the reporter's consent for {to} is recorded already")));
        }
        let (source, to) = (source.clone(), Some(to.clone()));
        self.push(EventBody::ConsentRecorded { source, to });
        Ok(())
    }

    /// Only with the reporter's consent for that module (T37), and only to somebody whom the policy names.
    pub(super) fn forward(&mut self, to: &PackageName, message: &Message) -> Result<(), Refusal> {
        let Some(module) = self.policy.third_party(to.as_str()) else {
            return Err(Refusal::field("/to", "is not a package that the policy names as others'"));
        };
        if module.mail_address().is_none() {
            let why = format!("has maintainers who take reports at {}, not by mail", module.contact);
            return Err(Refusal::field("/to", why));
        }
        if self.case.has_reporter() && !self.case.may_forward.contains_key(to) {
            return Err(self.not_now(format!(
                "the reporter has not agreed that it is forwarded to those who maintain {to}; ask first, then record-consent for {to}"
            )));
        }
        self.push(EventBody::Forwarded { to: to.clone(), message: message.clone() });
        Ok(())
    }
}

fn frozen_by_quarantine(clock: &Clock) -> bool {
    clock.start.pauses == Some(Pauses::AnswerInQuarantine)
}
