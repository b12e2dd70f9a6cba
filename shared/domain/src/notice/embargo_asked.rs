use super::*;
use crate::moment::Moment;

/// To the reporter: the team proposes when the embargo ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbargoAsked {
    pub by: MemberId,
    pub ends: Moment,
    /// Until when one holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Moment>,
    /// A yes or a no by mail is to this end and to no other.
    pub by_mail: bool,
}

impl EmbargoAsked {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, what) = match self.holds {
            None => ("Do you agree to an embargo?", "that we both keep the matter to ourselves until then"),
            Some(_) => ("Do you agree to another end of the embargo?", "another end of the embargo"),
        };
        let by = at.member_name(&self.by);
        let holds = self.holds.as_ref().map(|holds| at.until("It holds until", holds));
        let letter = Letter::new(at.subject(subject))
            .say(format!("{by} of the {} security team proposes {what}:", at.project()))
            .facts([at.until("Until", &self.ends)].into_iter().chain(holds).collect());
        let letter = match self.holds {
            None => {
                letter.say("Until then you would publish nothing of it, and the team no advisory. It ends by itself.")
            }
            Some(_) => letter.say("What holds stays as it is until you agree."),
        };
        let letter = letter.say("You are free to say no, or to name a date of your own on your case page.");
        // An answer that is encrypted no machine reads.
        let letter = match (self.by_mail, at.in_clear) {
            (true, true) => letter
                .say("Answer this mail with YES or NO as its first line.")
                .link("Or say it on your case page", &at.links.case_page),
            (true, false) => letter.say("Please say yes or no on your case page."),
            (false, _) => letter.say(
                "Because another end was proposed to you before, please say yes or no on your case page: there it stands beside its date.",
            ),
        };
        letter.link(ANSWER, &at.links.case_page).sign(at.team_signature())
    }
}

impl Setting<'_> {
    /// An end as a line of a table.
    pub(super) fn until(&self, label: &str, ends: &Moment) -> (String, String) {
        (label.to_owned(), ends.due_as_end(self.zone(), self.now))
    }
}
