//! What a member says as they open a case: where the team has it from, and the fields of a report, which are the report's own.
//!
//! *A reporter* is who waits for an answer, and a member says whether there is one. Where they do not say, whoever wrote to the project
//! has one (GitHub, HackerOne, YesWeHack, the telephone), and what was found or read somewhere has none. Promises run from when such
//! a report came in, so that has to be said; of anything else it is now, where nobody says.
//!
//! *What the reporter was told there already* by a member (`acknowledged_at`, `responded_at`) counts from when it was told. A machine
//! knows nothing of it: whoever opens the case answers for it, and says who wrote it where that was somebody else.
//!
//! *The time* is an instant with its zone, or a date and a time in the member's own (UTC where the policy knows none). It is not to
//! come, and no more than a year past: what is older is a wrong year, or a matter of the details and not of a clock.

mod answered;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use self::answered::{Since, answered};
use crate::case::event::{Answers, Elsewhere, FactName, Source};
use crate::fields::{self, FieldError, Fields};
use crate::id::MemberId;
use crate::policy::{Member, Policy, Zone};
use crate::report::Report;
use crate::time::instant_in;

/// The fields beside those of a report.
pub const FIELDS: [&str; 11] = [
    "source",
    "reference",
    "received_at",
    "reporter_waits",
    "acknowledged_at",
    "acknowledged_by",
    "responded_at",
    "responded_by",
    "handler",
    "to_rota",
    "exploit_public",
];

/// How far back a report may have come in.
const OLDEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// How long an address is, at most.
pub const REFERENCE_BYTES: usize = 2048;

/// What was said. No `Debug`: it holds a report.
pub struct Opening {
    pub source: Source,
    /// Where it is to be read.
    pub reference: Option<String>,
    pub received_at: Timestamp,
    /// Somebody waits for an answer.
    pub reporter: bool,
    /// What they were told already where it came in, the first first.
    pub answered: Vec<Elsewhere>,
    /// `None` leaves it to the rota.
    pub handler: Option<MemberId>,
    /// What is known outside, the gravest last.
    pub facts: Vec<FactName>,
    pub report: Report,
}

impl Opening {
    /// Reads what `member` sent at `now`; the report's own fields by `report`.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn read(
        value: &Value,
        (policy, member, now): (&Policy, &Member, Timestamp),
        report: impl FnOnce(&Value) -> Result<Report, Vec<FieldError>>,
    ) -> Result<Opening, Vec<FieldError>> {
        let (own, rest) = parted(value);
        let report = report(&rest);
        let said = fields::read(&own, |fields| Said::read(fields, policy, member, now));
        let contact = |said: &Said, report: &Report| match said.reporter {
            false => unwanted(report),
            true => Vec::new(),
        };
        match (said, report) {
            (Ok(said), Ok(report)) => match contact(&said, &report) {
                wrong if wrong.is_empty() => Ok(said.with(report)),
                wrong => Err(wrong),
            },
            (said, report) => Err(said.err().into_iter().chain(report.err()).flatten().collect()),
        }
    }
}

/// The own fields, and the report's.
fn parted(value: &Value) -> (Value, Value) {
    let Some(all) = value.as_object() else { return (Value::Object(Map::new()), value.clone()) };
    let own = |name: &String| FIELDS.contains(&name.as_str());
    let (own, rest): (Vec<_>, Vec<_>) = all.clone().into_iter().partition(|(name, _)| own(name));
    (Value::Object(own.into_iter().collect()), Value::Object(rest.into_iter().collect()))
}

/// The own fields, read.
struct Said {
    source: Source,
    reference: Option<String>,
    received_at: Timestamp,
    reporter: bool,
    answered: Vec<Elsewhere>,
    handler: Option<MemberId>,
    exploit_public: bool,
}

