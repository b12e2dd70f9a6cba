//! What is shown when something cannot be done.

use askama::Template;

use super::{Site, rendered};

/// A title and one paragraph; never what went wrong inside.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub site: Site,
    pub title: String,
    pub detail: String,
}

impl ErrorPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}
