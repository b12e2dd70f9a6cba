//! One running clock of a case. Everything that it needs was frozen from the policy when it started, so a later
//! policy never moves a promise already made, and replaying needs no policy.

mod urgent;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Case;
use super::event::FactName;
use crate::id::{ClockName, LevelName};
use crate::moment::Moment;
use crate::policy::{AtDue, ClockKind, ClockRow, Due, MetBy, Pauses, REPEAT, Severity, When};

/// What runs no longer than this is a matter of hours, which may wake somebody.
const A_MATTER_OF_HOURS: SignedDuration = SignedDuration::from_hours(48);

/// The last time that it was so late of a day (UTC), up to `at`.
fn last_at(time: Time, at: Timestamp) -> Option<Timestamp> {
    let of_day = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let since = (at.as_second() - of_day).rem_euclid(24 * 3600);
    Timestamp::from_second(at.as_second() - since).ok().filter(|last| *last <= at)
}

/// A clock as started: the body of `clock-started`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockStart {
    pub clock: ClockName,
    pub started_at: Timestamp,
    pub due_at: Timestamp,
    /// Warnings and reminders still to come, by time.
    pub alarms: Vec<Alarm>,
    pub met_by: MetBy,
    pub pauses: Option<Pauses>,
    pub at_due: AtDue,
    pub breach_level: LevelName,
    pub reporter_sees: bool,
    pub promise: bool,
    /// `None`: what its name says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<ClockKind>,
    /// `None`: what is usual for a clock that is met like this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    survives_closing: Option<bool>,
    /// How often it is told again once it is missed; `None`: [`REPEAT`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat: Option<SignedDuration>,
    /// When of a day (UTC) what it brings is told; `None`: at any hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    with_digest: Option<Time>,
    /// It is due at an instant that was said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    to_the_minute: bool,
    /// The fact that does not let it run as long as it otherwise would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hastened_by: Option<FactName>,
    /// How long it has stood still so far.
    #[serde(default, skip_serializing_if = "SignedDuration::is_zero")]
    paused: SignedDuration,
}

/// An instant at which a level is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    pub at: Timestamp,
    pub level: LevelName,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum ClockState {
    Running,
    Paused {
        since: Timestamp,
    },
    Met {
        at: Timestamp,
        /// The event that met it; a hard bounce of that message re-opens the clock (T23).
        by: u64,
    },
    Breached {
        at: Timestamp,
        met: Option<Met>,
        /// When it was last told again, while nobody had done it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<Again>,
    },
    /// Over without being met or missed: its case closed, or what it waited for no longer matters.
    Ended,
}

/// How often a missed clock was told again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Again {
    pub at: Timestamp,
    pub times: u64,
}

/// When a breached clock was met after all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Met {
    pub at: Timestamp,
    pub by: u64,
}

/// A clock with its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    #[serde(flatten)]
    pub start: ClockStart,
    #[serde(flatten)]
    pub state: ClockState,
}

impl ClockStart {
    /// Freezes `row` from `at` on; `None` when its due time hangs on a severity that is not known yet.
    pub fn freeze(row: &ClockRow, severity: Option<Severity>, at: Timestamp) -> Option<ClockStart> {
        let length = match &row.due {
            Due::After(length) => *length,
            Due::BySeverity(lengths) => *lengths.get(&severity?)?,
            Due::DayEnds => return None,
        };
        ClockStart::due_at(row, at.checked_add(length).ok()?, at)
    }

    /// Freezes `row`, whose time is over as `moment` has come, from `at` on. An instant was said to the minute, and what it brings is
    /// told then, and not with the digest.
    pub fn for_moment(row: &ClockRow, moment: &Moment, at: Timestamp) -> Option<ClockStart> {
        let start = ClockStart::due_at(row, moment.comes()?, at)?;
        Some(ClockStart { to_the_minute: !moment.is_day(), ..start })
    }

