//! Journeys as texts, performed on a desk of their own.

mod confirmed;
pub mod field;
mod hidden;
mod patched;
mod script;

pub use confirmed::{Confirmed, redirect};
pub use hidden::hidden;
pub use script::{Act, perform};
