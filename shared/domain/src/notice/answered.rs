use super::*;

/// To a member who answered a mail of the desk: what came of it, in one line. What is done on a person's behalf is told to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    pub what: WhatCame,
    /// Until when the report that it speaks of can be acknowledged by button; `None` where nothing is due.
    pub acknowledge_until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhatCame {
    /// A note for the team.
    Noted,
    /// The reporter has their words.
    Sent,
    /// The reporter has their words, and not all that stood in the mail.
    SentInPart,
    /// It began with REPLY, and nothing was sent.
    NotSent,
    /// The case is not theirs to read: its handler has it.
    HandedOn,
    /// It answered a mail that speaks of no case.
    NoCase,
    /// There were too many in one day.
    TooMany,
    /// Whoever commented on the policy has their words.
    CommentAnswered,
    /// Whoever commented has their words, and not all that stood in the mail.
    CommentAnsweredInPart,
    /// It answered a comment, and nothing was sent.
    CommentNotAnswered,
    /// What was written to whoever commented came back.
    CommentBounced,
}

impl Answered {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let case = at.case.map_or("no case", CaseId::as_str);
        let (subject, what) = self.words(case, at.answering);
        let letter = Letter::new(at.subject(subject)).say(what);
        let letter = match (&at.links.acknowledge, self.acknowledge_until) {
            (Some(url), Some(_)) => letter
                .say(format!("The report is still NOT acknowledged; it is due by {}.", at.due(self.due())))
                .link("Acknowledge now (you see the message before it is sent)", url),
            _ => letter,
        };
        match at.case {
            Some(_) => letter.link("Open the case on the desk", &at.links.desk_case),
            None => letter.link("All open cases on the desk", &at.links.board),
        }
        .sign(at.team_signature())
    }

    fn words(&self, case: &str, answering: Answering) -> (&'static str, String) {
        match self.what {
            WhatCame::Noted => ("Your answer is a note now", format!("Your answer was kept as a note for {case}, for the team alone.")),
            WhatCame::Sent => ("Your answer was sent", format!("Your words went to the reporter of {case}, in your name.")),
            WhatCame::SentInPart => (
                "A part of your answer was not sent",
                format!(
                    "Your words went to the reporter of {case}. What stood below or between the quoted mail, a line that looks like \
                     a signature, or a file, did not: your mail is kept whole among the notes. See whether anything is missing."
                ),
            ),
            WhatCame::NotSent if answering == Answering::LetIn => (
                "Your answer was not sent",
                format!(
                    "Nothing went to the reporter of {case}: your answer was kept as a note. You were let in to read the case and to \
                     write notes; whoever handles it writes to its reporter."
                ),
            ),
            WhatCame::NotSent => (
                "Your answer was not sent",
                format!(
                    "Nothing went to the reporter of {case}: your answer was kept as a note. It begins with REPLY, and it is not \
                     proven to be yours, your words could not be told from what the mail quotes, or the case takes no message now."
                ),
            ),
            WhatCame::HandedOn => (
                "Your answer was handed on",
                format!("{case} is not yours to read: your answer was kept as a note for its handler, who is told."),
            ),
            WhatCame::NoCase => (
                "Your answer changed nothing",
                "The mail that you answered speaks of no case, so your answer was only filed. What you want to say of a case, say \
                 on the desk or in answer to a mail about it."
                    .to_owned(),
            ),
            WhatCame::TooMany => (
                "Your answer was only filed",
                format!("{case} has had as many mails today as the policy takes; yours is filed, and no note. Use the desk."),
            ),
            WhatCame::CommentAnswered => {
                ("Your answer was sent", format!("Your words went to whoever commented on the policy ({case}), in your name."))
            }
            WhatCame::CommentAnsweredInPart => (
                "A part of your answer was not sent",
                format!(
                    "Your words went to whoever commented on the policy ({case}). What stood below or between the quoted mail, a line \
                     that looks like a signature, or a file, did not: your mail is kept whole as a note. See whether anything is missing."
                ),
            ),
            WhatCame::CommentNotAnswered => (
                "Your answer was not sent",
                format!(
                    "Nothing went to whoever commented on the policy ({case}). Your mail is not proven to be yours, your words could not \
                     be told from what it quotes, or there is nobody to write to. What is yours was kept as a note; you can answer on \
                     the desk."
                ),
            ),
            WhatCame::CommentBounced => (
                "Your answer did not arrive",
                format!("What you wrote to whoever commented on the policy ({case}) came back: their address takes no mail."),
            ),
        }
    }

    fn due(&self) -> Timestamp {
        self.acknowledge_until.unwrap_or(Timestamp::MAX)
    }
}

