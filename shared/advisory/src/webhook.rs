//! What is posted to a webhook: an event of Standard Webhooks' shape (<https://github.com/standard-webhooks/standard-webhooks>), which
//! has `type`, `timestamp` and `data`. In `data` stand what a program sorts by, where the rest is read, and the OSV record whole.
//!
//! The type says what became of the advisory, not what this receiver knows of it: one that came later hears of a correction first.

use desk_domain::advisory::Published;
use serde::Serialize;

use crate::text::{self, rfc3339};
use crate::{Site, advisory_page, csaf, osv};

#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    /// When it came to be so; that of the attempt stands in a header.
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: &'a str,
    /// Its CVE id first.
    aliases: Vec<&'a str>,
    title: &'a str,
    /// `None` where it was withdrawn, or nobody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    links: Links,
    osv: osv::Record,
}

#[derive(Serialize)]
struct Links {
    page: String,
    osv: String,
    csaf: String,
}

/// The event as one line of JSON.
pub fn render(site: &Site<'_>, published: &Published) -> String {
    let event =
        Event { kind: kind(published), timestamp: rfc3339(published.changed_at()), data: data(site, published) };
    serde_json::to_string(&event).unwrap_or_default()
}

/// A name that was taken out is not pointed to.
fn kind(published: &Published) -> &'static str {
    let corrected = published.revisions.iter().any(|revision| revision.correction.is_some());
    match (published.stands(), corrected) {
        (false, _) => "advisory.withdrawn",
        (true, true) => "advisory.corrected",
        (true, false) => "advisory.published",
    }
}

fn data<'a>(site: &Site<'_>, published: &'a Published) -> Data<'a> {
    let advisory = &published.advisory;
    Data {
        id: advisory.id.as_str(),
        aliases: advisory.draft.all_aliases(),
        title: &advisory.draft.title,
        severity: advisory.score.severity.filter(|_| published.stands()).map(text::severity),
        links: Links {
            page: site.at(&advisory_page::key(published)),
            osv: site.at(&osv::key(published)),
            csaf: site.at(&csaf::key(published)),
        },
        osv: osv::record(published),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::made;
    use crate::told::tests::{changed, withdrawn};

    fn posted(published: &Published) -> Value {
        let policy = made::policy();
        let body = render(&made::site(&policy), published);
        assert!(!body.contains('\n'), "one line: {body}");
        serde_json::from_str(&body).unwrap()
    }

    fn osv_of(published: &Published) -> Value {
        serde_json::from_str(&osv::render(published)).unwrap()
    }

    #[test]
    fn a_publication_says_what_it_is_and_where_it_is_read_with_the_osv_record_whole() {
        let mut first = changed();
        first.revisions.clear();
        first.modified_at = first.published_at;
        let links = json!({
            "page": "https://site.example.org/advisories/EXP-2026-7K3QF.html",
            "osv": "https://site.example.org/osv/EXP-2026-7K3QF.json",
            "csaf": "https://site.example.org/csaf/white/2026/exp-2026-7k3qf.json",
        });
        let data = json!({
            "id": "EXP-2026-7K3QF", "aliases": ["CVE-2026-12345", "GHSA-rv95-896h-c2vc"], "title": "Open redirect",
            "severity": "high", "links": links, "osv": osv_of(&first),
        });
        let expected = json!({"type": "advisory.published", "timestamp": "2026-12-01T12:00:00Z", "data": data});
        assert_eq!(posted(&first), expected);
    }

    #[test]
    fn a_correction_has_the_instant_of_its_form_and_the_record_as_it_is_now() {
        let event = posted(&changed());
        assert_eq!(
            (&event["type"], &event["timestamp"]),
            (&json!("advisory.corrected"), &json!("2026-12-04T10:00:00Z"))
        );
        assert_eq!(event["data"]["osv"], osv_of(&changed()));
        assert_eq!(event["data"]["osv"]["modified"], event["timestamp"]);
    }

    #[test]
    fn a_name_that_was_taken_out_is_not_pointed_to() {
        let mut unnamed = changed();
        unnamed.revisions.retain(|revision| revision.correction.is_none());
        assert!(!unnamed.revisions.is_empty());
        assert_eq!(posted(&unnamed)["type"], "advisory.published");
    }

    #[test]
    fn what_was_withdrawn_has_no_severity_any_more_and_says_since_when_and_why() {
        let event = posted(&withdrawn());
        assert_eq!(
            (&event["type"], &event["timestamp"]),
            (&json!("advisory.withdrawn"), &json!("2026-12-05T11:00:00Z"))
        );
        let data = event["data"].as_object().unwrap();
        assert!(!data.contains_key("severity"), "{data:?}");
        assert_eq!(data["osv"]["withdrawn"], "2026-12-05T11:00:00Z");
        assert!(data["osv"].to_string().contains("It is no vulnerability"), "{data:?}");
    }
}
