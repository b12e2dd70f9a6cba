//! One's own session, and its end.

use askama::Template;
use jiff::Timestamp;

use super::{Desk, Site, rendered};

/// Since when and until when one is signed in, with the two ways out.
#[derive(Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    pub site: Site,
    pub desk: Desk,
    /// Where links to sign in go.
    pub address: String,
    /// Since when there is a second factor; `None` where there is none.
    pub second_factor: Option<Timestamp>,
    pub started_at: Timestamp,
    pub expires_at: Timestamp,
    pub now: Timestamp,
}

impl AccountPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}
