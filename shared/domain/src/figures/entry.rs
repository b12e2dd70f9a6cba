//! What the log of one case adds to the figures.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::case::event::{Event, EventBody, Resolution};
use crate::case::{Case, ClockState};
use crate::id::ClockName;
use crate::policy::MetBy;

/// Something of one case that counts, under one day. It is written over by what later events make of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// In UTC.
    pub day: Date,
    pub about: About,
    /// The first event that it followed from.
    pub first: u64,
    /// The newest event that it follows from: of two versions the one with the larger is right.
    pub seq: u64,
    /// `None`: it counted under this day, and does no longer.
    pub counted: Option<Counted>,
}

/// What of a case is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The report, and the receipt that a machine gave for it.
    Report,
    /// That it is counted in nothing else.
    Apart,
    /// A run of a clock, by the event that started it.
    Run { clock: ClockName, started: u64 },
}

/// How it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "counts")]
pub enum Counted {
    Report {
        /// A receipt was planned by mail.
        by_mail: bool,
        /// It stood in the answer to the report.
        on_page: bool,
    },
    /// Spam, or a comment on the policy.
    Apart,
    Kept {
        #[serde(flatten)]
        run: Run,
        minutes: u64,
    },
    Missed {
        #[serde(flatten)]
        run: Run,
        due_at: Timestamp,
        /// What it took all the same; `None` while nobody has done it.
        minutes: Option<u64>,
        /// Nobody is going to: the case closed, or what it was about no longer matters.
        over: bool,
    },
}

/// A clock from one start to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub clock: ClockName,
    pub promise: bool,
    pub started_at: Timestamp,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            About::Report => f.write_str("report"),
            About::Apart => f.write_str("apart"),
            About::Run { clock, started } => write!(f, "clock#{clock}#{started:012}"),
        }
    }
}

/// All that the log of a case adds, and what it added before and does no longer; in order, and each once.
pub fn entries(log: &[Event]) -> Vec<Entry> {
    let Some((first, rest)) = log.split_first() else { return Vec::new() };
    let Some(mut case) = Case::opened(first).filter(|case| !case.canary) else { return Vec::new() };
    let mut book = Book::default();
    book.received(&case, first);
    for event in rest {
        case.apply(event);
        book.take(&case, event);
    }
    let entry = |((day, about), Version { first, seq, counted })| Entry { day, about, first, seq, counted };
    book.entries.into_iter().map(entry).collect()
}

impl Entry {
    /// Whether the events from this one on ask for it to be written. What came and went among them never counted.
    pub fn is_asked_for_from(&self, from: u64) -> bool {
        self.seq >= from && (self.counted.is_some() || self.first < from)
    }
}

/// The day of an instant, in UTC.
pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// A clock that runs, or ran last.
struct Running {
    started: u64,
    paused: SignedDuration,
    paused_since: Option<Timestamp>,
}

struct Version {
    first: u64,
    seq: u64,
    counted: Option<Counted>,
}

#[derive(Default)]
struct Book {
    entries: BTreeMap<(Date, About), Version>,
    /// The day under which each stands now.
    places: BTreeMap<About, Date>,
    runs: BTreeMap<ClockName, Running>,
    /// Nothing more of it counts.
    closed_apart: bool,
}

impl Book {
    /// Where a machine may not answer by itself, it has not; what the team found itself nobody reported.
    fn received(&mut self, case: &Case, event: &Event) {
        if case.has_reporter() {
            let by_mail = case.address.is_some() && !case.quarantine.report;
            let on_page = case.mail.is_none() && case.opened.is_none();
            self.put(About::Report, event, case.received_at, Counted::Report { by_mail, on_page });
        }
    }

