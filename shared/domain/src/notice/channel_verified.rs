//! An advisory goes to half a dozen channels, most of which have it within seconds. A mail for each would bury the one that
//! matters, so there are two occasions only: the last channel was verified (one mail with all of them: the announcement is
//! done), and before that, a channel that was told to have failed was verified after all (so that nobody goes on mending
//! what is mended). Where these meet, the first says both.

use super::*;
use crate::id::ChannelId;

/// To the handler, or who is on call, and the release managers: an advisory was seen where it should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelVerified {
    /// Each with when it was seen there, in that order.
    pub seen: Vec<(ChannelId, Timestamp)>,
    /// These are all of them; else it is one that had failed.
    pub all: bool,
}

impl ChannelVerified {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = |id: &ChannelId| at.policy.channel_name(id);
        let seen = self.seen.iter().map(|(channel, when)| (name(channel), at.instant(*when))).collect();
        let (subject, text) = if self.all {
            (
                "Announced on every channel".to_owned(),
                "The advisory of this case was seen on every channel that it goes to; the announcement is done.",
            )
        } else {
            let names: Vec<String> = self.seen.iter().map(|(channel, _)| name(channel)).collect();
            (
                format!("Announced after all: {}", names.join(", ")),
                "The advisory of this case was seen on a channel that had failed before. Nothing is left to mend there.",
            )
        };
        Letter::new(at.subject(&subject))
            .say(text)
            .facts(seen)
            .link("The advisory", &at.links.advisory)
            .link("Open the case on the desk", &at.links.desk_case)
            .sign(at.team_signature())
    }
}
