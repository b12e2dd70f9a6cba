//! The page of whoever was invited to a case from outside, and the door to it.

use askama::Template;
use desk_domain::case::{PartyStatus, Stage};
use jiff::Timestamp;

use super::{MessageView, Paging, SharedBody, SharedCard, Site, rendered};

/// Asks for the code. It holds one as it was typed, so it has no `Debug`.
#[derive(Template)]
#[template(path = "party_login.html")]
pub struct PartyLogin {
    pub site: Site,
    /// What just went well.
    pub notice: Option<String>,
    pub error: Option<String>,
    /// The code as it was typed, when it was wrong.
    pub typed: String,
    /// Where the code is sent: `/party`, or where a form was going whose session had ended.
    pub action: String,
    /// What is sent along, hidden.
    pub kept: Vec<(String, String)>,
}

/// Who has not accepted the terms sees these, and who invites; and nothing of the case.
#[derive(Template)]
#[template(path = "party_terms.html")]
pub struct PartyTermsPage {
    pub site: Site,
    pub invited_by: Option<String>,
    pub terms: String,
    /// What an acceptance names.
    pub sha256: String,
    /// The case is closed or its advisory is published: there is nothing to accept any more.
    pub over: bool,
    /// Why the acceptance was not taken.
    pub error: Option<String>,
    pub idempotency_key: String,
}

/// Whose invitation has ended reads that.
#[derive(Template)]
#[template(path = "party_ended.html")]
pub struct PartyEndedPage {
    pub site: Site,
    pub ended_at: Timestamp,
    /// It had accepted the terms.
    pub joined: bool,
}

/// What a party that has joined sees. It holds messages, so it has no `Debug`.
#[derive(Template)]
#[template(path = "party.html")]
pub struct PartyPage {
    pub site: Site,
    pub case_id: String,
    pub stage: Stage,
    /// What just went well.
    pub notice: Option<String>,
    /// Why what was sent was not taken, where its form is not there any more.
    pub refused: Option<String>,
    /// When the release is planned, in words.
    pub release_planned: Option<String>,
    /// Until when an embargo holds.
    pub embargo_until: Option<String>,
    /// When the advisory is published by itself, and what its reader can do then.
    pub scheduled_for: Option<(String, &'static str)>,
    /// Its answer to the date, while one is asked for.
    pub date: Option<PartyDateForm>,
    /// What it said of a date last: whether it agreed, to which, and when.
    pub date_said: Option<(bool, String, Timestamp)>,
    /// What it said last of whether it is affected.
    pub status_said: Option<(PartyStatus, Timestamp)>,
    /// To say it, while the case is open and nothing is published.
    pub status: Option<PartyWords>,
    pub message: PartyWords,
    /// What was shown to it, the newest first.
    pub shared: Vec<SharedCard>,
    /// The newest first: those of this portion.
    pub messages: Vec<MessageView>,
    pub paging: Paging,
    /// What it accepted, where that still is the policy's.
    pub terms: Option<String>,
    pub accepted_at: Option<Timestamp>,
    pub advisory_url: Option<String>,
}

/// Words that can be sent, and what was wrong with what was sent. No `Debug`: it holds what was typed.
pub struct PartyWords {
    pub typed: String,
    pub error: Option<String>,
    pub idempotency_key: String,
}

/// The question about the planned date.
pub struct PartyDateForm {
    /// As a form sends it back.
    pub on: String,
    /// In words.
    pub shown: String,
    /// Whether that very date waits for its answer; else it may be answered otherwise.
    pub asked: bool,
    pub words: PartyWords,
}

impl PartyLogin {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl PartyTermsPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl PartyEndedPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl PartyPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    /// Whether its answer to the date is waited for, which comes before all else.
    fn is_asked(&self) -> bool {
        self.date.as_ref().is_some_and(|form| form.asked)
    }

    /// What is wrong in one of the forms: where it stands, what it is about, and what it is.
    fn problem(&self) -> Option<(String, &'static str, &str)> {
        let of_date = self.date.as_ref().and_then(|form| form.words.error.as_deref());
        let of_status = self.status.as_ref().and_then(|form| form.error.as_deref());
        let all = [
            ("message-text", "Your message", self.message.error.as_deref()),
            ("date-text", "The planned date", of_date),
            ("status-text", "Whether you are affected", of_status),
        ];
        let of_forms = all.into_iter().find_map(|(target, label, error)| Some((target.to_owned(), label, error?)));
        of_forms.or_else(|| {
            let wrong = self.shared.iter().find(|card| card.has_error())?;
            let error = wrong.form.as_ref()?.error.as_deref()?;
            Some((format!("{}-text", wrong.anchor()), "What was shared with you", error))
        })
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use desk_view::Speaker;

    use super::*;
    use crate::samples::*;

    fn words(wrong: bool) -> PartyWords {
        PartyWords { typed: text(), error: wrong.then(text), idempotency_key: text() }
    }

    fn login(wrong: bool) -> PartyLogin {
        let (notice, error) = ((!wrong).then(text), wrong.then(text));
        PartyLogin {
            site: site(),
            notice,
            error,
            typed: text(),
            action: text(),
            kept: vec![("text".to_owned(), text())],
        }
    }

    fn terms(over: bool) -> PartyTermsPage {
        let error = (!over).then(text);
        let (invited_by, terms, sha256) = (Some(text()), text(), text());
        PartyTermsPage { site: site(), invited_by, terms, sha256, over, error, idempotency_key: text() }
    }

    pub(crate) fn party(wrong: bool) -> PartyPage {
        let message = |speaker| MessageView {
            at: at(2),
            from: text(),
            speaker,
            text: text(),
            quoted: None,
            whole: (speaker == Speaker::Team).then(|| "/party?text=text-1".to_owned()),
            files: Vec::new(),
            mail: None,
            new: false,
        };
        PartyPage {
            site: site(),
            case_id: text(),
            stage: Stage::FixInPreparation,
            notice: (!wrong).then(text),
            refused: wrong.then(text),
            release_planned: Some(text()),
            embargo_until: Some(text()),
            scheduled_for: Some((text(), "You can publish too.")),
            date: Some(PartyDateForm { on: text(), shown: text(), asked: !wrong, words: words(wrong) }),
            date_said: wrong.then(|| (true, text(), at(3))),
            status_said: wrong.then(|| (PartyStatus::Affected, at(3))),
            status: Some(words(wrong)),
            message: words(wrong),
            shared: crate::shared::sample::shared(wrong, true),
            messages: [Speaker::Team, Speaker::Reporter].map(message).into(),
            paging: Paging { page: 1, pages: 2 },
            terms: (!wrong).then(text),
            accepted_at: Some(at(1)),
            advisory_url: Some("javascript:alert(1)".into()),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("party_login", login(false).html()),
            ("party_login: error", login(true).html()),
            ("party_terms", terms(false).html()),
            ("party_terms: over", terms(true).html()),
            ("party_ended", PartyEndedPage { site: site(), ended_at: at(5), joined: false }.html()),
            ("party_ended: joined", PartyEndedPage { site: site(), ended_at: at(5), joined: true }.html()),
            ("party", party(false).html()),
            ("party: error", party(true).html()),
        ]
    }
}
