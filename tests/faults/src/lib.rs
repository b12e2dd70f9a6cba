//! What must hold when things go wrong: see `tests/`.

pub mod chance;
pub mod place;
pub mod search;

pub use chance::Chance;
pub use place::{Answer, Place, Running, ask};
