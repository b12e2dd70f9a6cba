//! A case: an append-only log of events, and the state that they add up to.
//!
//! [`decide::open`] and [`decide::decide`] say which events follow from a report or a command; [`Case::apply`] says
//! what an event changes, and nothing else changes a case. Replaying the log gives the snapshot.

pub mod clock;
pub mod command;
pub mod decide;
mod escalate;
pub mod event;
pub mod permit;
pub mod publication;
pub mod rm;
mod stage;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use clock::{Clock, ClockState};
pub use command::{Command, CommandName};
pub use event::{Actor, ContentRef, Event, EventBody, Message, Recipient};
pub use rm::Rm;
pub use stage::Stage;

use self::event::{Answers, ByMail, FactName, MailParts, Resolution};
use self::publication::{Audit, CreditState, LineEnd, Publication, written};
use crate::id::{CaseId, ClockName, ContentId, MemberId, PackageName};
use crate::policy::{Policy, Role, Severity};

/// The state of a case: what is stored as its snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub id: CaseId,
    /// The number of events so far; the next event's `seq` is one more.
    pub version: u64,
    pub received_at: Timestamp,
    /// `None` when the reporter named something that the policy does not know.
    pub package: Option<PackageName>,
    pub answers: Answers,
    /// The reporter's address, sealed to the mail key.
    pub address: Option<ContentId>,
    pub has_openpgp_key: bool,
    pub planned_for: Option<Date>,
    pub report: ContentRef,
    pub continues: Option<CaseId>,
    /// The case whose audit found this one.
    #[serde(default)]
    pub found_by: Option<CaseId>,
    /// It only tries whether the desk works.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub canary: bool,
    pub rm: Rm,
    /// The state that the reporter's answer resumes, while the case is set aside for silence.
    pub set_aside_from: Option<Rm>,
    pub waiting_for_reporter: bool,
    pub handler: Option<MemberId>,
    pub backup: Option<MemberId>,
    /// Members whom an escalation woke: they may read from then on.
    pub woken: BTreeSet<MemberId>,
    pub severity: Option<Severity>,
    pub facts: Vec<Fact>,
    pub clocks: Vec<Clock>,
    /// Broken promises and duties, kept for ever.
    pub breaches: Vec<Breach>,
    pub steps: Steps,
    pub sent: Vec<Sent>,
    pub duplicate_of: Option<CaseId>,
    #[serde(default)]
    pub publication: Publication,
    pub resolution: Option<Resolution>,
    /// A module that others maintain (T35).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party: Option<PackageName>,
    /// How it came by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<ByMail>,
    #[serde(default, skip_serializing_if = "Quarantine::is_empty")]
    pub quarantine: Quarantine,
    /// The reporter agrees that it is forwarded (T37).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_forward: bool,
    /// To whose maintainers it was.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forwarded: BTreeSet<PackageName>,
    /// When the release is planned (T30).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_planned: Option<Date>,
    /// The case that this one became, when it was a report after all (T60).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub became: Option<CaseId>,
}

/// What waits for a person to say whether it is the reporter's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quarantine {
    /// The report itself: no automatic mail goes to the address that it names.
    #[serde(default)]
    pub report: bool,
    /// Answers, in the order in which they came.
    #[serde(default)]
    pub answers: Vec<Held>,
}

/// An answer in quarantine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub at: Timestamp,
    pub content: ContentRef,
    pub mail: MailParts,
}

impl Quarantine {
    pub fn is_empty(&self) -> bool {
        !self.report && self.answers.is_empty()
    }
}

/// A fact, with when, who and from where; set once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub fact: FactName,
    pub at: Timestamp,
    pub by: Actor,
    /// `None` when the report itself said so.
    pub source: Option<ContentRef>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    pub clock: ClockName,
    pub due_at: Timestamp,
    pub at: Timestamp,
}

/// A step of the policy that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub at: Timestamp,
    pub by: Actor,
    pub seq: u64,
}

/// The policy's own steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    pub acknowledged: Option<Step>,
    pub responded: Option<Step>,
    pub handler_assigned: Option<Step>,
    pub confirmed: Option<Step>,
    #[serde(default)]
    pub affected_determined: Option<Step>,
    #[serde(default)]
    pub audited: Option<Step>,
    #[serde(default)]
    pub fix_ready: Option<Step>,
    #[serde(default)]
    pub released: Option<Step>,
    /// Seen on every channel.
    #[serde(default)]
    pub announced: Option<Step>,
}

