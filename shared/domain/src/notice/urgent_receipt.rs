use super::*;

/// To the reporter of a problem that is public or under attack: what was done at once, and how to reach a person now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UrgentReceipt {
    /// Attacks were seen; else it is public.
    pub attacked: bool,
    pub receipt: Receipt,
}

impl UrgentReceipt {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let why = match self.attacked {
            true => "is being attacked already",
            false => "is public already",
        };
        let letter = Letter::new(at.subject("Your urgent report has arrived"))
            .say(format!(
                "Thank you for your report. You say that the problem {why}, so everyone of the {} security team was told so \
                 at once.",
                at.project()
            ))
            .say("Whatever else helps to see or to stop it is welcome now, and need not be complete.");
        self.receipt.promised(letter, at)
    }
}
