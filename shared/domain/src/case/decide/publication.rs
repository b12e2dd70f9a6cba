//! The steps from an accepted case to its publication: what each line comes to, the reporter's credit, the channels.

use super::Next;
use crate::case::clock::ClockState;
use crate::case::embargo::EmbargoEnd;
use crate::case::event::EventBody;
use crate::case::publication::{CreditState, Fixes, LineEnd};
use crate::case::{Actor, ContentRef};
use crate::id::{ChannelId, ClockName, LineName};
use crate::moment::Moment;
use crate::policy::{ClockRow, MetBy, Starts};
use crate::refusal::Refusal;

impl Next<'_> {
    pub(super) fn fix_ready(&mut self, line: &LineName, reference: &ContentRef) -> Result<(), Refusal> {
        self.fixable(line)?;
        if self.case.publication.lines.get(line).is_some_and(|l| l.ready.is_some() || l.end.is_some()) {
            return Err(self.not_now(format!("the fix of {line} is recorded already, and a fact is set once")));
        }
        self.push(EventBody::FixReady { line: line.clone(), reference: reference.clone() });
        self.settle_fixes();
        Ok(())
    }

    pub(super) fn fix_released(
        &mut self,
        line: &LineName,
        version: &ContentRef,
        differs: bool,
        asked: Option<&ContentRef>,
    ) -> Result<(), Refusal> {
        self.fixable(line)?;
        let (line, version, asked) = (line.clone(), version.clone(), asked.cloned());
        self.push(EventBody::FixReleased { line, version, differs, asked });
        self.settle_fixes();
        Ok(())
    }

    pub(super) fn not_affected(&mut self, line: &LineName, reason: &ContentRef) -> Result<(), Refusal> {
        self.known_line(line)?;
        self.push(EventBody::LineNotAffected { line: line.clone(), reason: reason.clone() });
        self.settle_fixes();
        Ok(())
    }

    pub(super) fn waive_line(&mut self, line: &LineName, reason: &ContentRef) -> Result<(), Refusal> {
        self.known_line(line)?;
        if matches!(self.case.publication.end_of(line), Some(LineEnd::Released(_))) {
            return Err(self.not_now(format!("the fix of {line} is released; there is nothing to waive")));
        }
        self.push(EventBody::LineWaived { line: line.clone(), reason: reason.clone() });
        self.settle_fixes();
        Ok(())
    }

    fn known_line(&self, line: &LineName) -> Result<(), Refusal> {
        match self.policy.line(line) {
            Some(_) => Ok(()),
            None => Err(Refusal::field("/line", "is not a line of the policy")),
        }
    }

    /// A fix belongs to a line that is affected, as far as that is determined.
    fn fixable(&self, line: &LineName) -> Result<(), Refusal> {
        self.known_line(line)?;
        match &self.case.publication.affected {
            Some(affected) if !affected.lines.contains(line) => {
                Err(Refusal::field("/line", "is not among the affected lines; determine-affected names them"))
            }
            _ => Ok(()),
        }
    }

    /// What the lines come to after a change to one of them: ready everywhere, out everywhere, or pending again.
    pub(super) fn settle_fixes(&mut self) {
        // A correction to what is closed says what came of its lines; nobody waits for them.
        if self.case.is_closed() {
            return;
        }
        let Some(fixes) = self.case.publication.fixes(self.policy, self.now) else { return };
        let (ready, released) = (self.case.steps.fix_ready.is_some(), self.case.steps.released.is_some());
        let back = match fixes {
            Fixes::Pending | Fixes::NoneNeeded => ready || released,
            Fixes::Ready => released,
            Fixes::Released => false,
        };
        if back {
            self.push(EventBody::FixesPending);
            self.end_clocks(Starts::FixesReady);
            self.end_clocks(Starts::FixesReleased);
        }
        if matches!(fixes, Fixes::Pending | Fixes::Ready) {
            self.reopen_fix_clocks();
            self.start_fix_clocks();
        }
        self.say_fixes(fixes);
    }

    /// A line that came to its end since somebody last changed one is owed no fix any more: nobody is warned of one, and what
    /// waited for that line alone goes on. It is seen here at the latest, before anything is told of a clock.
    pub(super) fn settle_ended_lines(&mut self) {
        if let Some(fixes) = self.case.publication.fixes(self.policy, self.now) {
            self.say_fixes(fixes);
        }
    }

    /// Says once what the lines have come to.
    fn say_fixes(&mut self, fixes: Fixes) {
        match fixes {
            Fixes::Pending => {}
            Fixes::Ready if self.case.steps.fix_ready.is_some() => {}
            Fixes::Ready => {
                self.push(EventBody::FixesReady);
                self.start_clocks(Starts::FixesReady);
            }
            Fixes::Released if self.case.steps.released.is_some() => {}
            Fixes::Released => {
                self.push(EventBody::FixesReleased);
                self.meet(MetBy::Released);
                self.start_clocks(Starts::FixesReleased);
            }
            Fixes::NoneNeeded => {
                for clock in self.open_clocks(|c| c.start.met_by == MetBy::Released) {
                    self.push(EventBody::ClockEnded { clock });
                }
            }
        }
    }

    /// A clock that releases had met starts anew: what was released is not enough, and what else there is to fix was not known
    /// before. One that ended because no fix was needed runs again to the time that it had, but for one that was missed before it
    /// ended, which has nothing more to tell.
    fn reopen_fix_clocks(&mut self) {
        let policy = self.policy;
        let again = |row: &&ClockRow| !matches!(row.starts, Starts::FixesReady | Starts::ReleasePlanned);
        for row in policy.clocks.iter().filter(|row| row.met_by == MetBy::Released).filter(again) {
            let missed = self.case.breaches.iter().any(|breach| breach.clock == row.name);
            match self.case.clock(&row.name) {
                Some(clock) if clock.met().is_some() => self.start_clock(row),
                Some(clock) if clock.state == ClockState::Ended && !missed => {
                    self.push(EventBody::ClockReopened { clock: row.name.clone() });
                }
                _ => {}
            }
        }
    }

    /// A day that is not over, or an instant that is to come; a moved one is told with what was planned before.
    pub(super) fn plan_release(&mut self, on: &Moment) -> Result<(), Refusal> {
        if on.is_past(self.now) {
            return Err(Refusal::field("/on", "is in the past"));
        }
        let before = self.case.release_planned.clone().filter(|before| before != on);
        self.push(EventBody::ReleasePlanned { on: on.clone(), before });
        self.start_clocks(Starts::ReleasePlanned);
        Ok(())
    }

    /// What would run on after its reason is gone.
    pub(super) fn end_clocks(&mut self, starts: Starts) {
        let policy = self.policy;
        let names: Vec<&ClockName> = policy.clocks.iter().filter(|r| r.starts == starts).map(|r| &r.name).collect();
        for clock in self.open_clocks(|c| names.contains(&c.name())) {
            self.push(EventBody::ClockEnded { clock });
        }
    }

    /// Whoever asked not to be named is not named unless they say so themselves (T9).
    pub(super) fn record_credit(&mut self, granted: Option<ContentRef>) -> Result<(), Refusal> {
        let publication = &self.case.publication;
        let said = publication.credit_waits.as_ref().unwrap_or(&publication.credit);
        let refused = matches!(said, CreditState::Answered { granted: None, by: Actor::Reporter, .. });
        if refused && granted.is_some() {
            let why = "the reporter asked not to be named; only they can change that, on their case page";
            return Err(self.not_now(why.to_owned()));
        }
        self.push(EventBody::CreditRecorded { granted, waits: false });
        self.meet(MetBy::CreditAnswered);
        Ok(())
    }

    /// At any time, asked or not; of a closed case only where it is published. The first answer is part of what is approved; a change of it after that
    /// waits for whoever handles the case, or an approval could be voided without end.
    pub(super) fn answer_credit(&mut self, granted: Option<ContentRef>) -> Result<(), Refusal> {
        let case = &self.case;
        if case.publication.is_published() {
            return self.answer_credit_of_published(granted);
        }
        if case.is_closed() {
            return Err(self.not_now(format!("{} is closed; its credit is settled", case.id)));
        }
        let answered = matches!(case.publication.credit, CreditState::Answered { .. });
        let waits = answered && case.publication.approval.is_some();
        self.push(EventBody::CreditRecorded { granted, waits });
        self.meet(MetBy::CreditAnswered);
        Ok(())
    }

    /// The gate has been asked by [`permit`]: there is an approved form.
    pub(super) fn publish(&mut self, signed: String) {
        // A line may have come to its end since.
        self.settle_fixes();
        let Some(approval) = &self.case.publication.approval else { return };
        let (content, channels) = (approval.content.clone(), self.policy.announcement_channels());
        if self.case.publication.is_published() {
            return self.publish_revision(content, channels, signed);
        }
        self.publish_first(EventBody::Published { content, channels, signed });
    }

    /// What follows from the first form.
    pub(super) fn publish_first(&mut self, published: EventBody) {
        self.push(published);
        // Its end has come, or the gate would be shut; nobody had told so yet.
        self.end_embargo(EmbargoEnd::Published);
        self.meet(MetBy::Published);
        // The reporter is kept informed until the announcement (T29); from here on the announcement speaks.
        self.end_clocks(Starts::MessageToReporter);
        self.start_clocks(Starts::AdvisoryPublished);
    }

    /// Seen on one channel, once; on the last the announcement is done. What was seen of an older form is none of the newest.
    pub(super) fn announced(&mut self, channel: &ChannelId, revision: u32) {
        if revision != self.case.publication.planned_for(channel) {
            return;
        }
        let seen = self.case.publication.published.as_ref().and_then(|p| p.channels.get(channel));
        if seen != Some(&None) {
            return;
        }
        let again = self.case.publication.published.as_ref().is_some_and(|published| published.had.contains(channel));
        self.push(EventBody::Announced { channel: channel.clone(), again });
        self.meet_announced();
    }

    pub(super) fn meet_announced(&mut self) {
        if self.case.steps.announced.is_some() {
            self.meet(MetBy::Announced);
        }
    }
}
