use super::*;
use crate::policy::Away;

/// To a member whose mail began with AWAY: what it did, or why nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AwaySaid {
    pub said: Result<Away, NotAway>,
}

/// Why nothing came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotAway {
    /// Nothing proves that it was theirs: DMARC does.
    NotProven,
    /// These days cannot be; it says why.
    Days(String),
}

impl AwaySaid {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, text) = match &self.said {
            Ok(Away { from, until }) => (
                "You are away",
                format!(
                    "From {from} to {until}, both included, you are not on call and get no new case. Your own cases stay yours; \
                     meanwhile what concerns them goes to your backup, or to who is on call, who may take them over."
                ),
            ),
            Err(NotAway::NotProven) => {
                ("Your AWAY was not taken", "Nothing was changed: the mail is not proven to be yours.".to_owned())
            }
            Err(NotAway::Days(why)) => ("Your AWAY was not taken", format!("Nothing was changed: {why}.")),
        };
        Letter::new(at.subject(subject))
            .say(text)
            .link("Who is on call, and who is away", &format!("{}/rota", at.links.board))
            .sign(at.team_signature())
    }
}
