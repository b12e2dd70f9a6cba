//! How a member of the team signs in: an address first, then one button behind the mailed link. And how they go on when their
//! session has ended.

use askama::Template;

use super::{Site, rendered};

/// Why the page is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInState {
    /// Somebody wants to sign in.
    Ask,
    /// A link is on its way, or it is nobody's address: the same for both.
    Sent,
    /// The link that was followed has been used or is too old.
    Spent,
    /// They signed out, here or everywhere.
    SignedOut,
    /// What was typed is no address, and why.
    Wrong(String),
    /// Too many links were asked for from their network, and when to ask again.
    Wait(String),
}

/// Asks for the address, and answers the same whether or not it belongs to the team.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    pub site: Site,
    pub state: SignInState,
    /// The path that one wanted to see, carried on.
    pub next: Option<String>,
    /// What was typed.
    pub address: String,
}

/// Behind the mailed link: one button, because mail scanners follow links.
#[derive(Template)]
#[template(path = "session.html")]
pub struct SessionPage {
    pub site: Site,
    pub token: String,
}

/// A form was sent when the session had ended: what was typed stands here, to be sent once more.
#[derive(Template)]
#[template(path = "session_ended.html")]
pub struct SessionEndedPage {
    pub site: Site,
    /// Where the form goes, below `/desk`.
    pub action: String,
    /// Names and values as they were sent.
    pub fields: Vec<(String, String)>,
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

impl SessionEndedPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    /// Whether a person wrote the value, and wants to see it; the rest is the form's own.
    fn is_written(value: &str) -> bool {
        value.contains(char::is_whitespace)
    }

    /// What a field is called where its label is not known.
    fn label(name: &str) -> String {
        let words = name.replace(['_', '-'], " ");
        words.get(..1).map(|first| first.to_uppercase() + &words[1..]).unwrap_or(words)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    fn sign_in(state: SignInState, told: bool) -> String {
        let some = |text: String| if told { Some(text) } else { None };
        SignInPage { site: site(), state, next: some(text()), address: some(text()).unwrap_or_default() }.html()
    }

    fn session_ended() -> SessionEndedPage {
        let fields = [
            (text(), text()),
            ("message".to_owned(), format!("two\nlines {HOSTILE}")),
            ("key".to_owned(), "k".to_owned()),
        ];
        SessionEndedPage { site: site(), action: text(), fields: fields.into() }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("sign_in", sign_in(SignInState::Ask, false)),
            ("sign_in: next", sign_in(SignInState::Ask, true)),
            ("sign_in: sent", sign_in(SignInState::Sent, true)),
            ("sign_in: spent", sign_in(SignInState::Spent, false)),
            ("sign_in: signed out", sign_in(SignInState::SignedOut, false)),
            ("sign_in: wrong", sign_in(SignInState::Wrong(text()), true)),
            ("sign_in: wait", sign_in(SignInState::Wait(text()), true)),
            ("session", SessionPage { site: site(), token: text() }.html()),
            ("session_ended", session_ended().html()),
        ]
    }
}
