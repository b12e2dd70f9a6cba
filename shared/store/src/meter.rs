//! Counts consumed capacity as DynamoDB reports it, so that what a tick or a page costs is measured, not guessed.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// Units consumed, in hundredths while they are added up.
#[derive(Default)]
pub(crate) struct Meter {
    read: AtomicU64,
    write: AtomicU64,
}

/// Capacity units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consumed {
    pub read: f64,
    pub write: f64,
}

fn hundredths(units: f64) -> u64 {
    (units * 100.0).round() as u64
}

impl Meter {
    pub fn read(&self, consumed: Option<&ConsumedCapacity>) {
        let units = consumed.and_then(ConsumedCapacity::capacity_units).unwrap_or_default();
        self.read.fetch_add(hundredths(units), Ordering::Relaxed);
    }

    pub fn write(&self, consumed: Option<&ConsumedCapacity>) {
        let units = consumed.and_then(ConsumedCapacity::capacity_units).unwrap_or_default();
        self.write.fetch_add(hundredths(units), Ordering::Relaxed);
    }

    pub fn consumed(&self) -> Consumed {
        let units = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64 / 100.0;
        Consumed { read: units(&self.read), write: units(&self.write) }
    }
}
