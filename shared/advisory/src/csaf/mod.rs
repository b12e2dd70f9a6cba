//! CSAF 2.0 (Common Security Advisory Framework, <https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html>): each advisory as a
//! document, and the files by which a provider's documents are found.
//!
//! | file | written | made by |
//! |--|--|--|
//! | `csaf/white/<year>/<id>.json`, with `.sha256` and `.sha512` beside it | with its advisory | [`document`], [`hashes`] |
//! | `csaf/white/index.txt`, `csaf/white/changes.csv` | whenever one changes | [`lists`] |
//! | `csaf/white/csaf-feed-tlp-white.json`, `csaf/service.json` (ROLIE, RFC 8322) | whenever one changes | [`feed`] |
//! | `csaf/provider-metadata.json`, and the same as `.well-known/csaf/provider-metadata.json` | whenever one changes | [`provider`] |
//!
//! **The role** is `csaf_provider` (7.2.2): documents with valid names over TLS, open to all, the provider's metadata, which the
//! `CSAF` line of `security.txt` leads to, and a ROLIE feed (7.1, requirements 1 to 8 and 15 to 17). Hashes are there (18).
//! A *trusted* provider signs every document (19) and shows its key (20); so it is not called one until a signature lies beside each
//! document, which is made where the key is and not here: then a feed's entry gets a link of the relation `signature`, the
//! metadata `public_openpgp_keys`, and [`provider::ROLE`] its other word. `index.txt` and `changes.csv` serve whoever reads by folders;
//! a listing of the folders themselves (14) is what a site of files cannot make, so that the role does not rest on it.
//!
//! **What has no place in CSAF 2.0** stands in notes: CVSS 4 vectors (2.0 knows 2.0, 3.0 and 3.1), a second vector of one version, and
//! all weaknesses but the first (it takes one). Why a line is not affected is not recorded, so that no flag claims a reason:
//! an impact statement says it in words.
//!
//! **One that was withdrawn** is a document of the profile `csaf_base`, whose title and first note say so and why, without products
//! and vulnerabilities: 2.0 has no other word for it, and this is what 2.1 makes its profile `csaf_withdrawn` of. The file stays
//! where it was, as a further version.

pub mod document;
pub mod feed;
pub mod hashes;
pub mod lists;
pub mod provider;
mod tracking;
mod tree;
mod vulnerability;

use desk_domain::advisory::Published;

use crate::Site;

pub(crate) use tracking::{released_at, version};
pub(crate) use tree::vendor;
pub(crate) use vulnerability::exploit_words;

/// Where all of it lies in the site's bucket; what everybody may read is called white (TLP 1.0, as CSAF 2.0 has it).
const FOLDER: &str = "csaf/white";

/// The version of the document's form.
const VERSION: &str = "2.0";

/// `2026/exp-2026-7k3qf.json`: the year of its first release, and its tracking id by the rule of 5.1: in small letters, and whatever
/// is none of `+`, `-`, letters and digits becomes one `_`.
pub fn file_name(published: &Published) -> String {
    let mut name = String::new();
    for letter in published.advisory.id.as_str().to_ascii_lowercase().chars() {
        match letter {
            '+' | '-' | 'a'..='z' | '0'..='9' => name.push(letter),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    format!("{}/{name}.json", published.published_at.strftime("%Y"))
}

/// Its key in the site's bucket.
pub fn key(published: &Published) -> String {
    format!("{FOLDER}/{}", file_name(published))
}

/// Whether the project makes what an advisory is about, or passes on what is known of it.
pub(crate) fn role(site: &Site<'_>, published: &Published) -> &'static str {
    if tree::all_own(site.policy, &published.advisory.affected) { "vendor" } else { "coordinator" }
}

#[cfg(test)]
mod provider_tests;
#[cfg(test)]
mod tests;
