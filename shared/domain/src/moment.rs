//! When something is planned: a day, or an instant with the zone in which it was said.
//!
//! An instant is kept whole (RFC 9557): what was written stands beside what it means, because the zone's rules may change and the
//! instant that was agreed on may not. So what is stored is read by its offset alone, and needs no zone.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::Malformed;
use crate::policy::Zone;
use crate::time;

/// So long is no text that says when.
const MOST_BYTES: usize = 100;

const WRONG: Malformed =
    Malformed("must be a day such as 2027-01-31, or a time with its zone such as 2027-01-31T15:00[Europe/Berlin]");

/// A day (in UTC), or an instant. `Display` (and JSON) is what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    Day(Date),
    Instant(Instant),
}

/// An instant with what was written of it: `2027-01-31T15:00+01:00[Europe/Berlin]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instant {
    at: Timestamp,
    written: String,
}

impl Moment {
    /// When it has come: a day, when it is over.
    pub fn comes(&self) -> Option<Timestamp> {
        match self {
            Moment::Day(day) => Some(day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()),
            Moment::Instant(instant) => Some(instant.at),
        }
    }

    /// Whether it is past at `now`; today is not.
    pub fn is_past(&self, now: Timestamp) -> bool {
        self.comes().is_none_or(|comes| comes <= now)
    }

    /// Whether it is a day, which is told of as days are.
    pub fn is_day(&self) -> bool {
        matches!(self, Moment::Day(_))
    }

    /// As people read it: `2027-01-31`, `Sun 2027-01-31 14:00 UTC, 15:00 Europe/Berlin`; `zone` is its reader's.
    pub fn said(&self, zone: Option<&Zone>) -> String {
        match self {
            Moment::Day(day) => day.to_string(),
            Moment::Instant(of) => time::instant_in(zone, of.at) + &self.there(zone),
        }
    }

    /// The same in a mail, which says what is left: of a day its name.
    pub fn due(&self, zone: Option<&Zone>, now: Timestamp) -> String {
        match self {
            Moment::Day(day) => day.to_string(),
            Moment::Instant(of) => time::instant_and_left(zone, now, of.at) + &self.there(zone),
        }
    }

    /// What its time is where it was said, behind what it is in UTC: `, 15:00 Europe/Berlin`, with its day where that is another. Nothing
    /// where it was said in UTC, or `zone` has it already.
    fn there(&self, zone: Option<&Zone>) -> String {
        let Moment::Instant(Instant { at, .. }) = self else { return String::new() };
        let (day, clock, place) = self.parts();
        if place == "UTC" || zone.is_some_and(|zone| zone.name() == place) {
            return String::new();
        }
        let utc = at.to_zoned(TimeZone::UTC).date().to_string();
        let day = if day == utc { String::new() } else { format!("{day} ") };
        format!(", {day}{clock} {place}")
    }

    /// The same, of something that ends with it: a day is kept whole.
    pub fn said_as_end(&self, zone: Option<&Zone>) -> String {
        match self {
            Moment::Day(day) => format!("the end of {day} (UTC)"),
            Moment::Instant(_) => self.said(zone),
        }
    }

    /// The same in a mail.
    pub fn due_as_end(&self, zone: Option<&Zone>, now: Timestamp) -> String {
        match self {
            Moment::Day(_) => self.said_as_end(zone),
            Moment::Instant(_) => self.due(zone, now),
        }
    }

    /// As a form has it: the day, the time, and the zone; of a day the first alone.
    pub fn parts(&self) -> (String, String, String) {
        let written = self.to_string();
        let (day, rest) = written.split_at_checked(10).unwrap_or((&written, ""));
        let (clock, zone) = rest.split_once('[').unwrap_or((rest, ""));
        let clock = clock.trim_start_matches(['T', ' ']);
        let ends = clock.find(['+', '-', 'Z']).unwrap_or(clock.len());
        let zone = match (zone.trim_end_matches(']'), &clock[ends..]) {
            ("", "Z") => "UTC",
            ("", offset) => offset,
            (zone, _) => zone,
        };
        // Of seconds people speak where there are any.
        let clock = clock[..ends].strip_suffix(":00").filter(|short| short.contains(':')).unwrap_or(&clock[..ends]);
        (day.to_owned(), clock.to_owned(), zone.to_owned())
    }

    /// What such a form says; the parser says what is wrong with it.
    pub fn of_parts(day: &str, clock: &str, zone: &str) -> String {
        match (clock.trim(), zone.trim()) {
            ("", _) => day.trim().to_owned(),
            (clock, "") => format!("{}T{clock}[UTC]", day.trim()),
            (clock, zone) => format!("{}T{clock}[{zone}]", day.trim()),
        }
    }

    /// What is stored: the offset says which instant it is.
    fn stored(text: &str) -> Option<Moment> {
        let at = || text.split('[').next()?.parse::<Timestamp>().ok();
        day(text).or_else(|| Some(Moment::Instant(Instant { at: at()?, written: text.to_owned() })))
    }
}

/// Of ten letters, because jiff reads a day in a longer text too and forgets the rest.
fn day(text: &str) -> Option<Moment> {
    (text.len() == 10).then(|| text.parse().ok()).flatten().map(Moment::Day)
}

