use super::*;

/// To the handler: whether an ordinary bug may go to the public tracker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackerAnswered {
    pub agrees: bool,
}

impl TrackerAnswered {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, says) = match self.agrees {
            true => (
                "It may go to the public tracker",
                "The reporter agrees that this ordinary bug goes to the public tracker. The case shows the text to paste there; look through \
                 it first. The desk posts nothing by itself.",
            ),
            false => (
                "It may not go to the public tracker",
                "The reporter does not wish that this ordinary bug goes to the public tracker. Please keep it out of there.",
            ),
        };
        let letter = Letter::new(at.subject(subject)).say(says);
        let letter = match (self.agrees, &at.policy.project.tracker) {
            (true, Some(tracker)) => letter.link("The public tracker", tracker),
            _ => letter,
        };
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }
}
