use super::*;
use crate::id::ClockName;

/// To the reporter: the report is stored, and what is promised from here on. Not the acknowledgement: that is a
/// person's. Holds no word of the sender's (T5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub received_at: Timestamp,
    pub due: Vec<(ClockName, Timestamp)>,
}

impl Receipt {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let mut facts = vec![("Received".to_owned(), crate::time::instant(self.received_at))];
        facts.extend(self.due.iter().map(|(clock, due)| (conversation::promise_name(clock), at.due(*due))));
        Letter::new(at.subject("We have received your report"))
            .say(format!("Thank you for helping to keep {} safe. Your report has arrived and is stored.", at.project()))
            .say("The members of the security team have been told. One of them will write to you by these times:")
            .facts(facts)
            .say(
                "Your case page shows where the report stands and takes further messages. To see the conversation, \
                 open it with the receipt code that you were shown when you sent the report.",
            )
            .link("Your case page", &at.links.case_page)
            .say("If you did not report anything to us, you need not do anything: this mail gives access to nothing.")
            .sign(at.team_signature())
    }
}
