//! How a member of the team signs in: an address first, then one button behind the mailed link.

use askama::Template;

use super::{Site, rendered};

/// Asks for the address, and answers the same whether or not it belongs to the team.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    pub site: Site,
    pub sent: bool,
}

/// Behind the mailed link: one button, because mail scanners follow links.
#[derive(Template)]
#[template(path = "session.html")]
pub struct SessionPage {
    pub site: Site,
    pub token: String,
}

impl SignInPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl SessionPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}
