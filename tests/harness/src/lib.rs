//! Starts a real desk on a folder of its own and talks to it as its users do: over HTTP, by mail and by command line. A desk
//! that is dropped must have left nothing undone, and nothing in its log that the test did not expect.

mod chance;
mod desk;
mod eml;
mod gpg;
mod http;
mod leftovers;
mod place;
mod post;
mod process;

use serde_json::{Value, json};

pub use chance::Chance;
pub use desk::Desk;
pub use eml::Eml;
pub use gpg::Gpg;
pub use http::{Answer, Bytes, bearer, call, call_bytes, form, receipt_code, upload};
pub use place::{Place, Serve, binary, cli, cli_with, express, express_as_it_is, root};
pub use post::{Found, answer_to, in_order, outcome, reply_to};

/// The addresses of the team in the policy: nobody else gets a page.
pub const TEAM: [&str; 4] = ["alice@example.com", "bob@example.org", "carol@example.net", "dave@example.com"];

/// A report by somebody with an address who wants answers as `answers` says.
pub fn report(marker: &str, answers: &str) -> Value {
    json!({
        "package": "express", "versions": "< 4.19.2", "summary": format!("Summary {marker}"),
        "details": format!("Details {marker}\n\n* Markdown"),
        "reporter": {"name": "Rita", "email": "rita@example.org", "answers": answers},
    })
}

/// A clock of a case's view, by name.
pub fn clock(view: &Value, name: &str) -> Value {
    let clocks = view["clocks"].as_array().expect("clocks");
    clocks.iter().find(|c| c["name"] == name).cloned().unwrap_or(Value::Null)
}
