use super::*;

/// To a member: the single-use link that signs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    pub expires_at: Timestamp,
}

impl SignIn {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("Your sign-in link"))
            .say("Somebody, most likely you, asked to sign in to the desk. This link works once:")
            .link("Sign in", &at.links.sign_in)
            .facts(vec![("Works until".to_owned(), at.due(self.expires_at))])
            .say("If it was not you, ignore this mail: without the link nobody gets in.")
            .sign(at.team_signature())
    }
}
