use super::*;

/// To a member: what became of their second factor. Whoever did it, the member is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecondFactorChanged {
    pub what: FactorChange,
    pub at: Timestamp,
}

/// What happened to a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactorChange {
    Added,
    Removed,
    /// By the operator, because it was lost.
    Reset,
    /// So many recovery codes are left.
    RecoveryCodeUsed {
        left: usize,
    },
    /// Somebody who has opened the member's link typed wrong codes until no more were taken.
    Guessed,
}

impl FactorChange {
    pub fn as_str(self) -> &'static str {
        match self {
            FactorChange::Added => "added",
            FactorChange::Removed => "removed",
            FactorChange::Reset => "reset",
            FactorChange::RecoveryCodeUsed { .. } => "recovery-code-used",
            FactorChange::Guessed => "guessed",
        }
    }

    /// A sentence of it.
    pub fn sentence(self) -> String {
        match self {
            FactorChange::Added => "A second factor was added to your account.".to_owned(),
            FactorChange::Removed => "Your second factor was removed.".to_owned(),
            FactorChange::Reset => "The operator has reset your second factor, as one does when it is lost.".to_owned(),
            FactorChange::RecoveryCodeUsed { left } => {
                let left = match left {
                    0 => "None is left".to_owned(),
                    1 => "1 is left".to_owned(),
                    left => format!("{left} are left"),
                };
                format!("A recovery code was used in place of your second factor. {left}.")
            }
            FactorChange::Guessed => "Wrong codes were typed until no more were taken.".to_owned(),
        }
    }
}

impl SecondFactorChanged {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, then) = match self.what {
            FactorChange::Added => (
                "A second factor was added",
                "From now on a code of it is asked for after the mailed link. Every session from before has ended.",
            ),
            FactorChange::Removed => (
                "Your second factor was removed",
                "From now on the mailed link alone signs you in, until you add another. Every session from before has ended.",
            ),
            FactorChange::Reset => (
                "Your second factor was reset",
                "From now on the mailed link alone signs you in, until you add another. Every session from before has ended.",
            ),
            FactorChange::RecoveryCodeUsed { .. } => (
                "A recovery code was used",
                "Each works once. For new ones, remove the second factor on your account page and add it again.",
            ),
            FactorChange::Guessed => (
                "Wrong codes of your second factor",
                "Whoever it was had opened a sign-in link from your mailbox. Nobody got in, and you can sign in as before.",
            ),
        };
        Letter::new(at.subject(subject))
            .say(self.what.sentence())
            .facts(vec![("When".to_owned(), at.instant(self.at))])
            .say(then)
            .say(format!(
                "If it was not you, tell {} at once, by another way than your mailbox.",
                at.policy.contacts.operator
            ))
            .sign(at.team_signature())
    }
}