/// A member's message to the reporter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    pub seq: u64,
    pub at: Timestamp,
    pub by: Actor,
    pub next_steps: bool,
    pub bounced: bool,
}

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
            package: reported.package.clone(),
            answers: reported.answers,
            address: reported.address.clone(),
            has_openpgp_key: reported.has_openpgp_key,
            planned_for: reported.planned_for,
            report: reported.report.clone(),
            continues: reported.continues.clone(),
            found_by: reported.found_by.clone(),
            canary: reported.canary,
            rm: Rm::Received,
            set_aside_from: None,
            waiting_for_reporter: false,
            handler: None,
            backup: None,
            woken: BTreeSet::new(),
            severity: None,
            facts: facts.into_iter().flatten().collect(),
            clocks: Vec::new(),
            breaches: Vec::new(),
            steps: Steps::default(),
            sent: Vec::new(),
            duplicate_of: None,
            publication: Publication::default(),
            resolution: None,
            third_party: reported.third_party.clone(),
            quarantine: Quarantine {
                report: reported.mail.as_ref().is_some_and(|m| m.is_quarantined()),
                answers: Vec::new(),
            },
            mail: reported.mail.clone(),
            may_forward: reported.may_forward,
            forwarded: BTreeSet::new(),
            release_planned: None,
            became: None,
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
        self.version = event.seq;
        let (at, actor) = (event.at, &event.actor);
        match &event.body {
            EventBody::ReportReceived(_) | EventBody::Noted { .. } | EventBody::CodeReissued { .. } => {}
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
            EventBody::ClockEnded { clock } => self.on_clock(clock, |c| c.state = ClockState::Ended),
            EventBody::ClockShortened { clock, due_at, alarms } => self.on_clock(clock, |c| {
                c.start.due_at = *due_at;
                c.start.alarms.clone_from(alarms);
            }),
            EventBody::ClockWarned { clock, level, planned_at, to } => {
                self.on_clock(clock, |c| c.fired(level, *planned_at));
                self.wake(to);
            }
            EventBody::ClockBreached { clock, to, .. } => {
                let due_at = self.clock(clock).map_or(at, |c| c.start.due_at);
                self.breaches.push(Breach { clock: clock.clone(), due_at, at });
                self.on_clock(clock, |c| c.state = ClockState::Breached { at, met: None });
                self.wake(to);
            }
            EventBody::AssignmentPostponed { clock, until, to } => {
                self.on_clock(clock, |c| c.start.due_at = *until);
                self.wake(to);
            }
            EventBody::MessageSent { next_steps, .. } => self.message_sent(event, *next_steps),
            EventBody::MessageBounced { seq } => self.message_bounced(*seq),
            EventBody::HandlerAssigned { member, .. } => {
                self.handler = Some(member.clone());
                if self.backup.as_ref() == Some(member) {
                    self.backup = None;
                }
                self.steps.handler_assigned = Some(self.step(event));
            }
            EventBody::BackupSet { member } => self.backup = Some(member.clone()),
            EventBody::RmChanged { from, to } => self.rm_changed(event, *from, *to),
            EventBody::InformationRequested => self.waiting_for_reporter = true,
            EventBody::ReporterReplied { .. } => self.waiting_for_reporter = false,
            EventBody::ReplyQuarantined { content, mail } => {
                self.quarantine.answers.push(Held { at, content: content.clone(), mail: mail.clone() })
            }
            EventBody::QuarantineEnded { refused, report } => {
                self.quarantine = Quarantine::default();
                // Whoever wrote the report, the address under it is not theirs.
                if *refused && *report {
                    self.address = None;
                }
            }
            EventBody::ConsentRecorded { .. } => self.may_forward = true,
            EventBody::Forwarded { to, .. } => drop(self.forwarded.insert(to.clone())),
            EventBody::ReleasePlanned { on } => self.release_planned = Some(*on),
            EventBody::TreatedAsReport { opened } => self.became = Some(opened.clone()),
            EventBody::OutsiderReplied { .. } => {}
            EventBody::Scored { severity, .. } => self.severity = Some(*severity),
            EventBody::FactMarked { fact, source } => {
                self.facts.push(Fact { fact: *fact, at, by: actor.clone(), source: Some(source.clone()) })
            }
            EventBody::DuplicateOf { of } => self.duplicate_of = Some(of.clone()),
            EventBody::FixesReady => self.steps.fix_ready = Some(self.step(event)),
            EventBody::FixesReleased => self.steps.released = Some(self.step(event)),
            EventBody::FixesPending => (self.steps.fix_ready, self.steps.released) = (None, None),
            EventBody::AffectedDetermined { content, lines, undone } => {
                self.affected_determined(event, content, lines, undone)
            }
            EventBody::AuditRecorded { content, findings } => self.audit_recorded(event, content, findings),
            EventBody::AuditWaived { reason } => self.publication.audit = Some(Audit::Waived(written(event, reason))),
            EventBody::FixReady { line, reference } => self.line_ready(event, line, reference),
            EventBody::FixReleased { line, version } => {
                self.line_ended(line, LineEnd::Released(written(event, version)))
            }
            EventBody::LineNotAffected { line, reason } => {
                self.line_ended(line, LineEnd::NotAffected(written(event, reason)))
            }
            EventBody::LineWaived { line, reason } => self.line_ended(line, LineEnd::Waived(written(event, reason))),
            EventBody::CreditAsked => self.publication.credit = CreditState::Asked { at },
            EventBody::CreditRecorded { granted } => self.credit_recorded(event, granted.as_ref()),
            EventBody::AdvisoryDrafted { content } => self.publication.draft = Some(written(event, content)),
            EventBody::AdvisoryApproved { content } => self.publication.approval = Some(written(event, content)),
            EventBody::Published { content, channels } => self.published(event, content, channels),
            EventBody::Announced { channel } => self.announced(event, channel),
            EventBody::Closed { resolution, .. } => self.resolution = Some(*resolution),
        }
        self.void_approval(event);
    }

    fn step(&self, event: &Event) -> Step {
        Step { at: event.at, by: event.actor.clone(), seq: event.seq }
    }

    fn on_clock(&mut self, name: &ClockName, change: impl FnOnce(&mut Clock)) {
        if let Some(clock) = self.clocks.iter_mut().find(|c| c.name() == name) {
            change(clock);
        }
    }

    fn wake(&mut self, to: &[Recipient]) {
        let members = to.iter().filter_map(|r| match r {
            Recipient::Member(member) => Some(member.clone()),
            _ => None,
        });
        self.woken.extend(members);
    }

    fn message_sent(&mut self, event: &Event, next_steps: bool) {
        let (seq, at, by) = (event.seq, event.at, event.actor.clone());
        self.sent.push(Sent { seq, at, by, next_steps, bounced: false });
        self.count_messages();
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
        let set_aside = to == Rm::Deferred && event.actor == Actor::Desk;
        self.set_aside_from = set_aside.then_some(from);
        if to == Rm::Valid && self.steps.confirmed.is_none() {
            self.steps.confirmed = Some(self.step(event));
        }
    }

    pub fn clock(&self, name: &ClockName) -> Option<&Clock> {
        self.clocks.iter().find(|c| c.name() == name)
    }

    /// What its clocks wait for: each with its next instant.
    pub fn timers(&self) -> Vec<(&ClockName, Timestamp)> {
        self.clocks.iter().filter_map(|c| Some((c.name(), c.next_instant()?))).collect()
    }

    /// The next due time of anything still open; `None` once closed.
    pub fn next_due(&self) -> Option<Timestamp> {
        if self.is_closed() {
            return None;
        }
        self.clocks.iter().filter(|c| c.is_open()).map(|c| c.start.due_at).min()
    }

    pub fn is_closed(&self) -> bool {
        self.rm == Rm::Closed
    }

    /// Whether the reporter's address was proven by the mail that the report came in; one typed into a form never is.
    pub fn address_authenticated(&self) -> bool {
        self.mail.as_ref().is_some_and(|mail| mail.sender.is_authenticated())
    }

    /// Whether it was only filed as it came: nobody is owed an answer.
    pub fn is_filed(&self) -> bool {
        matches!(self.resolution, Some(Resolution::AutomaticMail | Resolution::PolicyComment | Resolution::Spam))
    }

    pub fn has_fact(&self, fact: FactName) -> bool {
        self.facts.iter().any(|f| f.fact == fact)
    }

    /// Need to know: while unassigned all of triage may read, then handler, backup and those whom an escalation woke; once it
    /// is accepted the release managers too, who coordinate its releases and approve what is said of them (T44). Who is no
    /// longer of the team may not.
    pub fn readable_by(&self, member: &MemberId, policy: &Policy) -> bool {
        let Some(current) = policy.member(member) else { return false };
        let triage = current.roles.contains(&Role::Triage);
        let named = self.handler.as_ref() == Some(member) || self.backup.as_ref() == Some(member);
        let releases =
            current.has(Role::ReleaseManager) && (self.rm == Rm::Accepted || self.publication.is_published());
        named || releases || (triage && (self.handler.is_none() || self.woken.contains(member)))
    }
}
