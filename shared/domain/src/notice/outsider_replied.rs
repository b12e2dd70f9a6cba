use super::*;

/// To the handler, or who is on call: a maintainer, the contact outside or the operator has answered a mail of this case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutsiderReplied {
    pub from: Recipient,
}

impl OutsiderReplied {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let who = match &self.from {
            Recipient::Maintainer(package) => format!("The maintainers of {package} have"),
            Recipient::Outside => "The contact outside the team has".to_owned(),
            // Which stands in a table, and in no sentence.
            Recipient::Party(_) => "Somebody from outside who was invited to this case has".to_owned(),
            Recipient::Member(id) => format!("{}, who may not read this case, has", at.member_name(id)),
            // Nobody else has a token that leads here.
            Recipient::Operator
            | Recipient::Reporter
            | Recipient::List(_)
            | Recipient::Pager(_)
            | Recipient::Canary => "The operator has".to_owned(),
        };
        let letter = Letter::new(at.subject("An answer from outside the team"))
            .say(format!("{who} answered a mail of this case. The answer is among its notes on the desk; this mail holds no word of it."));
        let letter = match &self.from {
            Recipient::Party(party) => letter.facts(vec![("Who".to_owned(), party.to_string())]),
            Recipient::Maintainer(_)
            | Recipient::Outside
            | Recipient::Member(_)
            | Recipient::Operator
            | Recipient::Reporter
            | Recipient::List(_)
            | Recipient::Pager(_)
            | Recipient::Canary => letter,
        };
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }
}
