//! What every process is, whatever it works on: how it [starts](start) and logs, and what time it is.
//!
//! Names no `aws-sdk-*` crate, and reaches nothing but the environment, the policy file and the log.

mod clock;
mod metrics;
pub mod start;

pub use clock::{Clock, after};
pub use start::var;
