//! How moments and what is left until them are written on pages. All times are UTC and say so.

use std::fmt;

use askama::filters::HtmlSafe;
use jiff::Timestamp;

/// `2026-11-22 14:05 UTC`. Seconds are cut off, so that a due time is never shown later than it is.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `in 23 h 59 min` before `due`, `2 d 3 h ago` after it, in the two largest units; `now` within a minute of it.
pub fn left(now: Timestamp, due: Timestamp) -> String {
    let seconds = due.duration_since(now).as_secs();
    match amount(seconds.unsigned_abs() / 60) {
        None => "now".to_owned(),
        Some(amount) if seconds > 0 => format!("in {amount}"),
        Some(amount) => format!("{amount} ago"),
    }
}

/// [`left`] as templates call it.
pub(super) fn until(now: &Timestamp, due: &Timestamp) -> String {
    left(*now, *due)
}

/// `2 d 3 h`, `23 h 59 min`, `5 min`; `None` for no minutes at all.
pub(super) fn amount(minutes: u64) -> Option<String> {
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let units = if days > 0 { [(days, "d"), (hours, "h")] } else { [(hours, "h"), (rest, "min")] };
    let parts: Vec<String> = units.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A moment as a `<time>` element.
pub(super) struct Moment(Timestamp);

/// The `<time>` element for `at`, as templates write it.
pub(super) fn moment(at: &Timestamp) -> Moment {
    Moment(*at)
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.0.strftime("%Y-%m-%dT%H:%M:%SZ");
        write!(f, r#"<time datetime="{machine}">{}</time>"#, instant(self.0))
    }
}

/// Only digits, signs and fixed letters come out.
impl HtmlSafe for Moment {}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{instant, left, moment};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn a_moment_says_its_zone_and_never_a_later_minute() {
        let late = at("2026-11-22T14:05:59.999Z");
        assert_eq!(instant(late), "2026-11-22 14:05 UTC");
        assert_eq!(moment(&late).to_string(), r#"<time datetime="2026-11-22T14:05:59Z">2026-11-22 14:05 UTC</time>"#);
    }

    #[test]
    fn what_is_left_has_two_units_at_most() {
        let now = at("2026-11-22T14:05:00Z");
        let cases: [(i64, &str); 10] = [
            (24 * 3600 - 1, "in 23 h 59 min"),
            (24 * 3600, "in 1 d"),
            (51 * 3600 + 59, "in 2 d 3 h"),
            (3600, "in 1 h"),
            (61, "in 1 min"),
            (59, "now"),
            (0, "now"),
            (-59, "now"),
            (-60, "1 min ago"),
            (-(51 * 3600), "2 d 3 h ago"),
        ];
        for (seconds, said) in cases {
            assert_eq!(left(now, now + SignedDuration::from_secs(seconds)), said, "{seconds} s");
        }
    }
}
