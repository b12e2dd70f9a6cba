//! A case that a member may not read: that it is there, which the board shows too, and whom to ask.

use askama::Template;
use desk_domain::case::Stage;
use jiff::Timestamp;

use super::{Desk, Site};

#[derive(Template)]
#[template(path = "not_yours.html")]
pub struct NotYoursPage {
    pub site: Site,
    pub desk: Desk,
    pub case_id: String,
    /// Two words to call it by.
    pub spoken: String,
    pub stage: Stage,
    /// Who handles it, and a mail to them that asks to be let in; `None` while nobody does.
    pub handler: Option<(String, String)>,
    /// Since when they do.
    pub since: Option<Timestamp>,
    /// The form that opens it with a reason, where that is theirs to do.
    pub open: Option<OpenForm>,
}

/// No `Debug`: it holds what was typed.
pub struct OpenForm {
    pub action: String,
    /// Opened once however often it is sent.
    pub key: String,
    pub reason: String,
    pub error: Option<String>,
}

impl NotYoursPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }

    fn has_errors(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.error.is_some())
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    fn not_yours(told: bool) -> NotYoursPage {
        NotYoursPage {
            site: site(),
            desk: desk(None),
            case_id: text(),
            spoken: text(),
            stage: Stage::Confirmed,
            handler: told.then(|| (text(), "mailto:bob@example.org?subject=EXP&body=Please".to_owned())),
            since: told.then(|| at(2)),
            open: told.then(|| OpenForm { action: text(), key: text(), reason: text(), error: Some(text()) }),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![("not_yours", not_yours(true).html()), ("not_yours: nobody's", not_yours(false).html())]
    }
}
