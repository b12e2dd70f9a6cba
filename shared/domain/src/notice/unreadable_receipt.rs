use super::*;

/// To the sender of a mail that could not be read (T12): it is kept, a person looks at it, and this is how it works for sure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnreadableReceipt {
    pub receipt: Receipt,
}

impl UnreadableReceipt {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("Your mail has arrived, and could not be read"))
            .say(
                "Thank you for writing to us. Your mail has arrived and is kept as it is, but our system could not read it: it \
                 is too large, or not built as mail should be. A person of the security team will look at it.",
            )
            .say(
                "To be sure that nothing is lost, please answer this mail with the essence as plain text, without attachments, \
                 or use the form.",
            )
            .link("The report form", &at.links.report_form);
        self.receipt.promised(letter, at)
    }
}