impl Said {
    fn read(fields: &Fields<'_>, policy: &Policy, member: &Member, now: Timestamp) -> Said {
        let source = fields.required_parsed::<Source>("source").unwrap_or(Source::Other);
        let waits = fields.flag("reporter_waits");
        if source == Source::OwnFinding && waits == Some(true) {
            fields.wrong("reporter_waits", "is not so of what the team found itself");
        }
        let reporter = waits.unwrap_or(source.is_report());
        let received_at = past(fields, "received_at", (member, now));
        if reporter && received_at.is_none() && fields.value("received_at").is_none() {
            fields.wrong("received_at", "is required: what is promised to the reporter runs from it");
        }
        Said {
            source,
            reference: fields.text("reference", REFERENCE_BYTES),
            received_at: received_at.unwrap_or(now),
            reporter,
            answered: answered(fields, policy, (member, now), Since { received_at, reporter }),
            handler: handler(fields, policy, member, now),
            exploit_public: fields.flag("exploit_public").unwrap_or(false),
        }
    }

    fn with(self, report: Report) -> Opening {
        let Said { source, reference, received_at, reporter, answered, handler, exploit_public } = self;
        let known = [
            (report.known_public, FactName::Public),
            (exploit_public, FactName::ExploitPublic),
            (report.known_exploited, FactName::AttacksObserved),
        ];
        let facts = known.into_iter().filter(|(known, _)| *known).map(|(_, fact)| fact).collect();
        Opening { source, reference, received_at, reporter, answered, handler, facts, report }
    }
}

/// Who opens it, unless they say otherwise.
fn handler(fields: &Fields<'_>, policy: &Policy, member: &Member, now: Timestamp) -> Option<MemberId> {
    let chosen = fields.parsed::<MemberId>("handler");
    let to_rota = fields.flag("to_rota").unwrap_or(false);
    match chosen {
        Some(_) if to_rota => {
            fields.wrong("handler", "is not to be named where it is left to the rota");
            None
        }
        Some(chosen) => {
            if let Err(why) = policy.may_handle(&chosen, chosen == member.id, now) {
                fields.wrong("handler", why);
            }
            Some(chosen)
        }
        None => (!to_rota).then(|| member.id.clone()),
    }
}

/// A time that has been, no more than a year ago; nothing where nobody says it, or where it is wrong.
fn past(fields: &Fields<'_>, name: &str, (member, now): (&Member, Timestamp)) -> Option<Timestamp> {
    let (text, zone) = (fields.text(name, 64)?, member.time_zone.as_ref());
    let there = |civil: DateTime| zone.map_or_else(|| Zone::utc(civil), |zone| zone.at(civil));
    let Some(at) = text.parse().ok().or_else(|| text.parse().ok().and_then(there)) else {
        let why = "must be a date and a time such as 2027-01-31T09:30, in UTC or in your own zone, or with a zone behind it (Z, +01:00)";
        fields.wrong(name, why);
        return None;
    };
    if at > now {
        fields.wrong(name, format!("is to come: it is {} now", instant_in(zone, now)));
        return None;
    }
    if at.duration_until(now) > OLDEST {
        fields.wrong(name, "is more than a year ago; what is older is said in the details");
        return None;
    }
    Some(at)
}

