use super::*;

/// To a member whose mailed ACK did not acknowledge: why, and what does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcknowledgementRefused {
    pub why: WhyRefused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyRefused {
    /// It did not pass DMARC, or came from another address than the member's.
    NotProven,
    /// Somebody else was first, or the case is closed.
    NotOpen,
    /// It was encrypted, or too long for a message.
    NotReadable,
    /// The member's words could not be told from the mail that they answered.
    NotTold,
    /// It had words of the member's own, who may not write to the reporter of this case.
    NotTheirs,
}

impl AcknowledgementRefused {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let why = match self.why {
            WhyRefused::NotProven => {
                "an answer that begins with ACK counts only when it comes from your own address in the policy and passes \
                 DMARC, and yours did not"
            }
            WhyRefused::NotOpen => "the case is acknowledged already, or closed",
            WhyRefused::NotTold => {
                "your words could not be told from the mail that you quoted, and nothing of that mail may go out"
            }
            WhyRefused::NotReadable => "what followed the ACK could not be read as a message to the reporter",
            WhyRefused::NotTheirs => "somebody else handles the case, and words of your own do not go to its reporter",
        };
        let next = match self.why {
            WhyRefused::NotOpen => "What they should hear from you, you can still send from the desk.",
            WhyRefused::NotTheirs => {
                "Your mail is kept for whoever handles it. To acknowledge all the same, in the usual words, answer with ACK alone, or use the \
                 button in the mail about the case."
            }
            WhyRefused::NotProven | WhyRefused::NotReadable | WhyRefused::NotTold => {
                "Your mail is kept among the notes of the case, if it is proven to be yours. To acknowledge, use the button in the mail about the case, or the desk."
            }
        };
        Letter::new(at.subject("Your ACK was not taken"))
            .say(format!("Your answer did not acknowledge this case: {why}."))
            .say(format!("Nothing was sent to the reporter in your name. {next}"))
            .link("Open the case on the desk", &at.links.desk_case)
            .sign(at.team_signature())
    }
}
