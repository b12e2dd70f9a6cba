//! Days on which a member is away, as the policy says them and as members say them while the desk runs.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Away;
use super::value::Day;
use crate::fields::Fields;
use crate::id::MemberId;

/// How far ahead the last day may lie, in days: a wrong year is no absence.
const FURTHEST: i64 = 400;

/// What a member said of being away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Absence {
    pub member: MemberId,
    #[serde(flatten)]
    pub days: Away,
    pub said_at: Timestamp,
}

/// What stands behind a word in capitals that a text begins with, on its first line; `None` where it does not begin so: in small letters
/// the word may begin any sentence, and needs a day behind it.
pub(super) fn first_words<'t>(text: &'t str, command: &str) -> Option<&'t str> {
    let unseen = |c: char| c.is_whitespace() || "\u{feff}\u{200b}\u{200e}\u{200f}*_`\"'“”".contains(c);
    let line = text.trim_start_matches(unseen).lines().next()?;
    let (word, rest) = line.split_at_checked(command.len()).filter(|(word, _)| word.eq_ignore_ascii_case(command))?;
    let goes_on = rest.starts_with(|c: char| c.is_alphanumeric() || "-'’".contains(c));
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":,".contains(c)).trim_end();
    (!goes_on && (word == command || rest.starts_with(|c: char| c.is_ascii_digit()))).then_some(rest)
}

/// How it is said by mail.
const HOW: &str = "behind AWAY two days are expected, such as AWAY 2026-12-24..2027-01-01";

impl Away {
    /// Whether a day is one of them; both ends are.
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }

    /// What a text says that begins with the word AWAY and days: `AWAY 2026-12-24..2027-01-01`, or one day. `None` where it does not
    /// begin so.
    pub fn said(text: &str, now: Timestamp) -> Option<Result<Away, String>> {
        let rest = first_words(text, "AWAY")?;
        let (from, until) =
            ["..", "–", " to ", " until "].iter().find_map(|between| rest.split_once(between)).unwrap_or((rest, rest));
        let (from, until) = (from.trim(), until.trim().trim_end_matches(['.', '*', '!']));
        let value = serde_json::json!({"from": from.trim_end_matches(['.', '*']), "until": until});
        Some(match crate::fields::read(&value, |fields| Away::read(fields, now)) {
            Ok(Some(days)) => Ok(days),
            Ok(None) => Err(HOW.to_owned()),
            // What was typed is not said back: a machine writes it.
            Err(wrong) => Err(match wrong.iter().find(|wrong| !wrong.detail.contains("must be a")) {
                Some(wrong) if from.parse::<Date>().is_ok() => format!("the last day {}", wrong.detail),
                _ => HOW.to_owned(),
            }),
        })
    }

    /// The fields `from` and `until` (`2026-12-24`), as a member says them at `now`.
    pub fn read(fields: &Fields<'_>, now: Timestamp) -> Option<Away> {
        let from = fields.required_parsed::<Day>("from");
        let until = fields.required_parsed::<Day>("until");
        let (Day(from), Day(until)) = (from?, until?);
        let today = now.to_zoned(TimeZone::UTC).date();
        if until < from {
            fields.wrong("until", format!("must not be before the first day, {from}"));
        } else if until < today {
            fields.wrong("until", "is over");
        } else if today.until(until).map_or(true, |span| i64::from(span.get_days()) > FURTHEST) {
            fields.wrong("until", format!("is more than {FURTHEST} days ahead"));
        }
        Some(Away { from, until })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fields::read;
    use crate::policy::{Policy, Said};

    fn policy() -> Policy {
        Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap()
    }

    fn absence(member: &str, from: &str, until: &str) -> Absence {
        let days = Away { from: from.parse().unwrap(), until: until.parse().unwrap() };
        Absence { member: member.parse().unwrap(), days, said_at: "2026-11-23T09:00:00Z".parse().unwrap() }
    }

    #[test]
    fn t43_a_mail_says_it_by_its_first_words() {
        let now = "2026-11-29T12:00:00Z".parse().unwrap();
        let said =
            |text: &str| Away::said(text, now).map(|said| said.map(|days| format!("{}..{}", days.from, days.until)));
        let days = Some(Ok("2026-12-24..2027-01-01".to_owned()));
        for text in [
            "AWAY 2026-12-24..2027-01-01",
            "*Away: 2026-12-24 .. 2027-01-01*\n\n-- \nBob",
            "\u{feff}away 2026-12-24 to 2027-01-01.\nSee you!",
            "AWAY 2026-12-24–2027-01-01",
        ] {
            assert_eq!(said(text), days, "{text}");
        }
        assert_eq!(said("AWAY 2026-12-24"), Some(Ok("2026-12-24..2026-12-24".to_owned())));
        for text in [
            "> AWAY 2026-12-24",
            "Away from my desk I saw this.",
            "AWAYS 2026-12-24",
            "I am AWAY 2026-12-24",
            "",
            "away-day 2026-12-24",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
        let wrong = |text: &str| said(text).and_then(Result::err).unwrap_or_default();
        assert!(wrong("AWAY next week").contains("two days are expected") && !wrong("AWAY next week").contains("week"));
        assert!(
            wrong("AWAY 2026-12-24..2026-12-01").contains("before the first day"),
            "{}",
            wrong("AWAY 2026-12-24..2026-12-01")
        );
        assert!(wrong("AWAY 2025-12-24..2025-12-25").contains("is over"));
    }

    #[test]
    fn t43_who_said_so_is_away_as_if_the_file_had_it() {
        let absences = vec![
            absence("alice", "2026-11-24", "2026-11-25"),
            absence("bob", "2026-11-25", "2026-11-25"),
            absence("mallory", "2026-11-24", "2026-11-30"),
        ];
        let policy = policy().with_said(&Said { absences, ..Said::default() });
        let on_call = |now: &str| policy.on_call(now.parse().unwrap()).map(|m| m.id.to_string());
        assert_eq!(on_call("2026-11-23T23:59:59Z").as_deref(), Some("alice"));
        assert_eq!(on_call("2026-11-24T00:00:00Z").as_deref(), Some("bob"));
        assert_eq!(on_call("2026-11-25T00:00:00Z").as_deref(), Some("carol"));
        assert_eq!(on_call("2026-11-26T00:00:00Z").as_deref(), Some("alice"));
        let carol = policy.member(&"carol".parse().unwrap()).unwrap();
        assert_eq!(carol.away.len(), 1, "what the file says stays");
    }

    #[test]
    fn days_that_cannot_be_meant_are_refused_by_name() {
        let asked = |value: Value| {
            let now = "2026-11-23T23:30:00Z".parse().unwrap();
            let wrong = |all: Vec<crate::fields::FieldError>| {
                all.into_iter().map(|e| format!("{}: {}", e.pointer, e.detail)).collect::<Vec<_>>().join("; ")
            };
            read(&value, |fields| Away::read(fields, now)).map(|_| String::new()).unwrap_or_else(wrong)
        };
        let days = |from: &str, until: &str| asked(json!({"from": from, "until": until}));
        assert_eq!(days("2026-11-20", "2026-11-23"), "");
        assert_eq!(days("2026-11-23", "2026-11-22"), "/until: must not be before the first day, 2026-11-23");
        assert_eq!(days("2026-11-20", "2026-11-22"), "/until: is over");
        assert_eq!(days("2026-12-24", "2028-01-01"), "/until: is more than 400 days ahead");
        assert_eq!(days("soon", "2026-11-24"), "/from: must be a day such as 2026-12-24");
        assert_eq!(asked(json!({})), "/from: is required; /until: is required");
    }
}
