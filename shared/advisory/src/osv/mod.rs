//! OSV (Open Source Vulnerability format, schema 1.7.5): records written, and records read.

mod read;
pub(crate) mod record;
mod write;

pub use read::{Range, Reading, new_lines, read};
pub use record::Record;
pub use write::{PREFIX, key, record, render};
