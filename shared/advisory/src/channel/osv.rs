//! Records for programs: OSV, and the two that are made of the same and that nobody follows alone, OpenVEX and, of an advisory with a
//! CVE id, the CVE record. They are no channels of their own: whoever finds one is led there by the advisory's page, and a desk
//! whose bucket takes one takes all three.

use desk_domain::advisory::Published;

use super::Object;
use crate::{Site, cve, osv, vex};

const JSON: &str = "application/json";

pub(super) fn objects(site: &Site<'_>, published: &Published) -> Vec<Object> {
    let vex = vex::render(site, published).map(|text| Object::new(vex::key(published), JSON, text));
    let cve = cve::render(site, published).map(|(key, text)| Object::new(key, JSON, text));
    let record = Object::new(osv::key(published), JSON, osv::render(published));
    std::iter::once(record).chain(vex).chain(cve).collect()
}
