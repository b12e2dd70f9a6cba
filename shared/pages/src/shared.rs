//! What was shown to the reporter before it was public: on their page with what is asked about it, on the team's with what they said.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_domain::case::share::SharedThing;
use desk_domain::id::CaseId;
use desk_view::SharedView;
use jiff::Timestamp;

/// Something that was shown. No `Debug`: it is not public.
pub struct SharedCard {
    pub id: u64,
    /// `The draft of the advisory`
    pub title: String,
    pub at: Timestamp,
    pub by: Option<String>,
    pub body: SharedBody,
    /// What was answered last: when, and whether it was yes.
    pub answer: Option<(Timestamp, bool)>,
    /// To answer it; on the reporter's page while the case is open.
    pub form: Option<ShareForm>,
}

/// What of it is read. No `Debug`.
pub enum SharedBody {
    /// HTML that does nothing.
    Prose(String),
    /// A patch, and the same as a file: its name and `data:text/plain;…`.
    Patch { text: String, name: String, href: String },
}

/// What the reporter is asked about it. No `Debug`: it holds what was typed.
pub struct ShareForm {
    pub question: &'static str,
    pub typed: String,
    pub error: Option<String>,
    pub idempotency_key: String,
}

impl SharedCard {
    /// Without a form; `html` makes HTML that does nothing of Markdown.
    pub fn of(case: &CaseId, shared: &SharedView, html: fn(&str) -> String) -> SharedCard {
        let named = shared.what.named();
        let (first, rest) = named.split_at(1);
        let body = match shared.what {
            SharedThing::DraftAdvisory | SharedThing::Text => SharedBody::Prose(html(&shared.text)),
            SharedThing::Patch => SharedBody::Patch {
                text: shared.text.clone(),
                name: format!("{case}-{}.patch", shared.id),
                href: format!("data:text/plain;charset=utf-8;base64,{}", BASE64.encode(&shared.text)),
            },
        };
        SharedCard {
            id: shared.id,
            title: format!("{}{rest}", first.to_uppercase()),
            at: shared.at,
            by: shared.by.clone(),
            body,
            answer: shared.answer.as_ref().map(|answer| (answer.at, answer.agrees)),
            form: None,
        }
    }

    /// `shared-12`
    pub(super) fn anchor(&self) -> String {
        format!("shared-{}", self.id)
    }

    /// Whether the reporter has said yes, no, or nothing yet.
    pub(super) fn said(&self) -> &'static str {
        match self.answer {
            Some((_, true)) => "yes",
            Some((_, false)) => "no",
            None => "nothing yet",
        }
    }

    pub(super) fn has_error(&self) -> bool {
        self.form.as_ref().is_some_and(|form| form.error.is_some())
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    /// What somebody else was shown.
    pub(crate) fn others() -> Vec<SharedCard> {
        shared(false, false).into_iter().map(|card| SharedCard { id: card.id + 20, ..card }).collect()
    }

    /// A text that waits for its answer, and a patch that has one.
    pub(crate) fn shared(error: bool, asked: bool) -> Vec<SharedCard> {
        let form = || ShareForm {
            question: SharedThing::Patch.question(),
            typed: text(),
            error: error.then(text),
            idempotency_key: text(),
        };
        let patch = SharedBody::Patch { text: text(), name: text(), href: "data:text/plain;base64,".to_owned() };
        let prose = SharedBody::Prose("<h3>A</h3>\n<p>It is <strong>so</strong>.</p>".to_owned());
        let card = |id, body, answer| SharedCard {
            id,
            title: text(),
            at: at(2),
            by: Some(text()),
            body,
            answer,
            form: asked.then(form),
        };
        vec![card(9, prose, None), card(7, patch, Some((at(3), true)))]
    }
}
