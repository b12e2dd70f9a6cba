//! The advisory's own page, and the stylesheet that it is read with.

use desk_domain::advisory::Published;

use super::Object;
use desk_pages::STYLESHEET;

use crate::{STYLESHEET_KEY, Site, advisory_page};

pub(super) fn objects(site: &Site<'_>, published: &Published) -> Vec<Object> {
    vec![stylesheet(), Object::page(advisory_page::key(published), advisory_page::render(site, published))]
}

pub(super) fn stylesheet() -> Object {
    Object::new(STYLESHEET_KEY, "text/css; charset=utf-8", STYLESHEET.to_owned())
}
