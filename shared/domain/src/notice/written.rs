use super::*;
use crate::case::event::{MessageKind, Resolution};
use crate::case::{Case, ClockState};
use crate::policy::{ClockKind, Member};

/// To the reporter: a member of the team has written. The words travel only where the reporter chose mail; else the
/// mail points to the case page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Written {
    pub kind: MessageKind,
    pub by: MemberId,
    /// Who coordinates the case, where this is the first that the reporter hears of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<MemberId>,
    /// What the case came to, where it ends with the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Resolution>,
    /// Whether the reporter is asked if it may go to the public tracker.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_tracker: bool,
    /// An embargo has ended with the case.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embargo_over: bool,
}

/// The question, as mail and page put it.
pub const TRACKER_QUESTION: &str = "Only you say whether it goes to the public issue tracker. If you agree, somebody of the team puts it \
                                    there, in the words of your report; without your answer it stays between us.";

/// What acknowledges where a member says nothing else.
pub fn standard_acknowledgement(policy: &Policy, member: &Member, case: &Case) -> String {
    let late = case
        .clock_of(ClockKind::Acknowledgement)
        .is_some_and(|clock| matches!(clock.state, ClockState::Breached { .. }));
    let sorry = if late { " I am sorry that this comes later than we promised." } else { "" };
    format!(
        "Thank you for your report. I have received it and will look into it; you will hear from the {} security team in \
         detail, with the next steps.{sorry}\n\n{}",
        policy.project.name, member.name
    )
}

impl Written {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.by);
        let letter = Letter::new(at.subject(self.subject()));
        let letter = match at.text {
            Some(words) => letter.words(words),
            None => letter
                .say(format!("{name} of the {} security team has written to you: {}.", at.project(), self.about()))
                .say("The message is on your case page; open it with your receipt code."),
        };
        let letter = match self.end {
            Some(end) => letter.say(format!("Your case is closed: {}", closed::means(end))),
            None => letter,
        };
        let letter = match self.embargo_over {
            true => letter.say("The embargo that you had agreed to is over with it."),
            false => letter,
        };
        let letter = match self.asks_tracker {
            true => letter
                .say(TRACKER_QUESTION)
                .say("Answer this mail with YES or NO as its first line.")
                .link("Or say it on your case page", &at.links.case_page),
            false => letter,
        };
        let letter = match self.kind {
            MessageKind::Shared => {
                letter.say("What it is about stands on your case page, with a yes and a no under it. It is in no mail.")
            }
            MessageKind::EmbargoRefused => letter.say(
                "What holds stays as it is, and you are free to name another date on your case page. The team may propose one to you.",
            ),
            MessageKind::EmbargoEnded => letter.say(
                "Nothing is published by that; the team decides when its advisory is. From here on you are free to publish; if you mean \
                 to, please tell us when.",
            ),
            MessageKind::Closed | MessageKind::Duplicate => {
                let says_so = "If you see it differently, please say so: a person looks at it.";
                letter.say(format!("{says_so} {}", closed::links_end(at)))
            }
            MessageKind::Acknowledgement
            | MessageKind::Response
            | MessageKind::Update
            | MessageKind::Request
            | MessageKind::Validated
            | MessageKind::Invalidated
            | MessageKind::Deferred => letter,
            MessageKind::Comment => {
                let answers =
                    format!("If you answer this mail, your answer goes to {name}, who answers for the policy.");
                let letter = match at.text {
                    Some(_) => letter,
                    None => letter.link("Your case page", &at.links.case_page),
                };
                return letter.say(answers).sign(format!("{name}, {}", at.project()));
            }
        };
        letter
            .coordinated(self.handler.as_ref(), at)
            .link(ANSWER, &at.links.case_page)
            .sign(format!("{name}\n{} security team", at.project()))
    }

    fn subject(&self) -> &'static str {
        match self.kind {
            MessageKind::Acknowledgement => "Your report is acknowledged",
            MessageKind::Response => "Our response, and the next steps",
            MessageKind::Update => "News about your report",
            MessageKind::Request => "We need more information from you",
            MessageKind::Validated => "The problem is confirmed",
            MessageKind::Invalidated => "We do not see a vulnerability",
            MessageKind::Deferred => "Your report is deferred",
            MessageKind::Duplicate => "The problem was known already",
            MessageKind::Closed => "Your case is closed",
            MessageKind::Shared => "Something for you to look at",
            MessageKind::EmbargoRefused => "The team does not agree to your date",
            MessageKind::EmbargoEnded => "The embargo is over",
            MessageKind::Comment => "Your comment on our policy",
        }
    }

    fn about(&self) -> &'static str {
        match self.kind {
            MessageKind::Acknowledgement => "your report is acknowledged",
            MessageKind::Response => "a detailed response with the next steps",
            MessageKind::Update => "there is news about your report",
            MessageKind::Request => "there are questions that only you can answer",
            MessageKind::Validated => "the problem is confirmed",
            MessageKind::Invalidated => {
                "the report was looked into and is not seen as a vulnerability; the reason is given"
            }
            MessageKind::Deferred => "work on your report is deferred; the reason is given",
            MessageKind::Duplicate => "the problem was reported before",
            MessageKind::Closed => "the reason why your case is closed",
            MessageKind::Shared => "there is something that is not public for you to look at",
            MessageKind::EmbargoRefused => {
                "the team does not agree that the embargo ends when you proposed; the reason is given"
            }
            MessageKind::EmbargoEnded => "the team has ended the embargo before its time; the reason is given",
            MessageKind::Comment => "an answer to your comment on the policy",
        }
    }
}
