//! One case as its team reads it.

use askama::Template;
use desk_domain::report::Weight;
use jiff::Timestamp;

use super::{CaseSummary, Desk, MailPart, MessageView, Site, rendered};

/// Everything that the team may read of a case. It holds a report, so it has no `Debug`.
#[derive(Template)]
#[template(path = "team_case.html")]
pub struct TeamCasePage {
    pub site: Site,
    pub desk: Desk,
    /// With every clock, also those that the reporter does not see.
    pub summary: CaseSummary,
    /// What is known of the case beside its stage, in words: name and value.
    pub facts: Vec<(String, String)>,
    /// `None` when the reporter named a package that the policy does not know.
    pub package: Option<String>,
    pub lines: Vec<String>,
    pub publication: PublicationProgress,
    pub report: ReportFields,
    /// The mail that the report came in.
    pub mail: Option<MailPart>,
    /// What waits for somebody to say whose it is.
    pub quarantine: Option<QuarantineView>,
    /// The conversation, oldest first.
    pub messages: Vec<MessageView>,
    pub notes: Vec<NoteView>,
    /// Broken promises: which, when it was due.
    pub breaches: Vec<(String, Timestamp)>,
    /// What was mailed of the case, oldest first.
    pub deliveries: Vec<DeliveryLine>,
    pub commands: Vec<CommandLine>,
}

/// What waits in quarantine. No `Debug`: it holds what somebody wrote.
pub struct QuarantineView {
    /// The report itself is not proven to be its sender's.
    pub report: bool,
    /// Answers, in the order in which they came.
    pub answers: Vec<HeldView>,
    /// How it is let in, and how it is left aside.
    pub release: String,
    pub refuse: String,
}

/// An answer in quarantine. No `Debug`.
pub struct HeldView {
    pub at: Timestamp,
    pub text: String,
    pub quoted: Option<String>,
    pub mail: MailPart,
}

/// A mail that was sent, or is to be.
#[derive(Clone, Debug)]
pub struct DeliveryLine {
    /// `The reporter`, a member's name.
    pub to: String,
    /// What it says, by its name: `Receipt`.
    pub what: String,
    /// `delivered`, `withheld: …`
    pub state: String,
    pub at: Timestamp,
    /// The receiver will never have it, as far as is known.
    pub lost: bool,
}

/// How far the case is on the way to publication. No `Debug`: it holds the advisory.
pub struct PublicationProgress {
    /// Each step and what it came to.
    pub rows: Vec<(String, String)>,
    /// What publishing still waits for.
    pub missing: Vec<String>,
    /// Each channel and where it stands; none before it is published.
    pub channels: Vec<(String, String)>,
    /// The advisory in its final form, as plain text.
    pub preview: Option<String>,
}

/// The report, field by field. No `Debug`.
#[derive(Default)]
pub struct ReportFields {
    pub title: String,
    pub facts: Vec<ReportFact>,
    /// Headings and texts, shown as plain text, though they may be Markdown.
    pub texts: Vec<(&'static str, String)>,
    /// What the reporter's mail quoted: folded.
    pub quoted: Option<String>,
}

/// What the report says in a word or a line. Shown as plain text: a stranger's link is nobody's to follow by accident. No
/// `Debug`.
pub struct ReportFact {
    pub label: &'static str,
    pub value: String,
    pub weight: Weight,
}

/// What the team wrote for itself, and what others than the reporter wrote to it. No `Debug`.
pub struct NoteView {
    pub at: Timestamp,
    pub by: String,
    /// What the note is: `source of “Public”`.
    pub about: Option<String>,
    pub text: String,
    /// What a mail quoted of earlier messages: folded.
    pub quoted: Option<String>,
    /// The mail that it came in.
    pub mail: Option<MailPart>,
}

/// A command that may be given now, and how.
#[derive(Clone, Debug)]
pub struct CommandLine {
    pub name: String,
    /// `desk case do …`
    pub line: String,
}

impl TeamCasePage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    /// `5 mails, 1 not delivered`.
    fn deliveries_in_short(&self) -> String {
        let (all, lost) = (self.deliveries.len(), self.deliveries.iter().filter(|mail| mail.lost).count());
        let mails = if all == 1 { "1 mail".to_owned() } else { format!("{all} mails") };
        match lost {
            0 => mails,
            lost => format!("{mails}, {lost} not delivered"),
        }
    }
}
