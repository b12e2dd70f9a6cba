//! How long something that failed waits before it is tried again.

use jiff::{SignedDuration, Timestamp};

use crate::after;

/// Waits that grow from attempt to attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    pub first: SignedDuration,
    /// How many times as long each wait is as the one before it.
    pub factor: u32,
    /// No wait is longer, unless the first is.
    pub longest: SignedDuration,
}

impl Backoff {
    /// 30 s, 1 min, 2 min … a quarter of an hour: for what passes by itself.
    pub const PASSING: Backoff =
        Backoff { first: SignedDuration::from_secs(30), factor: 2, longest: SignedDuration::from_mins(15) };
    /// 15 min, 1 h, 4 h … a day: for what only a person can change.
    pub const REFUSED: Backoff =
        Backoff { first: SignedDuration::from_mins(15), factor: 4, longest: SignedDuration::from_hours(24) };

    /// The wait after so many failures in a row, counted from 1.
    pub fn wait(self, failures: u32) -> SignedDuration {
        let longest = self.longest.max(self.first);
        let mut wait = self.first;
        for _ in 1..failures {
            if wait >= longest {
                break;
            }
            wait = wait.saturating_mul(self.factor as i32);
        }
        wait.min(longest)
    }

    /// When it is tried again that failed at `now`, so many times in a row: after its wait, and no sooner than the other end `said`, which
    /// counts for `at_most` so long.
    pub fn again(self, failures: u32, now: Timestamp, said: Option<Timestamp>, at_most: SignedDuration) -> Timestamp {
        let own = after(now, self.wait(failures));
        said.map_or(own, |said| own.max(said.min(after(now, at_most))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(backoff: Backoff, failures: std::ops::Range<u32>) -> Vec<i64> {
        failures.map(|failures| backoff.wait(failures).as_secs()).collect()
    }

    #[test]
    fn what_passes_is_tried_again_within_a_quarter_of_an_hour() {
        assert_eq!(waits(Backoff::PASSING, 0..8), [30, 30, 60, 120, 240, 480, 900, 900]);
    }

    #[test]
    fn what_is_refused_is_tried_again_once_a_day_in_the_end() {
        let hours = waits(Backoff::REFUSED, 1..7).iter().map(|seconds| seconds / 900).collect::<Vec<_>>();
        assert_eq!(hours, [1, 4, 16, 64, 96, 96], "quarters of an hour");
    }

    #[test]
    fn what_the_other_end_says_puts_it_off_and_never_brings_it_forward() {
        let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let hour = SignedDuration::from_hours(1);
        let waits = |failures, said| now.duration_until(Backoff::PASSING.again(failures, now, said, hour)).as_secs();
        assert_eq!(waits(1, None), 30);
        assert_eq!(waits(1, Some(after(now, SignedDuration::from_secs(120)))), 120);
        assert_eq!(waits(1, Some(after(now, SignedDuration::from_secs(5)))), 30, "no sooner than by itself");
        assert_eq!(waits(1, Some(Timestamp::UNIX_EPOCH)), 30, "long past");
        assert_eq!(waits(1, Some(Timestamp::MAX)), 3600);
        assert_eq!(waits(9, Some(after(now, SignedDuration::from_secs(120)))), 900);
        let slow = Backoff::REFUSED.again(9, now, Some(Timestamp::MAX), hour);
        assert_eq!(now.duration_until(slow), SignedDuration::from_hours(24), "and what bounds it shortens no wait");
    }

    #[test]
    fn a_first_wait_beyond_the_longest_stays_what_it_is() {
        let slow = Backoff { first: SignedDuration::from_hours(1), ..Backoff::PASSING };
        assert_eq!(waits(slow, 1..4), [3600; 3]);
        assert_eq!(slow.wait(u32::MAX), SignedDuration::from_hours(1));
    }
}
