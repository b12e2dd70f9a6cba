//! A case that a member may not read: that it is there, which the board shows too, and whom to ask.

use askama::Template;
use desk_domain::case::Stage;

use super::{Desk, Site, rendered};

#[derive(Template)]
#[template(path = "not_yours.html")]
pub struct NotYoursPage {
    pub site: Site,
    pub desk: Desk,
    pub case_id: String,
    /// Two words to call it by.
    pub spoken: String,
    pub stage: Stage,
    /// Who handles it, and where to write to them; `None` while nobody does.
    pub handler: Option<(String, String)>,
}

impl NotYoursPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}
