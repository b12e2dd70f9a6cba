//! Comments on the policy: the form of two fields, the list of them, from clear fields alone, and one with what was written since.

use askama::Template;
use jiff::Timestamp;

use super::{Desk, Input, MailPart, MessageView, NoteView, Site, rendered};

/// Where everybody comments; no `Debug`: it holds what somebody wrote.
#[derive(Template)]
#[template(path = "comment_form.html")]
pub struct CommentForm {
    pub site: Site,
    /// Who answers for the policy.
    pub owner: String,
    pub idempotency_key: String,
    /// The comment and the address.
    pub inputs: [Input; 2],
    /// Why it is not taken now although nothing is wrong with it, and when to send it again.
    pub wait: Option<String>,
    /// It was sent; with the address, where one was given.
    pub sent: Option<Option<String>>,
}

/// One page of the list.
#[derive(Template)]
#[template(path = "comments.html")]
pub struct CommentsPage {
    pub site: Site,
    pub desk: Desk,
    /// Who answers for the policy.
    pub owner: String,
    /// Newest first.
    pub rows: Vec<CommentRow>,
    /// Address of the next page, when there is one.
    pub next: Option<String>,
}

/// One comment.
#[derive(Clone, Debug)]
pub struct CommentRow {
    pub case_id: String,
    /// Address of its own page, for those who may read it.
    pub href: Option<String>,
    pub received_at: Timestamp,
    pub standing: CommentStanding,
}

/// Where a comment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentStanding {
    /// Nobody has answered what was written last.
    Waiting,
    Answered,
    /// It is a report after all, of this id.
    Became(String),
}

/// One comment. It holds what somebody wrote, so it has no `Debug`.
#[derive(Template)]
#[template(path = "comment.html")]
pub struct CommentPage {
    pub site: Site,
    pub desk: Desk,
    pub case_id: String,
    /// Two words to call it by.
    pub spoken: String,
    /// What was just done.
    pub notice: Option<String>,
    pub received_at: Timestamp,
    /// From whom, as far as they said.
    pub from: Option<String>,
    /// The subject of the mail that it came in.
    pub subject: Option<String>,
    pub text: String,
    pub mail: Option<MailPart>,
    /// What was written since, a page of it, newest first.
    pub messages: Vec<MessageView>,
    pub newer: Option<String>,
    pub older: Option<String>,
    /// A page of the notes, newest first.
    pub notes: Vec<NoteView>,
    pub older_notes: Option<String>,
    pub newer_notes: Option<String>,
    /// Where it is answered, or why it cannot be.
    pub answer: Result<String, Option<String>>,
    /// Where it is made a report; `None` where it cannot be.
    pub report: Option<String>,
    /// The report that it became.
    pub became: Option<String>,
    pub commands: Vec<String>,
}

impl CommentForm {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    fn has_errors(&self) -> bool {
        self.inputs.iter().any(|input| !input.errors.is_empty())
    }
}

impl CommentsPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }
}

impl CommentPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use desk_view::Speaker;

    use super::*;
    use crate::samples::*;
    use crate::{DeskPage, InputControl};

    fn comments(told: bool) -> CommentsPage {
        let row = |standing| CommentRow { case_id: text(), href: Some(text()), received_at: at(1), standing };
        let bare = CommentRow { href: None, ..row(CommentStanding::Answered) };
        let all = vec![row(CommentStanding::Waiting), row(CommentStanding::Became(text())), bare];
        CommentsPage {
            site: site(),
            desk: desk(Some(DeskPage::Comments)),
            owner: text(),
            rows: if told { all } else { Vec::new() },
            next: told.then(text),
        }
    }

    fn comment(told: bool) -> CommentPage {
        CommentPage {
            site: site(),
            desk: desk(None),
            case_id: text(),
            spoken: text(),
            notice: told.then(text),
            received_at: at(1),
            from: told.then(text),
            subject: told.then(text),
            text: text(),
            mail: told.then(mail_part),
            messages: if told {
                vec![MessageView {
                    at: at(2),
                    from: text(),
                    speaker: Speaker::Team,
                    text: text(),
                    quoted: None,
                    whole: Some(text()),
                    files: Vec::new(),
                    mail: None,
                    new: false,
                }]
            } else {
                Vec::new()
            },
            newer: told.then(text),
            older: told.then(text),
            notes: if told {
                vec![NoteView {
                    at: at(2),
                    by: text(),
                    about: None,
                    text: text(),
                    quoted: None,
                    whole: Some(text()),
                    mail: None,
                    new: false,
                }]
            } else {
                Vec::new()
            },
            older_notes: told.then(text),
            newer_notes: told.then(text),
            answer: if told { Ok(text()) } else { Err(Some(text())) },
            report: told.then(text),
            became: (!told).then(text),
            commands: if told { vec![text()] } else { Vec::new() },
        }
    }

    fn comment_form(wrong: bool, sent: Option<Option<String>>) -> CommentForm {
        let input = |name: &str, control| Input {
            name: name.to_owned(),
            label: text(),
            hint: text(),
            control,
            value: text(),
            required: name == "comment",
            errors: if wrong { vec![text()] } else { Vec::new() },
        };
        CommentForm {
            site: site(),
            owner: text(),
            idempotency_key: text(),
            inputs: [input("comment", InputControl::Area { rows: 8 }), input("email", InputControl::Line)],
            wait: None,
            sent,
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("comments", comments(true).html()),
            ("comments: none", comments(false).html()),
            ("comment", comment(true).html()),
            ("comment: became a report", comment(false).html()),
            ("comment_form", comment_form(false, None).html()),
            ("comment_form: wrong", comment_form(true, None).html()),
            ("comment_form: wait", CommentForm { wait: Some(text()), ..comment_form(false, None) }.html()),
            ("comment_form: sent", comment_form(false, Some(Some(text()))).html()),
            ("comment_form: sent without an address", comment_form(false, Some(None)).html()),
        ]
    }
}
