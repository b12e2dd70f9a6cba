//! What the desk publishes. Each output is one file with one pure function from values to text or bytes; each kind of
//! channel is one file under [`channel`].
//!
//! | output | file | key in the site's bucket |
//! |--|--|--|
//! | advisory page | [`advisory_page`] | `advisories/<id>.html` |
//! | OSV record | [`osv`] | `osv/<id>.json` |
//! | CSAF document, its hashes | [`csaf`] | `csaf/white/<year>/<id>.json` |
//! | CSAF provider: metadata, ROLIE feed, lists | [`csaf`] | `csaf/provider-metadata.json`, … |
//! | OpenVEX | [`vex`] | `vex/<id>.json` |
//! | CVE record | [`cve`] | `cve/<CVE id>.json` |
//! | advisory of a GitHub repository | [`github`] | `github/<id>.json` |
//! | Atom feed | [`feed`] | `feed.atom` |
//! | security updates | [`updates_page`] | `security-updates.html` |
//! | blog entry | [`blog_entry`] | `blog/<day>-<id>.md` |
//! | a draft, to whom it is shown | [`article`] | – |
//! | list mail | [`list_mail`] | – |
//! | what a webhook is posted | [`webhook`] | – |
//! | acknowledgments | [`acknowledgments`] | `acknowledgments.html` |
//! | policy | [`policy_page`], [`security_md`] | `policy.html`, `SECURITY.md` |
//! | security.txt | [`security_txt`] | `.well-known/security.txt` |
//! | figures | [`figures_page`] | `figures.html`, `figures.json` |
//! | index | [`index_page`] | `index.html` |

pub mod acknowledgments;
pub mod advisory_page;
pub mod article;
pub mod blog_entry;
mod builders;
pub mod channel;
pub mod csaf;
pub mod cve;
pub mod feed;
pub mod figures_page;
mod filled;
mod frame;
pub mod github;
pub mod index_page;
pub mod list_mail;
#[cfg(test)]
mod made;
pub mod markdown;
mod metric;
mod names;
pub mod osv;
mod plain;
pub mod policy_page;
mod product;
mod purl;
pub mod security_md;
pub mod security_txt;
mod stretch;
mod text;
mod thanks;
mod timeline;
mod told;
pub mod updates_page;
pub mod vex;
pub mod webhook;

use desk_domain::policy::Policy;

pub use text::{patched, severity as severity_word};

/// Where the one stylesheet of the desk's pages stands on the site.
pub const STYLESHEET_KEY: &str = "assets/desk.css";

/// What every output knows beside the advisories: the policy, and where things are.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    pub policy: &'a Policy,
    /// Where the site is read, without a trailing slash.
    pub url: &'a str,
    /// Where the desk is reached, without a trailing slash.
    pub desk_url: &'a str,
}

impl Site<'_> {
    /// The address of an object of the site.
    pub fn at(&self, key: &str) -> String {
        format!("{}/{key}", self.url)
    }

    /// Where a report is made by form: the page that posts to itself.
    pub fn report_url(&self) -> String {
        format!("{}/reports", self.desk_url)
    }

    /// Where it is said whether a version is affected.
    pub fn check_url(&self) -> String {
        format!("{}/check", self.desk_url)
    }

    /// Where a reporter reads their own case.
    pub fn case_url(&self) -> String {
        format!("{}/case", self.desk_url)
    }
}

/// Where a report is made by form, by the policy alone.
pub fn report_url(policy: &Policy) -> String {
    format!("{}/reports", policy.project.desk_url)
}
