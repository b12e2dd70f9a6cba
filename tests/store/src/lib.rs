//! Tests of the store: see `tests/`.
