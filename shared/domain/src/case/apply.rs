//! What an event changes of a case; nothing else changes one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::clock::{Clock, ClockState};
use super::event::{Actor, DisclosurePlan, Elsewhere, Event, EventBody, FactName, FileCount, Recipient, Reported};
use super::publication::{Audit, CreditState, LineEnd, Publication, Standing, written};
use super::rm::Rm;
use super::share::ShareAnswer;
use super::{Breach, Case, Consent, Embargo, End, Fact, Quarantine, Sent, Step, Steps, Tracker};
use crate::id::{ClockName, PackageName};

impl Case {
    /// The case that `first` opens; `None` when it is no `report-received`.
    pub fn opened(first: &Event) -> Option<Case> {
        let EventBody::ReportReceived(reported) = &first.body else { return None };
        let told = |fact, said: bool| said.then_some(Fact { fact, at: first.at, by: Actor::Reporter, source: None });
        let facts =
            [told(FactName::Public, reported.known_public), told(FactName::AttacksObserved, reported.known_exploited)];
        Some(Case {
            id: first.case.clone(),
            version: 1,
            received_at: reported.received_at.unwrap_or(first.at),
            changed_at: Some(first.at),
            package: reported.package.clone(),
            answers: reported.answers,
            address: reported.address.clone(),
            has_openpgp_key: reported.has_openpgp_key,
            code: None,
            planned_for: reported.planned_for.clone(),
            files: FileCount::default().and(&reported.files),
            report: reported.report.clone(),
            continues: reported.continues.clone(),
            found_by: reported.found_by.clone(),
            opened: reported.opened.clone(),
            canary: reported.canary,
            rm: Rm::Received,
            set_aside_from: None,
            waiting_for_reporter: false,
            handler: None,
            backup: None,
            woken: BTreeSet::new(),
            invited: BTreeSet::new(),
            severity: None,
            unclassified: false,
            facts: facts.into_iter().flatten().collect(),
            clocks: Vec::new(),
            breaches: Vec::new(),
            steps: Steps::default(),
            sent: Vec::new(),
            unanswered_since: None,
            duplicate_of: None,
            root: None,
            duplicates: BTreeSet::new(),
            publication: Publication::default(),
            resolution: None,
            end: None,
            withdrawn_at: None,
            tracker: None,
            third_party: reported.third_party.clone(),
            quarantine: Quarantine {
                report: reported.mail.as_ref().is_some_and(|m| m.is_quarantined()),
                answers: 0,
                spoken: None,
            },
            source: reported.source.as_deref().cloned(),
            mail: reported.mail.clone(),
            may_forward: agreed(reported),
            unlisted: reported.unlisted,
            forwarded: BTreeSet::new(),
            release_planned: None,
            release_said_at: None,
            became: None,
            follow_ups: Vec::new(),
            unsettled: false,
            standing_asked: None,
            agrees_to_wait: false,
            embargo: Embargo::default(),
            shared: Vec::new(),
            parties: Vec::new(),
        })
    }

