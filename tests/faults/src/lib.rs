//! What must hold when things go wrong: see `tests/`.

pub mod search;