    /// What `event` changes; `case` is the case after it.
    fn take(&mut self, case: &Case, event: &Event) {
        if self.closed_apart {
            return;
        }
        match &event.body {
            EventBody::ClockStarted(start) if start.met_by != MetBy::ReporterAnswer => {
                let running = Running { started: event.seq, paused: SignedDuration::ZERO, paused_since: None };
                self.runs.insert(start.clock.clone(), running);
            }
            EventBody::ClockPaused { clock } => self.on(clock, |run| run.paused_since = Some(event.at)),
            EventBody::ClockResumed { clock } => self.on(clock, |run| {
                let since = run.paused_since.take().unwrap_or(event.at);
                run.paused += since.duration_until(event.at);
            }),
            EventBody::ClockMet { clock, .. }
            | EventBody::ClockBreached { clock, .. }
            | EventBody::ClockReopened { clock }
            | EventBody::ClockEnded { clock } => self.stands(case, clock, event),
            EventBody::QuarantineEnded { refused: false, report: true, .. } => self.received(case, event),
            EventBody::Closed { resolution, .. } => self.closed(*resolution, event),
            EventBody::ReportReceived(_)
            | EventBody::Reopened { .. }
            | EventBody::Withdrawn { .. }
            | EventBody::Invited { .. }
            | EventBody::Uninvited { .. }
            | EventBody::PartyInvited(_)
            | EventBody::PartyTold { .. }
            | EventBody::PartySaid { .. }
            | EventBody::PartyBounced { .. }
            | EventBody::PartyEnded { .. }
            | EventBody::Shared { .. }
            | EventBody::ShareAnswered { .. }
            | EventBody::TrackerAsked
            | EventBody::TrackerAnswered { .. }
            | EventBody::ClockStarted(_)
            | EventBody::ClockWarned { .. }
            | EventBody::ClockRepeated { .. }
            | EventBody::ClockPostponed { .. }
            | EventBody::FoundQuiet { .. }
            | EventBody::ClockShortened { .. }
            | EventBody::MessageSent { .. }
            | EventBody::AnsweredElsewhere(_)
            | EventBody::MessageBounced { .. }
            | EventBody::HandlerAssigned { .. }
            | EventBody::AssignmentPostponed { .. }
            | EventBody::BackupSet { .. }
            | EventBody::RmChanged { .. }
            | EventBody::InformationRequested
            | EventBody::WaitEnded
            | EventBody::ReporterReplied { .. }
            | EventBody::ReplyQuarantined { .. }
            | EventBody::QuarantineEnded { .. }
            | EventBody::OutsiderReplied { .. }
            | EventBody::ConsentRecorded { .. }
            | EventBody::Forwarded { .. }
            | EventBody::ReleasePlanned { .. }
            | EventBody::EmbargoProposed { .. }
            | EventBody::EmbargoAnswered { .. }
            | EventBody::EmbargoAgreed { .. }
            | EventBody::EmbargoEnded { .. }
            | EventBody::TreatedAsReport { .. }
            | EventBody::FollowedUp { .. }
            | EventBody::PutAway
            | EventBody::Noted { .. }
            | EventBody::Scored { .. }
            | EventBody::DutyRecorded { .. }
            | EventBody::FactMarked { .. }
            | EventBody::DuplicateOf { .. }
            | EventBody::Rediscovered { .. }
            | EventBody::RootMoved(_)
            | EventBody::CodeReissued { .. }
            | EventBody::AffectedDetermined { .. }
            | EventBody::AuditRecorded { .. }
            | EventBody::AuditWaived { .. }
            | EventBody::FixReady { .. }
            | EventBody::FixReleased { .. }
            | EventBody::ReleaseUnseen { .. }
            | EventBody::ReleaseSeen { .. }
            | EventBody::ReleaseGone { .. }
            | EventBody::LineNotAffected { .. }
            | EventBody::LineWaived { .. }
            | EventBody::FixesReady
            | EventBody::FixesReleased
            | EventBody::FixesPending
            | EventBody::CreditAsked
            | EventBody::CreditRecorded { .. }
            | EventBody::AdvisoryDrafted { .. }
            | EventBody::AdvisoryApproved { .. }
            | EventBody::PublicationScheduled { .. }
            | EventBody::PublicationUnscheduled { .. }
            | EventBody::Published { .. }
            | EventBody::RevisionOpened { .. }
            | EventBody::RevisionDropped { .. }
            | EventBody::Revised { .. }
            | EventBody::NameTakenOut { .. }
            | EventBody::ChannelRetried { .. }
            | EventBody::ChannelGivenUp { .. }
            | EventBody::StandingAsked
            | EventBody::DisclosurePlanned { .. }
            | EventBody::AnswersChosen { .. }
            | EventBody::ReadWithReason { .. }
            | EventBody::Announced { .. } => {}
        }
    }

