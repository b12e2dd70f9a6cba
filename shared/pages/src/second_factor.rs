//! A member's second factor: how it is added, what has become of it, and where its code is asked for.

use askama::Template;
use jiff::Timestamp;

use super::{Desk, Qr, Site, rendered};

/// A member's own second factor. No `Debug`: it shows secrets.
#[derive(Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactorPage {
    pub site: Site,
    pub desk: Desk,
    /// Whether the policy wants one of who looks.
    pub required: bool,
    pub state: FactorState,
    /// What was wrong with the code that was typed.
    pub error: Option<String>,
    /// What happened to it, the newest first.
    pub changes: Vec<(Timestamp, String)>,
}

/// How far it is. No `Debug`.
pub enum FactorState {
    /// There is none: this one may be taken.
    Offered {
        qr: Option<Qr>,
        /// The secret, to be typed, in groups.
        text: String,
        /// The same, sealed, to come back with the code.
        offer: String,
    },
    Added {
        since: Timestamp,
        codes_left: usize,
    },
    /// It was added just now: the recovery codes, shown once.
    Codes(Vec<String>),
}

/// After the mailed link: a code of the second factor.
#[derive(Template)]
#[template(path = "sign_in_code.html")]
pub struct SignInCodePage {
    pub site: Site,
    /// What was wrong with the code that was typed.
    pub error: Option<String>,
}

impl SecondFactorPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }
}

impl SignInCodePage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    fn second_factor(state: FactorState, told: bool) -> String {
        let (error, changes) = (told.then(text), if told { vec![(at(1), text())] } else { Vec::new() });
        SecondFactorPage { site: site(), desk: desk(None), required: told, state, error, changes }.html()
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("sign_in_code", SignInCodePage { site: site(), error: None }.html()),
            ("sign_in_code: error", SignInCodePage { site: site(), error: Some(text()) }.html()),
            ("second_factor: offered", {
                second_factor(FactorState::Offered { qr: Qr::of("otpauth"), text: text(), offer: text() }, true)
            }),
            ("second_factor: added", second_factor(FactorState::Added { since: at(1), codes_left: 7 }, true)),
            ("second_factor: codes", second_factor(FactorState::Codes(vec![text()]), false)),
        ]
    }
}
