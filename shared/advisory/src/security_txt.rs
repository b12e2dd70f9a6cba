//! `security.txt` (RFC 9116): where a researcher's tools find whom to tell, and where programs find what was published (CSAF 2.0,
//! 7.1.8).

use desk_domain::policy::Policy;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::csaf::provider;
use crate::{acknowledgments, feed, report_url};

/// How long the file may be believed (RFC 9116, 2.5.5 recommends less than a year); it is made anew long before.
const BELIEVED_FOR: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Its key in the site's bucket, and its path on the desk.
pub const KEY: &str = ".well-known/security.txt";

/// Where the desk publishes its OpenPGP certificate.
pub const OPENPGP_PATH: &str = "/openpgp-key.asc";

/// The file's whole text, lines ended by LF. `now` is the time of making it; the file expires 180 days after the
/// beginning of that day (UTC), so that within a day the text does not change.
pub fn render(policy: &Policy, now: Timestamp) -> String {
    let project = &policy.project;
    let lines = [
        format!("# Security contact of {}, made from its policy, version {}", project.name, policy.version),
        format!("Contact: mailto:{}", policy.contacts.security),
        format!("Contact: {}", report_url(policy)),
        format!("Expires: {}", expires(now)),
        format!("Encryption: {}{OPENPGP_PATH}", project.desk_url),
        format!("Acknowledgments: {}/{}", project.site_url, acknowledgments::KEY),
        format!("Policy: {}", project.policy_url),
        "Preferred-Languages: en".to_owned(),
        // Each address at which it is read (2.5.2).
        format!("Canonical: {}/{KEY}", project.desk_url),
        format!("Canonical: {}/{KEY}", project.site_url),
        format!("CSAF: {}/{}", project.site_url, provider::KEY),
        // There is no field for it.
        format!("# What is published, as a feed: {}/{}", project.site_url, feed::KEY),
    ];
    lines.map(|line| line + "\n").concat()
}

/// The instant up to which the file may be believed; at the end of the calendar, its end.
fn expires(now: Timestamp) -> Timestamp {
    let end = now.checked_add(BELIEVED_FOR).unwrap_or(Timestamp::MAX).to_zoned(TimeZone::UTC);
    end.start_of_day().map_or(Timestamp::MAX, |day| day.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn express() -> Policy {
        Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap()
    }

    #[test]
    fn t1_the_security_txt_comes_from_the_policy_only() {
        let text = render(&express(), "2026-11-22T23:45:00.5Z".parse().unwrap());
        insta::assert_snapshot!(text, @r"
        # Security contact of Express, made from its policy, version 2026-11-22
        Contact: mailto:security@expressjs.com
        Contact: https://desk.example.org/reports
        Expires: 2027-05-21T00:00:00Z
        Encryption: https://desk.example.org/openpgp-key.asc
        Acknowledgments: https://desk.example.org/site/acknowledgments.html
        Policy: https://github.com/expressjs/express/blob/master/Security.md
        Preferred-Languages: en
        Canonical: https://desk.example.org/.well-known/security.txt
        Canonical: https://desk.example.org/site/.well-known/security.txt
        CSAF: https://desk.example.org/site/csaf/provider-metadata.json
        # What is published, as a feed: https://desk.example.org/site/feed.atom
        ");
    }

    #[test]
    fn it_expires_once_in_the_future_and_within_a_year() {
        for now in ["2026-11-22T00:00:00Z", "2026-11-22T23:59:59Z", "2028-02-29T12:00:00Z"] {
            let now: Timestamp = now.parse().unwrap();
            let text = render(&express(), now);
            let expires: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("Expires: ")).collect();
            assert_eq!(expires.len(), 1);
            let ahead = expires[0].parse::<Timestamp>().unwrap().duration_since(now);
            assert!(SignedDuration::from_hours(170 * 24) < ahead && ahead < SignedDuration::from_hours(365 * 24));
        }
    }
}