/// What only a reporter has, where nobody is one.
fn unwanted(report: &Report) -> Vec<FieldError> {
    let there = [
        (report.reporter_email.is_some(), "/reporter/email"),
        (report.openpgp_key.is_some(), "/reporter/openpgp_key"),
        (report.answers == Answers::Mail, "/reporter/answers"),
        (report.planned_for.is_some(), "/disclosure/planned_for"),
    ];
    let wrong = |pointer: &str| FieldError {
        pointer: pointer.to_owned(),
        detail: "is only of a reporter, and nobody waits for an answer".to_owned(),
    };
    there.into_iter().filter(|(there, _)| *there).map(|(_, pointer)| wrong(pointer)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy::Limits;

    const NOW: &str = "2027-01-31T12:00:00Z";

    pub(super) fn read(change: Value) -> Result<Opening, Vec<String>> {
        let policy = Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap();
        let zone = "Europe/Berlin".parse().ok();
        let alice = Member { time_zone: zone, ..policy.members[0].clone() };
        let mut value = json!({"source": "github", "received_at": "2027-01-30T16:00Z", "package": "express",
            "summary": "s", "details": "d"});
        for (name, said) in change.as_object().unwrap() {
            value[name] = said.clone();
        }
        let report = |value: &Value| Report::from_json(value, &Limits::default());
        let read = Opening::read(&value, (&policy, &alice, NOW.parse().unwrap()), report);
        read.map_err(|errors| errors.into_iter().map(|e| format!("{} {}", e.pointer, e.detail)).collect())
    }

    pub(super) fn wrong(change: Value) -> Vec<String> {
        read(change).err().unwrap_or_default()
    }

    #[test]
    fn who_waits_for_an_answer_is_said_or_follows_from_the_source() {
        let waits = |change| read(change).map(|opening| opening.reporter).ok();
        assert_eq!(waits(json!({})), Some(true));
        assert_eq!(waits(json!({"reporter_waits": false})), Some(false));
        for (source, expected) in [("own-finding", false), ("public-issue", false), ("phone", true), ("other", false)] {
            assert_eq!(waits(json!({"source": source})), Some(expected), "{source}");
        }
        assert_eq!(waits(json!({"source": "social", "reporter_waits": true})), Some(true));
        assert!(wrong(json!({"source": "own-finding", "reporter_waits": true}))[0].starts_with("/reporter_waits "));
        let address = json!({"source": "advisory", "reporter": {"email": "r@example.org", "answers": "mail"}});
        assert_eq!(wrong(address).len(), 2, "nobody is written to whom nothing is owed");
        assert_eq!(wrong(json!({"source": "a letter"}))[0].split(' ').next(), Some("/source"));
    }

    #[test]
    fn when_it_came_in_is_an_instant_or_a_time_of_the_member_s_own() {
        let at = |text: &str| read(json!({"received_at": text})).map(|opening| opening.received_at.to_string());
        assert_eq!(at("2027-01-30T16:00Z").as_deref(), Ok("2027-01-30T16:00:00Z"));
        assert_eq!(at("2027-01-30T16:00:00-05:00").as_deref(), Ok("2027-01-30T21:00:00Z"));
        assert_eq!(at("2027-01-30T16:00").as_deref(), Ok("2027-01-30T15:00:00Z"), "in Berlin");
        assert_eq!(at("2027-01-30 16:00").as_deref(), Ok("2027-01-30T15:00:00Z"));
        for (text, why) in [
            ("2027-01-31T12:01Z", "is to come"),
            ("2026-01-01T00:00Z", "more than a year"),
            ("yesterday", "must be a date and a time"),
            ("2027-01-30", "is to come"),
        ] {
            let said = at(text).err().unwrap_or_default();
            // A day alone is its first moment.
            assert!(text == "2027-01-30" || said[0].contains(why), "{text}: {said:?}");
        }
        let unsaid = wrong(json!({"received_at": null}));
        assert!(unsaid.len() == 1 && unsaid[0].starts_with("/received_at is required"), "{unsaid:?}");
        let own = read(json!({"source": "own-finding", "received_at": null}));
        assert_eq!(own.map(|opening| opening.received_at.to_string()).ok().as_deref(), Some(NOW));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let all = json!({"source": null, "received_at": "x", "handler": "nobody", "summary": null, "more": 1});
        let pointers: Vec<String> =
            wrong(all).into_iter().map(|wrong| wrong.split(' ').next().unwrap_or_default().to_owned()).collect();
        assert_eq!(pointers, ["/source", "/received_at", "/handler", "/summary", "/more"]);
        assert_eq!(wrong(json!({"handler": "bob", "to_rota": true})).len(), 1);
    }

    #[test]
    fn who_opens_it_handles_it_unless_they_say_otherwise() {
        let handler = |change| read(change).map(|opening| opening.handler.map(|id| id.to_string())).ok().flatten();
        assert_eq!(handler(json!({})).as_deref(), Some("alice"));
        assert_eq!(handler(json!({"handler": "bob"})).as_deref(), Some("bob"));
        assert_eq!(handler(json!({"to_rota": true})), None);
        let known = read(json!({"known_public": true, "exploit_public": true, "known_exploited": true}));
        let facts = known.map(|opening| opening.facts).unwrap_or_default();
        assert_eq!(facts, [FactName::Public, FactName::ExploitPublic, FactName::AttacksObserved]);
    }
}
