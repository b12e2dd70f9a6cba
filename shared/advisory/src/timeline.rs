//! The days of an advisory, in words: when the problem was told of and mended, when that was published, and what became of it.

use desk_domain::advisory::{Advisory, Published, Reached, Revision};
use desk_domain::affected::Until;
use desk_domain::case::event::FactName;
use desk_domain::id::LineName;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A day, and what was on it.
#[derive(Debug, PartialEq)]
pub(crate) struct Entry {
    pub day: String,
    pub words: String,
}

/// The oldest first; what is told of one day stands in the order in which it comes about.
pub(crate) fn entries(published: &Published) -> Vec<Entry> {
    let mut all = reached(&published.advisory);
    all.extend(published.advisory.known.iter().filter_map(|known| Some((day(known.at), fact(known.fact)?.to_owned()))));
    all.push((day(published.published_at), "Published".to_owned()));
    all.extend(
        published.revisions.iter().filter_map(|revision| Some((day(revision.at), revised(revision)?.to_owned()))),
    );
    all.extend(published.withdrawn.iter().map(|gone| (day(gone.at), "Withdrawn".to_owned())));
    all.sort_by_key(|(on, _)| *on);
    all.into_iter().map(|(on, words)| Entry { day: on.to_string(), words }).collect()
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn reached(advisory: &Advisory) -> Vec<(Date, String)> {
    let words = |reached: &Reached| match reached {
        Reached::Reported => "Reported".to_owned(),
        Reached::Found => "Found by the team".to_owned(),
        Reached::Confirmed => "Confirmed".to_owned(),
        Reached::FixReady { line } => format!("Fix for {line} ready"),
        Reached::Released { line } => match fix_of(advisory, line) {
            Some(version) => format!("{version} released for {line}"),
            None => format!("Fix for {line} released"),
        },
    };
    advisory.timeline.iter().map(|milestone| (milestone.on, words(&milestone.reached))).collect()
}

/// The version that a line was mended by, where its ranges name one alone.
fn fix_of(advisory: &Advisory, line: &LineName) -> Option<String> {
    let fixes = advisory.affected.iter().filter(|range| range.line == *line).filter_map(|range| match &range.until {
        Until::Fixed(version) => Some(version.to_string()),
        Until::LastAffected(_) | Until::Unfixed(_) => None,
    });
    let mut fixes: Vec<String> = fixes.collect();
    fixes.dedup();
    if fixes.len() == 1 { fixes.pop() } else { None }
}

fn fact(fact: FactName) -> Option<&'static str> {
    match fact {
        FactName::Public => None,
        FactName::ExploitPublic => Some("An exploit became public"),
        FactName::AttacksObserved => Some("Attacks were observed"),
    }
}

/// That it was withdrawn is known from the advisory itself.
fn revised(revision: &Revision) -> Option<&'static str> {
    match &revision.correction {
        Some(correction) if correction.withdraws => None,
        Some(_) => Some("Corrected"),
        None => Some("Credit changed"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::told::tests::withdrawn;

    #[test]
    fn every_day_is_told_in_its_order() {
        let mut published = withdrawn();
        published.advisory.timeline = serde_json::from_value(json!([
            {"on": "2026-11-20", "reached": "reported"}, {"on": "2026-11-21", "reached": "confirmed"},
            {"on": "2026-11-30", "reached": "fix-ready", "line": "minnow@1"},
            {"on": "2026-12-01", "reached": "released", "line": "minnow@1"},
            {"on": "2026-12-01", "reached": "released", "line": "minnow@2"},
        ]))
        .unwrap();
        let told: Vec<String> = entries(&published).into_iter().map(|e| format!("{}: {}", e.day, e.words)).collect();
        let expected = [
            "2026-11-20: Reported",
            "2026-11-21: Confirmed",
            "2026-11-30: Fix for minnow@1 ready",
            "2026-12-01: 1.2.3 released for minnow@1",
            "2026-12-01: Fix for minnow@2 released",
            "2026-12-01: Published",
            "2026-12-02: An exploit became public",
            "2026-12-03: Attacks were observed",
            "2026-12-03: Credit changed",
            "2026-12-04: Corrected",
            "2026-12-05: Withdrawn",
        ];
        assert_eq!(told, expected);
    }
}
