//! The small forms beside the messages of a reporter's case page.

use jiff::Timestamp;

/// The question how it stands: once a day.
#[derive(Clone, Debug)]
pub struct AskForm {
    /// It was asked; from then on it may be asked again.
    pub again_from: Option<Timestamp>,
    /// Why it was not taken.
    pub error: Option<String>,
    pub idempotency_key: String,
}

/// To take the report back, which is confirmed with a tick.
#[derive(Clone, Debug)]
pub struct WithdrawForm {
    /// Why it was not taken.
    pub error: Option<String>,
    pub idempotency_key: String,
}

/// Whether an ordinary bug may go to the public tracker.
#[derive(Clone, Debug)]
pub struct TrackerForm {
    /// What was said; `None` while nothing was.
    pub agrees: Option<bool>,
    pub error: Option<String>,
    pub idempotency_key: String,
}

/// Where the embargo stands, and the question whether the reporter agrees to an end.
#[derive(Clone, Debug)]
pub struct EmbargoForm {
    /// What is agreed and what is proposed, a sentence each.
    pub said: Vec<String>,
    /// The end that the team proposes, as the answer names it.
    pub asked: Option<String>,
    pub error: Option<String>,
    pub idempotency_key: String,
}

/// When the reporter means to publish. No `Debug`: it holds what was typed.
pub struct OwnDate {
    /// What was said last, in words.
    pub said: String,
    pub planned_for: String,
    /// On that day; empty: in its course.
    pub time: String,
    /// Of the time.
    pub zone: String,
    pub error: Option<String>,
    pub idempotency_key: String,
}

/// Where what the team writes goes.
#[derive(Clone, Debug)]
pub struct AnswersForm {
    /// By mail, beside the page; else mails only point to the page.
    pub by_mail: bool,
    /// The reporter gave a key, or wrote encrypted: nothing goes in clear.
    pub encrypted: bool,
    /// Why a choice was not taken.
    pub error: Option<String>,
    pub idempotency_key: String,
}

/// How to be credited (T7). No `Debug`: it holds a name.
pub struct CreditForm {
    /// The team has asked, and waits for the answer.
    pub waits: bool,
    /// The advisory is published: a name is taken out at once, and put there once that is approved.
    pub published: bool,
    /// What was answered before, in words.
    pub answered: Option<String>,
    pub name: String,
    pub link: String,
    /// What was wrong with the answer.
    pub error: Option<String>,
    pub idempotency_key: String,
}
