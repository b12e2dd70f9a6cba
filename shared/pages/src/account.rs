//! One's own session, and its end.

use askama::Template;
use jiff::Timestamp;

use super::{Desk, Site};

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
        self.desk.rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    fn account(told: bool) -> AccountPage {
        let second_factor = told.then(|| at(1));
        let (site, desk) = (site(), desk(None));
        AccountPage { site, desk, address: text(), second_factor, started_at: at(1), expires_at: at(9), now: at(2) }
    }

    pub(crate) fn pages() -> Samples {
        vec![("account", account(false).html()), ("account: second factor", account(true).html())]
    }
}
