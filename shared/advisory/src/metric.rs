//! CVSS vectors as the objects that FIRST's schemas have for them.

use desk_domain::policy::Severity;
use desk_domain::score;
use serde_json::{Value, json};

/// Metrics of a base score, of versions 3 and 4; the others tell of a time or a place.
const BASE: [&str; 16] = ["AV", "AC", "AT", "PR", "UI", "S", "C", "I", "A", "VC", "VI", "VA", "SC", "SI", "SA", "CVSS"];

/// `3.1` of `CVSS:3.1/AV:N/…`.
pub(crate) fn version(vector: &str) -> Option<&str> {
    vector.strip_prefix("CVSS:")?.split('/').next()
}

/// The object of a vector: the vector, and its base score and band; `None` where it cannot be read.
pub(crate) fn object(vector: &str) -> Option<Value> {
    let (number, band) = score::number(&base(vector))?;
    Some(json!({
        "version": version(vector)?, "vectorString": vector, "baseScore": number, "baseSeverity": band_word(band),
    }))
}

/// `6.1 (medium)`, as the pages say it; the vector alone where it cannot be read.
pub(crate) fn words(vector: &str) -> String {
    match score::number(vector) {
        Some((number, Some(band))) => format!("{vector}: {number:.1} ({})", crate::severity_word(band)),
        Some((number, None)) => format!("{vector}: {number:.1}"),
        None => vector.to_owned(),
    }
}

fn base(vector: &str) -> String {
    let is_base = |metric: &&str| metric.split(':').next().is_some_and(|name| BASE.contains(&name));
    vector.split('/').filter(is_base).collect::<Vec<_>>().join("/")
}

fn band_word(band: Option<Severity>) -> &'static str {
    match band {
        None => "NONE",
        Some(Severity::Low) => "LOW",
        Some(Severity::Medium) => "MEDIUM",
        Some(Severity::High) => "HIGH",
        Some(Severity::Critical) => "CRITICAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_the_base_score_whatever_else_its_vector_tells() {
        let of =
            |vector: &str| object(vector).map(|object| (object["baseScore"].clone(), object["baseSeverity"].clone()));
        let medium = Some((json!(6.1), json!("MEDIUM")));
        assert_eq!(of("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"), medium);
        assert_eq!(of("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N/E:U/RL:O/RC:U/CR:L/MAV:P"), medium);
        assert_eq!(of("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"), Some((json!(0.0), json!("NONE"))));
        let four = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
        assert_eq!(of(four), Some((json!(9.3), json!("CRITICAL"))));
        assert_eq!(of(&format!("{four}/E:U/MAV:P")), of(four));
        assert_eq!(object(&format!("{four}/E:U")).unwrap()["vectorString"], format!("{four}/E:U"));
        assert!(object("AV:N/AC:L").is_none() && object("CVSS:3.1/AV:X").is_none());
    }

    #[test]
    fn words_have_the_vector_and_what_it_comes_to() {
        let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N";
        assert_eq!(words(vector), format!("{vector}: 6.1 (medium)"));
        assert_eq!((version(vector), version("CVSS:4.0/AV:N"), version("AV:N")), (Some("3.1"), Some("4.0"), None));
        assert_eq!(words("CVSS:5.0/AV:N"), "CVSS:5.0/AV:N");
    }
}
