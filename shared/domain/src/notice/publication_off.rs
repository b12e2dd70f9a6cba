use super::*;
use crate::case::publication::{Unscheduled, When};

/// To the reporter: the advisory is not published at the instant that they were told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicationOff {
    pub on: When,
    pub why: Unscheduled,
}

impl PublicationOff {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let said = match (&self.on, self.why == Unscheduled::Shut) {
            (When::At(_), true) => "The advisory was not published at the time that we told you:",
            (When::At(_), false) => "The advisory is not published at the time that we told you:",
            (When::Released, true) => "The advisory was not published as we told you:",
            (When::Released, false) => "The advisory is not published as we told you:",
        };
        let next = match self.why {
            Unscheduled::Closed => {
                "We had told you that you can publish then. If you still mean to, please tell us when."
            }
            Unscheduled::Shut
            | Unscheduled::Cancelled
            | Unscheduled::Voided
            | Unscheduled::PutOff
            | Unscheduled::Embargo => {
                "If you meant to publish at that time, please wait with us, or tell us when you will. You hear of the next time as soon as \
                 it is set."
            }
        };
        Letter::new(at.subject("The advisory is not published at its time"))
            .say(said)
            .facts(vec![at.published("Was set for", &self.on), ("Why".to_owned(), self.why.because().to_owned())])
            .say(next)
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
