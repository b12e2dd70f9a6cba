//! The page behind the button in a page mail: a member acknowledges a report in two steps, `GET` shows, `POST` acts.

use askama::Template;
use desk_domain::case::Stage;
use desk_domain::policy::Zone;
use jiff::Timestamp;

use super::{Site, rendered_in};

/// Shows id, stage and times of a case, nothing more, and sends the acknowledgement.
#[derive(Template)]
#[template(path = "acknowledge.html")]
pub struct AcknowledgePage {
    pub site: Site,
    pub case_id: String,
    /// Two words to call it by.
    pub spoken: String,
    pub stage: Stage,
    pub received_at: Timestamp,
    pub due_at: Timestamp,
    pub now: Timestamp,
    /// Who acknowledges; the message is signed with this name.
    pub member_name: String,
    /// Where the member lives.
    pub zone: Option<Zone>,
    /// The signed link's token, carried along hidden.
    pub token: String,
    /// What the message says unless the member edits it; or what was typed.
    pub message: String,
    /// Whether the member may change it; else it is shown as it is sent.
    pub own_words: bool,
    /// What was written, and is not sent.
    pub unsent: Option<String>,
    /// What was wrong with it.
    pub error: Option<String>,
    /// Whether the case can be taken at once, because nobody handles it, and whether that is ticked.
    pub take: Option<bool>,
    /// Who handles it.
    pub handler: Option<String>,
    /// What is due next: its name, and when.
    pub next: Option<(String, Timestamp)>,
    pub state: Acknowledgement,
}

/// Where the acknowledgement stands.
#[derive(Clone, Debug)]
pub enum Acknowledgement {
    /// Not yet given: the form is shown.
    Ask,
    /// Given before, by this person.
    Done { by: String, at: Timestamp },
    /// The link no longer works.
    Gone { why: String },
    /// Given just now.
    Thanks,
    /// A link to the report is on its way to the member.
    Mailed,
}

impl AcknowledgePage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered_in(self.zone.as_ref(), self)
    }

    fn asks(&self) -> bool {
        matches!(self.state, Acknowledgement::Ask)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    pub(crate) fn acknowledge(state: Acknowledgement) -> AcknowledgePage {
        AcknowledgePage {
            site: site(),
            case_id: text(),
            stage: Stage::Received,
            received_at: at(1),
            due_at: at(12),
            now: at(13),
            member_name: text(),
            zone: "Pacific/Auckland".parse().ok(),
            token: text(),
            spoken: text(),
            message: text(),
            own_words: true,
            unsent: None,
            error: matches!(state, Acknowledgement::Ask).then(text),
            take: Some(true),
            handler: Some(text()),
            next: Some((text(), at(14))),
            state,
        }
    }

    fn usual_words() -> AcknowledgePage {
        AcknowledgePage { own_words: false, unsent: Some(text()), take: None, ..acknowledge(Acknowledgement::Ask) }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("acknowledge", acknowledge(Acknowledgement::Ask).html()),
            ("acknowledge: the usual words", usual_words().html()),
            ("acknowledge: done", acknowledge(Acknowledgement::Done { by: text(), at: at(2) }).html()),
            ("acknowledge: gone", acknowledge(Acknowledgement::Gone { why: text() }).html()),
            ("acknowledge: thanks", acknowledge(Acknowledgement::Thanks).html()),
            ("acknowledge: mailed", acknowledge(Acknowledgement::Mailed).html()),
        ]
    }
}
