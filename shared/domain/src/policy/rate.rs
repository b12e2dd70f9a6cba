//! What one network may do before it is asked to wait, and how that is counted.
//!
//! A *network* is what one household or office has, and what one person can change their address within at no cost: a /24 of
//! IPv4, a /48 of IPv6. Each has buckets of its own, so that a flood from one is nobody else's, and they are asked before any
//! limit that all share. There may be others in a network, behind one router or one carrier. So the buckets are wide, and what
//! is proven is counted apart: whoever holds a receipt code has a bucket for each case that it opens ([`Limited::Looks`],
//! [`Limited::Messages`]), which a neighbour without that code cannot empty. What a neighbour can empty is the bucket of
//! reports, of wrong codes and of sign-in links; then a mail still is a report, a right code still opens its case, and a link
//! that is out still signs in.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// The network of an address, as `203.0.113.0/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network(IpAddr);

impl Network {
    /// An address of IPv4 that is written as one of IPv6 is the same.
    pub fn of(address: IpAddr) -> Network {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Network(Ipv4Addr::new(a, b, c, 0).into())
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                Network(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into())
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = if self.0.is_ipv4() { 24 } else { 48 };
        write!(f, "{}/{bits}", self.0)
    }
}

/// A token bucket: so many at once, then one more each time that so long has passed.
///
/// It is kept as one instant, that at which it is full again (the generic cell rate algorithm, ITU-T I.371): one that is taken
/// moves it by `then_every`, and it may lie ahead by no more than the whole bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rate {
    pub at_once: u64,
    pub then_every: SignedDuration,
}

impl Rate {
    /// How long an empty bucket takes to be full.
    pub fn refills_in(&self) -> SignedDuration {
        self.times(self.at_once)
    }

    /// The latest `full_at` of a bucket that has one left at `now`.
    pub fn has_one_until(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.times(self.at_once.saturating_sub(1))).unwrap_or(Timestamp::MAX)
    }

    /// Takes one at `now` of a bucket that is full at `full_at`, and gives when it is full then.
    ///
    /// # Errors
    /// From when on there is one again.
    pub fn take(&self, full_at: Timestamp, now: Timestamp) -> Result<Timestamp, Timestamp> {
        let full_at = full_at.max(now);
        if full_at > self.has_one_until(now) {
            let before = self.times(self.at_once.saturating_sub(1));
            return Err(full_at.saturating_sub(before).unwrap_or(Timestamp::MIN));
        }
        Ok(full_at.saturating_add(self.then_every).unwrap_or(Timestamp::MAX))
    }

    fn times(&self, count: u64) -> SignedDuration {
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        self.then_every.checked_mul(count).unwrap_or(SignedDuration::MAX)
    }
}

/// What is counted by network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limited {
    /// Reports and comments, by form and API.
    Reports,
    /// Receipt codes that open nothing.
    WrongCodes,
    /// Looks at one case, with its code.
    Looks,
    /// What is sent to one case, with its code.
    Messages,
    /// Sign-in links that are asked for, whoever's they would be.
    SignIns,
}

impl Limited {
    pub const ALL: [Limited; 5] =
        [Limited::Reports, Limited::WrongCodes, Limited::Looks, Limited::Messages, Limited::SignIns];

    /// In the policy.
    pub fn name(self) -> &'static str {
        match self {
            Limited::Reports => "reports",
            Limited::WrongCodes => "wrong_codes",
            Limited::Looks => "looks",
            Limited::Messages => "messages",
            Limited::SignIns => "sign_ins",
        }
    }

    /// What there was too much of, in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Limited::Reports => "Too many reports came",
            Limited::WrongCodes => "Too many codes that open nothing came",
            Limited::Looks => "This case was asked for too often",
            Limited::Messages => "Too much was sent to this case",
            Limited::SignIns => "Too many sign-in links were asked for",
        }
    }

    /// Where the policy says nothing else.
    pub fn rate(self) -> Rate {
        let (at_once, seconds) = match self {
            // A class that is taught how to report is not asked to wait; a script is.
            Limited::Reports => (60, 60),
            // A person mistypes a code some times; nobody guesses one.
            Limited::WrongCodes => (60, 10),
            // A page that is loaded again and again, or a program that looks each second.
            Limited::Looks => (120, 1),
            // More than anybody types; the day's limit of the case comes on top.
            Limited::Messages => (30, 60),
            // A whole team behind one router.
            Limited::SignIns => (60, 30),
        };
        Rate { at_once, then_every: SignedDuration::from_secs(seconds) }
    }
}

/// The rate of each thing that is counted by network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkLimits(BTreeMap<Limited, Rate>);

impl NetworkLimits {
    /// Each rate as `of` says.
    pub fn new(of: impl Fn(Limited) -> Rate) -> NetworkLimits {
        NetworkLimits(Limited::ALL.into_iter().map(|limited| (limited, of(limited))).collect())
    }