impl FromStr for Moment {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Moment, Malformed> {
        let text = text.trim();
        if text.len() > MOST_BYTES || !text.is_ascii() {
            return Err(WRONG);
        }
        if let Some(day) = day(text) {
            return Ok(day);
        }
        if !text.contains('[') {
            // A whole instant without a place; it has an offset.
            return Moment::stored(text).ok_or(WRONG);
        }
        // An offset that the zone does not have there is one of two things that were meant.
        let zoned: Zoned = text.parse().map_err(|_| WRONG)?;
        let whole = Moment::stored(text).filter(|moment| moment.comes() == Some(zoned.timestamp()));
        Ok(whole.unwrap_or_else(|| Moment::Instant(Instant { at: zoned.timestamp(), written: zoned.to_string() })))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Day(day) => day.fmt(f),
            Moment::Instant(instant) => f.write_str(&instant.written),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        Moment::stored(&text).ok_or_else(|| D::Error::custom(WRONG.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Timestamp> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn an_instant_is_kept_as_it_was_written_and_means_the_same_for_ever() {
        let written = "2027-01-31T15:00+01:00[Europe/Berlin]";
        let moment: Moment = written.parse().unwrap();
        assert_eq!((moment.comes(), moment.to_string().as_str()), (at("2027-01-31T14:00:00Z"), written));
        assert_eq!(moment.said(None), "Sun 2027-01-31 14:00 UTC, 15:00 Europe/Berlin");
        let json = serde_json::to_string(&moment).unwrap();
        assert_eq!(serde_json::from_str::<Moment>(&json).unwrap(), moment);
        // What was agreed stays, whatever becomes of the zone.
        for stored in ["2027-01-31T15:00+03:00[Europe/Berlin]", "2027-01-31T15:00+03:00[Europe/Atlantis]"] {
            let read: Moment = serde_json::from_value(stored.into()).unwrap();
            assert_eq!((read.comes(), read.to_string().as_str()), (at("2027-01-31T12:00:00Z"), stored));
        }
        let whole: Moment = "2027-07-31T15:00[Europe/Berlin]".parse().unwrap();
        assert_eq!(whole.to_string(), "2027-07-31T15:00:00+02:00[Europe/Berlin]", "its offset is said with it");
        let utc: Moment = "2027-07-31T15:00Z".parse().unwrap();
        assert_eq!((utc.comes(), utc.to_string().as_str()), (at("2027-07-31T15:00:00Z"), "2027-07-31T15:00Z"));
    }

    #[test]
    fn people_read_it_in_utc_and_as_it_was_meant_where_it_was_said() {
        let said = |written: &str| written.parse::<Moment>().unwrap().said(None);
        assert_eq!(said("2027-01-31T15:00Z"), "Sun 2027-01-31 15:00 UTC");
        assert_eq!(said("2027-01-31T15:00:00.5Z"), "Sun 2027-01-31 15:00 UTC");
        assert_eq!(said("2027-02-01T00:30[Europe/Berlin]"), "Sun 2027-01-31 23:30 UTC, 2027-02-01 00:30 Europe/Berlin");
        assert_eq!(said("2027-01-31T15:00:00-05:00"), "Sun 2027-01-31 20:00 UTC, 15:00 -05:00");
        let berlin: Option<Zone> = "Europe/Berlin".parse().ok();
        let moment: Moment = "2027-01-31T15:00[Europe/Berlin]".parse().unwrap();
        assert_eq!(moment.said(berlin.as_ref()), "Sun 2027-01-31 14:00 UTC, 15:00 in Berlin", "its reader's own");
    }

    #[test]
    fn a_form_has_it_in_parts_and_says_the_same_again() {
        for (written, parts) in [
            ("2027-01-31T15:00+01:00[Europe/Berlin]", ("2027-01-31", "15:00", "Europe/Berlin")),
            ("2027-01-31T15:00Z", ("2027-01-31", "15:00", "UTC")),
            ("2027-01-31T15:00:00Z", ("2027-01-31", "15:00", "UTC")),
            ("2027-01-31T15:00:30Z", ("2027-01-31", "15:00:30", "UTC")),
            ("2027-01-31T00:00:00Z", ("2027-01-31", "00:00", "UTC")),
            ("2027-01-31T15:00+01:00", ("2027-01-31", "15:00", "+01:00")),
            ("2027-01-31", ("2027-01-31", "", "")),
        ] {
            let moment: Moment = written.parse().unwrap();
            let (day, clock, zone) = moment.parts();
            assert_eq!((day.as_str(), clock.as_str(), zone.as_str()), parts);
            let again: Moment = Moment::of_parts(&day, &clock, &zone).parse().unwrap();
            assert_eq!(again.comes(), moment.comes(), "{written}");
        }
    }

    #[test]
    fn a_day_is_over_when_it_ends() {
        let day: Moment = "2027-01-31".parse().unwrap();
        assert_eq!((day.comes(), day.to_string().as_str()), (at("2027-02-01T00:00:00Z"), "2027-01-31"));
        assert!(!day.is_past("2027-01-31T23:59:59Z".parse().unwrap()), "today is not past");
        assert!(day.is_past("2027-02-01T00:00:00Z".parse().unwrap()));
        assert_eq!(serde_json::to_string(&day).unwrap(), "\"2027-01-31\"", "as days were always stored");
    }

    #[test]
    fn what_is_no_whole_instant_is_none() {
        for wrong in [
            "",
            "soon",
            "2027-02-30",
            "2027-01-31T15:00",
            "2027-01-31T15:00[Europe/Atlantis]",
            "2027-01-31T15:00+05:00[Europe/Berlin]",
            "2027-01-31T25:00[Europe/Berlin]",
            "2027-01-31 at three",
            "2027-01-31T15:00+01:00[Europe/Berlin][",
        ] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }
}
