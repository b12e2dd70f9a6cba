//! One case as its team reads it.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;

use super::time::after;
use super::{CaseSummary, ClockView, MessageView, Site, rendered};

/// Everything that the team may read of a case. It holds a report, so it has no `Debug`.
#[derive(Template)]
#[template(path = "team_case.html")]
pub struct TeamCasePage {
    pub site: Site,
    pub member_name: String,
    /// With every clock, also those that the reporter does not see.
    pub summary: CaseSummary,
    /// Since when a clock is paused, by its label.
    pub paused_since: BTreeMap<String, Timestamp>,
    /// What is known of the case beside its stage, in words: name and value.
    pub facts: Vec<(String, String)>,
    /// `None` when the reporter named a package that the policy does not know.
    pub package: Option<String>,
    pub lines: Vec<String>,
    pub road: Road,
    pub report: ReportFields,
    /// The conversation, oldest first.
    pub messages: Vec<MessageView>,
    pub notes: Vec<NoteView>,
    /// Broken promises: which, when it was due.
    pub breaches: Vec<(String, Timestamp)>,
    pub commands: Vec<CommandLine>,
}

/// How far the case is on the road to publication. No `Debug`: it holds the advisory.
pub struct Road {
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
pub struct ReportFields {
    pub package: String,
    pub versions: String,
    pub summary: String,
    /// Shown as plain text, though it may be Markdown.
    pub details: String,
    pub impact: Option<String>,
    pub known_public: bool,
    pub known_exploited: bool,
    pub reporter_name: Option<String>,
    pub reporter_email: Option<String>,
    pub has_openpgp_key: bool,
    pub answers_by_mail: bool,
    /// Shown as plain text: a stranger's link is nobody's to follow by accident.
    pub credit: Option<String>,
    pub planned_for: Option<String>,
}

/// What the team wrote for itself. No `Debug`.
pub struct NoteView {
    pub at: Timestamp,
    pub by: String,
    /// What the note is the source of: `Public`.
    pub fact: Option<String>,
    pub text: String,
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

    /// What a paused clock goes on with: `3 d 2 h`.
    fn left_while_paused(&self, clock: &ClockView) -> Option<String> {
        after(*self.paused_since.get(&clock.label)?, clock.due_at)
    }
}
