//! Reads a report as it may be taken now: a key that mail cannot be encrypted to is told to its owner at once, not found out when
//! the first answer is due; and nobody can plan for a day that is past.

use crate::openpgp::PublicKey;
use desk_domain::fields::FieldError;
use desk_domain::moment::Moment;
use desk_domain::policy::Limits;
use desk_domain::report::Report;
use jiff::Timestamp;
use serde_json::Value;

const KEY: &str = "/reporter/openpgp_key";
const PLANNED: &str = "/disclosure/planned_for";

/// Reads a report as it may be taken at `now`.
///
/// # Errors
/// Every wrong field at once; of an OpenPGP key that cannot be used, why not; a planned day that is past.
pub fn read(value: &Value, limits: &Limits, now: Timestamp) -> Result<Report, Vec<FieldError>> {
    let read = Report::from_json(value, limits);
    let named = |pointer: &str| read.as_ref().is_err_and(|errors| errors.iter().any(|e| e.pointer == pointer));
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let mut more = Vec::new();
    if !named(KEY)
        && !text(KEY).is_empty()
        && let Err(problem) = PublicKey::read(text(KEY), now)
    {
        more.push(FieldError { pointer: KEY.to_owned(), detail: format!("cannot be used: {problem}") });
    }
    if text(PLANNED).parse::<Moment>().is_ok_and(|moment| moment.is_past(now)) {
        more.push(FieldError { pointer: PLANNED.to_owned(), detail: "must not be past".to_owned() });
    }
    if more.is_empty() { read } else { Err(read.err().unwrap_or_default().into_iter().chain(more).collect()) }
}

#[cfg(test)]
mod tests {
    use crate::openpgp::desk::generate;
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-11-22T12:00:00Z";

    fn wrong(key: &str, summary: &str) -> Vec<String> {
        let value = json!({"package": "express", "versions": "4.x", "summary": summary, "details": "d",
            "reporter": {"email": "rita@example.org", "answers": "mail", "openpgp_key": key}});
        let refused = read(&value, &Limits::default(), NOW.parse().unwrap()).err().unwrap_or_default();
        refused.into_iter().map(|e| format!("{} {}", e.pointer, e.detail)).collect()
    }

    fn key(ends: &str) -> String {
        let day = |text: &str| text.parse().unwrap();
        generate("Rita", "rita@example.org", day("2026-01-01T00:00:00Z"), day(ends)).unwrap().certificate
    }

    #[test]
    fn a_key_that_can_be_used_is_taken() {
        assert!(wrong(&key("2027-01-01T00:00:00Z"), "s").is_empty());
        assert!(wrong("", "s").is_empty(), "an empty field is no key");
    }

    #[test]
    fn a_key_that_cannot_be_used_is_a_wrong_field_that_says_why() {
        let expired = key("2026-06-01T00:00:00Z");
        assert_eq!(wrong(&expired, "s"), [format!("{KEY} cannot be used: this key expired on 2026-06-01")]);
        assert_eq!(wrong(&expired, " ").len(), 2, "beside every other wrong field");
        let private = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nx\n-----END PGP PRIVATE KEY BLOCK-----";
        assert!(wrong(private, "s")[0].contains("this is a private key"), "{:?}", wrong(private, "s"));
        assert_eq!(wrong("x", "s"), [format!("{KEY} must be an ASCII-armoured OpenPGP public key")]);
    }
}
