use super::*;
use crate::case::share::SharedThing;

/// To the handler: what the reporter makes of what was shown to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShareAnswered {
    pub what: SharedThing,
    pub shared_at: Timestamp,
    pub agrees: bool,
    /// They wrote something with it.
    pub words: bool,
}

impl ShareAnswered {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let what = self.what.named();
        let answer = if self.agrees { "yes" } else { "no" };
        let asked = format!(
            "On {} the reporter was shown {what} and asked: “{}” They have answered: {answer}.",
            at.instant(self.shared_at),
            self.what.question()
        );
        let letter = Letter::new(at.subject(&format!("The reporter says {answer} to {what}"))).say(asked);
        let letter = match (self.words, self.agrees) {
            (true, _) => letter.say("What they wrote with it is in the conversation."),
            (false, false) => letter.say("They have not said why. You can ask them."),
            (false, true) => letter,
        };
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }
}
