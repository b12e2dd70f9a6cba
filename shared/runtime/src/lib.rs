//! What every process is, whatever it works on: how it [starts](start) and logs, what time it is, what a batch of a stream
//! becomes, how long something that failed waits, what is held after a restore, how long a run may go on.
//!
//! Names no `aws-sdk-*` crate, and reaches nothing but the environment, the policy file and the log.

mod backoff;
mod clock;
mod fault;
mod hold;
mod metrics;
pub mod start;
pub mod stream;
mod time_budget;
mod woken;

pub use backoff::Backoff;
pub use clock::{Clock, after};
pub use fault::Retryable;
pub use hold::Hold;
pub use start::var;
pub use time_budget::TimeBudget;
pub use woken::Woken;
