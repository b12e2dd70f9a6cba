//! Records for programs: OSV, and those that are made of the same and that nobody follows alone: OpenVEX, of an advisory with a CVE id
//! the CVE record, and what makes an advisory of a GitHub repository of it. They are no channels of their own: whoever finds one is led
//! there by the advisory's page, and a desk whose bucket takes one takes all.

use desk_domain::advisory::Published;

use super::Object;
use crate::{Site, cve, github, osv, vex};

const JSON: &str = "application/json";

pub(super) fn objects(site: &Site<'_>, published: &Published) -> Vec<Object> {
    let vex = vex::render(site, published).map(|text| Object::new(vex::key(published), JSON, text));
    let cve = cve::render(site, published).map(|(key, text)| Object::new(key, JSON, text));
    let record = Object::new(osv::key(published), JSON, osv::render(published));
    let github = github::render(site, published).map(|text| Object::new(github::key(published), JSON, text));
    std::iter::once(record).chain(vex).chain(cve).chain(github).collect()
}