    fn due_at(row: &ClockRow, due_at: Timestamp, at: Timestamp) -> Option<ClockStart> {
        let alarm = |w: &crate::policy::Warning| {
            let instant = match w.when {
                When::Before(lead) => due_at.checked_sub(lead).ok()?,
                When::After(lag) => at.checked_add(lag).ok()?,
            };
            (instant > at && instant < due_at).then(|| Alarm { at: instant, level: w.level.clone() })
        };
        let mut alarms: Vec<Alarm> = row.warnings.iter().filter_map(alarm).collect();
        alarms.sort_by_key(|a| a.at);
        Some(ClockStart {
            clock: row.name.clone(),
            started_at: at,
            due_at,
            alarms,
            met_by: row.met_by,
            pauses: row.pauses,
            at_due: row.at_due,
            breach_level: row.breach_level.clone(),
            reporter_sees: row.reporter_sees,
            promise: row.promise,
            kind: (row.kind != ClockKind::of_name(row.name.as_str())).then_some(row.kind),
            survives_closing: (row.survives_closing != row.met_by.outlives_its_case()).then_some(row.survives_closing),
            repeat: (row.repeat != REPEAT).then_some(row.repeat),
            with_digest: None,
            to_the_minute: false,
            hastened_by: None,
            paused: SignedDuration::ZERO,
        })
    }

    /// What takes days and is no promise wakes nobody at night: it is told at the hour of the digest (`digest_at`), unless a fact that
    /// cannot wait has shortened it or its row says otherwise. Nothing is told to be missed before it is; a warning comes no later
    /// than the policy says, where there is an hour of the digest before.
    pub fn told_by_day(mut self, row: &ClockRow, digest_at: Option<Time>) -> ClockStart {
        // What comes to be by itself comes at its hour, and so do its warnings.
        let waits = matches!(row.at_due, AtDue::Breach | AtDue::SetAside);
        let of_days = row.due.shortest() > A_MATTER_OF_HOURS && !row.promise && waits;
        let by_day = of_days && !row.at_any_hour && !self.to_the_minute && self.hastened_by.is_none();
        self.with_digest = digest_at.filter(|_| by_day);
        let before = |row: &crate::policy::Warning| matches!(row.when, When::Before(_));
        // A day begins for people with the digest, whose mail is of that day.
        let sooner = row.due != Due::DayEnds && row.warnings.iter().all(before);
        if let Some(time) = self.with_digest.filter(|_| sooner) {
            for alarm in &mut self.alarms {
                alarm.at = last_at(time, alarm.at).filter(|told| *told > self.started_at).unwrap_or(alarm.at);
            }
        }
        self
    }

    /// When what comes to be at `at` is told: at once, or with the next digest.
    pub fn told(&self, at: Timestamp) -> Timestamp {
        let Some(time) = self.with_digest else { return at };
        let last = last_at(time, at);
        let next = last.and_then(|last| last.checked_add(SignedDuration::from_hours(24)).ok());
        last.filter(|last| *last == at).or(next).unwrap_or(at)
    }

    /// The same, due at `due_at`, with what of its warnings is still to come after `now`.
    pub(super) fn put_off(mut self, due_at: Timestamp, now: Timestamp) -> ClockStart {
        let later = self.due_at.duration_until(due_at);
        for alarm in &mut self.alarms {
            alarm.at = alarm.at.saturating_add(later).unwrap_or(Timestamp::MAX);
        }
        self.alarms.retain(|alarm| alarm.at > now);
        self.due_at = due_at;
        self
    }

    /// What it is to the desk.
    pub fn kind(&self) -> ClockKind {
        self.kind.unwrap_or_else(|| ClockKind::of_name(self.clock.as_str()))
    }

    /// The same, where it began before the desk knew of it: nobody is warned of what has passed, and of what is no promise nobody is
    /// late at once.
    pub(super) fn known_from(self, row: &ClockRow, now: Timestamp) -> ClockStart {
        let soonest = now.saturating_add(row.grace).unwrap_or(now);
        let due_at = if row.promise { self.due_at } else { self.due_at.max(soonest) };
        self.put_off(due_at, now)
    }

    /// When it would have started, had it never stood still.
    pub(super) fn runs_from(&self) -> Timestamp {
        self.started_at.saturating_add(self.paused).unwrap_or(self.started_at)
    }

