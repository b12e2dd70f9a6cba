//! `policy.toml` → [`Policy`], or everything that is wrong with it, each at its line and column.
//!
//! The text is parsed with its places (`source`), read field by field (`read`, `pager`, `clock`, `after_closing`, `embargo`, `scope`,
//! `mail`, `parties`, `publication`, `registry`) and held against itself (`names`, and at each field). What one section gets wrong hides nothing of
//! the others.

mod after_closing;
mod clock;
mod embargo;
mod mail;
mod names;
mod pager;
mod parties;
mod publication;
mod read;
mod registry;
mod scope;
mod source;
#[cfg(test)]
mod tests;
mod urgent;

use std::fmt;

use serde::Serialize;

use self::source::Source;
use super::Policy;
use crate::fields::{FieldError, Problems};

/// One thing that is wrong with a policy's text, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyProblem {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The field as a JSON pointer (RFC 6901): `/clocks/0/due`; empty for the whole file and for a syntax error.
    /// What is missing is named here and placed at the table that should have it.
    pub pointer: String,
    /// What is wrong, in words for the policy's writer.
    pub detail: String,
}

impl fmt::Display for PolicyProblem {
    /// `line 12, column 3: clocks[0].due: must be a duration such as …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        let mut steps = self.pointer.split('/').skip(1).peekable();
        let named = steps.peek().is_some();
        for (depth, step) in steps.enumerate() {
            let step = step.replace("~1", "/").replace("~0", "~");
            match step.parse::<usize>() {
                Ok(index) => write!(f, "[{index}]")?,
                Err(_) => write!(f, "{}{step}", if depth == 0 { "" } else { "." })?,
            }
        }
        write!(f, "{}{}", if named { ": " } else { "" }, self.detail)
    }
}

/// All that is wrong with a policy's text, in the order of its lines; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyProblems(pub Vec<PolicyProblem>);

impl fmt::Display for PolicyProblems {
    /// One problem a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyProblems {}

impl Policy {
    /// Reads the text of a `policy.toml`.
    ///
    /// # Errors
    ///
    /// Every problem at once. Only where the text is no TOML are the places of *that* all that is named: what could be
    /// read of the rest would be a guess.
    pub fn from_toml(text: &str) -> Result<Policy, PolicyProblems> {
        let source = Source::parse(text)?;
        let problems = Problems::default();
        let policy = read::policy(&source.value, &problems);
        let found = match (problems.none(), policy) {
            (Ok(()), Some(policy)) => return Ok(policy),
            (Ok(()), None) => vec![FieldError { pointer: String::new(), detail: "cannot be read".into() }],
            (Err(found), _) => found,
        };
        Err(source.placed(found))
    }
}
