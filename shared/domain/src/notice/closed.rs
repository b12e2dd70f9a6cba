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
            .say(format!("Your case is closed: {}", means(self.resolution)))
            .say(format!(
                "If you see it differently or learn more, please write: a person looks at it. {}",
                links_end(at)
            ))
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}

/// How long the links of mails go on.
pub(super) fn links_end(at: &Setting<'_>) -> String {
    let after = crate::time::promise(at.policy.limits.case_links_after_closing);
    format!("The links in our mails end {after} from now; your receipt code opens the case after that, too.")
}

/// What an end means for its reporter, who is addressed, after "Your case is closed:". The same words stand in the mail that brings a
/// member's message and on the case page: the message says why, this says what kind of end it is and what is still open.
pub(super) fn means(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Fixed => "the problem is fixed. Thank you for telling us.",
        Resolution::NotAVulnerability => "we do not see a vulnerability in what you reported.",
        Resolution::NotReproducible => {
            "we could not see for ourselves what you describe. That does not say that you are wrong: with the versions that you \
             used and the smallest program that shows it, we look again."
        }
        Resolution::ObsoleteVersion => {
            "what you reported is in versions that are no longer maintained and get no fixes. Updating to a maintained one is the \
             way out of it; if one of those is affected too, please tell us."
        }
        Resolution::OrdinaryBug => {
            "what you reported is a bug, and as far as we see not one that lets anybody do harm. Thank you for finding it."
        }
        Resolution::ThirdParty => {
            "the problem belongs to another project, and is for those who maintain that to fix. We pass on nothing of your report \
             without your consent."
        }
        Resolution::WontFix => "the problem will not be fixed.",
        Resolution::Withdrawn => "you have withdrawn your report. It stays stored, and nothing more is asked of you.",
        Resolution::NoAnswer => "we asked you for more information and have not heard from you.",
        Resolution::Duplicate => {
            "the problem was reported before. You go along with the case that was there first: your case page shows where that \
             stands, and you hear from us when the fixes are released and when the advisory is published."
        }
        Resolution::Spam => "spam.",
        Resolution::Canary => "a trial of the desk.",
        Resolution::PolicyComment => "a comment on the policy.",
        Resolution::AutomaticMail => "automatic mail.",
    }
}
