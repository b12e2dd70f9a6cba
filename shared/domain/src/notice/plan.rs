//! Which notices an event causes, and for whom: the one place where a cause becomes a message.

mod announced;
mod arrived;
mod clocks;
mod embargo;
mod pages;
mod parties;
mod published;
mod registry;
mod scheduled;

use jiff::Timestamp;

pub use announced::{seen_everywhere, to_publishers};

use super::*;
use crate::case::event::{
    Answers, AssignedBy, DisclosurePlan, EventBody, FactName, Hint, MailParts, MessageKind, Resolution, RootMoved,
};
use crate::case::{Actor, Case, Clock, ClockState, Event, Rm, Tracker};
use crate::id::{ClockName, ContentId, MemberId, PackageName};
use crate::policy::{ClockKind, MetBy, OwnChannel, Pauses, Role, Starts};

/// A notice for one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub recipient: Recipient,
    pub notice: Notice,
    /// Words sealed to the mail key that belong into it; opened when it is sent, erased once it is.
    pub sealed: Option<ContentId>,
    /// The handler in whose place its receiver gets it.
    pub instead_of: Option<MemberId>,
}

/// The notices of `event`; `case` is the case after the whole transaction that the event belongs to, so that a new
/// report's clocks, and clocks that a bounce opened again, are there to tell of.
pub fn notices(policy: &Policy, case: &Case, event: &Event) -> Vec<Planned> {
    let mails = mails(policy, case, event);
    let pages: Vec<Planned> = mails.iter().filter_map(|mail| pages::page(policy, mail, event.at)).collect();
    mails.into_iter().chain(pages).collect()
}