    /// The case that a log adds up to; `None` when the log is empty or does not begin with a report.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Case> {
        let mut events = events.into_iter();
        let mut case = Case::opened(events.next()?)?;
        for event in events {
            case.apply(event);
        }
        Some(case)
    }

    /// Takes in the next event.
    pub fn apply(&mut self, event: &Event) {
        (self.version, self.changed_at) = (event.seq, Some(event.at));
        let (at, actor) = (event.at, &event.actor);
        match &event.body {
            EventBody::ReportReceived(_) | EventBody::Noted { .. } => {}
            EventBody::CodeReissued { .. } => self.code = Some(event.seq),
            EventBody::ClockStarted(start) => {
                self.clocks.retain(|c| c.name() != &start.clock);
                self.clocks.push(Clock { start: start.clone(), state: ClockState::Running });
            }
            EventBody::ClockMet { clock, by } => {
                let met_at = self.sent.iter().find(|s| s.seq == *by).map_or(at, |s| s.at);
                self.on_clock(clock, |c| c.meet(met_at, *by));
            }
            EventBody::ClockPaused { clock } => self.on_clock(clock, |c| c.pause(at)),
            EventBody::ClockResumed { clock } => self.on_clock(clock, |c| c.resume(at)),
            EventBody::ClockReopened { clock } => self.on_clock(clock, Clock::reopen),
            EventBody::ClockEnded { clock } => {
                self.remember_ended(clock);
                self.on_clock(clock, |c| c.state = ClockState::Ended);
            }
            EventBody::ClockShortened { clock, due_at, alarms, because } => {
                self.on_clock(clock, |c| c.start.shorten(*due_at, alarms, *because));
            }
            EventBody::ClockWarned { clock, level: _, planned_at, to } => {
                self.on_clock(clock, |c| c.told_upto(*planned_at));
                self.wake(to);
            }
            EventBody::ClockRepeated { to, .. } => {
                self.clocks.iter_mut().for_each(|clock| clock.told_again(at));
                self.wake(to);
            }
            EventBody::FoundQuiet { to } => self.wake(to),
            EventBody::ClockPostponed { clock, due_at } => self.on_clock(clock, |c| c.start.due_at = *due_at),
            EventBody::ClockBreached { clock, to, .. } => {
                let due_at = self.clock(clock).map_or(at, |c| c.start.due_at);
                self.breaches.push(Breach { clock: clock.clone(), due_at, at });
                self.on_clock(clock, |c| c.state = ClockState::Breached { at, met: None, again: None });
                self.wake(to);
            }
            EventBody::AssignmentPostponed { clock, until, to } => {
                self.on_clock(clock, |c| {
                    c.told_upto(at);
                    c.start.due_at = *until;
                });
                self.wake(to);
            }
            EventBody::MessageSent { next_steps, .. } => self.message_sent(event, *next_steps),
            EventBody::AnsweredElsewhere(answer) => self.answered_elsewhere(event.seq, answer),
            EventBody::MessageBounced { seq } => self.message_bounced(*seq),
            EventBody::HandlerAssigned { member, .. } => {
                self.handler = Some(member.clone());
                if self.backup.as_ref() == Some(member) {
                    self.backup = None;
                }
                self.steps.handler_assigned = Some(self.step(event));
            }
            EventBody::BackupSet { member } => self.backup = Some(member.clone()),
            EventBody::RmChanged { from, to, .. } => self.rm_changed(event, *from, *to),
            EventBody::InformationRequested => self.waiting_for_reporter = true,
            EventBody::WaitEnded => self.waiting_for_reporter = false,
            EventBody::ReporterReplied { alone: true, .. } => self.waiting_for_reporter = false,
            EventBody::ReporterReplied { files, opened, .. } => {
                self.files = self.files.and(files.as_ref().map_or(&[], |files| &files.kept));
                self.reporter_wrote(at);
                self.unsettled |= self.is_settled_by_person() && opened.is_none();
            }
            EventBody::FollowedUp { opened, .. } => {
                self.follow_ups.push(opened.clone());
                self.settled();
            }
            EventBody::PutAway => self.settled(),
            EventBody::StandingAsked => self.standing_asked = Some(at),
            EventBody::ReadWithReason { .. } => {
                if let Actor::Member(member) = &event.actor {
                    self.woken.insert(member.clone());
                }
            }
            EventBody::Invited { member, .. } => drop(self.invited.insert(member.clone())),
            EventBody::Uninvited { member, .. } => drop(self.invited.remove(member)),
            EventBody::AnswersChosen { answers } => self.answers = *answers,
            EventBody::DisclosurePlanned { plan } => {
                (self.planned_for, self.agrees_to_wait) = match plan {
                    DisclosurePlan::On(moment) => (Some(moment.clone()), false),
                    DisclosurePlan::WithRelease => (None, true),
                };
                self.embargo.taken_back();
            }
            EventBody::EmbargoProposed { side, ends, .. } => self.embargo.propose(event, *side, ends),
            EventBody::EmbargoAnswered { side, agrees, .. } => self.embargo.answered(*side, *agrees),
            EventBody::EmbargoAgreed { ends, .. } => self.embargo.agree(ends, at),
            EventBody::EmbargoEnded { ends, why } => self.embargo.end(ends, at, *why),
            EventBody::ReplyQuarantined { spoken, .. } => {
                self.quarantine.answers += 1;
                self.quarantine.spoken = spoken.or(self.quarantine.spoken);
            }
            EventBody::QuarantineEnded { refused, report, let_in } => {
                self.quarantine = Quarantine::default();
                if *let_in > 0 {
                    self.reporter_wrote(at);
                    self.unsettled |= self.is_settled_by_person();
                }
                // Whoever wrote the report, the address under it is not theirs.
                if *refused && *report {
                    self.address = None;
                }
            }
            EventBody::ConsentRecorded { to, .. } => {
                let module = to.clone().or_else(|| self.third_party.clone());
                self.may_forward.extend(module.map(|module| (module, Some(Consent { by: actor.clone(), at }))));
            }
            EventBody::Forwarded { to, .. } => drop(self.forwarded.insert(to.clone())),
            EventBody::ReleasePlanned { on, .. } => {
                (self.release_planned, self.release_said_at) = (Some(on.clone()), Some(at));
            }
            EventBody::TreatedAsReport { opened } => self.became = Some(opened.clone()),
            EventBody::OutsiderReplied { from: Recipient::Party(party), .. } => self.party_wrote(party, at),
            EventBody::OutsiderReplied { .. } | EventBody::DutyRecorded { .. } => {}
            EventBody::Scored { severity, unclassified, .. } => {
                (self.severity, self.unclassified) = (Some(*severity), *unclassified);
            }
            EventBody::FactMarked { fact, source } => {
                self.embargo.lapse();
                self.facts.push(Fact { fact: *fact, at, by: actor.clone(), source: Some(source.clone()) })
            }
            EventBody::DuplicateOf { of } => self.duplicate_of = Some(of.clone()),
            EventBody::Rediscovered { duplicate, .. } => drop(self.duplicates.insert(duplicate.clone())),
            EventBody::RootMoved(moved) => self.root_moved(moved),
            EventBody::FixesReady => self.steps.fix_ready = Some(self.step(event)),
            EventBody::FixesReleased => self.steps.released = Some(self.step(event)),
            EventBody::FixesPending => (self.steps.fix_ready, self.steps.released) = (None, None),
            EventBody::AffectedDetermined { content, lines, undone } => {
                self.affected_determined(event, content, lines, undone)
            }
            EventBody::AuditRecorded { content, findings } => self.audit_recorded(event, content, findings),
            EventBody::AuditWaived { reason } => self.publication.audit = Some(Audit::Waived(written(event, reason))),
            EventBody::FixReady { line, reference } => self.line_ready(event, line, reference),
            EventBody::FixReleased { line, version, differs, asked } => {
                self.line_released(line, written(event, version), *differs);
                if let Some(asked) = asked {
                    self.publication.asks_registry(event, line, &version.id, asked);
                }
            }
            EventBody::ReleaseUnseen { of, line: _, unanswered: _ } => {
                self.publication.stands_in_registry(of, Standing::Claimed { told: true })
            }
            EventBody::ReleaseSeen { of, shown, line: _, missed: _ } => {
                self.publication.stands_in_registry(of, Standing::Seen { at, shown: shown.clone() })
            }
            EventBody::ReleaseGone { of, line: _ } => self.publication.stands_in_registry(of, Standing::Gone { at }),
            EventBody::LineNotAffected { line, reason } => {
                self.line_ended(line, LineEnd::NotAffected(written(event, reason)))
            }
            EventBody::LineWaived { line, reason } => self.line_ended(line, LineEnd::Waived(written(event, reason))),
            EventBody::CreditAsked => self.publication.credit = CreditState::Asked { at },
            EventBody::CreditRecorded { granted, waits } => self.credit_recorded(event, granted.as_ref(), *waits),
            EventBody::AdvisoryDrafted { content } => self.publication.draft = Some(written(event, content)),
            EventBody::AdvisoryApproved { content } => self.publication.approval = Some(written(event, content)),
            EventBody::PublicationScheduled { on, content, channels, signed, before: _ } => {
                self.publication_scheduled(event, (on, content), channels, signed);
            }
            EventBody::PublicationUnscheduled { on, why, missing, by: _ } => {
                self.publication_unscheduled(on, *why, missing);
            }
            EventBody::Published { content, channels, signed: _ } => self.published(event, content, channels),
            EventBody::RevisionOpened { cause, withdraws } => self.revision_opened(event, cause, *withdraws),
            EventBody::RevisionDropped { since: _ } => self.revision_dropped(),
            EventBody::Revised { revision: _, content: _, channels, signed: _ } => self.revised(event, channels),
            EventBody::NameTakenOut { revision: _, channels } => self.name_taken_out(event, channels),
            EventBody::ChannelRetried { channel, anew } => self.channel_retried(channel, *anew),
            EventBody::ChannelGivenUp { channel, reason: _ } => self.channel_given_up(event, channel),
            EventBody::Announced { channel, again: _ } => self.announced(event, channel),
            EventBody::Closed { resolution, from, .. } => {
                self.embargo.lapse();
                self.resolution = Some(*resolution);
                if let (Some(end), Some(from)) = (&mut self.end, from) {
                    end.from = *from;
                }
            }
            EventBody::Withdrawn { .. } => (self.withdrawn_at, self.waiting_for_reporter) = (Some(at), false),
            EventBody::TrackerAsked => self.tracker = Some(Tracker::Asked),
            EventBody::TrackerAnswered { agrees, .. } => {
                self.tracker = Some(if *agrees { Tracker::Agreed } else { Tracker::Refused });
            }
            EventBody::Shared { what, with, content } => self.share(event, *what, with, content),
            EventBody::ShareAnswered { shared, agrees, words } => {
                self.share_answered(*shared, ShareAnswer { at, agrees: *agrees, words: words.clone() });
            }
            EventBody::PartyInvited(new) => self.party_invited(event, new),
            EventBody::PartyTold { party, .. } => self.on_party(party, |party| party.unanswered_since = None),
            EventBody::PartySaid { party, said } => self.party_said(party, at, said),
            EventBody::PartyBounced { party } => self.on_party(party, |party| party.bounced_at = Some(at)),
            EventBody::PartyEnded { party, .. } => self.party_ended(party, at),
            EventBody::Reopened { .. } => {
                self.unsettled = false;
                (self.end, self.resolution, self.tracker) = (None, None, None);
                (self.duplicate_of, self.root) = (None, None);
                self.embargo.reopened();
            }
        }
        self.void_approval(event);
    }

    pub(super) fn step(&self, event: &Event) -> Step {
        Step { at: event.at, by: event.actor.clone(), seq: event.seq }
    }

    fn on_clock(&mut self, name: &ClockName, change: impl FnOnce(&mut Clock)) {
        if let Some(clock) = self.clocks.iter_mut().find(|c| c.name() == name) {
            change(clock);
        }
    }

    fn wake(&mut self, to: &[Recipient]) {
        self.woken.extend(to.iter().filter_map(Recipient::member).cloned());
    }

    pub(super) fn reporter_wrote(&mut self, at: Timestamp) {
        self.waiting_for_reporter = false;
        self.unanswered_since.get_or_insert(at);
    }

    fn message_sent(&mut self, event: &Event, next_steps: bool) {
        let (seq, at, by) = (event.seq, event.at, event.actor.clone());
        self.sent.push(Sent { seq, at, by, next_steps, bounced: false, elsewhere: false });
        self.settled();
        self.count_messages();
    }

    /// It counts from when it was given.
    fn answered_elsewhere(&mut self, seq: u64, answer: &Elsewhere) {
        let (at, by, next_steps) = (answer.answered_at, Actor::Member(answer.member.clone()), answer.next_steps);
        self.sent.push(Sent { seq, at, by, next_steps, bounced: false, elsewhere: true });
        self.count_messages();
    }

    /// Nothing of the reporter's waits any more.
    fn settled(&mut self) {
        self.unanswered_since = None;
        self.unsettled = false;
    }

    fn message_bounced(&mut self, seq: u64) {
        for sent in self.sent.iter_mut().filter(|s| s.seq == seq) {
            sent.bounced = true;
        }
        self.address = None;
        self.count_messages();
    }

    /// The steps that messages take; one that did not arrive counts for nothing.
    fn count_messages(&mut self) {
        let step = |s: &Sent| Step { at: s.at, by: s.by.clone(), seq: s.seq };
        self.steps.acknowledged = self.sent.iter().find(|s| !s.bounced).map(step);
        self.steps.responded = self.sent.iter().find(|s| !s.bounced && s.next_steps).map(step);
    }

    fn rm_changed(&mut self, event: &Event, from: Rm, to: Rm) {
        self.rm = to;
        if to == Rm::Closed {
            self.end = Some(End { at: event.at, from, clocks: Vec::new() });
        }
        let set_aside = to == Rm::Deferred && event.actor == Actor::Desk;
        self.set_aside_from = set_aside.then_some(from);
        if to == Rm::Valid && self.steps.confirmed.is_none() {
            self.steps.confirmed = Some(self.step(event));
        }
    }
}

/// A consent that the report gives is for the module that it is about; of another, nothing was said.
fn agreed(reported: &Reported) -> BTreeMap<PackageName, Option<Consent>> {
    let module = reported.third_party.clone().filter(|_| reported.may_forward);
    module.into_iter().map(|module| (module, None)).collect()
}
