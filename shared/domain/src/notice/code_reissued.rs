use super::*;

/// To the reporter: a new receipt code; the old one opens nothing any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeReissued {
    pub by: MemberId,
}

impl CodeReissued {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.by);
        let letter = Letter::new(at.subject("Your new receipt code"))
            .say(format!("{name} of the {} security team has issued a new receipt code for your case.", at.project()));
        let letter = match at.code {
            Some(code) => letter
                .words(code)
                .say("The code before it opens nothing any more, and the links in earlier mails show nothing. Keep this one: it cannot be shown again."),
            None => letter.say(
                "The code before it opens nothing any more, nor do the links in earlier mails, and the new one is no longer in store: \
                 please ask the team for another.",
            ),
        };
        letter.link(ANSWER, &at.links.case_page).sign(at.team_signature())
    }
}