fn mails(policy: &Policy, case: &Case, event: &Event) -> Vec<Planned> {
    let plan = Plan { policy, case, event };
    match &event.body {
        EventBody::ReportReceived(_) => plan.report_received(),
        EventBody::ClockWarned { clock, to, .. } => to.iter().filter_map(|r| plan.warned(clock, r, to)).collect(),
        EventBody::ClockBreached { clock, to, .. } => plan.breached(clock, to),
        EventBody::FactMarked { fact, .. } => plan.fact_marked(*fact),
        EventBody::FoundQuiet { to } => {
            let next = plan.open_clocks(|c| c.state == ClockState::Running).into_iter().next();
            let notice = Notice::Quiet(Quiet { stage: case.stage(), next });
            to.iter().map(|recipient| planned(recipient.clone(), notice.clone())).collect()
        }
        EventBody::ClockRepeated { to, .. } => plan.still_missed(to),
        EventBody::MessageSent { kind, message, .. } => {
            let Actor::Member(by) = &event.actor else { return Vec::new() };
            let first = case.first_message().is_some_and(|sent| sent.seq == event.seq);
            let handler = case.handler.clone().filter(|_| first);
            let ends = matches!(kind, MessageKind::Closed | MessageKind::Duplicate | MessageKind::Invalidated);
            let end = case.resolution.filter(|_| ends);
            let asks_tracker = end.is_some() && case.tracker == Some(Tracker::Asked);
            let embargo_over = end.is_some() && case.embargo_ended_at(event.at).is_some();
            let by = by.clone();
            let notice = Written { kind: *kind, by, handler, end, asks_tracker, embargo_over };
            let notice = Notice::Written(notice);
            plan.to_reporter(notice, message.mail.clone())
        }
        EventBody::MessageBounced { .. } if case.is_comment() => {
            let what = WhatCame::CommentBounced;
            plan.to_handler(Notice::Answered(Answered { what, acknowledge_until: None }))
        }
        EventBody::MessageBounced { .. } => {
            let waiting = plan.open_clocks(|c| c.start.met_by.is_message());
            plan.to_handler(Notice::Bounced(Bounced { waiting }))
        }
        EventBody::HandlerAssigned { member, by, previous, word } => {
            plan.assigned(member, *by, previous.as_ref(), word.as_ref())
        }
        EventBody::AssignmentPostponed { until, to, .. } => {
            let notice = Notice::NoHandler(NoHandler { again_at: *until });
            to.iter().map(|r| planned(r.clone(), notice.clone())).collect()
        }
        EventBody::BackupSet { member } if event.actor != Actor::Member(member.clone()) => {
            let notice = YouAreHandler {
                backup: true,
                by: AssignedBy::Member,
                given_by: plan.giver(),
                word_of: None,
                next: plan.team_clocks(),
                acknowledge_until: None,
            };
            vec![planned(Recipient::Member(member.clone()), Notice::YouAreHandler(notice))]
        }
        EventBody::RmChanged { to: Rm::Accepted, told: false, .. } => {
            plan.to_reporter(Notice::Accepted(Accepted {}), None)
        }
        EventBody::RmChanged { to: Rm::Deferred, .. } if case.set_aside_from.is_some() => {
            let mut all = plan.to_reporter(Notice::SetAside(SetAside {}), None);
            all.extend(plan.to_handler(Notice::WaitEnded(WaitEnded { set_aside: true, next: None })));
            all
        }
        EventBody::WaitEnded => {
            let next = plan.open_clocks(|c| c.state == ClockState::Running).into_iter().next();
            plan.to_handler(Notice::WaitEnded(WaitEnded { set_aside: false, next }))
        }
        EventBody::ReporterReplied { .. } if case.stays_comment() => plan.comment_for_owner(event.at, true),
        // What it says is told by its own event.
        EventBody::ReporterReplied { alone: true, .. } => Vec::new(),
        EventBody::ReporterReplied { opened, .. } => plan.reporter_replied(opened.as_ref()),
        EventBody::ClockStarted(start) if start.met_by == MetBy::Settled => plan.received_after_closing(start.due_at),
        EventBody::StandingAsked => {
            let asked = |c: &Clock| policy.clock(c.name()).is_some_and(|row| row.starts == Starts::StandingAsked);
            let due = plan.open_clocks(|c| c.state == ClockState::Running && asked(c)).into_iter().next();
            plan.to_handler(Notice::StandingAsked(StandingAsked { due }))
        }
        EventBody::Rediscovered { duplicate: again, by } => plan.rediscovered(again, by.as_ref()),
        EventBody::RootMoved(RootMoved { root, news: Some(news), .. }) => {
            plan.to_reporter(Notice::RootTold(RootTold::of(*news, root)), None)
        }
        EventBody::ReadWithReason { .. } => plan.opened(),
        EventBody::Invited { member, .. } => plan.let_in_or_out(member, |by| Notice::Invited(Invited { by })),
        EventBody::Uninvited { member, .. } => plan.let_in_or_out(member, |by| Notice::Uninvited(Uninvited { by })),
        // As the end of an embargo that they propose it is told by its own event.
        EventBody::DisclosurePlanned { plan: DisclosurePlan::On(_) } if plan.named_an_end() => Vec::new(),
        EventBody::EmbargoProposed { side, ends, with_report } => plan.embargo_proposed(*side, ends, *with_report),
        EventBody::EmbargoAnswered { side, ends, agrees, by } => plan.embargo_answered(*side, ends, *agrees, *by),
        EventBody::EmbargoAgreed { ends, before } => plan.embargo_agreed(ends, before.as_ref()),
        EventBody::EmbargoEnded { ends, why } => plan.embargo_ended(ends, *why),
        EventBody::PublicationScheduled { on, before, .. } => plan.publication_scheduled(on, before.as_ref()),
        EventBody::PublicationUnscheduled { on, by, why, missing } => {
            plan.publication_unscheduled(on, by, *why, missing)
        }
        EventBody::DisclosurePlanned { plan: of } => {
            plan.to_handler(Notice::DisclosurePlanned(DisclosurePlanned { plan: of.clone() }))
        }
        EventBody::CodeReissued { .. } if event.actor == Actor::Reporter => {
            plan.to_reporter(Notice::CodeRenewed(CodeRenewed {}), None)
        }
        EventBody::CodeReissued { mail: Some(mail) } => {
            let Actor::Member(by) = &event.actor else { return Vec::new() };
            plan.to_reporter(Notice::CodeReissued(CodeReissued { by: by.clone() }), Some(mail.clone()))
        }
        EventBody::Closed { resolution, told, .. } => plan.closed(*resolution, *told),
        EventBody::Reopened { .. } => plan.reopened().into_iter().chain(plan.parties_hear_of_end(true)).collect(),
        EventBody::PartyInvited(new) => plan.party_invited(&new.party, &new.mail),
        EventBody::PartyTold { party, .. } => plan.party_told(party),
        EventBody::PartySaid { party, said } => plan.party_said(party, said),
        EventBody::PartyBounced { party } => plan.party_bounced(party),
        EventBody::PartyEnded { party, .. } => plan.party_ended(party),
        EventBody::Withdrawn { .. } => {
            let told = plan.to_reporter(Notice::WithdrawalNoted(WithdrawalNoted {}), None);
            told.into_iter().chain(plan.to_handler(Notice::Withdrawn(Withdrawn {}))).collect()
        }
        EventBody::TrackerAnswered { agrees, by, source: None } => {
            let noted = Notice::TrackerNoted(TrackerNoted { agrees: *agrees });
            let told = if by.is_page() { Vec::new() } else { plan.to_reporter(noted, None) };
            let team = plan.to_handler(Notice::TrackerAnswered(TrackerAnswered { agrees: *agrees }));
            told.into_iter().chain(team).collect()
        }
        EventBody::ShareAnswered { shared, agrees, words } => plan.share_answered(*shared, *agrees, words.is_some()),
        EventBody::TrackerAsked | EventBody::TrackerAnswered { .. } => Vec::new(),
        EventBody::FixesReady => plan.fixes_ready(),
        EventBody::FixesPending => plan.to_reporter(Notice::FixesPending(FixesPending {}), None),
        EventBody::FixesReleased => plan.to_reporter(Notice::FixesReleased(FixesReleased {}), None),
        EventBody::CreditAsked => plan.to_reporter(Notice::CreditAsked(CreditAsked { reminds_of: None }), None),
        EventBody::CreditRecorded { granted, waits: _ } if matches!(event.actor, Actor::Member(_)) => {
            let notice = CreditRecorded { granted: granted.is_some(), by: plan.giver() };
            plan.to_reporter(Notice::CreditRecorded(notice), None)
        }
        // What comes of it then is told by its own event.
        EventBody::CreditRecorded { .. } if event.actor == Actor::Reporter && case.publication.is_published() => {
            Vec::new()
        }
        EventBody::CreditRecorded { granted, waits } if event.actor == Actor::Reporter => {
            let approval_waits = case.publication.draft.is_some() && case.publication.approval.is_none();
            let (granted, waits) = (granted.is_some(), *waits);
            plan.to_handler(Notice::CreditAnswered(CreditAnswered { granted, approval_waits, waits }))
        }
        EventBody::AdvisoryDrafted { .. } => plan.drafted(),
        EventBody::RevisionOpened { cause, withdraws } => plan.correction_begun(cause, *withdraws),
        EventBody::NameTakenOut { .. } => plan.to_handler(Notice::NameTakenOut(NameTakenOut {})),
        EventBody::ReplyQuarantined { mail, .. } => plan.reply_quarantined(mail),
        EventBody::QuarantineEnded { refused: false, report, let_in } => plan.let_in(*report, *let_in),
        EventBody::OutsiderReplied { from, .. } => {
            plan.to_handler(Notice::OutsiderReplied(OutsiderReplied { from: from.clone() }))
        }
        EventBody::Forwarded { to, message } => plan.forwarded(to, message.mail.as_ref()),
        EventBody::ConsentRecorded { to, .. } => {
            let noted = plan.giver().map(|by| Notice::ConsentNoted(ConsentNoted { by, package: to.clone() }));
            noted.into_iter().flat_map(|notice| plan.to_reporter(notice, None)).collect()
        }
        EventBody::ReleasePlanned { on, before } => {
            let (on, before) = (on.clone(), before.clone());
            let parties = plan.to_parties(&Notice::PartyDate(PartyDate { on: on.clone(), before: before.clone() }));
            let told = plan.to_reporter(Notice::ReleasePlanned(ReleasePlanned { on, before }), None);
            told.into_iter().chain(parties).collect()
        }
        EventBody::ReleaseUnseen { line, of, unanswered } => plan.release_unseen(line, of, *unanswered),
        EventBody::ReleaseSeen { line, missed, of: _, shown: _ } => plan.release_seen(line, *missed),
        EventBody::ReleaseGone { line, of: _ } => plan.release_gone(line),
        EventBody::Announced { channel, again } => {
            // The mail leads to the advisory's page, so it goes once that can be read.
            let readable = OwnChannel::of(channel) == Some(OwnChannel::AdvisoryPage) && !again;
            let told = if readable { plan.published() } else { Vec::new() };
            told.into_iter().chain(announced::everywhere(policy, case, event.at)).collect()
        }
        EventBody::Published { .. }
        | EventBody::Revised { .. }
        | EventBody::RevisionDropped { .. }
        | EventBody::ChannelRetried { .. }
        | EventBody::ChannelGivenUp { .. }
        | EventBody::AffectedDetermined { .. }
        | EventBody::AuditRecorded { .. }
        | EventBody::AuditWaived { .. }
        | EventBody::FixReady { .. }
        | EventBody::FixReleased { .. }
        | EventBody::LineNotAffected { .. }
        | EventBody::LineWaived { .. }
        | EventBody::CreditRecorded { .. }
        | EventBody::AdvisoryApproved { .. }
        | EventBody::AnswersChosen { .. }
        | EventBody::BackupSet { .. }
        | EventBody::CodeReissued { mail: None }
        | EventBody::RmChanged { .. }
        | EventBody::ClockStarted(_)
        | EventBody::ClockMet { .. }
        | EventBody::ClockPaused { .. }
        | EventBody::ClockResumed { .. }
        | EventBody::ClockReopened { .. }
        | EventBody::ClockPostponed { .. }
        | EventBody::ClockShortened { .. }
        | EventBody::ClockEnded { .. }
        | EventBody::InformationRequested
        | EventBody::AnsweredElsewhere(_)
        | EventBody::Noted { .. }
        | EventBody::QuarantineEnded { .. }
        | EventBody::TreatedAsReport { .. }
        | EventBody::FollowedUp { .. }
        | EventBody::PutAway
        | EventBody::Scored { .. }
        | EventBody::DutyRecorded { .. }
        | EventBody::RootMoved(RootMoved { news: None, .. })
        | EventBody::Shared { .. }
        | EventBody::DuplicateOf { .. } => Vec::new(),
    }
}

