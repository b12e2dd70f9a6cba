use super::*;

/// To who answers for the policy: somebody has commented on it (T59), or has written again. The words are on the desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyComment {
    pub received_at: Timestamp,
    /// Whoever commented has written once more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// Whoever commented can be written to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answerable: bool,
}

impl PolicyComment {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, said) = match self.again {
            false => (
                "A comment on the security policy",
                format!(
                    "Somebody has sent a comment on the security policy of {}, for which you answer.",
                    at.project()
                ),
            ),
            true => (
                "More about a comment on the security policy",
                format!(
                    "Whoever commented on the security policy of {}, for which you answer, has written again.",
                    at.project()
                ),
            ),
        };
        let letter = Letter::new(at.subject(subject))
            .say(format!("{said} No promised time runs."))
            .facts(vec![("Received".to_owned(), at.instant(self.received_at))])
            .link("Read and answer it on the desk", &at.links.desk_case)
            .say("If it is the report of a vulnerability after all, its page makes it one, as of when it came.");
        let letter = match self.answerable {
            true => letter,
            false => letter.say("There is no address to answer to."),
        };
        letter.sign(at.team_signature())
    }
}
