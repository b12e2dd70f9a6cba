//! What is shown when something cannot be done.

use askama::Template;

use super::{DeskPage, Site, rendered};

/// A title and one paragraph; never what went wrong inside.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub site: Site,
    /// Whether it stands on the team's desk, whose navigation it keeps then.
    pub of_desk: bool,
    pub title: String,
    pub detail: String,
}

/// What stands wherever there is nothing, of the desk and of the published site.
#[derive(Template)]
#[template(path = "missing.html")]
pub struct MissingPage {
    pub site: Site,
    /// Where everything that is published is listed.
    pub updates_href: String,
    /// The front page of what is published.
    pub front_href: String,
}

impl MissingPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl ErrorPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    fn error(of_desk: bool) -> ErrorPage {
        ErrorPage { site: site(), of_desk, title: text(), detail: text() }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("missing", MissingPage { site: site(), updates_href: text(), front_href: text() }.html()),
            ("error", error(false).html()),
            ("error: of the desk", error(true).html()),
        ]
    }
}
