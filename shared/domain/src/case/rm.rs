//! Report management (RM), after Vultron (CERT/CC): the states of a report and the only ways between them.
//!
//! ```text
//! Received --validate--> Valid
//! Received --invalidate--> Invalid
//! Received --set-aside--> Deferred
//! Invalid --validate--> Valid
//! Invalid --close--> Closed
//! Valid --accept--> Accepted
//! Valid --defer--> Deferred
//! Valid --set-aside--> Deferred
//! Deferred --accept--> Accepted
//! Deferred --resume--> Received
//! Deferred --resume--> Valid
//! Deferred --close--> Closed
//! Accepted --defer--> Deferred
//! Accepted --close--> Closed
//! Closed --reopen--> Received
//! Closed --reopen--> Invalid
//! Closed --reopen--> Valid
//! Closed --reopen--> Deferred
//! Closed --reopen--> Accepted
//! ```
//!
//! `set-aside` and `resume` are ours: only the `reporter-information` clock sets a case aside, and only the reporter's
//! answer resumes it, to the very state it left. `reopen` is ours too: a wrong end is taken back within a few days
//! ([`crate::case::end`]), to the state in which the command found the case that closed it.

use serde::{Deserialize, Serialize};

/// A state of report management.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rm {
    Received,
    Invalid,
    Valid,
    Deferred,
    Accepted,
    Closed,
}

/// What moves a report from state to state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    Validate,
    Invalidate,
    Accept,
    Defer,
    Close,
    SetAside,
    Resume,
    Reopen,
}

/// Every transition there is, in the order of the states.
pub const TABLE: [(Rm, Transition, Rm); 19] = {
    use Rm::*;
    use Transition::*;
    [
        (Received, Validate, Valid),
        (Received, Invalidate, Invalid),
        (Received, SetAside, Deferred),
        (Invalid, Validate, Valid),
        (Invalid, Close, Closed),
        (Valid, Accept, Accepted),
        (Valid, Defer, Deferred),
        (Valid, SetAside, Deferred),
        (Deferred, Accept, Accepted),
        (Deferred, Resume, Received),
        (Deferred, Resume, Valid),
        (Deferred, Close, Closed),
        (Accepted, Defer, Deferred),
        (Accepted, Close, Closed),
        (Closed, Reopen, Received),
        (Closed, Reopen, Invalid),
        (Closed, Reopen, Valid),
        (Closed, Reopen, Deferred),
        (Closed, Reopen, Accepted),
    ]
};

/// Whether the table has a way from `from` by `transition`.
pub fn allows(from: Rm, transition: Transition) -> bool {
    TABLE.iter().any(|(state, by, _)| *state == from && *by == transition)
}

impl std::fmt::Display for Rm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diagram_in_the_docs_is_the_table() {
        let name = |t: &Transition| match t {
            Transition::SetAside => "set-aside".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        };
        let diagram: Vec<String> =
            TABLE.iter().map(|(from, by, to)| format!("//! {from} --{}--> {to}", name(by))).collect();
        assert!(include_str!("rm.rs").contains(&diagram.join("\n")), "the diagram should be:\n{}", diagram.join("\n"));
    }

    #[test]
    fn from_closed_there_is_only_the_way_back() {
        assert!(TABLE.iter().all(|(from, by, _)| (*from == Rm::Closed) == (*by == Transition::Reopen)));
    }
}
