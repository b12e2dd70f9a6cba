//! What the desk publishes. Each output is one file with one pure function from values to text.

pub mod security_md;
pub mod security_txt;

use desk_domain::policy::Policy;

/// Where a report is made by form: the page that posts to itself.
pub fn report_url(policy: &Policy) -> String {
    format!("{}/reports", policy.project.desk_url)
}
