//! Before a report about somebody else's module is sent: whose it is.

use askama::Template;

use super::{FilesField, Site, ThirdParty, rendered};

/// Says where the report belongs, with everything that was typed (T35). It holds a report's text, so it has no `Debug`.
#[derive(Template)]
#[template(path = "others.html")]
pub struct OthersPage {
    pub site: Site,
    pub other: ThirdParty,
    /// Where the form is sent: `/reports`.
    pub action: String,
    /// What was typed, by field name.
    pub kept: Vec<(String, String)>,
    pub may_forward: bool,
    /// Where files were chosen: this page cannot carry them on.
    pub files_field: Option<FilesField>,
}

impl OthersPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    pub(crate) fn others() -> OthersPage {
        let kept = vec![("details".to_owned(), text())];
        OthersPage {
            site: site(),
            other: third_party(),
            action: text(),
            kept,
            may_forward: true,
            files_field: Some(files_field(true)),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![("others", others().html())]
    }
}
