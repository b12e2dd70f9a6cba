use super::*;
use crate::case::Stage;
use crate::id::ClockName;
use jiff::civil::Date;

/// Where the rest of a list of cases is.
pub(super) const BOARD: &str = "the board";

/// How many rows each list of a digest shows.
pub const DIGEST_ROWS: usize = 20;

/// To each present member of the team, once a day: the member's own cases, those that nobody handles, what was missed, and what was
/// filed. Ids, times and states only; from whom and about what something filed is, is sealed until the mail is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// The day that it is of (UTC).
    pub on: Date,
    /// The member's own cases, by what is due next; of them are shown those of which there is something to say.
    pub own: Listed<DigestRow>,
    /// Own cases that are as the digest before had them, of which nothing is due soon.
    #[serde(default)]
    pub quiet: usize,
    pub unassigned: Listed<DigestRow>,
    /// Due times of the last day that passed unmet, the team's.
    pub missed: Listed<MissedRow>,
    /// Open cases of the whole team.
    pub open: usize,
    /// Mails that were filed since the digest before, the newest first.
    #[serde(default)]
    pub filed: Listed<FiledRow>,
}

/// A mail that was filed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FiledRow {
    pub case: CaseId,
    pub received_at: Timestamp,
}

/// From whom a filed mail is and what stands above it, as it lies sealed beside its case. No `Debug`: a person may have written it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FiledWords {
    pub from: Option<String>,
    pub subject: String,
}

/// So much of a subject is shown.
const SUBJECT_CHARS: usize = 52;

/// The first [`DIGEST_ROWS`] of a list, and how many there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed<T> {
    pub rows: Vec<T>,
    pub count: usize,
}

/// An open case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DigestRow {
    pub case: CaseId,
    pub stage: Stage,
    /// `None` when nothing is due.
    pub next: Option<(ClockName, Timestamp)>,
    /// What is due next where that was missed.
    #[serde(default)]
    pub then: Option<(ClockName, Timestamp)>,
}

/// A due time that passed unmet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MissedRow {
    pub case: CaseId,
    pub clock: ClockName,
    pub due_at: Timestamp,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Listed { rows: Vec::new(), count: 0 }
    }
}

impl<T> Listed<T> {
    /// Of everything, in the order in which it is to be shown.
    pub fn of(all: Vec<T>) -> Listed<T> {
        let count = all.len();
        Listed { rows: all.into_iter().take(DIGEST_ROWS).collect(), count }
    }

    pub(super) fn said(&self, letter: Letter, title: &str, page: &str, row: impl Fn(&T) -> (String, String)) -> Letter {
        if self.rows.is_empty() {
            return letter;
        }
        let letter = letter.say(format!("{title}:")).facts(self.rows.iter().map(row).collect());
        match self.count.saturating_sub(self.rows.len()) {
            0 => letter,
            more => letter.say(format!("and {more} more, which {page} shows.")),
        }
    }
}

impl Digest {
    /// Whether there is nothing that the member would have to look at.
    pub fn is_empty(&self) -> bool {
        self.own.count + self.unassigned.count + self.missed.count + self.filed.count == 0
    }