    /// How often it is told again once it is missed.
    pub fn repeat(&self) -> SignedDuration {
        self.repeat.unwrap_or(REPEAT)
    }

    /// Whether it goes on after its case has closed.
    pub fn survives_closing(&self) -> bool {
        self.survives_closing.unwrap_or(self.met_by.outlives_its_case())
    }
}

impl Case {
    /// The clock of this kind; `None` before it has started.
    pub fn clock_of(&self, kind: ClockKind) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.start.kind() == kind)
    }
}

impl Clock {
    pub fn name(&self) -> &ClockName {
        &self.start.clock
    }

    /// Whether it still waits to be met: running, paused, or breached and not met since.
    pub fn is_open(&self) -> bool {
        matches!(self.state, ClockState::Running | ClockState::Paused { .. } | ClockState::Breached { met: None, .. })
    }

    /// The next instant at which it has something to do: a warning, a reminder, its due time, or to be told again.
    pub fn next_instant(&self) -> Option<Timestamp> {
        match self.state {
            ClockState::Running => {
                let first =
                    self.start.alarms.first().map_or(self.start.due_at, |alarm| alarm.at.min(self.start.due_at));
                Some(self.start.told(first))
            }
            _ => self.told_again_at(),
        }
    }

    /// When it is told again: it was missed, and nobody has done it since.
    pub fn told_again_at(&self) -> Option<Timestamp> {
        match self.state {
            ClockState::Breached { at, met: None, again } => {
                let next = again.map_or(at, |again| again.at).saturating_add(self.start.repeat()).ok()?;
                Some(self.start.told(next))
            }
            _ => None,
        }
    }

    /// Whether it was met after its time. Where nobody had told yet that it was missed (it was done elsewhere, or just before a tick) it
    /// is so all the same.
    pub fn was_met_late(&self) -> bool {
        let late = |met: Met| met.at > self.start.due_at;
        self.start.at_due == AtDue::Breach && self.met().is_some_and(late)
    }

    /// When it was met, late or not.
    pub fn met(&self) -> Option<Met> {
        match self.state {
            ClockState::Met { at, by } => Some(Met { at, by }),
            ClockState::Breached { met, .. } => met,
            _ => None,
        }
    }

    pub(super) fn meet(&mut self, at: Timestamp, by: u64) {
        self.state = match self.state {
            ClockState::Breached { at: breached, again, .. } => {
                ClockState::Breached { at: breached, met: Some(Met { at, by }), again }
            }
            _ => ClockState::Met { at, by },
        };
    }

    /// Open again with the same due time (T23); a breach stays a breach.
    pub(super) fn reopen(&mut self) {
        self.state = match self.state {
            ClockState::Breached { at, again, .. } => ClockState::Breached { at, met: None, again },
            _ => ClockState::Running,
        };
    }

    pub(super) fn pause(&mut self, at: Timestamp) {
        if self.state == ClockState::Running {
            self.state = ClockState::Paused { since: at };
        }
    }

    /// Goes on with as much time as was left when it was paused.
    pub(super) fn resume(&mut self, at: Timestamp) {
        if let ClockState::Paused { since } = self.state {
            self.shift(since.duration_until(at));
            self.state = ClockState::Running;
        }
    }

    fn shift(&mut self, by: SignedDuration) {
        self.start.paused = self.start.paused.saturating_add(by);
        self.start.due_at = self.start.due_at.saturating_add(by).unwrap_or(Timestamp::MAX);
        for alarm in &mut self.start.alarms {
            alarm.at = alarm.at.saturating_add(by).unwrap_or(Timestamp::MAX);
        }
    }

    /// What was to be told up to `planned_at` is told: the widest of it stands for the rest.
    pub(super) fn told_upto(&mut self, planned_at: Timestamp) {
        self.start.alarms.retain(|alarm| alarm.at > planned_at);
    }

    pub(super) fn told_again(&mut self, now: Timestamp) {
        if let ClockState::Breached { met: None, again, .. } = &mut self.state {
            *again = Some(Again { at: now, times: again.map_or(1, |again| again.times + 1) });
        }
    }
}
