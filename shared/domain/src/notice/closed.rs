use super::*;
use crate::case::event::Resolution;

/// To the reporter: the case is closed, where no member has told so in a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClosedNotice {
    pub resolution: Resolution,
}

impl ClosedNotice {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("Your case is closed"))
            .say(format!("Your case is closed: {}.", self.why()))
            .say("If you see it differently or learn more, please write: that opens a new case linked to this one.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }

    /// As its reporter would be told, who is addressed.
    fn why(&self) -> &'static str {
        match self.resolution {
            Resolution::Fixed => "the problem is fixed",
            Resolution::NotAVulnerability => "we do not see a vulnerability in what you reported",
            Resolution::ThirdParty => "the problem belongs to another project",
            Resolution::WontFix => "the problem will not be fixed",
            Resolution::NoAnswer => "we asked you for more information and have not heard from you",
            Resolution::Duplicate => "the problem was reported before",
            Resolution::Spam | Resolution::Canary | Resolution::PolicyComment | Resolution::AutomaticMail => {
                self.resolution.words()
            }
        }
    }
}
