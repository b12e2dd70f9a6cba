use super::*;
use crate::id::ChannelId;

/// To the handler, or who is on call, and the release managers: a published advisory is not announced on a channel (T54). Told
/// once for each channel of a publication, and not of what passes by itself within a minute or two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelFailed {
    pub channel: ChannelId,
    /// When it was published.
    pub since: Timestamp,
    /// When the announcement is due, while a clock runs for it.
    pub due_at: Option<Timestamp>,
    /// In our own words.
    pub why: String,
    /// Trying again changes nothing: somebody has to.
    pub refused: bool,
}

impl ChannelFailed {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.policy.channel_name(&self.channel);
        let mut facts = vec![("Published".to_owned(), at.instant(self.since))];
        facts.extend(self.due_at.map(|due| ("Announced by".to_owned(), at.due(due))));
        let next = match self.refused {
            true => {
                "The desk tries again now and then, but that alone will not mend it. Please see whether the channel in the \
                 policy is right and takes the announcement; if need be, announce it there yourself, and say so."
            }
            false => {
                "The desk tries again by itself, at least every quarter of an hour, and you hear when it has succeeded. If it \
                 stays so, please ask the operator, who can see why."
            }
        };
        let letter = Letter::new(at.subject(&format!("Not announced yet: {name}")))
            .say(format!(
                "The advisory of this case is published, but not announced everywhere yet. {name}: {}.",
                self.why
            ))
            .facts(facts)
            .say(next)
            .link("The advisory", &at.links.advisory);
        at.led_to(letter, "Say what becomes of the channel", step::CHANNELS).sign(at.team_signature())
    }
}
