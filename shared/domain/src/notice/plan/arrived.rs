//! Who hears of what comes in: a report and its receipt, what a reporter writes, what waits in quarantine, a comment on the policy.

use super::*;
use crate::case::Sent;
use crate::case::event::Elsewhere;

impl Plan<'_> {
    /// With the address that it comes from: the handler sees at once whose it may be.
    pub(super) fn reply_quarantined(&self, mail: &MailParts) -> Vec<Planned> {
        let notice = ReplyQuarantined { other_address: mail.hints.contains(&Hint::OtherAddress) };
        let mut all = self.to_handler(Notice::ReplyQuarantined(notice));
        all.iter_mut().for_each(|planned| planned.sealed = mail.from.clone());
        all
    }

    /// The report's own sender is receipted only now; that the reporter has written is told once, however many answers waited.
    pub(super) fn let_in(&self, report: bool, answers: u64) -> Vec<Planned> {
        let receipt = if report { self.receipt() } else { Vec::new() };
        let told = match answers {
            0 => Vec::new(),
            _ => self.reporter_replied(None),
        };
        receipt.into_iter().chain(told).collect()
    }

    /// Of a closed case with the time by which somebody looks, while that waits.
    pub(super) fn reporter_replied(&self, opened: Option<&CaseId>) -> Vec<Planned> {
        self.to_handler(match self.case.written_after_closing() {
            Some(clock) => {
                let look = (clock.name().clone(), clock.start.due_at);
                Notice::WrittenAfterClosing(WrittenAfterClosing { look, of: self.case.duplicate_of.clone() })
            }
            None => Notice::ReporterReplied(ReporterReplied { opened: opened.cloned() }),
        })
    }

    /// Whoever wrote by mail reads there that it came; on the page it stands.
    pub(super) fn received_after_closing(&self, look_by: Timestamp) -> Vec<Planned> {
        let by_mail = self.case.mail.is_some() || self.case.answers == Answers::Mail;
        let notice = Notice::ReceivedAfterClosing(ReceivedAfterClosing { look_by });
        if by_mail { self.to_reporter(notice, None) } else { Vec::new() }
    }

    pub(super) fn report_received(&self) -> Vec<Planned> {
        if self.case.found_by.is_some() {
            // Found by the team's own audit: its handler hears of it as such, and there is no reporter to thank.
            return Vec::new();
        }
        let opened = self.case.opened.as_ref().zip(self.giver());
        if self.case.is_filed() {
            return Vec::new();
        }
        let at = self.event.at;
        let due = self.open_clocks(|c| c.start.promise);
        let acknowledge_until = self.case.clock_of(ClockKind::Acknowledgement).filter(|clock| clock.is_open());
        let to: Vec<Recipient> = self.policy.triage().map(|member| Recipient::Member(member.id.clone())).collect();
        // Whoever opened it knows, and with somebody who handles it, it is nobody else's to take.
        let to: Vec<Recipient> = match &opened {
            Some(_) if self.case.handler.is_some() => Vec::new(),
            Some((_, by)) => to.into_iter().filter(|of| of.member() != Some(by)).collect(),
            None if to.is_empty() => vec![Recipient::Operator],
            None => to,
        };
        // Of the acknowledgement it is the same for everyone.
        let next = self.standing(acknowledge_until, &Recipient::Operator, &to).next;
        let page = || {
            Notice::NewReport(NewReport {
                package: self.case.package.clone(),
                received_at: self.case.received_at,
                due: due.clone(),
                on_call: self.policy.on_call(at).map(|m| m.id.clone()),
                continues: self.case.continues.clone(),
                acknowledge_until: acknowledge_until.map(|clock| clock.start.due_at),
                urgent: self.case.is_urgent(),
                opened: opened.as_ref().map(|(opened, by)| (opened.source, by.clone())),
                quarantined: self.case.quarantine.report,
                hints: self.case.mail.as_ref().map(|mail| mail.hints.clone()).unwrap_or_default(),
                third_party: self.case.third_party.clone(),
                planned_for: self.case.planned_for.clone(),
                next: next.clone(),
            })
        };
        if self.case.canary {
            return vec![planned(Recipient::Canary, page())];
        }
        if let Some(of) = self.followed_up() {
            return self.follow_up_receipt(of);
        }
        self.receipt().into_iter().chain(to.iter().map(|r| planned(r.clone(), page()))).collect()
    }

    /// The first answer to a report: one mail, whatever there is to say in it.
    fn receipt(&self) -> Vec<Planned> {
        let case = self.case;
        let due = self.open_clocks(|c| c.start.promise);
        let receipt = Receipt { received_at: case.received_at, due, unlisted: case.unlisted };
        let hinted = |hint| case.mail.as_ref().is_some_and(|mail| mail.hints.contains(&hint));
        let unreadable = hinted(Hint::Unreadable) || hinted(Hint::Sealed);
        if let Some((opened, by)) = case.opened.as_ref().zip(self.giver()) {
            let (source, package) = (opened.source, case.third_party.clone());
            let (known, answered) = (opened.facts.last().copied(), self.told_there());
            let notice = OpenedReceipt { source, by, known, answered, package, receipt };
            return self.to_reporter(Notice::OpenedReceipt(notice), opened.receipt.clone());
        }
        let notice = match (&case.third_party, self.case.is_urgent()) {
            _ if unreadable => Notice::UnreadableReceipt(UnreadableReceipt { receipt }),
            (Some(package), _) => Notice::ThirdPartyReceipt(ThirdPartyReceipt { package: package.clone(), receipt }),
            (None, true) => {
                let attacked = case.has_fact(FactName::AttacksObserved);
                Notice::UrgentReceipt(UrgentReceipt { attacked, receipt })
            }
            (None, false) => Notice::Receipt(receipt),
        };
        self.to_reporter(notice, case.mail.as_ref().and_then(|mail| mail.receipt.clone()))
    }

    /// What was said before the desk had it.
    fn told_there(&self) -> Vec<ToldThere> {
        let told = |sent: &Sent| {
            let Actor::Member(member) = &sent.by else { return None };
            let answer = Elsewhere { member: member.clone(), answered_at: sent.at, next_steps: sent.next_steps };
            Some(ToldThere { late: self.case.came_late(&answer), answer })
        };
        self.case.sent.iter().filter(|sent| sent.elsewhere).filter_map(told).collect()
    }

    /// The closed case that it goes on from by a member's decision, where somebody handles it from the start.
    fn followed_up(&self) -> Option<&CaseId> {
        let by_member = matches!(self.event.actor, Actor::Member(_)) && self.case.handler.is_some();
        self.case.continues.as_ref().filter(|_| by_member)
    }

    fn follow_up_receipt(&self, of: &CaseId) -> Vec<Planned> {
        let due = self.open_clocks(|c| c.start.promise);
        let receipt = Receipt { received_at: self.case.received_at, due, unlisted: false };
        let notice = Notice::FollowUpReceipt(FollowUpReceipt { of: of.clone(), receipt });
        self.to_reporter(notice, self.case.mail.as_ref().and_then(|mail| mail.receipt.clone()))
    }

    pub(super) fn policy_comment(&self) -> Vec<Planned> {
        let mut all = self.to_reporter(Notice::CommentThanks(CommentThanks {}), None);
        all.extend(self.comment_for_owner(self.case.received_at, false));
        all
    }

    pub(super) fn comment_for_owner(&self, received_at: Timestamp, again: bool) -> Vec<Planned> {
        let answerable = self.case.takes_answer();
        self.to_handler(Notice::PolicyComment(PolicyComment { received_at, again, answerable }))
    }
}