    /// Whether all that it says is that nothing has changed.
    pub fn is_quiet(&self) -> bool {
        self.quiet == self.own.count && self.unassigned.count + self.missed.count + self.filed.count == 0
    }

    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let open = |row: &DigestRow| (row.case.to_string(), row.said(at));
        let missed = |row: &MissedRow| (row.case.to_string(), due(&row.clock, row.due_at, at));
        let letter = Letter::new(at.subject(&format!("Your digest of {}", self.on))).say(self.counts());
        let letter = self.missed.said(letter, "Missed in the last day, and still to be done", BOARD, missed);
        let letter = self.shown().said(letter, "Your cases, the soonest due first", BOARD, open);
        let letter = self.said_of_the_quiet(letter);
        let letter = self.unassigned.said(letter, "Cases without a handler; please take one if you can", BOARD, open);
        let letter = letter.link("All open cases on the desk", &at.links.board);
        self.told_of_filed(letter, at)
            .say(
                "This mail comes once a day when there is something to say in it, and on Mondays while you have cases; digest_at in \
                 the policy says when.",
            )
            .sign(at.team_signature())
    }

    /// Without those that are counted apart.
    fn shown(&self) -> Listed<DigestRow> {
        Listed { rows: self.own.rows.clone(), count: self.own.count.saturating_sub(self.quiet) }
    }

    fn said_of_the_quiet(&self, letter: Letter) -> Letter {
        let (cases, are) = match self.quiet {
            0 => return letter,
            1 => ("1 of your cases".to_owned(), "is as it was"),
            count => (format!("{count} of your cases"), "are as they were"),
        };
        letter.say(format!(
            "{cases} {are} in the last digest, with nothing due within a day: the board shows what comes."
        ))
    }

    /// What nobody answers, so that a report among it is found.
    fn told_of_filed(&self, letter: Letter, at: &Setting<'_>) -> Letter {
        let mails = match self.filed.count {
            0 => return letter,
            1 => "1 mail was".to_owned(),
            count => format!("{count} mails were"),
        };
        let title = format!("{mails} filed since the last digest, and answered by nobody");
        let letter = self.filed.said(letter, &title, "the list of what is filed", |row| row.said(at));
        let letter = letter.say("If one of them is a report, treat-as-report on its page makes it one.");
        letter.link("What is filed, on the desk", &format!("{}/filed", at.links.board))
    }

    fn counts(&self) -> String {
        let cases = |count| if count == 1 { "1 case".to_owned() } else { format!("{count} cases") };
        let yours = match self.own.count {
            0 => "You handle no case".to_owned(),
            count => format!("You handle {}", cases(count)),
        };
        let nobodys = match self.unassigned.count {
            0 => String::new(),
            1 => ", of which 1 has no handler".to_owned(),
            count => format!(", of which {count} have no handler"),
        };
        let are = if self.open == 1 { "is" } else { "are" };
        format!("{yours}. {} of the team {are} open{nobodys}.", cases(self.open))
    }
}

impl FiledRow {
    fn said(&self, at: &Setting<'_>) -> (String, String) {
        let words = at.filed.iter().find(|(case, _)| *case == self.case).map(|(_, words)| words);
        let Some(FiledWords { from, subject }) = words else {
            return (self.case.to_string(), "from whom and about what, the desk shows".to_owned());
        };
        let from = from.as_deref().unwrap_or("nobody that it names");
        let subject = match subject.as_str() {
            "" => "(no subject)".to_owned(),
            subject if subject.chars().count() > SUBJECT_CHARS => {
                format!("“{}…”", subject.chars().take(SUBJECT_CHARS).collect::<String>())
            }
            subject => format!("“{subject}”"),
        };
        (self.case.to_string(), format!("from {from}\n{subject}"))
    }
}

impl DigestRow {
    pub(super) fn said(&self, at: &Setting<'_>) -> String {
        let due = |of: &Option<(ClockName, Timestamp)>| of.as_ref().map(|(clock, when)| due(clock, *when, at));
        match (due(&self.next), due(&self.then), self.stage) {
            (Some(next), Some(then), stage) => format!("{stage}; {next};\n{then}"),
            (Some(next), None, stage) => format!("{stage}; {next}"),
            (None, _, Stage::Released) => format!("{}: close it?", self.stage),
            (None, _, stage) => format!("{stage}; nothing is due"),
        }
    }
}

/// The time stands on a line of its own: with it, no clock's name makes the line too long.
fn due(clock: &ClockName, when: Timestamp, at: &Setting<'_>) -> String {
    let is = if when <= at.now { "was due" } else { "is due" };
    format!("{} {is}\n{}", at.owed(clock), at.due(when))
}
