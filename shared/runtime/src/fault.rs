//! What is asked of a failure, whoever's it is.

use std::fmt::Display;

/// A failure that says by type whether the same again may succeed. In words it holds codes, never contents.
pub trait Retryable: Display {
    /// Throttled, unreachable, timed out: it passes by itself, and whatever is tried meanwhile fails too.
    fn is_retryable(&self) -> bool;
}
