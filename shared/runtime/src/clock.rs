//! Time, where a process starts.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, Unit};

/// Tells the time. Whole milliseconds, so that a stored instant is the instant.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Clock {
        Clock::from_fn(Timestamp::now)
    }

    /// A clock that reads `tell`.
    pub fn from_fn(tell: impl Fn() -> Timestamp + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(tell))
    }

    pub fn now(&self) -> Timestamp {
        let now = (self.0)();
        let floor = jiff::TimestampRound::new().smallest(Unit::Millisecond).mode(jiff::RoundMode::Floor);
        now.round(floor).unwrap_or(now)
    }
}

/// The instant `wait` after `at`.
pub fn after(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_tells_whole_milliseconds_that_have_begun() {
        let clock = Clock::from_fn(|| "2026-11-22T12:00:00.0019Z".parse().unwrap());
        assert_eq!(clock.now().to_string(), "2026-11-22T12:00:00.001Z");
    }
}
