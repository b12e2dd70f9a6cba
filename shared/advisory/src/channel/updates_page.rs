//! The security-updates page, and what leads to it: the policy's documents and the front page, last.

use desk_domain::advisory::Published;
use jiff::Timestamp;

use super::{Object, standing};
use crate::{Site, updates_page};

pub(super) fn objects(site: &Site<'_>, all: &[Published], now: Timestamp) -> Vec<Object> {
    let page = Object::page(updates_page::KEY, updates_page::render(site, all, now));
    std::iter::once(page).chain(standing(site, all, now)).collect()
}
