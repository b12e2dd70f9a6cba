//! Advisories for tests of what is made of them: corrected, withdrawn, of lines without a fix, of others' packages, of none. The example
//! `documents` writes the same ones for programs that are not ours.

use desk_domain::advisory::Published;
use desk_domain::policy::Policy;

use crate::Site;

pub(crate) fn all() -> Vec<Published> {
    serde_json::from_str(include_str!("../examples/documents/made.json")).unwrap_or_else(|e| panic!("{e}"))
}

/// The one of this id.
pub(crate) fn one(id: &str) -> Published {
    all().into_iter().find(|published| published.advisory.id.as_str() == id).unwrap_or_else(|| panic!("no {id}"))
}

pub(crate) fn policy() -> Policy {
    Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap_or_else(|e| panic!("{e}"))
}

pub(crate) fn site(policy: &Policy) -> Site<'_> {
    Site { policy, url: "https://site.example.org", desk_url: "https://desk.example.org" }
}
