//! What a stranger's bytes go through, each a function of bytes alone: it must not panic, and what it asserts must hold of every input.
//! `tests/fuzz` gives each of them to libFuzzer (`tests/run fuzz`); `tests/seeds.rs` gives them what is known, what was found, and some
//! thousand changes of both, in every run of the tests.

mod documents;
mod mail;
mod openpgp;
mod report;
mod wire;

use std::sync::LazyLock;

use desk_domain::policy::Policy;
use jiff::Timestamp;

pub use documents::{markdown, osv, policy};
pub use mail::mail;
pub use openpgp::openpgp;
pub use report::{report_form, report_json};
pub use wire::{idempotency, links, ses_event, stream};

/// What is given bytes.
pub type Target = fn(&[u8]);

/// Each by the name of its target.
pub const TARGETS: [(&str, Target); 11] = [
    ("report_json", report_json),
    ("report_form", report_form),
    ("mail", mail),
    ("openpgp", openpgp),
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

/// When everything comes in: keys end, and those among the seeds have not then.
static NOW: LazyLock<Timestamp> = LazyLock::new(|| "2026-11-22T12:00:00Z".parse().expect("a time"));

/// Two parts of one input; the first byte says where the second begins.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let Some((first, rest)) = data.split_first() else { return (&[], &[]) };
    rest.split_at(usize::from(*first).min(rest.len()))
}
