use super::*;
use crate::id::PackageName;

/// To those who maintain a module: a member forwards what somebody reported, with the reporter's consent (T37).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forward {
    pub package: PackageName,
    pub by: MemberId,
}

impl Forward {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.by);
        let letter = Letter::new(at.subject(&format!("A security report about {}", self.package))).say(format!(
            "The {} security team was told of a problem in {}, which you maintain. The reporter agrees that we write to you.",
            at.project(),
            self.package
        ));
        let letter = match at.text {
            Some(words) => letter.words(words),
            None => letter.say("The message is no longer in store; please ask the sender for it."),
        };
        letter
            .say("Your answer to this mail reaches the person who handles the case. Please keep the matter to yourselves until it is announced.")
            .sign(format!("{name}\n{} security team", at.project()))
    }
}
