//! A witness to the time: the `Date` of DynamoDB's answers.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use desk_runtime::Clock;
use jiff::SignedDuration;
use jiff::fmt::rfc2822;

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
