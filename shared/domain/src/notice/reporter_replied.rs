use super::*;

/// To the handler, or who is on call: the reporter has written (T32).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReporterReplied {
    /// The new case, when the old one was closed.
    pub opened: Option<CaseId>,
}

impl ReporterReplied {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("The reporter has written"))
            .say("The reporter has sent a message. It is on the desk; this mail holds no word of it.");
        let letter = match &self.opened {
            Some(case) => {
                letter.say(format!("This case is closed, so the message opened {case}, which is linked to it."))
            }
            None => letter,
        };
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }
}
