use super::*;

/// To the operator and whom the ladder reaches: nobody could be chosen to handle a case (T19, T43).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoHandler {
    pub again_at: Timestamp,
}

impl NoHandler {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject(&self.what(at)))
            .say("A handler was to be chosen by rota and load, but everyone with the triage role is away.")
            .facts(self.due(at));
        warning::who_can_act(letter, at, Some(("Take the case", step::TAKE))).sign(at.team_signature())
    }
}
