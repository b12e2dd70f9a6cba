//! The time zone of a member, by its name in the IANA database; the database is in the program, so that every desk knows the same.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use crate::id::Malformed;

/// `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(TimeZone);

impl FromStr for Zone {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let known = TimeZone::get(text).ok().filter(|zone| zone.iana_name().is_some());
        known.map(Zone).ok_or(Malformed("must be the name of a time zone in the IANA database, such as Europe/Berlin"))
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Zone {
    /// By its name in the IANA database.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or_default()
    }

    /// The instant at which the clocks there show it; of two the earlier.
    pub fn at(&self, there: DateTime) -> Option<Timestamp> {
        there.to_zoned(self.0.clone()).ok().map(|zoned| zoned.timestamp())
    }

    /// The same in UTC.
    pub fn utc(there: DateTime) -> Option<Timestamp> {
        there.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    }

    /// What the clocks there show: `15:05 in Berlin`; with the weekday where it is another than in UTC.
    pub fn clock(&self, at: Timestamp) -> String {
        let there = at.to_zoned(self.0.clone());
        let other_day = there.date() != at.to_zoned(TimeZone::UTC).date();
        let place = self.name().rsplit('/').next().unwrap_or_default().replace('_', " ");
        format!("{} in {place}", there.strftime(if other_day { "%a %H:%M" } else { "%H:%M" }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_shows_its_own_clock_summer_and_winter() {
        let clock = |zone: &str, at: &str| zone.parse::<Zone>().unwrap().clock(at.parse().unwrap());
        assert_eq!(clock("Europe/Berlin", "2026-11-30T20:51:00Z"), "21:51 in Berlin");
        assert_eq!(clock("Europe/Berlin", "2026-07-30T20:51:00Z"), "22:51 in Berlin");
        assert_eq!(clock("Pacific/Auckland", "2026-11-30T20:51:00Z"), "Tue 09:51 in Auckland");
        assert_eq!(clock("america/argentina/buenos_aires", "2026-11-30T01:00:00Z"), "Sun 22:00 in Buenos Aires");
    }

    #[test]
    fn a_zone_that_does_not_exist_is_none() {
        for wrong in
            ["", "Berlin", "Europe/Atlantis", "CET+1", "Etc/Unknown", "+01:00", "../zoneinfo", "Europe/Berlin "]
        {
            assert!(wrong.parse::<Zone>().is_err(), "{wrong}");
        }
    }
}
