//! Journeys as texts, performed on a desk of their own.

mod confirmed;
pub mod field;
mod patched;
mod script;

pub use confirmed::{Confirmed, redirect};
pub use script::{Act, perform};
