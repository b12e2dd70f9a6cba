//! Moments in templates; how they are worded is `desk_domain::time`'s.

use std::fmt;

use askama::Values;
use askama::filters::Safe;
use desk_domain::policy::Zone;
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

/// The value of a page that says where its reader lives; see [`rendered_in`](super::rendered_in).
pub(super) const ZONE: &str = "zone";

/// A moment as a `<time>` element, and what the reader's own clock shows.
pub(super) struct Moment {
    at: Timestamp,
    there: Option<String>,
}

/// The `<time>` element for `at`, as templates write it: of it only digits, signs and fixed words come out, so it is no text to be
/// escaped. Every moment of a page is in the zone that the page is rendered in: none has to be told.
#[askama::filter_fn]
pub(super) fn moment(at: &Timestamp, values: &dyn Values) -> askama::Result<Safe<Moment>> {
    let zone = askama::get_value::<Zone>(values, ZONE).ok();
    Ok(Safe(Moment { at: *at, there: zone.map(|zone| zone.clock(*at)) }))
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.at.strftime("%Y-%m-%dT%H:%M:%SZ");
        write!(f, r#"<time datetime="{machine}">{}"#, instant(self.at))?;
        if let Some(there) = &self.there {
            write!(f, ", {there}")?;
        }
        f.write_str("</time>")
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Moment, after};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn a_moment_says_its_zone_and_never_a_later_minute() {
        let late = at("2026-11-22T14:05:59.999Z");
        let html = r#"<time datetime="2026-11-22T14:05:59Z">Sun 2026-11-22 14:05 UTC</time>"#;
        assert_eq!(Moment { at: late, there: None }.to_string(), html);
    }

    #[test]
    fn a_moment_stands_in_a_page_as_markup_with_the_readers_clock_beside_it() {
        let page = crate::filed::sample::filed(true).html();
        assert!(page.contains("<time datetime=") && !page.contains("&#60;time"), "{page}");
        let told = page.matches(" UTC, ").count();
        assert!(told > 1 && page.matches(" in Auckland</time>").count() == told, "{page}");
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
