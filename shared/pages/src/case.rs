//! The reporter's case page, and the door to it.

mod form;

use askama::Template;
use desk_domain::case::Stage;
use jiff::Timestamp;

use super::{FileLine, FilesField, MailPart, SharedBody, SharedCard, Site, Standing, rendered};
use desk_view::{ClockView, Speaker};

pub use form::{AnswersForm, AskForm, CreditForm, EmbargoForm, OwnDate, TrackerForm, WithdrawForm};

/// Asks for the receipt code; reached by a signed link it also shows id, stage and times. It holds a code as it was typed, so it
/// has no `Debug`.
#[derive(Template)]
#[template(path = "case_login.html")]
pub struct CaseLogin {
    pub site: Site,
    /// Why the link of a mail shows nothing any more.
    pub ended: Option<String>,
    /// How long after closing such a link holds.
    pub links_after_closing: String,
    /// What just went well.
    pub notice: Option<String>,
    pub error: Option<String>,
    /// The code as it was typed, when it was wrong.
    pub typed: String,
    /// Where the code is sent: `/case`, or where a form was going whose session had ended.
    pub action: String,
    /// What is sent along, hidden.
    pub kept: Vec<(String, String)>,
    /// Where files were sent with it: they have to be chosen again.
    pub files_field: Option<FilesField>,
    pub standing: Option<Standing>,
}

/// The whole case as its reporter sees it. It holds messages, so it has no `Debug`.
#[derive(Template)]
#[template(path = "case.html")]
pub struct CasePage {
    pub site: Site,
    pub standing: Standing,
    /// Who handles it.
    pub handler: Option<String>,
    pub release_planned: Option<String>,
    /// What the team waits to be told: it stands first, with the answer's form.
    pub question: Option<MessageView>,
    /// Newest first: those of this portion.
    pub messages: Vec<MessageView>,
    pub paging: Paging,
    /// How many messages came since the last visit.
    pub news: usize,
    pub report: SentReport,
    /// The receipt of it may be had again.
    pub has_receipt: bool,
    /// What just went well.
    pub notice: Option<String>,
    /// What was wrong with the reply's words.
    pub error: Option<String>,
    /// What may be sent along, and what was wrong with that.
    pub files_field: FilesField,
    pub idempotency_key: String,
    /// The reply as it was sent, when it has to be sent again.
    pub reply_text: String,
    /// What is written to it is kept with it, and a person looks at it; the page says so.
    pub closed: bool,
    /// How it stands may be asked, where nothing is asked of the reporter.
    pub ask: Option<AskForm>,
    /// When the reporter means to publish, until it is published.
    pub own_date: Option<OwnDate>,
    /// To take the report back, while the case is open.
    pub withdraw: Option<WithdrawForm>,
    /// The question whether it may go to the public tracker.
    pub tracker: Option<TrackerForm>,
    /// Until when both sides keep it to themselves.
    pub embargo: Option<EmbargoForm>,
    /// When the advisory is published by itself, and what its reader can do then.
    pub scheduled_for: Option<(String, &'static str)>,
    /// What was shown before it was public, the newest first.
    pub shared: Vec<SharedCard>,
    /// Where answers go, where the reporter gave an address.
    pub answers: Option<AnswersForm>,
    /// How to be credited, until it is published.
    pub credit: Option<CreditForm>,
    /// The published advisory.
    pub advisory_url: Option<String>,
    /// Of a duplicate: where the case stands that was there first.
    pub root_stage: Option<Stage>,
}

/// Which portion of a list is shown: from 1, with how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    pub page: usize,
    pub pages: usize,
}

/// A report as its sender sees it again. No `Debug`.
pub struct SentReport {
    pub title: String,
    /// A member wrote it down, who took it elsewhere.
    pub by_team: bool,
    /// What was said in a line: what was asked, and the answer.
    pub facts: Vec<(String, String)>,
    /// What was said in several.
    pub texts: Vec<(String, String)>,
    /// What a mail quoted.
    pub quoted: Option<String>,
    /// Files that came with it.
    pub files: Vec<FileLine>,
    /// The report as it was stored: `data:application/json;base64,…`.
    pub href: String,
}

/// A case in short, on pages of the team.
#[derive(Clone, Debug)]
pub struct CaseSummary {
    pub case_id: String,
    pub stage: Stage,
    pub received_at: Timestamp,
    pub clocks: Vec<ClockView>,
    pub now: Timestamp,
}

/// One message of the conversation; no `Debug`, because it holds what a person wrote.
pub struct MessageView {
    pub at: Timestamp,
    /// `You`, `Security team`, `Disclosure Desk`.
    pub from: String,
    pub speaker: Speaker,
    /// Shown as plain text, line by line as it was written.
    pub text: String,
    /// What a mail quoted of earlier messages: folded.
    pub quoted: Option<String>,
    /// Where all of it is, where that is only its beginning.
    pub whole: Option<String>,
    /// Files that came with it.
    pub files: Vec<FileLine>,
    /// The mail that it came in, on pages of the team.
    pub mail: Option<MailPart>,
    /// Whether it came since who reads this last did, where that is known.
    pub new: bool,
}

impl CaseLogin {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl Paging {
    /// The portion that was asked for, within those that there are.
    pub fn of(asked: usize, pages: usize) -> Paging {
        let pages = pages.max(1);
        Paging { page: asked.clamp(1, pages), pages }
    }
}

impl CasePage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    fn has_errors(&self) -> bool {
        self.error.is_some() || self.files_field.error.is_some() || self.problem().is_some()
    }

