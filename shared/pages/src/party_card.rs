//! Somebody from outside who was invited, on the team's page of the case.

use jiff::Timestamp;

use super::SharedCard;

/// A party as the team sees it. No `Debug`: it holds words.
pub struct PartyCard {
    /// `party-1`, which commands name it by.
    pub id: String,
    pub name: String,
    /// `has joined`
    pub state: &'static str,
    pub since: Timestamp,
    /// What it said, and how it is reached: each with its name.
    pub facts: Vec<(String, String)>,
    /// What is waited for, of it or of the team.
    pub waits: Vec<String>,
    /// What was shown to it, the newest first.
    pub shared: Vec<SharedCard>,
    /// How much more of that stands on other pages of the conversation.
    pub more_shared: usize,
    /// What can be done, and where.
    pub actions: Vec<(String, String)>,
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    pub(crate) fn parties() -> Vec<PartyCard> {
        let party = |id: &str, shared: Vec<SharedCard>| PartyCard {
            id: id.to_owned(),
            name: text(),
            state: "has joined",
            since: at(2),
            facts: vec![("Affected".to_owned(), text())],
            waits: vec![text()],
            more_shared: shared.len(),
            shared,
            actions: vec![(text(), "/desk/cases/EXP-2026-7K3QF/party?party=party-1".to_owned())],
        };
        vec![party("party-1", crate::shared::sample::others()), party("party-2", Vec::new())]
    }
}