    fn on(&mut self, clock: &ClockName, change: impl FnOnce(&mut Running)) {
        self.runs.get_mut(clock).map(change);
    }

    /// Where the clock's newest run stands after `event`.
    fn stands(&mut self, case: &Case, name: &ClockName, event: &Event) {
        let (Some(running), Some(clock)) = (self.runs.get(name), case.clock(name)) else { return };
        let start = &clock.start;
        let about = About::Run { clock: name.clone(), started: running.started };
        let run = Run { clock: name.clone(), promise: start.promise, started_at: start.started_at };
        let taken = |at: Timestamp| minutes(start.started_at.duration_until(at) - running.paused);
        match clock.state {
            // Past before anybody could tell that it was: of what was taken elsewhere, before the desk heard of it.
            ClockState::Met { at, .. } if clock.was_met_late() => {
                let (due_at, minutes) = (start.due_at, Some(taken(at)));
                self.put(about, event, due_at, Counted::Missed { run, due_at, minutes, over: false });
            }
            ClockState::Met { at, .. } => {
                let minutes = taken(at);
                self.put(about, event, at, Counted::Kept { run, minutes });
            }
            ClockState::Breached { met, .. } => {
                let (due_at, minutes) = (start.due_at, met.map(|met| taken(met.at)));
                self.put(about, event, due_at, Counted::Missed { run, due_at, minutes, over: false });
            }
            ClockState::Running | ClockState::Paused { .. } => self.withdraw(&about, event.seq),
            ClockState::Ended => self.ended(about, event.seq),
        }
    }

    /// What was missed stays missed.
    fn ended(&mut self, about: About, by: u64) {
        let Some(day) = self.places.get(&about) else { return };
        let Some(version) = self.entries.get_mut(&(*day, about)) else { return };
        if let Some(Counted::Missed { minutes: None, over, .. }) = &mut version.counted {
            (version.seq, *over) = (by, true);
        }
    }

    fn closed(&mut self, resolution: Resolution, event: &Event) {
        match resolution {
            Resolution::Spam | Resolution::PolicyComment | Resolution::AutomaticMail | Resolution::Canary => {}
            Resolution::Fixed
            | Resolution::NotAVulnerability
            | Resolution::NotReproducible
            | Resolution::ObsoleteVersion
            | Resolution::OrdinaryBug
            | Resolution::ThirdParty
            | Resolution::WontFix
            | Resolution::Withdrawn
            | Resolution::NoAnswer
            | Resolution::Duplicate => return,
        }
        self.closed_apart = true;
        for about in self.places.keys().cloned().collect::<Vec<_>>() {
            self.withdraw(&about, event.seq);
        }
        if matches!(resolution, Resolution::Spam | Resolution::PolicyComment) {
            self.put(About::Apart, event, event.at, Counted::Apart);
        }
    }

    fn put(&mut self, about: About, event: &Event, at: Timestamp, counted: Counted) {
        let day = day(at);
        if self.places.get(&about).is_some_and(|before| *before != day) {
            self.withdraw(&about, event.seq);
        }
        self.places.insert(about.clone(), day);
        self.version(day, about, event.seq, Some(counted));
    }

    fn version(&mut self, day: Date, about: About, seq: u64, counted: Option<Counted>) {
        let version = self.entries.entry((day, about)).or_insert(Version { first: seq, seq, counted: None });
        (version.seq, version.counted) = (seq, counted);
    }

    fn withdraw(&mut self, about: &About, seq: u64) {
        if let Some(day) = self.places.remove(about) {
            self.version(day, about.clone(), seq, None);
        }
    }
}

/// Minutes begun: a promise never looks faster than it was.
fn minutes(taken: SignedDuration) -> u64 {
    u64::try_from(taken.as_secs()).unwrap_or(0).div_ceil(60)
}
