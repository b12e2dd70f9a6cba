//! What must hold when things go wrong: see `tests/`.

pub mod place;
pub mod search;

pub use desk_journeys::Chance;
pub use place::{Answer, Place, Running, ask};
