//! The movable clock. `real` runs on from where the desk was, `manual` stands still until it is moved, and the schedule with it. Where
//! it stands is kept in the data folder, so a restart never goes back.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use desk_runtime::Clock;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Failure, folder};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Real,
    Manual,
}

/// Where the clock stands: as stored.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Stand {
    /// Ahead of the machine's clock by so many milliseconds.
    Ahead(i64),
    At(Timestamp),
}

impl Stand {
    fn now(self, system: Timestamp) -> Timestamp {
        match self {
            Stand::Ahead(millis) => system.saturating_add(SignedDuration::from_millis(millis)).unwrap_or(system),
            Stand::At(at) => at,
        }
    }
}

/// The desk's clock.
#[derive(Clone)]
pub struct DeskClock {
    stand: Arc<Mutex<Stand>>,
    path: Arc<PathBuf>,
}

impl DeskClock {
    /// Goes on from what the file at `path` says. `None` keeps the mode that it has.
    ///
    /// # Errors
    /// When the file is damaged or cannot be written.
    pub fn open(path: PathBuf, mode: Option<Mode>) -> Result<DeskClock, Failure> {
        let stored = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| Failure::of("clock.json is damaged", e))?,
            Err(_) => Stand::Ahead(0),
        };
        let system = Clock::system().now();
        let stand = match (mode, stored) {
            (None, stored)
            | (Some(Mode::Real), stored @ Stand::Ahead(_))
            | (Some(Mode::Manual), stored @ Stand::At(_)) => stored,
            (Some(Mode::Real), Stand::At(at)) => ahead(at, system),
            (Some(Mode::Manual), stored) => Stand::At(stored.now(system)),
        };
        let clock = DeskClock { stand: Arc::new(Mutex::new(stand)), path: Arc::new(path) };
        clock.store(stand)?;
        Ok(clock)
    }

    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    /// Whether it waits to be moved.
    pub fn is_still(&self) -> bool {
        matches!(*self.stand.lock().expect("no panic holds it"), Stand::At(_))
    }

    /// As the functions see it.
    pub fn clock(&self) -> Clock {
        let stand = self.stand.clone();
        Clock::from_fn(move || stand.lock().expect("no panic holds it").now(Timestamp::now()))
    }

    /// Moves it to `at`, never back.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn set(&self, at: Timestamp) -> Result<(), Failure> {
        let mut stand = self.stand.lock().expect("no panic holds it");
        let system = Timestamp::now();
        if at <= stand.now(system) {
            return Ok(());
        }
        let moved = match *stand {
            Stand::Ahead(_) => ahead(at, system),
            Stand::At(_) => Stand::At(at),
        };
        self.store(moved)?;
        *stand = moved;
        Ok(())
    }

    fn store(&self, stand: Stand) -> Result<(), Failure> {
        folder::write_json(&self.path, &stand).map_err(|e| Failure::of("clock.json", e))
    }
}

fn ahead(at: Timestamp, system: Timestamp) -> Stand {
    // Rounded up, so that a clock set to an instant has reached it.
    Stand::Ahead(i64::try_from(system.duration_until(at).as_millis()).unwrap_or(i64::MAX).saturating_add(1))
}

/// Rewrites the `Date` of DynamoDB's answers from the desk's clock: the stand-in knows only the machine's. The rule that
/// reads it is never switched off.
pub struct RewriteDate(pub DeskClock);

impl std::fmt::Debug for RewriteDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RewriteDate")
    }
}

impl Intercept for RewriteDate {
    fn name(&self) -> &'static str {
        "RewriteDate"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&self.0.now())?;
        context.response_mut().headers_mut().insert("date", date);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_goes_back_and_manual_stands_still() {
        let dir = std::env::temp_dir().join(format!("desk-clock-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("clock.json");
        let clock = DeskClock::open(path.clone(), Some(Mode::Manual)).unwrap();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        let day = start + SignedDuration::from_hours(24);
        clock.set(day).unwrap();
        clock.set(start).unwrap();
        assert_eq!(clock.now(), day);

        assert_eq!(DeskClock::open(path.clone(), None).unwrap().now(), day);
        let real = DeskClock::open(path.clone(), Some(Mode::Real)).unwrap();
        assert!(real.now() >= day && real.now() < day + SignedDuration::from_mins(1));
        let again = DeskClock::open(path, Some(Mode::Manual)).unwrap();
        assert!(again.now() >= day);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
