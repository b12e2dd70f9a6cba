use super::*;
use crate::moment::Moment;

/// To the reporter: both sides have agreed until when the matter is kept back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbargoAgreed {
    pub ends: Moment,
    /// Until when it held before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Moment>,
    /// A later end that the team proposes, and the reporter has not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Moment>,
}

impl EmbargoAgreed {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, said) = match self.before {
            None => ("An embargo is agreed", "You and the team have agreed to keep the matter to yourselves:"),
            Some(_) => {
                ("The end of the embargo has moved", "You and the team have agreed to another end of the embargo:")
            }
        };
        let before = self.before.as_ref().map(|before| at.until("Agreed before", before));
        let asked = self.asked.as_ref().map(|asked| at.until("Also proposed", asked));
        let facts = [at.until("Until", &self.ends)].into_iter().chain(before).chain(asked);
        let letter = Letter::new(at.subject(subject)).say(said).facts(facts.collect()).say(
            "Until then the desk publishes no advisory; please publish nothing either. It ends by itself at that time, and before it where \
             the problem or an exploit becomes public, or the team ends it: you hear of it then. That it ends publishes nothing.",
        );
        let letter = match self.asked {
            None => letter,
            Some(_) => letter.say(
                "Of two ends that are proposed the sooner holds. The team asks whether you agree to the later one too: please say yes or \
                 no on your case page.",
            ),
        };
        letter.link(ANSWER, &at.links.case_page).sign(at.team_signature())
    }
}
