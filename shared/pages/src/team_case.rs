//! One case as its team reads it.

#[cfg(test)]
pub(crate) mod sample;

use askama::Template;
use desk_domain::report::Weight;
use jiff::Timestamp;

use desk_view::{ClockStanding, ClockView};

use super::{CaseSummary, Desk, FileLine, MailPart, MessageView, PartyCard, SharedBody, SharedCard, Site};

/// Everything that the team may read of a case. It holds a report, so it has no `Debug`.
#[derive(Template)]
#[template(path = "team_case.html")]
pub struct TeamCasePage {
    pub site: Site,
    pub desk: Desk,
    /// With every clock, also those that the reporter does not see.
    pub summary: CaseSummary,
    /// Two words to call it by.
    pub spoken: String,
    /// What to know of it at a glance, each with how the stylesheet calls it.
    pub tags: Vec<Tag>,
    /// What was just done.
    pub notice: Option<String>,
    pub next: NextStep,
    /// What cannot wait, where the problem is public or attacked.
    pub urgent: Option<UrgentList>,
    pub checklist: Vec<CheckRow>,
    /// Steps that can be taken beside those of the list: what it says, where it is.
    pub more: Vec<(String, String)>,
    /// Whether the report is unfolded: until somebody has confirmed it.
    pub report_open: bool,
    /// How many events there are.
    pub events: usize,
    /// Where the older messages are; `None` on the last page.
    pub older: Option<String>,
    /// Where the newer ones are; `None` on the first page.
    pub newer: Option<String>,
    pub can_write: bool,
    /// Whether somebody outside reported it, and reads along.
    pub reported: bool,
    /// What is known of the case beside its stage, in words: name and value.
    pub facts: Vec<(String, String)>,
    /// `None` when the reporter named a package that the policy does not know.
    pub package: Option<String>,
    pub lines: Vec<String>,
    /// What was determined and searched for, in words: name and value.
    pub publication: Vec<(String, String)>,
    /// Each channel and where it stands; none before it is published.
    pub channels: Vec<(String, String)>,
    pub report: ReportFields,
    /// Files that came with the report by the page.
    pub files: Vec<FileLine>,
    /// The mail that the report came in.
    pub mail: Option<MailPart>,
    /// What waits for somebody to say whose it is.
    pub quarantine: Option<QuarantineView>,
    /// The public tracker, where its reporter agreed that an ordinary bug goes there.
    pub tracker: Option<String>,
    /// What was shown to the reporter before it was public, the newest first.
    pub shared: Vec<SharedCard>,
    /// Where something is shown to them; `None` where that is not possible now.
    pub share_href: Option<String>,
    /// Who was invited from outside.
    pub parties: Vec<PartyCard>,
    /// Where others are invited; `None` where that is not possible now.
    pub invite_party_href: Option<String>,
    /// A page of the conversation, newest first.
    pub messages: Vec<MessageView>,
    /// How many messages came since who reads this last did, on whichever page, and when that was.
    pub news: usize,
    pub last_read: Option<Timestamp>,
    /// A page of the notes, newest first, and where the older and the newer ones are.
    pub notes: Vec<NoteView>,
    pub older_notes: Option<String>,
    pub newer_notes: Option<String>,
    /// Broken promises: which, when it was due.
    pub breaches: Vec<(String, Timestamp)>,
    /// What was mailed of the case, newest first.
    pub deliveries: Vec<DeliveryLine>,
    /// There are older ones, which are not shown.
    pub more_deliveries: bool,
    pub commands: Vec<String>,
}

/// What waits in quarantine. No `Debug`: it holds what somebody wrote.
pub struct QuarantineView {
    /// The report itself is not proven to be its sender's.
    pub report: bool,
    /// The newest answers, in the order in which they came.
    pub answers: Vec<HeldView>,
    /// How many more wait.
    pub more: usize,
    /// Where somebody says whose it is; `None` for those who may not.
    pub href: Option<String>,
}

/// An answer in quarantine. No `Debug`.
pub struct HeldView {
    pub at: Timestamp,
    pub text: String,
    pub quoted: Option<String>,
    /// Where all of it is, where that is only its beginning.
    pub whole: Option<String>,
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

/// A word or two on a case.
#[derive(Clone, Debug)]
pub struct Tag {
    pub words: String,
    pub class: &'static str,
}

/// What is next, and the page that does it.
#[derive(Clone, Debug)]
pub struct NextStep {
    pub words: String,
    pub due: Option<Timestamp>,
    /// What the button says, and where it leads.
    pub action: Option<(String, String)>,
}

/// A step of the policy.
#[derive(Clone, Debug)]
pub struct CheckRow {
    pub state: CheckState,
    pub label: String,
    /// Who did it and when; or why it has to wait.
    pub detail: String,
    /// What can be done of it now: what a link says, and where it leads.
    pub actions: Vec<(String, String)>,
}

/// What to do now.
#[derive(Clone, Debug)]
pub struct UrgentList {
    /// What is known.
    pub heading: String,
    pub rows: Vec<CheckRow>,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    Done,
    Open,
    /// It has to wait.
    Later,
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
    /// Where all of it is, where that is only its beginning.
    pub whole: Option<String>,
    /// The mail that it came in.
    pub mail: Option<MailPart>,
    /// Whether it was written since who reads this last did.
    pub new: bool,
}

/// Whether it is still to be kept, late or not.
fn is_open(clock: &ClockView) -> bool {
    match clock.state {
        ClockStanding::Running | ClockStanding::Paused => true,
        ClockStanding::Breached => clock.met_at.is_none(),
        ClockStanding::Met => false,
    }
}

impl CheckState {
    pub(super) fn class(self) -> &'static str {
        match self {
            CheckState::Done => "done",
            CheckState::Open => "open",
            CheckState::Later => "later",
        }
    }

    /// For those who do not see its shape.
    pub(super) fn words(self) -> &'static str {
        match self {
            CheckState::Done => "done",
            CheckState::Open => "open",
            CheckState::Later => "later",
        }
    }
}

impl NextStep {
    /// Whether its time has passed at `now`.
    pub(super) fn is_overdue(&self, now: &Timestamp) -> bool {
        self.due.is_some_and(|due| due < *now)
    }
}

impl TeamCasePage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }

    /// The clocks that somebody still has to keep.
    fn open_clocks(&self) -> Vec<&ClockView> {
        self.summary.clocks.iter().filter(|clock| is_open(clock)).collect()
    }

    /// The others.
    fn ended_clocks(&self) -> Vec<&ClockView> {
        self.summary.clocks.iter().filter(|clock| !is_open(clock)).collect()
    }

    /// `4 kept, 1 missed`.
    fn ended_in_short(&self) -> String {
        let missed = self.breaches.len();
        let kept = self.ended_clocks().iter().filter(|clock| clock.state == ClockStanding::Met).count();
        format!("{kept} kept, {missed} missed")
    }

    /// `5 mails, 1 not delivered`; of more than are shown `The newest 20 mails`.
    fn deliveries_in_short(&self) -> String {
        let lost = self.deliveries.iter().filter(|mail| mail.lost).count();
        let mails = match (self.more_deliveries, self.deliveries.len()) {
            (false, 1) => "1 mail".to_owned(),
            (false, all) => format!("{all} mails"),
            (true, shown) => format!("The newest {shown} mails"),
        };
        match lost {
            0 => mails,
            lost => format!("{mails}, {lost} not delivered"),
        }
    }
}
