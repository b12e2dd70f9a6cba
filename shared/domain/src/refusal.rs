//! What a caller is told when something is refused: theirs to read, theirs to mend. (Our own failures are faults,
//! and live where the I/O is.)

use crate::case::CommandName;
use crate::case::publication::Missing;
use crate::fields::FieldError;

/// Why a command or a report was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The case is in a state that does not allow it; `allowed` is what it does allow this caller.
    #[error("{why}")]
    NotAllowed {
        why: String,
        allowed: Vec<CommandName>,
        /// For publishing: all that it waits for.
        missing: Vec<Missing>,
    },
    /// Fields are wrong; all of them are named.
    #[error("{} wrong", if .0.len() == 1 { "one field is".to_owned() } else { format!("{} fields are", .0.len()) })]
    Invalid(Vec<FieldError>),
    /// It is not there, or it is not theirs: the two are never told apart.
    #[error("there is no such case here")]
    NotFound,
}

impl Refusal {
    /// One wrong field.
    pub fn field(pointer: &str, detail: impl Into<String>) -> Refusal {
        Refusal::Invalid(vec![FieldError { pointer: pointer.to_owned(), detail: detail.into() }])
    }
}
