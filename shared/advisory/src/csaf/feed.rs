//! The ROLIE feed and its service document (requirements 15 and 16; RFC 8322 as CSAF writes it in JSON). There is one feed and one
//! category, which each names itself: a category document would say nothing more, and none is wanted.

use desk_domain::advisory::Published;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

use super::{VERSION, key, tracking};
use crate::Site;
use crate::filled::file;
use crate::text::{self, rfc3339};

/// Keys in the site's bucket; the service document lies beside the provider's metadata.
pub const KEY: &str = "csaf/white/csaf-feed-tlp-white.json";
pub const SERVICE: &str = "csaf/service.json";

const SCHEMA: &str = "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json";

/// The feed as a file: an entry for each document, in the order of `all`.
pub fn render(site: &Site<'_>, all: &[Published], now: Timestamp) -> String {
    file(&json!({"feed": {
        "id": "csaf-feed-tlp-white",
        "title": title(site),
        "link": [
            {"rel": "self", "href": site.at(KEY)},
            {"rel": "service", "href": site.at(SERVICE)},
        ],
        "category": [category()],
        "updated": rfc3339(updated(all, now)),
        "entry": all.iter().map(|published| entry(site, published)).collect::<Vec<_>>(),
    }}))
}

/// The service document as a file.
pub fn service(site: &Site<'_>) -> String {
    file(&json!({"service": {"workspace": [{
        "title": format!("CSAF documents of {}", site.policy.project.name),
        "collection": [{
            "title": title(site),
            "href": site.at(KEY),
            "categories": {"category": [category()]},
        }],
    }]}}))
}

/// When anything of it last changed; of nothing at all, the beginning of this day (UTC).
pub(super) fn updated(all: &[Published], now: Timestamp) -> Timestamp {
    let today = || now.to_zoned(TimeZone::UTC).start_of_day().map_or(now, |day: Zoned| day.timestamp());
    all.iter().map(tracking::released_at).max().unwrap_or_else(today)
}

fn title(site: &Site<'_>) -> String {
    format!("CSAF feed of {} (TLP:WHITE)", site.policy.project.name)
}

fn category() -> Value {
    json!({"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"})
}

fn entry(site: &Site<'_>, published: &Published) -> Value {
    let (advisory, url) = (&published.advisory, site.at(&key(published)));
    let summary = published.withdrawn.as_ref().map_or_else(|| advisory.draft.summary.clone(), text::withdrawn);
    json!({
        "id": advisory.id,
        "title": text::titled(advisory.draft.title.clone(), published.withdrawn.as_ref()),
        "link": [
            {"rel": "self", "href": url},
            {"rel": "hash", "href": format!("{url}.sha256")},
            {"rel": "hash", "href": format!("{url}.sha512")},
        ],
        "published": rfc3339(published.published_at),
        "updated": rfc3339(tracking::released_at(published)),
        "summary": {"content": summary},
        "content": {"type": "application/json", "src": url},
        "format": {"schema": SCHEMA, "version": VERSION},
    })
}
