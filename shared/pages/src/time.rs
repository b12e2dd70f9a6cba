//! Moments in templates; how they are worded is `desk_domain::time`'s.

use std::fmt;

use askama::filters::Safe;
use desk_domain::time::{instant, left};
use jiff::Timestamp;

/// [`left`] as templates call it.
pub(super) fn until(now: &Timestamp, due: &Timestamp) -> String {
    left(*now, *due)
}

/// How far `later` is after `earlier`: `2 h 5 min`; `None` when it is not, or by less than a minute.
pub(super) fn after(earlier: Timestamp, later: Timestamp) -> Option<String> {
    left(earlier, later).strip_prefix("in ").map(str::to_owned)
}

/// A moment as a `<time>` element.
pub(super) struct Moment(Timestamp);

/// The `<time>` element for `at`, as templates write it: of it only digits, signs and fixed letters come out, so it is no text to be
/// escaped.
pub(super) fn moment(at: &Timestamp) -> Safe<Moment> {
    Safe(Moment(*at))
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.0.strftime("%Y-%m-%dT%H:%M:%SZ");
        write!(f, r#"<time datetime="{machine}">{}</time>"#, instant(self.0))
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{after, moment};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn a_moment_says_its_zone_and_never_a_later_minute() {
        let late = at("2026-11-22T14:05:59.999Z");
        assert_eq!(moment(&late).to_string(), r#"<time datetime="2026-11-22T14:05:59Z">2026-11-22 14:05 UTC</time>"#);
    }

    #[test]
    fn a_moment_stands_in_a_page_as_markup() {
        let page = crate::filed::sample::filed(true).html();
        assert!(page.contains("<time datetime=") && !page.contains("&#60;time"), "{page}");
    }

    #[test]
    fn only_what_is_later_by_a_minute_comes_after() {
        let due = at("2026-11-22T14:05:00Z");
        let late = |seconds| after(due, due + SignedDuration::from_secs(seconds));
        assert_eq!(late(125 * 60).as_deref(), Some("2 h 5 min"));
        assert_eq!(late(30 * 3600).as_deref(), Some("30 h"));
        assert_eq!(late(59), None);
        assert_eq!(late(-3600), None);
    }
}
