//! How long a run goes on.

use std::time::{Duration, Instant};

/// The time in which a run begins something new. A function that is ended by its time limit in the middle of something leaves that
/// in doubt.
#[derive(Clone, Copy)]
pub struct TimeBudget {
    ends: Option<Instant>,
}

impl TimeBudget {
    /// So long from here on.
    pub fn of(budget: Duration) -> TimeBudget {
        TimeBudget { ends: Instant::now().checked_add(budget) }
    }

    /// For what may be cut off anywhere.
    pub fn unlimited() -> TimeBudget {
        TimeBudget { ends: None }
    }

    pub fn is_spent(self) -> bool {
        self.ends.is_some_and(|ends| ends <= Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_spent_when_its_time_is_over() {
        assert!(TimeBudget::of(Duration::ZERO).is_spent());
        assert!(!TimeBudget::of(Duration::from_secs(3600)).is_spent());
        assert!(!TimeBudget::unlimited().is_spent());
    }
}
