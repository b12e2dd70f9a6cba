use super::*;
use crate::case::publication::When;

/// To whoever handles the case and those who may release it: the advisory is published by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicationSet {
    pub on: When,
    /// When it was to be before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<When>,
    pub by: MemberId,
    /// Somebody outside reported it.
    pub reported: bool,
}

impl PublicationSet {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, did) = match self.before {
            None => ("The advisory is published by itself", "has set when the advisory of this case is published:"),
            Some(_) => {
                ("The advisory is published at another time", "has moved when the advisory of this case is published:")
            }
        };
        let before = self.before.as_ref().map(|before| at.published("Set before", before));
        let letter = Letter::new(at.subject(subject))
            .say(format!("{} {did}", at.member_name(&self.by)))
            .facts([at.published("Published", &self.on)].into_iter().chain(before).collect())
            .say(match self.reported {
                true => "The reporter is told, and may publish at the same time.",
                false => "Nobody outside reported it.",
            })
            .say("The desk publishes it by itself, as it is approved. What voids the approval takes this back too.");
        at.led_to(letter, "To the publication", step::PUBLISH).sign(at.team_signature())
    }
}

impl Setting<'_> {
    /// When something is published by itself, as a line of a table.
    pub(super) fn published(&self, label: &str, on: &When) -> (String, String) {
        match on {
            When::At(on) => self.until(label, on),
            When::Released => (label.to_owned(), on.alone(None)),
        }
    }
}
