//! Time, where a process starts; and a witness to it: the `Date` of DynamoDB's answers.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use jiff::fmt::rfc2822;
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

/// Remembers how far DynamoDB's clock was from ours at its last answer.
#[derive(Clone)]
pub(crate) struct DateWitness {
    clock: Clock,
    /// Milliseconds; `i64::MAX` before the first answer.
    skew: Arc<AtomicI64>,
}

impl DateWitness {
    pub fn new(clock: Clock) -> DateWitness {
        DateWitness { clock, skew: Arc::new(AtomicI64::new(i64::MAX)) }
    }

    /// DynamoDB's time less ours; `None` before the first answer.
    pub fn skew(&self) -> Option<SignedDuration> {
        let millis = self.skew.load(Ordering::Relaxed);
        (millis != i64::MAX).then(|| SignedDuration::from_millis(millis))
    }
}

impl fmt::Debug for DateWitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DateWitness({:?})", self.skew())
    }
}

impl Intercept for DateWitness {
    fn name(&self) -> &'static str {
        "DateWitness"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").and_then(|text| rfc2822::parse(text).ok());
        if let Some(date) = date {
            let skew = self.clock.now().duration_until(date.timestamp());
            self.skew.store(skew.as_millis() as i64, Ordering::Relaxed);
        }
        Ok(())
    }
}
