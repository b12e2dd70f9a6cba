use super::*;
use crate::case::Case;
use crate::case::publication::Standing;
use crate::id::LineName;

/// To whoever handles the case and those who may release it: the registry showed the released fix, and does no longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReleaseGone {
    pub line: LineName,
    /// When it was found gone.
    pub at: Timestamp,
    /// People are told to install it.
    pub published: bool,
}

impl ReleaseGone {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let registry = at.policy.registry.as_ref().map_or("the registry", |registry| registry.host());
        let letter = Letter::new(at.subject(&self.what(at)))
            .say(format!("The fix of a line was to be seen at {registry}, and is not there any more."))
            .facts([("Line".to_owned(), self.line.to_string())].into_iter().chain(self.due(at)).collect())
            .say(match self.published {
                true => {
                    "The advisory tells everybody to install that version. If it was taken out on purpose, record what is released in its \
                     place, or correct the advisory."
                }
                false => "If it was taken out on purpose, record what is released in its place.",
            })
            .say("If nobody of the project took it out, somebody may have the means to publish in its name: see who has.")
            .say("The desk goes on looking, and you hear when it is there again.");
        at.led_to(letter, "Versions and fixes", step::LINES).sign(at.team_signature())
    }
}

impl Waking for ReleaseGone {
    fn what(&self, _: &Setting<'_>) -> String {
        "A released fix is gone".to_owned()
    }

    fn due(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        vec![("Found gone".to_owned(), at.instant(self.at))]
    }

    fn waits(&self, case: &Case) -> bool {
        let stands = case.publication.in_registry(&self.line).map(|asked| &asked.stands);
        matches!(stands, Some(Standing::Gone { .. }))
    }
}
