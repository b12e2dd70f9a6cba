//! What a disclosure case is, and what may happen to it next.
//!
//! Pure: values in, values out. Time is an argument, randomness arrives as bytes, secrets arrive sealed. See
//! [`case`] for the life of a case, [`policy`] for what a project promises, [`notice`] for every text that a
//! person reads.

pub mod advisory;
pub mod affected;
pub mod bundling;
pub mod case;
pub mod fields;
pub mod figures;
pub mod id;
pub mod moment;
pub mod notice;
pub mod npm;
pub mod opening;
pub mod policy;
pub mod refusal;
pub mod report;
pub mod score;
pub mod text;
pub mod time;
pub mod weakness;
