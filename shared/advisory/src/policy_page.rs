//! The security policy as a page: the very text of `SECURITY.md`.

use askama::Template;

use crate::frame::{Frame, rendered};
use crate::{Site, security_md};

/// Its key in the site's bucket.
pub const KEY: &str = "policy.html";

#[derive(Template)]
#[template(path = "policy.html")]
struct Page {
    frame: Frame,
    title: String,
    body: String,
}

/// The page as HTML.
pub fn render(site: &Site<'_>) -> String {
    let document = security_md::render(site.policy);
    let (_, body) = document.split_once('\n').unwrap_or_default();
    rendered(&Page {
        frame: Frame::new(site, ""),
        title: security_md::title(site.policy),
        body: security_md::html(body),
    })
}
