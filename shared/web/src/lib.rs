//! What the functions with pages share: pages, security headers, problem+json (RFC 9457), bodies, signed links.

pub mod answer;
pub mod body;
pub mod headers;
pub mod link;
pub mod page;
pub mod problem;
mod ready;
pub mod view;

pub use problem::Problem;
pub use ready::when_ready;

use desk_domain::policy::Policy;

/// What every page shows of the project.
pub fn site(policy: &Policy) -> page::Site {
    page::Site { project: policy.project.name.clone(), policy_url: policy.project.policy_url.clone() }
}
