//! Tests of the domain: see `tests/`.
