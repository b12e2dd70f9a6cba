use super::*;
use crate::case::UrgentStep;
use crate::case::embargo::EmbargoEnd;
use crate::case::event::FactName;
use crate::id::ClockName;
use crate::moment::Moment;

/// To the team, at once: the matter is public, or an exploit is, or attacks are seen. Who does not need to know reads no more than that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactMarked {
    pub fact: FactName,
    pub by: MemberId,
    /// What is due sooner because of it, or only now, the soonest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<(ClockName, Timestamp)>,
    /// What is to be done first; none in records that are older than the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<UrgentStep>,
    /// The end of the embargo that it has ended, or puts in question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo: Option<Moment>,
}

impl FactMarked {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let by = at.member_name(&self.by);
        let letter = Letter::new(at.subject(&format!("Urgent: {}", self.fact.is_known()))).say(format!(
            "{by} has recorded that {}. What was to wait for the release cannot wait any longer.",
            self.fact.is_known()
        ));
        let letter = self.of_embargo(letter, at);
        let letter = match self.due.as_slice() {
            [] => letter,
            due => letter
                .say("Because of it, this is due sooner than it was, or has begun to run:")
                .facts(due.iter().map(|(clock, due)| (at.clock_by(clock), at.due(*due))).collect()),
        };
        let letter = match self.to_do(at) {
            steps if steps.is_empty() => letter,
            steps => {
                letter.say("What to do now; the case’s page leads to each step and says which are done:").facts(steps)
            }
        };
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }

    /// What it makes of the embargo.
    fn of_embargo(&self, letter: Letter, at: &Setting<'_>) -> Letter {
        let Some(ends) = &self.embargo else { return letter };
        match EmbargoEnd::forced_by(self.fact) {
            Some(_) => letter
                .say("The embargo is over with it; it holds nobody back from publishing any more:")
                .facts(vec![at.until("It was to hold until", ends)]),
            None => letter
                .say("An embargo holds, and nothing is published before it ends. Whoever handles the case says whether it still protects anybody:")
                .facts(vec![at.until("It holds until", ends)])
                .link("End the embargo now, or leave it", &at.step(step::EMBARGO)),
        }
    }

    /// What is to be done, in that order.
    fn to_do(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        let order = ["First", "Then"].into_iter().chain(std::iter::repeat("And"));
        order.zip(&self.steps).map(|(when, step)| (when.to_owned(), step.words(at.policy))).collect()
    }
}

impl FactName {
    /// As the end of a sentence.
    pub fn is_known(self) -> &'static str {
        match self {
            FactName::Public => "the problem is publicly known",
            FactName::ExploitPublic => "an exploit of the problem is public",
            FactName::AttacksObserved => "attacks on the problem are observed",
        }
    }
}