    /// Whether the first thing on the page is the question about the tracker, which only the reporter can answer.
    fn asks_of_tracker(&self) -> bool {
        self.tracker.as_ref().is_some_and(|form| form.agrees.is_none())
    }

    /// The same of the end of an embargo.
    fn asks_of_embargo(&self) -> bool {
        self.embargo.as_ref().is_some_and(|form| form.asked.is_some())
    }

    /// What is wrong in one of the small forms: where it stands, what it is about, and what it is.
    fn problem(&self) -> Option<(String, &'static str, &str)> {
        let of_date = self.own_date.as_ref().and_then(|form| form.error.as_deref());
        let of_credit = self.credit.as_ref().and_then(|form| form.error.as_deref());
        let of_answers = self.answers.as_ref().and_then(|form| form.error.as_deref());
        let of_ask = self.ask.as_ref().and_then(|form| form.error.as_deref());
        let of_withdrawal = self.withdraw.as_ref().and_then(|form| form.error.as_deref());
        let of_tracker = self.tracker.as_ref().and_then(|form| form.error.as_deref());
        let of_embargo = self.embargo.as_ref().and_then(|form| form.error.as_deref());
        let all = [
            ("field-confirm", "Take your report back", of_withdrawal),
            ("tracker-error", "The public tracker", of_tracker),
            ("embargo-error", "The embargo", of_embargo),
            ("planned-for", "Day on which you mean to publish", of_date),
            ("credit-as", "Credit", of_credit),
            ("answers-error", "Where we answer", of_answers),
            ("ask-error", "How it stands", of_ask),
        ];
        let of_forms = all.into_iter().find_map(|(target, label, error)| Some((target.to_owned(), label, error?)));
        of_forms.or_else(|| {
            let wrong = self.shared.iter().find(|card| card.has_error())?;
            Some((
                format!("{}-text", wrong.anchor()),
                "What was shared with you",
                wrong.form.as_ref()?.error.as_deref()?,
            ))
        })
    }
}

impl MessageView {
    /// How the stylesheet calls whose message it is.
    pub(super) fn class(&self) -> &'static str {
        match self.speaker {
            Speaker::Reporter => "reporter",
            Speaker::Team => "team",
            Speaker::Desk => "desk",
        }
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    pub(crate) fn login(error: Option<String>, standing: Option<Standing>) -> CaseLogin {
        let (notice, kept) = (Some(text()), vec![("text".to_owned(), text())]);
        let files_field = error.is_some().then(|| files_field(false));
        let (ended, links_after_closing) = (standing.is_none().then(text), text());
        CaseLogin {
            site: site(),
            ended,
            links_after_closing,
            notice,
            error,
            typed: text(),
            action: text(),
            kept,
            files_field,
            standing,
        }
    }

    pub(crate) fn case(error: Option<String>) -> CasePage {
        let speakers = [Speaker::Reporter, Speaker::Team, Speaker::Desk];
        let message = |speaker| MessageView {
            at: at(2),
            from: text(),
            speaker,
            text: text(),
            quoted: Some(text()),
            whole: (speaker == Speaker::Team).then(|| "/case?text=text-1".to_owned()),
            files: vec![file(None), file(Some("/desk/cases/EXP-2026-7K3QF/files/file-1"))],
            mail: (speaker == Speaker::Reporter).then(mail_part),
            new: speaker == Speaker::Reporter,
        };
        let asked = error.is_some();
        CasePage {
            site: site(),
            standing: standing(if asked { Stage::MoreInformationNeeded } else { Stage::UnderReview }),
            handler: Some(text()),
            release_planned: Some("2026-12-03".to_owned()),
            question: asked.then(|| message(Speaker::Team)),
            messages: speakers.map(message).into(),
            paging: Paging { page: 1, pages: 2 },
            report: SentReport {
                by_team: false,
                title: text(),
                facts: vec![(text(), text())],
                texts: vec![(text(), text())],
                quoted: Some(text()),
                files: vec![file(None)],
                href: text(),
            },
            news: usize::from(asked),
            has_receipt: asked,
            notice: Some(text()),
            closed: error.is_some(),
            files_field: files_field(error.is_some()),
            error,
            idempotency_key: text(),
            reply_text: text(),
            credit: Some(CreditForm {
                waits: asked,
                published: false,
                answered: Some(text()),
                name: text(),
                link: text(),
                error: Some(text()),
                idempotency_key: text(),
            }),
            answers: Some(AnswersForm {
                by_mail: asked,
                encrypted: asked,
                error: asked.then(text),
                idempotency_key: text(),
            }),
            own_date: Some(OwnDate {
                said: text(),
                planned_for: text(),
                time: text(),
                zone: text(),
                error: asked.then(text),
                idempotency_key: text(),
            }),
            withdraw: Some(WithdrawForm { error: asked.then(text), idempotency_key: text() }),
            tracker: Some(TrackerForm {
                agrees: asked.then_some(true),
                error: asked.then(text),
                idempotency_key: text(),
            }),
            embargo: Some(EmbargoForm {
                said: vec![text()],
                asked: Some(text()),
                error: asked.then(text),
                idempotency_key: text(),
            }),
            scheduled_for: Some((text(), "You can publish too.")),
            shared: crate::shared::sample::shared(asked, true),
            ask: (!asked).then(|| AskForm { again_from: None, error: Some(text()), idempotency_key: text() }),
            advisory_url: Some("javascript:alert(1)".into()),
            root_stage: Some(Stage::FixInPreparation),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("case_login", login(None, None).html()),
            ("case_login: error", login(Some(text()), Some(standing(Stage::Confirmed))).html()),
            ("case", case(None).html()),
            ("case: error", case(Some(text())).html()),
        ]
    }
}
