//! Journeys as texts, performed on a desk of their own.

mod script;

pub use script::{Act, perform};
