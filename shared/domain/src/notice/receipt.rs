use super::*;
use crate::id::ClockName;

/// To the reporter: the report is stored, and what is promised from here on. Not the acknowledgement: that is a
/// person's. Holds no word of the sender's (T5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub received_at: Timestamp,
    pub due: Vec<(ClockName, Timestamp)>,
    /// The report names a package that the policy does not name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
}

impl Receipt {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("We have received your report")).say(format!(
            "Thank you for helping to keep {} safe. Your report has arrived and is stored.",
            at.project()
        ));
        self.promised(letter, at)
    }

    /// What every first answer goes on with: the times promised, and the way to the case page.
    pub(super) fn promised(&self, letter: Letter, at: &Setting<'_>) -> Letter {
        let letter = match self.unlisted {
            true => letter.say(self.not_ours(at)),
            false => letter,
        };
        let told =
            ["The members of the security team have been told.", "One of them will write to you by these times:"];
        let letter = self.times(letter, told, at);
        self.way(letter, at).sign(at.team_signature())
    }

    pub(super) fn not_ours(&self, at: &Setting<'_>) -> String {
        format!(
            "The package that it names is not among those that {} maintains. If others maintain it, please report the problem to \
             them, too: they can fix it. We forward nothing unless you agree to it.",
            at.project()
        )
    }

    /// When it came, and the times promised, under who knows of it, and who writes by then.
    pub(super) fn times(&self, letter: Letter, [told, writes]: [&str; 2], at: &Setting<'_>) -> Letter {
        let mut facts = vec![("Received".to_owned(), at.instant(self.received_at))];
        let (coming, passed): (Vec<_>, Vec<_>) = self.due.iter().partition(|(_, due)| *due >= at.now);
        facts.extend(coming.iter().map(|(clock, due)| (at.clock_by(clock), at.due(*due))));
        let letter = match coming.is_empty() {
            false => letter.say(format!("{told} {writes}")).facts(facts),
            true => letter.say(told).facts(facts),
        };
        // What was let in or made a report late has promises behind it that nobody could keep.
        match passed.is_empty() {
            true => letter,
            false => letter.say("A time by which you should have heard from us has passed already, and we apologise: they know that we are late."),
        }
    }

    /// The way to the case page.
    pub(super) fn way(&self, letter: Letter, at: &Setting<'_>) -> Letter {
        match at.code {
            Some(code) => {
                let letter = letter
                    .say(
                        "You can simply answer this mail. Your case page, if you prefer it, shows where the report stands and \
                         the whole conversation. It opens with this receipt code; whoever has it can read your case:",
                    )
                    .words(code)
                    .link("Your case page", &at.links.case_page);
                // No machine reads what is encrypted: such a word would be a message like any other.
                let letter = match at.in_clear {
                    true => letter.say("If you want to take your report back, answer with WITHDRAW as the first line."),
                    false => letter,
                };
                letter.say("If you did not report anything to us, please answer and say so.")
            }
            None if at.code_withheld => letter
                .say(
                    "You can simply answer this mail. You asked for encryption, and there is no key of yours that can be used: so the \
                     receipt code of your case page is not sent. It waits until a person of the team has cleared that with you; \
                     an OpenPGP public key in your answer, one that is valid now, helps them.",
                )
                .link("Where your case page is", &at.links.case_page)
                .say("If you did not report anything to us, please answer and say so."),
            None => letter
                .say(
                    "Your case page shows where the report stands. To see the conversation, open it with the receipt code \
                     that you were shown when you sent the report.",
                )
                .link(ANSWER, &at.links.case_page)
                .say("If you did not report anything to us, please answer and say so. This mail shows nobody the report."),
        }
    }
}
