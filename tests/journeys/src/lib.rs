//! Journeys as texts, performed on a desk of their own.

mod confirmed;
mod script;

pub use confirmed::Confirmed;
pub use script::{Act, perform};
