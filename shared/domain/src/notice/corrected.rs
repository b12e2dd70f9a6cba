use super::*;
use crate::case::publication::Anew;

/// To the reporter: what stands at the advisory's address is another form of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Corrected {
    pub what: Anew,
}

impl Corrected {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, said) = match self.what {
            Anew::Corrected => (
                "The advisory is corrected",
                "The advisory about the problem that you reported was corrected. Its page says what has changed, and every channel that \
                 announced it is told.",
            ),
            Anew::Withdrawn => (
                "The advisory is withdrawn",
                "The advisory about the problem that you reported was withdrawn: it stays where it is, and says that it holds no more and \
                 why. Every channel that announced it is told. If you think that this is wrong, please tell us.",
            ),
            Anew::NameTakenOut => (
                "Your name is taken out of the advisory",
                "As you asked, the advisory names you no more: its page, the feed and the records for programs are put anew without your \
                 name. What was mailed when it was announced cannot be called back, and who copied the advisory may still name you; tell \
                 us where, and we ask them. Whoever handles the case sees whether its text names you too.",
            ),
        };
        Letter::new(at.subject(subject))
            .say(said)
            .link("The advisory", &at.links.advisory)
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
