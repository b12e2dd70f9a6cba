//! A blog made of files: the entry is put where the blog's site is built from.

use desk_domain::advisory::Published;

use super::Object;
use crate::{Site, blog_entry};

pub(super) fn objects(site: &Site<'_>, published: &Published) -> Vec<Object> {
    vec![Object::new(blog_entry::key(published), "text/markdown; charset=utf-8", blog_entry::render(site, published))]
}
