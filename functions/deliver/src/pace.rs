//! How fast: the account's rate, kept by all who send together, with room left for what is urgent.
//!
//! Each mail takes a slot of the second that it goes in, from a counter in the table. The urgent may use all of a second; the
//! others stop earlier, so that however much of them waits, the urgent find room in every second. So it is with sources: those that
//! had much sent in a minute (receipts of a flood of reports) stop at half of each second, and what comes from elsewhere finds room.

use std::sync::{Mutex, PoisonError};

use desk_domain::id::SourceId;
use desk_domain::notice::Urgency;
use desk_mail::ses::Quota;
use desk_runtime::after;
use desk_store::Fault;
use jiff::{SignedDuration, Timestamp};

use crate::Deliver;

/// What every account may do, a new one too.
const LEAST: Quota = Quota { per_second: 1.0, per_day: None, sent: 0.0 };
/// How long what SES said of its quotas is believed, and how long nothing is asked after it gave no answer.
const BELIEVED: SignedDuration = SignedDuration::from_hours(1);
const ASK_AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// Where so much of a day's quota is used, somebody should ask for more of it.
const SCARCE: f64 = 0.8;
/// From here on SES is asked more often, for others send too.
const HALF_USED: f64 = 0.5;
/// What is sent for one source in a minute before it leaves half of each second to the others: a report, told to a whole team.
const ALONE: u64 = 12;
/// What of a second, and of a day, all together may use for whom more is sent.
const OF_A_CROWD: (f64, f64) = (0.5, 0.8);
/// A slot of one of the next seconds is waited for; what finds none there waits for the schedule.
const SECONDS_AHEAD: i64 = 2;

/// What this process knows of the account's quotas.
pub struct Pace(Mutex<Known>);

struct Known {
    quota: Quota,
    ask_at: Timestamp,
}

impl Default for Pace {
    fn default() -> Self {
        Pace(Mutex::new(Known { quota: LEAST, ask_at: Timestamp::MIN }))
    }
}

impl Pace {
    /// A mail went out.
    pub(crate) fn sent_one(&self) {
        self.with(|known| known.quota.sent += 1.0);
    }

    fn with<T>(&self, act: impl FnOnce(&mut Known) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Deliver {
    /// Whether a mail of this urgency may go now; if so, its slot is taken, and waited for.
    pub(crate) async fn room(
        &self,
        urgency: Urgency,
        source: Option<&SourceId>,
        patience: Patience,
    ) -> Result<Room, Fault> {
        let quota = self.quota().await;
        let now = self.clock.now();
        let crowds = match source {
            Some(source) => self.mail.one_more_of(source, now).await? > ALONE,
            None => false,
        };
        let (of_second, of_day) = shares(urgency, crowds);
        let none = if crowds { Room::NoneForItsSource } else { Room::None };
        if quota.per_day.is_some_and(|most| of_day < 1.0 && quota.sent >= most * of_day) {
            return Ok(none);
        }
        if urgency > Urgency::Promise && self.mail.stands_back_until().await?.is_some_and(|until| until > now) {
            return Ok(none);
        }
        // What waits for its slot keeps what stands behind it in its batch waiting too.
        let ahead = if crowds && patience == Patience::OfBatch { 0 } else { SECONDS_AHEAD };
        for ahead in 0..=ahead {
            let at = after(now, SignedDuration::from_secs(ahead));
            if self.mail.take_slot(at, slots(quota.per_second * of_second, at)).await? {
                self.clock.reach(Timestamp::from_second(at.as_second()).unwrap_or(at)).await;
                return Ok(Room::Taken);
            }
        }
        Ok(none)
    }

    async fn quota(&self) -> Quota {
        let now = self.clock.now();
        if let Some(quota) = self.pace.with(|known| (now < known.ask_at).then_some(known.quota)) {
            return quota;
        }
        match self.mailer.quota().await {
            Ok(quota) => {
                if quota.per_day.is_some_and(|most| quota.sent >= most * SCARCE) {
                    tracing::error!(alarm = "quota", sent = quota.sent, "the account's daily quota is nearly used up");
                }
                let is_near = quota.per_day.is_some_and(|most| quota.sent >= most * HALF_USED);
                let believed = if is_near { ASK_AGAIN } else { BELIEVED };
                self.pace.with(|known| *known = Known { quota, ask_at: after(now, believed) });
                quota
            }
            Err(code) => {
                tracing::warn!(code, "SES did not tell its quotas; what was known of them is kept");
                self.pace.with(|known| {
                    known.ask_at = after(now, ASK_AGAIN);
                    known.quota
                })
            }
        }
    }
}

/// Whether there is room for a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Taken,
    None,
    /// There is none for more of its source.
    NoneForItsSource,
}

/// What stands behind a delivery while it waits for its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// What came after it, whatever that is.
    OfBatch,
    /// Nothing that should go before it.
    OfTick,
}

/// How much of a second's and of a day's mail may be used before one of this urgency goes. The last fifth of a day is for promises; but
/// where many are of one source, not for theirs.
fn shares(urgency: Urgency, crowds: bool) -> (f64, f64) {
    let (of_second, of_day) = match urgency {
        Urgency::Breach | Urgency::Promise => (1.0, 1.0),
        Urgency::Ordinary => (0.8, 0.8),
        Urgency::Digest | Urgency::List => (0.5, 0.7),
    };
    match crowds {
        true => (f64::min(of_second, OF_A_CROWD.0), f64::min(of_day, OF_A_CROWD.1)),
        false => (of_second, of_day),
    }
}

/// The slots of a second at `rate` a second: whole ones, so that over time they are exactly the rate. A rate below one leaves
/// some seconds without any; the same ones for everybody who counts.
fn slots(rate: f64, at: Timestamp) -> u64 {
    let second = at.as_second().rem_euclid(3600) as f64;
    (((second + 1.0) * rate + 1e-6).floor() - (second * rate + 1e-6).floor()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_ten_seconds(rate: f64) -> Vec<u64> {
        (0..10).map(|second| slots(rate, Timestamp::from_second(1_800_000_000 + second).unwrap())).collect()
    }

    #[test]
    fn slots_are_whole_and_add_up_to_the_rate() {
        assert_eq!(of_ten_seconds(1.0), [1; 10]);
        assert_eq!(of_ten_seconds(14.0), [14; 10]);
        assert_eq!(of_ten_seconds(0.5), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
        for rate in [0.8, 7.0, 11.2, 0.1] {
            assert_eq!(of_ten_seconds(rate).iter().sum::<u64>(), (rate * 10.0).round() as u64, "{rate}");
        }
    }

    #[test]
    fn the_urgent_may_use_more_of_every_second_and_every_day() {
        let all = [Urgency::Breach, Urgency::Promise, Urgency::Ordinary, Urgency::Digest, Urgency::List];
        for crowds in [false, true] {
            let shares = all.map(|urgency| shares(urgency, crowds));
            assert!(shares.iter().rev().is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1), "{shares:?}");
        }
        assert_eq!(shares(Urgency::Promise, false), (1.0, 1.0));
        for (urgency, crowds) in [(Urgency::Ordinary, false), (Urgency::List, false), (Urgency::Breach, true)] {
            assert!(shares(urgency, crowds).1 <= 0.8, "the last fifth of a day is for promises");
        }
    }
}
