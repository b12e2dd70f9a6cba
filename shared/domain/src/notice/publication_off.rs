use super::*;
use crate::case::publication::Unscheduled;
use crate::moment::Moment;

/// To the reporter: the advisory is not published at the instant that they were told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicationOff {
    pub on: Moment,
    pub why: Unscheduled,
}

impl PublicationOff {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let said = match self.why {
            Unscheduled::Shut => "The advisory was not published at the time that we told you:",
            Unscheduled::Cancelled
            | Unscheduled::Voided
            | Unscheduled::PutOff
            | Unscheduled::Closed
            | Unscheduled::Embargo => "The advisory is not published at the time that we told you:",
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
            .facts(vec![at.until("Was set for", &self.on), ("Why".to_owned(), self.why.because().to_owned())])
            .say(next)
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
