//! The provider's metadata (requirement 7): who publishes, and where documents are listed.

use desk_domain::advisory::Published;
use jiff::Timestamp;
use serde_json::json;

use super::{FOLDER, VERSION, document, feed};
use crate::Site;
use crate::filled::file;
use crate::text::rfc3339;

/// Its key in the site's bucket, and its canonical place.
pub const KEY: &str = "csaf/provider-metadata.json";

/// Where it is looked for on a site that is a domain's own (requirement 9); it says the same.
pub const WELL_KNOWN: &str = ".well-known/csaf/provider-metadata.json";

/// What requirements are fulfilled: no signatures yet (see [`super`]).
pub const ROLE: &str = "csaf_provider";

/// The metadata as a file. `now` is its time only where nothing has been published.
pub fn render(site: &Site<'_>, all: &[Published], now: Timestamp) -> String {
    let name = &site.policy.project.name;
    let rolie = json!({
        "feeds": [{"summary": format!("All advisories of {name} (TLP:WHITE)."), "tlp_label": "WHITE", "url": site.at(feed::KEY)}],
        "services": [site.at(feed::SERVICE)],
    });
    file(&json!({
        "canonical_url": site.at(KEY),
        "distributions": [{"rolie": rolie}, {"directory_url": site.at(&format!("{FOLDER}/"))}],
        "last_updated": rfc3339(feed::updated(all, now)),
        "list_on_CSAF_aggregators": true,
        "metadata_version": VERSION,
        "mirror_on_CSAF_aggregators": true,
        "publisher": document::publisher(site, "vendor"),
        "role": ROLE,
    }))
}
