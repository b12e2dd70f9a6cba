//! What a stranger's bytes go through, each a function of bytes alone: it must not panic, and what it asserts must hold of every input.
//! `tests/seeds.rs` gives them what is known, what was found, and some thousand changes of both, in every run of the tests.

mod documents;
mod mail;
mod report;
mod wire;

use std::sync::LazyLock;

use desk_domain::policy::Policy;

pub use documents::{markdown, osv, policy};
pub use mail::mail;
pub use report::{report_form, report_json};
pub use wire::{idempotency, links, ses_event, stream};

/// What is given bytes.
pub type Target = fn(&[u8]);

/// Each by the name of its target.
pub const TARGETS: [(&str, Target); 10] = [
    ("report_json", report_json),
    ("report_form", report_form),
    ("mail", mail),
    ("links", links),
    ("policy", policy),
    ("stream", stream),
    ("ses_event", ses_event),
    ("markdown", markdown),
    ("osv", osv),
    ("idempotency", idempotency),
];

static EXPRESS: LazyLock<Policy> = LazyLock::new(|| {
    Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap_or_else(|e| panic!("{e}"))
});

/// Two parts of one input; the first byte says where the second begins.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let Some((first, rest)) = data.split_first() else { return (&[], &[]) };
    rest.split_at(usize::from(*first).min(rest.len()))
}
