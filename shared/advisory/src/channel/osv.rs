//! The OSV record, for programs.

use desk_domain::advisory::Published;

use super::Object;
use crate::{Site, osv};

pub(super) fn objects(_: &Site<'_>, published: &Published) -> Vec<Object> {
    vec![Object::new(osv::key(published), "application/json", osv::render(published))]
}