fn planned(recipient: Recipient, notice: Notice) -> Planned {
    Planned { recipient, notice, sealed: None, instead_of: None }
}

struct Plan<'a> {
    policy: &'a Policy,
    case: &'a Case,
    event: &'a Event,
}

impl Plan<'_> {
    /// What a machine writes waits until somebody has said that the address is the reporter's; what a person writes, that person
    /// answers for.
    fn to_reporter(&self, notice: Notice, sealed: Option<ContentId>) -> Vec<Planned> {
        let unanswered = self.case.mail.as_ref().is_some_and(|mail| mail.hints.contains(&Hint::Unanswered));
        let held = self.case.quarantine.report && !notice.is_personal();
        // Who asks for no automatic answer gets none; what a person writes or asks to have sent goes.
        let unwanted = unanswered && !notice.has_somebody_behind();
        let reachable = self.case.address.is_some() && !held && !unwanted;
        let to = Planned { sealed, ..planned(Recipient::Reporter, notice) };
        reachable.then_some(to).into_iter().collect()
    }

    /// Who is in charge, or the operator when there is nobody; of a comment, whoever answers for the policy.
    fn to_handler(&self, notice: Notice) -> Vec<Planned> {
        if self.case.stays_comment() {
            return vec![planned(Recipient::Member(self.policy.contacts.policy_owner.clone()), notice)];
        }
        let to = self.case.in_charge(self.policy, self.event.at);
        let instead_of = self.case.handler.clone().filter(|handler| to != Some(handler));
        let recipient = to.cloned().map_or(Recipient::Operator, Recipient::Member);
        vec![Planned { instead_of, ..planned(recipient, notice) }]
    }

    fn open_clocks(&self, which: impl Fn(&Clock) -> bool) -> Vec<(ClockName, Timestamp)> {
        let open = self.case.clocks.iter().filter(|c| c.is_open() && which(c));
        let mut clocks: Vec<_> = open.map(|c| (c.name().clone(), c.start.due_at)).collect();
        clocks.sort_by_key(|(_, due)| *due);
        clocks
    }

    fn team_clocks(&self) -> Vec<(ClockName, Timestamp)> {
        self.open_clocks(|c| c.start.pauses != Some(Pauses::AnswerInQuarantine))
    }

    /// Those who may approve or publish (T44) and read the case, but for the one who caused this.
    fn releasers(&self, notice: &Notice) -> Vec<Planned> {
        let leads = self.case.handler.iter().chain(&self.case.backup).filter(|id| self.policy.member(id).is_some());
        let managers = self.policy.members.iter().filter(|m| m.has(Role::ReleaseManager)).map(|m| &m.id);
        let all: std::collections::BTreeSet<&MemberId> = leads.chain(managers).collect();
        let others = all.into_iter().filter(|id| self.event.actor != Actor::Member((*id).clone()));
        let readers = others.filter(|id| self.case.readable_by(id, self.policy, self.event.at));
        readers.map(|id| planned(Recipient::Member(id.clone()), notice.clone())).collect()
    }

    /// The reporter, who handles it and who stands in, but for the one who did it.
    fn reopened(&self) -> Vec<Planned> {
        let Actor::Member(by) = &self.event.actor else { return Vec::new() };
        let published = self.case.publication.is_published();
        let notice = Notice::TakenUpAgain(TakenUpAgain { by: by.clone(), next: self.team_clocks() });
        let backup = self.case.backup.iter().filter(|id| self.policy.member(id).is_some());
        let mut team = self.to_handler(notice.clone());
        team.extend(backup.map(|id| planned(Recipient::Member(id.clone()), notice.clone())));
        team.retain(|planned| planned.recipient != Recipient::Member(by.clone()));
        team.dedup_by(|one, other| one.recipient == other.recipient);
        self.to_reporter(Notice::Reopened(Reopened { published }), None).into_iter().chain(team).collect()
    }

    /// The reporter, unless a member's message has told them; and who else was told of it.
    fn closed(&self, resolution: Resolution, told: bool) -> Vec<Planned> {
        let reporter = match (resolution, told) {
            (Resolution::PolicyComment, _) => self.policy_comment(),
            (Resolution::Spam, _) | (_, true) => Vec::new(),
            (_, false) => self.to_reporter(Notice::ClosedNotice(ClosedNotice { resolution }), None),
        };
        reporter.into_iter().chain(self.parties_hear_of_end(false)).collect()
    }

    fn fixes_ready(&self) -> Vec<Planned> {
        let due = self.open_clocks(|c| c.start.met_by == MetBy::Released);
        let told = self.to_reporter(Notice::FixIsReady(FixIsReady {}), None);
        told.into_iter().chain(self.releasers(&Notice::FixesReady(FixesReady { due }))).collect()
    }

    fn forwarded(&self, to: &PackageName, words: Option<&ContentId>) -> Vec<Planned> {
        let Actor::Member(by) = &self.event.actor else { return Vec::new() };
        let notice = Notice::Forward(Forward { package: to.clone(), by: by.clone() });
        let mut all = self.to_reporter(Notice::Forwarded(self.told_of_forwarding(to)), None);
        all.push(Planned { sealed: words.cloned(), ..planned(Recipient::Maintainer(to.clone()), notice) });
        all
    }

    /// The team that is there, or all of it where nobody is; and the reporter.
    fn fact_marked(&self, fact: FactName) -> Vec<Planned> {
        let Actor::Member(by) = &self.event.actor else { return Vec::new() };
        let there = |id: &MemberId| self.policy.present(id, self.event.at).is_some();
        let nobody = !self.policy.triage().any(|member| there(&member.id) && member.id != *by);
        let others = self.policy.triage().map(|member| &member.id).filter(|id| *id != by && (nobody || there(id)));
        let due = self.open_clocks(|c| c.state == ClockState::Running && self.is_urgent(c));
        let theirs = |name: &ClockName| self.case.clock(name).is_some_and(|clock| clock.start.reporter_sees);
        let told_reporter = due.iter().filter(|(name, _)| theirs(name)).cloned().collect();
        let steps = self.case.urgent_steps(self.policy).into_iter().filter(|(_, done)| !done).map(|(step, _)| step);
        let (steps, embargo) = (steps.collect(), self.embargo_of_fact());
        let notice = Notice::FactMarked(FactMarked { fact, by: by.clone(), due, steps, embargo: embargo.clone() });
        let told = others.map(|id| planned(Recipient::Member(id.clone()), notice.clone()));
        match &self.case.opened {
            // Said as the case was opened: the receipt says so to the reporter. The team hears it once, of the gravest; where nobody
            // handles it, with the case.
            Some(opened) if opened.facts.contains(&fact) => {
                let once = opened.facts.last() == Some(&fact) && self.case.handler.is_some();
                told.filter(|_| once).collect()
            }
            _ => told
                .chain(self.to_reporter(Notice::FactTold(FactTold { fact, due: told_reporter, embargo }), None))
                .collect(),
        }
    }

    /// Whether it is due when it is because of what is known.
    fn is_urgent(&self, clock: &Clock) -> bool {
        let row = self.policy.clock(clock.name());
        clock.start.hastened_by.is_some()
            || row.is_some_and(|row| row.only_where.is_some() || row.starts == Starts::AttacksObserved)
    }

    fn told_of_forwarding(&self, to: &PackageName) -> Forwarded {
        let consent = self.case.may_forward.get(to).and_then(Option::as_ref);
        let recorded_by = consent.and_then(|consent| match &consent.by {
            Actor::Member(by) => Some(by.clone()),
            Actor::Reporter | Actor::Party(_) | Actor::Desk => None,
        });
        Forwarded { package: to.clone(), recorded_by }
    }

    /// The member whose doing the event is.
    fn giver(&self) -> Option<MemberId> {
        match &self.event.actor {
            Actor::Member(giver) => Some(giver.clone()),
            Actor::Reporter | Actor::Party(_) | Actor::Desk => None,
        }
    }

    fn share_answered(&self, shared: u64, agrees: bool, words: bool) -> Vec<Planned> {
        let of = self.case.shared(shared).map(|shared| (shared.what, shared.at));
        let notice = of.map(|(what, shared_at)| ShareAnswered { what, shared_at, agrees, words });
        notice.into_iter().flat_map(|notice| self.to_handler(Notice::ShareAnswered(notice))).collect()
    }

    /// Whoever found that it is one knows.
    fn rediscovered(&self, again: &CaseId, by: Option<&MemberId>) -> Vec<Planned> {
        let notice = Rediscovered { case: again.clone(), published: self.case.publication.is_published() };
        let mut told = self.to_handler(Notice::Rediscovered(notice));
        told.retain(|planned| planned.recipient.member() != by || by.is_none());
        told
    }

    fn let_in_or_out(&self, member: &MemberId, notice: impl Fn(MemberId) -> Notice) -> Vec<Planned> {
        let there = self.policy.member(member).is_some();
        let notice = self.giver().filter(|_| there).map(notice);
        notice.into_iter().map(|notice| planned(Recipient::Member(member.clone()), notice)).collect()
    }

    fn opened(&self) -> Vec<Planned> {
        match &self.event.actor {
            Actor::Member(by) => self.to_handler(Notice::OpenedWithReason(OpenedWithReason { by: by.clone() })),
            _ => Vec::new(),
        }
    }

    fn assigned(
        &self,
        member: &MemberId,
        by: AssignedBy,
        previous: Option<&MemberId>,
        word: Option<&ContentId>,
    ) -> Vec<Planned> {
        let changed = HandlerChanged { handler: member.clone(), previous: previous.cloned() };
        // Before any word of a person it is a line of the next mail; where the case ends with it, that is what is told.
        let told = self.case.first_message().is_some() && !self.case.is_closed();
        let mut all = if told { self.to_reporter(Notice::HandlerChanged(changed), None) } else { Vec::new() };
        if let (AssignedBy::TakenOver, Some(before)) = (by, previous.filter(|id| self.policy.member(id).is_some())) {
            let notice = Notice::TakenOver(TakenOver { by: member.clone() });
            all.push(planned(Recipient::Member(before.clone()), notice));
        }
        if self.event.actor != Actor::Member(member.clone()) {
            let waits = self.case.clocks.iter().find(|c| c.state == ClockState::Running && self.acknowledges(c));
            let acknowledge_until = waits.map(|c| c.start.due_at);
            let (given_by, word_of) = (self.giver(), self.giver().filter(|_| word.is_some()));
            let next = self.team_clocks();
            let notice = YouAreHandler { backup: false, by, given_by, word_of, next, acknowledge_until };
            let told = planned(Recipient::Member(member.clone()), Notice::YouAreHandler(notice));
            all.push(Planned { sealed: word.cloned(), ..told });
        }
        all
    }
}
