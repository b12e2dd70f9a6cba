use super::*;

/// To the handler of a case, or who is on call: another case reports the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rediscovered {
    /// The duplicate.
    pub case: CaseId,
    pub published: bool,
}

impl Rediscovered {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("Somebody else has reported this too")).say(format!(
            "{} is a duplicate of this case. Its reporter goes along with this one from now on.",
            self.case
        ));
        let letter = match self.published {
            true => letter.say("The advisory of this case is published, and they are told where it is."),
            false => letter.say(
                "Where another found it without knowing of this one, others can too: please look at whether it can go faster. They \
                 are told when the fixes are released and when the advisory is published; what they write comes to you.",
            ),
        };
        letter
            .link("Open the other case", &format!("{}/cases/{}", at.links.board, self.case))
            .link("Open this case on the desk", &at.links.desk_case)
            .sign(at.team_signature())
    }
}