    pub fn of(&self, limited: Limited) -> Rate {
        self.0.get(&limited).copied().unwrap_or_else(|| limited.rate())
    }
}

impl Default for NetworkLimits {
    fn default() -> Self {
        NetworkLimits::new(Limited::rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> String {
        Network::of(address.parse().unwrap()).to_string()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_network_is_a_24_or_a_48_however_its_address_is_written() {
        assert_eq!(network("203.0.113.7"), "203.0.113.0/24");
        assert_eq!(network("::ffff:203.0.113.200"), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
        assert_eq!(network("2001:0DB8:0001:ffff::"), "2001:db8:1::/48");
        assert_ne!(network("2001:db8:2::1"), network("2001:db8:1::1"));
        assert_eq!(network("::1"), "::/48");
    }

    #[test]
    fn a_bucket_gives_what_it_holds_at_once_and_then_one_at_a_time() {
        let rate = Rate { at_once: 3, then_every: SignedDuration::from_secs(60) };
        let mut full_at = Timestamp::MIN;
        for _ in 0..3 {
            full_at = rate.take(full_at, at(0)).unwrap();
        }
        assert_eq!(rate.take(full_at, at(0)), Err(at(60_000)));
        assert_eq!(rate.take(full_at, at(59_999)), Err(at(60_000)));
        full_at = rate.take(full_at, at(60_000)).unwrap();
        assert_eq!(rate.take(full_at, at(60_000)), Err(at(120_000)));
        assert_eq!(full_at, at(240_000), "and it is full again when nobody has come for as long");
        assert_eq!(rate.take(full_at, at(240_000)), Ok(at(300_000)));
        let one = Rate { at_once: 1, then_every: SignedDuration::from_secs(1) };
        assert_eq!(one.take(at(0), at(0)), Ok(at(1000)));
        assert_eq!(one.take(at(1000), at(500)), Err(at(1000)));
    }

    #[test]
    fn every_default_refills_within_a_day_and_has_a_name_of_its_own() {
        let day = SignedDuration::from_hours(24);
        assert!(Limited::ALL.iter().all(|limited| limited.rate().refills_in() <= day));
        let names: std::collections::BTreeSet<&str> = Limited::ALL.iter().map(|limited| limited.name()).collect();
        assert_eq!(names.len(), Limited::ALL.len());
    }

    const EVERY: i64 = 10;

    /// Every way in which nine may come, each so many milliseconds after the one before.
    fn arrivals() -> impl Iterator<Item = Vec<i64>> {
        const GAPS: [i64; 4] = [0, 3, EVERY, 25];
        (0..GAPS.len().pow(8)).map(|mut number| {
            let mut now = 0;
            let mut next = || {
                now += GAPS[number % GAPS.len()];
                number /= GAPS.len();
                now
            };
            (0..9).map(|_| next()).collect()
        })
    }

    #[test]
    fn whenever_they_come_no_stretch_has_more_than_the_bucket_and_what_ran_in() {
        for (at_once, arrivals) in (1..4).flat_map(|at_once| arrivals().map(move |arrivals| (at_once, arrivals))) {
            let rate = Rate { at_once, then_every: SignedDuration::from_millis(EVERY) };
            let (mut full_at, mut let_in) = (Timestamp::MIN, Vec::new());
            for now in &arrivals {
                match rate.take(full_at, at(*now)) {
                    Ok(then) => {
                        full_at = then;
                        let_in.push(*now);
                    }
                    Err(again) => {
                        assert!(again > at(*now) && again <= at(now + EVERY), "nobody waits longer than for one");
                        assert!(rate.take(full_at, again).is_ok(), "and then there is one");
                    }
                }
            }
            for (first, from) in let_in.iter().enumerate() {
                for (last, until) in let_in.iter().enumerate().skip(first) {
                    let most = i64::try_from(at_once).unwrap() + (until - from) / EVERY;
                    let count = i64::try_from(last - first + 1).unwrap();
                    assert!(count <= most, "{at_once}, {arrivals:?}: {count} from {from} to {until}");
                }
            }
        }
    }

    #[test]
    fn who_comes_no_faster_than_the_bucket_fills_is_never_asked_to_wait() {
        for (at_once, gap) in (1..4).flat_map(|at_once| (EVERY..2 * EVERY).map(move |gap| (at_once, gap))) {
            let rate = Rate { at_once, then_every: SignedDuration::from_millis(EVERY) };
            let paced = (0..100).try_fold(Timestamp::MIN, |full_at, turn| rate.take(full_at, at(turn * gap)));
            assert!(paced.is_ok(), "{at_once} at once, one each {gap} ms");
        }
    }
}
