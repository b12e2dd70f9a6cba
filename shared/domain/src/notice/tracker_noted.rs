use super::*;

/// To the reporter, who said by mail whether an ordinary bug may go to the public tracker: how that was understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackerNoted {
    pub agrees: bool,
}

impl TrackerNoted {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, says, other) = match self.agrees {
            true => (
                "It may go to the public tracker",
                "We understood your answer as a yes: somebody of the team may put the bug into the public issue tracker, in the words of \
                 your report.",
                "If that is not what you meant, answer with NO as the first line, or say so on your case page.",
            ),
            false => (
                "It does not go to the public tracker",
                "We understood your answer as a no: the bug does not go to the public issue tracker.",
                "If that is not what you meant, answer with YES as the first line, or say so on your case page.",
            ),
        };
        Letter::new(at.subject(subject))
            .say(says)
            .say(other)
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
