use super::*;
use crate::case::PartyStatus;
use crate::case::share::SharedThing;
use crate::id::PartyId;
use crate::moment::Moment;

/// To the handler: what somebody from outside has said, who was invited to the case, or that no mail reaches them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartySpoke {
    pub party: PartyId,
    pub what: PartyWord,
    /// They wrote something with it.
    pub words: bool,
}

/// What it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartyWord {
    Joined,
    Wrote,
    Status(PartyStatus),
    Date {
        agrees: bool,
        on: Moment,
    },
    Share {
        what: SharedThing,
        agrees: bool,
    },
    /// Mail to them came back for good.
    Unreached,
}

impl PartySpoke {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, said) = self.said();
        let who = ("Who".to_owned(), self.party.to_string());
        let on = match &self.what {
            PartyWord::Date { on, .. } => Some(("Planned for".to_owned(), on.due(at.zone(), at.now))),
            PartyWord::Joined
            | PartyWord::Wrote
            | PartyWord::Status(_)
            | PartyWord::Share { .. }
            | PartyWord::Unreached => None,
        };
        let letter = Letter::new(at.subject(subject)).say(said).facts([who].into_iter().chain(on).collect());
        let letter = match (self.words, &self.what) {
            (true, _) => {
                letter.say("What they wrote stands among the notes of the case. This mail holds no word of it.")
            }
            (false, PartyWord::Date { agrees: false, .. } | PartyWord::Share { agrees: false, .. }) => {
                letter.say("They have not said why. You can ask them.")
            }
            (false, _) => letter,
        };
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }

    fn said(&self) -> (&'static str, String) {
        let invited = "Somebody from outside who was invited to this case has";
        match &self.what {
            PartyWord::Joined => (
                "Somebody who was invited has joined",
                format!("{invited} accepted the terms, and reads what is written to them and shared with them."),
            ),
            PartyWord::Wrote => ("Somebody who was invited has written", format!("{invited} written to you.")),
            PartyWord::Status(PartyStatus::Affected) => {
                ("Somebody who was invited is affected", format!("{invited} said that they are affected."))
            }
            PartyWord::Status(PartyStatus::NotAffected) => {
                ("Somebody who was invited is not affected", format!("{invited} said that they are not affected."))
            }
            PartyWord::Status(PartyStatus::Unknown) => (
                "Somebody who was invited is looking",
                format!("{invited} said that they do not know yet whether they are affected."),
            ),
            PartyWord::Date { agrees: true, .. } => {
                ("Somebody who was invited agrees to the date", format!("{invited} agreed to the planned date."))
            }
            PartyWord::Date { agrees: false, .. } => (
                "Somebody who was invited does not agree to the date",
                format!("{invited} said no to the planned date. It stays planned until somebody of the team moves it."),
            ),
            PartyWord::Unreached => (
                "Mail to somebody who was invited comes back",
                "Mail to somebody from outside who was invited to this case came back for good, so nothing more is sent to that \
                 address. If they have no code yet, end the invitation and invite them again where they are reached."
                    .to_owned(),
            ),
            PartyWord::Share { what, agrees } => {
                let (subject, answer) = match agrees {
                    true => ("Somebody who was invited says yes to what they were shown", "yes"),
                    false => ("Somebody who was invited says no to what they were shown", "no"),
                };
                let asked = what.question_to_party();
                (subject, format!("{invited} looked at {}, and was asked: “{asked}” The answer: {answer}.", what.named()))
            }
        }
    }
}
