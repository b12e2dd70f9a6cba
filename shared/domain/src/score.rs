//! A score: CVSS vectors (3.0, 3.1 or 4.0), a severity, weaknesses (CWE). Only the severity's band stays clear.

use std::str::FromStr;

use cvss::{Cvss, Severity as Rating};
use serde_json::Value;

use crate::advisory::Score;
use crate::fields::Fields;
use crate::policy::Severity;

/// A CVSS vector that the crate could read.
struct Vector {
    text: String,
    rating: Rating,
}

impl FromStr for Vector {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "must be a CVSS 3.0, 3.1 or 4.0 vector";
        if !["CVSS:3.0/", "CVSS:3.1/", "CVSS:4.0/"].iter().any(|version| text.starts_with(version)) {
            return Err(wrong);
        }
        let parsed = Cvss::from_str(text).map_err(|_| wrong)?;
        Ok(Vector { text: text.to_owned(), rating: parsed.severity() })
    }
}

struct Cwe(String);

impl FromStr for Cwe {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("CWE-").filter(|d| (1..=5).contains(&d.len()));
        let valid = digits.is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()));
        if valid { Ok(Cwe(text.to_owned())) } else { Err("must be a weakness such as CWE-79") }
    }
}

/// Reads the fields of `score`. The severity that was given wins; else the highest of the vectors'.
pub fn read(fields: &Fields<'_>) -> Option<(Severity, Score)> {
    let vectors: Vec<Vector> = fields.parsed_list("cvss");
    let cwe: Vec<Cwe> = fields.parsed_list("cwe");
    let given = fields.text("severity", 16).map(|text| match serde_json::from_value(Value::String(text)) {
        Ok(severity) => Some(severity),
        Err(_) => {
            fields.wrong("severity", "must be low, medium, high or critical");
            None
        }
    });
    let rated = vectors.iter().filter_map(|v| band(v.rating)).max();
    let severity = match given {
        Some(severity) => severity,
        None => {
            if rated.is_none() {
                fields.wrong("severity", "is required where no vector gives one");
            }
            rated
        }
    };
    let cvss = vectors.into_iter().map(|v| v.text).collect();
    let cwe = cwe.into_iter().map(|c| c.0).collect();
    Some((severity?, Score { severity, cvss, cwe }))
}

/// Whether a vector can be read.
pub fn is_vector(text: &str) -> bool {
    text.parse::<Vector>().is_ok()
}

/// The number that a vector comes to, and its band; `None` where it cannot be read.
pub fn number(vector: &str) -> Option<(f64, Option<Severity>)> {
    let parsed = Cvss::from_str(vector).ok()?;
    Some((parsed.score(), band(parsed.severity())))
}

/// The highest severity that vectors give; `None` where none gives one.
pub fn rated<'a>(vectors: impl IntoIterator<Item = &'a String>) -> Option<Severity> {
    vectors.into_iter().filter_map(|text| band(text.parse::<Vector>().ok()?.rating)).max()
}

fn band(rating: Rating) -> Option<Severity> {
    match rating {
        Rating::None => None,
        Rating::Low => Some(Severity::Low),
        Rating::Medium => Some(Severity::Medium),
        Rating::High => Some(Severity::High),
        Rating::Critical => Some(Severity::Critical),
    }
}

#[cfg(test)]
mod tests {
    use crate::fields;
    use serde_json::json;

    use super::*;

    fn severity(value: Value) -> Result<Severity, Vec<String>> {
        let score = fields::read(&value, read);
        let score = score.map_err(|all| all.into_iter().map(|e| e.pointer).collect::<Vec<_>>())?;
        Ok(score.expect("a score without problems").0)
    }

    #[test]
    fn a_vector_comes_to_a_number() {
        let found = number("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N");
        assert_eq!(found, Some((6.1, Some(Severity::Medium))));
        assert_eq!(number("AV:N"), None);
    }

    #[test]
    fn severity_comes_from_the_highest_vector_or_is_given() {
        let high = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
        let v4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
        assert_eq!(severity(json!({"cvss": [high]})), Ok(Severity::High));
        assert_eq!(severity(json!({"cvss": [high, v4]})), Ok(Severity::Critical));
        assert_eq!(severity(json!({"cvss": [high], "severity": "low"})), Ok(Severity::Low));
        assert_eq!(severity(json!({"severity": "medium", "cwe": ["CWE-79"]})), Ok(Severity::Medium));
        assert_eq!(severity(json!({"cvss": ["AV:N"], "cwe": ["79"]})).unwrap_err(), ["/cvss/0", "/cwe/0", "/severity"]);
    }
}