/// What answering a mail does, which is the last that each mail to a member says.
pub(super) fn says(notice: &Notice, at: &Setting<'_>) -> Option<&'static str> {
    let Recipient::Member(_) = at.recipient else { return None };
    Some(match (notice, at.case) {
        (Notice::SignIn(_), _) => return None,
        (_, None) => {
            "If you answer this mail: AWAY and two days as the first words (AWAY 2026-12-24..2027-01-01) say when you are away; SWAP and \
             the days on which your shift on call and another's begin (SWAP 2026-12-07 2026-12-14) swap the two, once both have said \
             so. Anything else is only filed, since this mail speaks of no case."
        }
        (Notice::Answered(Answered { what: WhatCame::TooMany, .. }), Some(_)) => {
            "If you answer this mail today, your answer is only filed too."
        }
        (notice, Some(_)) if answers_comment(notice) => {
            "If you answer this mail, your words go to whoever commented, in your name and without what you quote, and you are told so."
        }
        (Notice::Answered(Answered { what: WhatCame::CommentNotAnswered, .. }), Some(_)) => {
            "If you answer this mail, your words go to whoever commented where they can be written to, and are kept as a note \
             otherwise; you are told which."
        }
        (notice, Some(_)) if of_comment(notice) => does(Answering::NobodyToWriteTo),
        (notice, Some(_)) if notice.acknowledge_until().is_some() && at.links.acknowledge.is_some() => {
            acknowledges(at.answering)
        }
        (_, Some(_)) => does(at.answering),
    })
}

/// What an answer comes to while the report waits to be acknowledged.
pub(super) fn acknowledges(answering: Answering) -> &'static str {
    match answering {
        Answering::Writes | Answering::NobodyToWriteTo | Answering::Closed => {
            "If you answer this mail: ACK as the first word acknowledges the report, and what you write behind it goes to the \
             reporter in place of the usual message. Anything else is kept as a note for the team, and you are told so."
        }
        Answering::LetIn | Answering::HandedOn => {
            "If you answer this mail: ACK alone acknowledges the report, in the usual words. Anything else is kept as a note for who \
             handles the case, and you are told so."
        }
    }
}

/// What each kind of answer comes to.
pub(super) fn does(answering: Answering) -> &'static str {
    match answering {
        Answering::Writes => {
            "If you answer this mail: REPLY as the first word sends what you write behind it to the reporter. Anything else is kept \
             as a note for the team, and you are told so."
        }
        Answering::NobodyToWriteTo => "If you answer this mail, your answer is kept as a note, and you are told so.",
        Answering::Closed => {
            "If you answer this mail, your answer is kept as a note for the team, and you are told so. The case is closed: nothing goes \
             to its reporter by mail."
        }
        Answering::LetIn => {
            "If you answer this mail, your answer is kept as a note for the team, and you are told so. What the reporter is to hear, \
             whoever handles the case writes: ask for it in your note."
        }
        Answering::HandedOn => {
            "If you answer this mail, your answer is kept as a note for who handles the case, and you are told so."
        }
    }
}

/// Whether what is answered to it goes to whoever commented on the policy.
fn answers_comment(notice: &Notice) -> bool {
    use WhatCame::{CommentAnswered, CommentAnsweredInPart};
    match notice {
        Notice::PolicyComment(comment) => comment.answerable,
        Notice::Answered(answered) => matches!(answered.what, CommentAnswered | CommentAnsweredInPart),
        _ => false,
    }
}

/// Whether it speaks of a comment on the policy.
fn of_comment(notice: &Notice) -> bool {
    match notice {
        Notice::PolicyComment(_) => true,
        Notice::Answered(answered) => answered.what == WhatCame::CommentBounced,
        _ => false,
    }
}
