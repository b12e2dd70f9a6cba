use super::third_party_receipt::those_who_do;
use super::*;
use crate::case::event::{Elsewhere, FactName, Source};
use crate::id::PackageName;

/// To whoever reported it elsewhere: a member has opened a case for it here, and its promises run from when it came in there. It
/// carries the code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenedReceipt {
    pub source: Source,
    pub by: MemberId,
    /// The gravest of what was known outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<FactName>,
    /// What they were told already, where it came in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered: Vec<ToldThere>,
    /// A module that others maintain, which it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageName>,
    pub receipt: Receipt,
}

/// What a member told the reporter where the report came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToldThere {
    #[serde(flatten)]
    pub answer: Elsewhere,
    /// A promise was broken when it came.
    pub late: bool,
}

impl OpenedReceipt {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (project, by) = (at.project(), at.member_name(&self.by));
        let case = at.case.map(ToString::to_string).unwrap_or_default();
        let letter = Letter::new(at.subject("A case for your report")).say(format!(
            "Thank you for helping to keep {project} safe. Your report{} reached us, and {by} of the security team has opened the \
             case {case} for it: from here on you are answered here.",
            self.source.way()
        ));
        let letter = self.answered.iter().fold(letter, |letter, told| letter.say(self.told(told, at)));
        let letter = match self.known {
            Some(fact) => letter.say(format!("The team knows that {}, and treats it as urgent.", fact.is_known())),
            None => letter,
        };
        let letter = match &self.package {
            Some(package) => {
                those_who_do(letter.say(format!("It names {package}, which {project} does not maintain.")), package, at)
            }
            None => letter,
        };
        let letter = match self.receipt.unlisted {
            true => letter.say(self.receipt.not_ours(at)),
            false => letter,
        };
        let told = [
            "Those of the team who handle it have been told. What we promise counts from when your report came in.",
            "A person of the team writes to you by these times:",
        ];
        let letter = self.receipt.times(letter, told, at);
        self.receipt.way(letter, at).sign(at.team_signature())
    }

    /// Who answers for it is named where somebody else wrote it.
    fn told(&self, ToldThere { answer, late }: &ToldThere, at: &Setting<'_>) -> String {
        let (writer, when) = (at.member_name(&answer.member), at.instant(answer.answered_at));
        let told = match answer.next_steps {
            true => format!("{writer} answered it there in detail, with the next steps, at {when}"),
            false => format!("{writer} acknowledged it there at {when}"),
        };
        let told = match answer.member == self.by {
            true => told,
            false => format!("{} has recorded that {told}", at.member_name(&self.by)),
        };
        match late {
            true => format!("{told}. That was later than we promised, and we apologise."),
            false => format!("{told}."),
        }
    }
}
