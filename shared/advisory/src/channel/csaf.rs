//! The CSAF document of an advisory, with its hashes; and what the provider's documents are found by.

use desk_domain::advisory::Published;
use jiff::Timestamp;

use super::Object;
use crate::Site;
use crate::csaf::{document, feed, hashes, key, lists, provider};

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// The document first: a hash of what is not there yet would lead nowhere.
pub(super) fn objects(site: &Site<'_>, published: &Published) -> Vec<Object> {
    let document = Object::new(key(published), JSON, document::render(site, published));
    let hashes = hashes::of(&document.key, &document.bytes);
    let hashes = hashes.map(|hash| Object::new(format!("{}{}", document.key, hash.suffix), TEXT, hash.text));
    std::iter::once(document).chain(hashes).collect()
}

/// The lists first, then what leads to them.
pub(super) fn provider(site: &Site<'_>, all: &[Published], now: Timestamp) -> Vec<Object> {
    let metadata = provider::render(site, all, now);
    vec![
        Object::new(lists::INDEX, TEXT, lists::index(all)),
        Object::new(lists::CHANGES, "text/csv; charset=utf-8", lists::changes(all)),
        Object::new(feed::KEY, JSON, feed::render(site, all, now)),
        Object::new(feed::SERVICE, JSON, feed::service(site)),
        Object::new(provider::KEY, JSON, metadata.clone()),
        Object::new(provider::WELL_KNOWN, JSON, metadata),
    ]
}
