//! The states of an embargo (EM), after Vultron (CERT/CC), and the only ways between them.
//!
//! ```text
//! None --propose--> Proposed
//! Proposed --propose--> Proposed
//! Proposed --refuse--> None
//! Proposed --lapse--> None
//! Proposed --agree--> Active
//! Proposed --agree--> Revise
//! Active --propose--> Revise
//! Revise --propose--> Revise
//! Revise --refuse--> Active
//! Revise --refuse--> Revise
//! Revise --lapse--> Active
//! Revise --lapse--> Revise
//! Revise --agree--> Active
//! Revise --agree--> Revise
//! Active --end--> Exited
//! Revise --end--> Exited
//! Exited --reopen--> None
//! ```
//!
//! `lapse` is also what time does to a proposal whose end has passed, and `reopen` is ours: a wrong end of the case is taken back
//! ([`crate::case::end`]), and with it that the embargo ended.

use serde::{Deserialize, Serialize};

/// A state of embargo management.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Em {
    None,
    Proposed,
    Active,
    /// It holds, and another end is proposed.
    Revise,
    Exited,
}

/// What moves an embargo from state to state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmStep {
    Propose,
    Refuse,
    /// A proposal is of no use any more: something became known, or who made it has taken it back.
    Lapse,
    Agree,
    End,
    Reopen,
}

/// Every transition there is, in the order of the list above.
pub const TABLE: [(Em, EmStep, Em); 17] = {
    use Em::*;
    use EmStep::*;
    [
        (None, Propose, Proposed),
        (Proposed, Propose, Proposed),
        (Proposed, Refuse, None),
        (Proposed, Lapse, None),
        (Proposed, Agree, Active),
        (Proposed, Agree, Revise),
        (Active, Propose, Revise),
        (Revise, Propose, Revise),
        (Revise, Refuse, Active),
        (Revise, Refuse, Revise),
        (Revise, Lapse, Active),
        (Revise, Lapse, Revise),
        (Revise, Agree, Active),
        (Revise, Agree, Revise),
        (Active, End, Exited),
        (Revise, End, Exited),
        (Exited, Reopen, None),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diagram_is_the_table() {
        let lines: Vec<String> = TABLE
            .iter()
            .map(|(from, step, to)| format!("//! {from:?} --{}--> {to:?}", format!("{step:?}").to_lowercase()))
            .collect();
        let source = include_str!("table.rs");
        let drawn: Vec<&str> = source.lines().filter(|line| line.contains(" --") && line.starts_with("//! ")).collect();
        assert_eq!(drawn, lines);
    }
}
