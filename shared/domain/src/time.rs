//! Times as people read them: always with the weekday and in UTC, so that all speak of the same; beside it what a member's own clock
//! shows, and what is left.

use jiff::{SignedDuration, Timestamp};

use crate::policy::Zone;

/// `Sun 2026-11-22 14:05 UTC`.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%a %Y-%m-%d %H:%M UTC").to_string()
}

/// For somebody who may have said where they live: `Sun 2026-11-22 14:05 UTC, 15:05 in Berlin`.
pub fn instant_in(zone: Option<&Zone>, at: Timestamp) -> String {
    match zone {
        Some(zone) => format!("{}, {}", instant(at), zone.clock(at)),
        None => instant(at),
    }
}

/// How far `due` is from `now`: `in 23 h 59 min`, `2 d 3 h ago`; `now` within a minute. The two largest units; days from two on.
pub fn left(now: Timestamp, due: Timestamp) -> String {
    let distance = now.duration_until(due);
    match span(distance.abs()) {
        None => "now".to_owned(),
        Some(text) if distance.is_negative() => format!("{text} ago"),
        Some(text) => format!("in {text}"),
    }
}

/// `Sun 2026-11-22 14:05 UTC, 15:05 in Berlin (in 23 h 59 min)`.
pub fn instant_and_left(zone: Option<&Zone>, now: Timestamp, due: Timestamp) -> String {
    format!("{} ({})", instant_in(zone, due), left(now, due))
}

/// A duration as a promise says it: `24 hours`, `5 days`, `90 seconds`. Hours up to two days, then days.
pub fn promise(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        s if s % 86_400 == 0 && s > 2 * 86_400 => (s / 86_400, "day"),
        s if s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// What something took: `6 h 12 min`, in the two largest units.
pub fn taken(minutes: u64) -> String {
    let span = span(SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(i64::MAX / 60)));
    span.unwrap_or_else(|| "less than a minute".to_owned())
}

fn span(distance: SignedDuration) -> Option<String> {
    let minutes = distance.as_mins();
    // Promises are made in hours, so hours count on up to two days.
    let days = if minutes < 2 * 1440 { 0 } else { minutes / 1440 };
    let (hours, rest) = (minutes / 60 - days * 24, minutes % 60);
    let units = [(days, "d"), (hours, "h"), (rest, "min")];
    let first = units.iter().position(|(count, _)| *count > 0)?;
    let shown = units[first..].iter().take(2).filter(|(count, _)| *count > 0);
    Some(shown.map(|(count, unit)| format!("{count} {unit}")).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_said_in_its_two_largest_units() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let after = |seconds| left(now, now + SignedDuration::from_secs(seconds));
        assert_eq!(after(0), "now");
        assert_eq!(after(59), "now");
        assert_eq!(after(24 * 3600), "in 24 h");
        assert_eq!(after(48 * 3600 - 60), "in 47 h 59 min");
        assert_eq!(after(48 * 3600), "in 2 d");
        assert_eq!(after(24 * 3600 - 1), "in 23 h 59 min");
        assert_eq!(after(-(2 * 86_400 + 3 * 3600 + 60)), "2 d 3 h ago");
        assert_eq!(instant(now), "Sun 2026-11-22 12:00 UTC");
    }

    #[test]
    fn a_promise_is_said_as_the_policy_says_it() {
        assert_eq!(promise(SignedDuration::from_hours(24)), "24 hours");
        assert_eq!(promise(SignedDuration::from_hours(48)), "48 hours");
        assert_eq!(promise(SignedDuration::from_hours(120)), "5 days");
        assert_eq!(promise(SignedDuration::from_secs(90)), "90 seconds");
        assert_eq!(promise(SignedDuration::from_secs(60)), "1 minute");
    }
}
