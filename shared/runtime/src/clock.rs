//! Time, where a process starts.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Unit};

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;
/// Waits until an instant.
type Waits = dyn Fn(Timestamp) -> Waiting + Send + Sync;

/// Tells the time, and waits for it. Whole milliseconds, so that a stored instant is the instant.
#[derive(Clone)]
pub struct Clock {
    tells: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    waits: Option<Arc<Waits>>,
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Clock {
        Clock::from_fn(Timestamp::now)
    }

    /// A clock that reads `tell`. It waits as long as an instant is ahead.
    pub fn from_fn(tell: impl Fn() -> Timestamp + Send + Sync + 'static) -> Clock {
        Clock { tells: Arc::new(tell), waits: None }
    }

    /// The same clock, waiting as `wait` does: for one that runs at another pace.
    pub fn waiting<F>(self, wait: impl Fn(Timestamp) -> F + Send + Sync + 'static) -> Clock
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Clock { waits: Some(Arc::new(move |at| -> Waiting { Box::pin(wait(at)) })), ..self }
    }

    /// Waits until it is `at`.
    pub async fn reach(&self, at: Timestamp) {
        match &self.waits {
            Some(wait) => wait(at).await,
            None => tokio::time::sleep(Duration::try_from(self.now().duration_until(at)).unwrap_or_default()).await,
        }
    }

    pub fn now(&self) -> Timestamp {
        let now = (self.tells)();
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
