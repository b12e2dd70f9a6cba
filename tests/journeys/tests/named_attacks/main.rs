//! What was done to systems that do what this one does, tried here: each attack by the name under which it is known, on the surface that
//! it would have on a desk. THREATS.md lists them.

mod by_mail;
mod by_page;
mod by_sign_in;

use desk_harness::{Answer, Desk, Eml};
use serde_json::{Value, json};

const ALICE: &str = "alice@example.com";
const RITA: &str = "rita@example.org";
const MALLORY: &str = "mallory@example.net";

/// Markup and styles that would cover a page and lead away from it.
const MARKUP: &str = "<h1 style=\"position:fixed;inset:0\">Sign in again</h1><a href=\"https://evil.example\">here</a><style>*{display:none}</style>";

/// A case that Rita reported by mail.
fn reported(desk: &Desk) -> String {
    let case = desk.reported(&Eml::new(RITA, "A leak in express", "It leaks."));
    desk.advance("1s");
    case
}

/// A report in somebody's name, by the form's own way of JSON, with more in it.
fn report_with(more: &[(&str, Value)]) -> Value {
    let mut body =
        json!({"package": "express", "summary": "s", "details": "d", "reporter": {"email": RITA, "answers": "page"}});
    for (name, value) in more {
        body[*name] = value.clone();
    }
    body
}

/// The token of the newest sign-in link that was mailed to Alice.
fn mailed_token(desk: &Desk) -> String {
    desk.advance("1s");
    let mail = desk.mail_to(ALICE, "Your sign-in link");
    let (_, token) = mail.split_once("/desk/session?token=").expect("a link");
    token.lines().next().expect("a line").to_owned()
}

/// Nothing of it stands in an answer as markup.
fn inert(answer: &Answer, of: &str) {
    assert!(answer.status < 500, "{of}: {}", answer.text);
    for tag in ["<h1 style", "<a href=\"https://evil", "<style>*"] {
        assert!(!answer.text.contains(tag), "{tag} in {of}: {}", answer.text);
    }
}
