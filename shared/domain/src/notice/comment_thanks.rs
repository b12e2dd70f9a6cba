use super::*;

/// To somebody who commented on the policy (T59).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentThanks {}

impl CommentThanks {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("Thank you for your comment on our policy"))
            .say(format!(
                "Thank you for your comment on the security policy of {}. It was given to the person who answers for the \
                 policy.",
                at.project()
            ))
            .link("A change can also be proposed as a pull request to it", &at.policy.project.policy_url)
            .say(
                "It is not handled as the report of a vulnerability, and no time is promised for it. If you answer this mail, your \
                 answer goes to the same person.",
            )
            .link("If it is a vulnerability, please report it here", &at.links.report_form)
            .sign(at.team_signature())
    }
}
