//! The Atom feed.

use desk_domain::advisory::Published;
use jiff::Timestamp;

use super::Object;
use crate::{Site, feed};

pub(super) fn objects(site: &Site<'_>, all: &[Published], _: Timestamp) -> Vec<Object> {
    vec![Object::new(feed::KEY, "application/atom+xml; charset=utf-8", feed::render(site, all))]
}
