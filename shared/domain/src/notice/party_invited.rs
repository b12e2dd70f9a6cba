use super::*;

/// To somebody from outside: they are invited to one case. The code of their page goes in it, encrypted where they gave a key; what
/// they are told stands on that page, once they have accepted the terms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyInvited {
    pub by: MemberId,
}

/// How a letter to a party ends.
pub(super) const TO_PARTY: &str = "If you answer this mail, your answer reaches the person who handles the case, and is kept with it. Whatever \
                                   needs care, write on your page: it is encrypted as it arrives.";

impl PartyInvited {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (name, project) = (at.member_name(&self.by), at.project());
        let letter = Letter::new(at.subject("You are invited to a case that is not public")).say(format!(
            "{name} of the {project} security team invites you to one case. You get this because they think that a problem which is not \
             public concerns what you maintain, distribute or coordinate. What it is stands on a page of your own and in no mail."
        ));
        let letter = match (at.code, at.code_withheld) {
            (Some(code), _) => letter
                .say("This code opens your page:")
                .words(code)
                .say("Keep it: it cannot be shown again, and whoever has it reads what you are shown."),
            (None, true) => letter.say(format!(
                "The code that opens it is not in this mail: it goes only encrypted, and the OpenPGP key that we have of you cannot be \
                 used any more. Please answer this mail; {name} will see to it."
            )),
            (None, false) => letter.say(format!(
                "The code that opens it is no longer in store. Please answer this mail; {name} can invite you again."
            )),
        };
        letter
            .say(
                "The page first shows the terms. Once you have accepted them, it shows what you are told, where the case stands and \
                 when its release is planned; you can answer there, and say whether you are affected.",
            )
            .link("Your page", &at.links.party_page)
            .say("Please keep to yourself that there is such a case, whether you accept the terms or not.")
            .say(TO_PARTY)
            .sign(at.team_signature())
    }
}
