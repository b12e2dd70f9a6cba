use super::*;

/// To a reporter who wrote to a closed case: a person opened a case for it. It carries the new code of whoever wrote by mail; to
/// others the page of the closed case shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FollowUpReceipt {
    /// The closed case.
    pub of: CaseId,
    pub receipt: Receipt,
}

impl FollowUpReceipt {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("A case for what you wrote")).say(format!(
            "A person of the team has read what you wrote after {} was closed, and has opened a case of its own for it.",
            self.of
        ));
        let told = ["Somebody of the team handles it already.", "They will write to you by these times:"];
        let letter = self.receipt.times(letter, told, at);
        let letter = match (at.code, at.code_withheld) {
            (None, false) => letter
                .say(format!(
                    "Its receipt code stands on the page of {}, which opens with the code that you have.",
                    self.of
                ))
                .link(ANSWER, &at.links.case_page),
            _ => self.receipt.way(letter, at),
        };
        letter.sign(at.team_signature())
    }
}
