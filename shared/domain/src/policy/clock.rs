//! What the desk knows a clock as, and what people call it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{ClockRow, Policy};
use crate::id::ClockName;

/// How often a missed clock is told again where its row does not say.
pub const REPEAT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The grace of a clock whose row does not say one.
pub const GRACE: SignedDuration = SignedDuration::from_hours(3 * 24);

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$word_doc])* $word),+ }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$word),+];
        }
    };
}

words! {
    /// What a clock starts with.
    Starts {
        ReportReceived,
        Acknowledged,
        /// Each message of a team member to the reporter; starts anew each time.
        MessageToReporter,
        RequestSent,
        /// The reporter asks how it stands.
        StandingAsked,
        /// The case is accepted and nobody has said how severe it is.
        Accepted,
        AcceptedAndScored,
        /// A fix is ready on every affected maintained line (T51).
        FixesReady,
        /// Released on every affected maintained line: from here on attackers can read what it was (T53).
        FixesReleased,
        /// The reporter is asked how to be named.
        CreditAsked,
        AdvisoryPublished,
        /// The reporter says on which day they mean to publish; anew each time.
        DisclosurePlanned,
        /// The day of the release is planned; anew each time.
        ReleasePlanned,
        /// Both sides have agreed to the end of an embargo; anew with each other end.
        EmbargoActive,
        /// Attacks on the problem are seen, as the reporter or a member says.
        AttacksObserved,
        /// The reporter writes to a case that is closed, and nothing of theirs waits there yet.
        WrittenAfterClosing,
    }
}

words! {
    /// What meets a clock.
    MetBy {
        /// A team member's message to the reporter.
        MessageToReporter,
        /// Such a message with next steps.
        MessageWithNextSteps,
        HandlerAssigned,
        ReporterAnswer,
        /// A member says how severe it is.
        Scored,
        /// Released on every affected maintained line.
        Released,
        /// How the reporter is named is known.
        CreditAnswered,
        /// The advisory is published.
        Published,
        /// Seen on every channel.
        Announced,
        /// The embargo is over, whatever ended it.
        EmbargoOver,
        /// A person has said what becomes of what was written after closing: answered, a case of its own, or put away.
        Settled,
        /// A member says that it is done (`record-duty`): what no other event of the desk can show, a CVE record say.
        Recorded,
    }
}

/// What a clock is to the desk, whatever the policy names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockKind {
    /// A person has read the report (T20).
    Acknowledgement,
    /// A person has answered with next steps (T24).
    DetailedResponse,
    /// Somebody handles the case (T41).
    Handler,
    /// Whatever else the policy asks for.
    Duty,
}

impl ClockKind {
    /// The kinds that the desk cannot do without, each with the name that a clock of it usually has.
    pub const NEEDED: [(ClockKind, &'static str); 3] = [
        (ClockKind::Acknowledgement, "acknowledgement"),
        (ClockKind::DetailedResponse, "detailed-response"),
        (ClockKind::Handler, "handler"),
    ];

    /// What a clock is by its name alone: where its row says no more, and where there is no row any more.
    pub fn of_name(name: &str) -> ClockKind {
        ClockKind::NEEDED.iter().find(|(_, usual)| *usual == name).map_or(ClockKind::Duty, |(kind, _)| *kind)
    }
}

/// What a sentence calls a clock where its row does not say: `detailed response`.
pub(super) fn words_of_name(name: &str) -> String {
    name.replace('-', " ")
}

impl Starts {
    /// Whether what starts here is owed to the reporter: where the team's own audit found a case, there is none to owe it to.
    pub fn is_owed_to_reporter(self) -> bool {
        match self {
            Starts::ReportReceived
            | Starts::Acknowledged
            | Starts::MessageToReporter
            | Starts::RequestSent
            | Starts::CreditAsked
            | Starts::DisclosurePlanned
            | Starts::StandingAsked
            | Starts::WrittenAfterClosing => true,
            Starts::Accepted
            | Starts::AcceptedAndScored
            | Starts::FixesReady
            | Starts::FixesReleased
            | Starts::ReleasePlanned
            | Starts::EmbargoActive
            | Starts::AttacksObserved
            | Starts::AdvisoryPublished => false,
        }
    }

    /// Whether it starts with a day, at whose end it is due.
    pub fn names_a_day(self) -> bool {
        matches!(self, Starts::DisclosurePlanned | Starts::ReleasePlanned | Starts::EmbargoActive)
    }
}

impl MetBy {
    /// Whether a member's message to the reporter meets it.
    pub fn is_message(self) -> bool {
        match self {
            MetBy::MessageToReporter | MetBy::MessageWithNextSteps => true,
            MetBy::HandlerAssigned
            | MetBy::ReporterAnswer
            | MetBy::Scored
            | MetBy::Released
            | MetBy::CreditAnswered
            | MetBy::Published
            | MetBy::Announced
            | MetBy::EmbargoOver
            | MetBy::Settled
            | MetBy::Recorded => false,
        }
    }

    /// Whether a clock that is met by this goes on after its case has closed, where its row does not say: an announcement that
    /// is on its way stays a duty, and so does what the policy asks the team to record and what is said to a closed case; what is
    /// agreed with the reporter holds; nothing else is owed any more.
    pub fn outlives_its_case(self) -> bool {
        match self {
            MetBy::Announced | MetBy::EmbargoOver | MetBy::Settled | MetBy::Recorded => true,
            MetBy::MessageToReporter
            | MetBy::MessageWithNextSteps
            | MetBy::HandlerAssigned
            | MetBy::ReporterAnswer
            | MetBy::Scored
            | MetBy::Released
            | MetBy::CreditAnswered
            | MetBy::Published => false,
        }
    }
}

impl Policy {
    /// The clock of this kind; of the needed kinds there is exactly one.
    pub fn clock_of(&self, kind: ClockKind) -> Option<&ClockRow> {
        self.clocks.iter().find(|row| row.kind == kind)
    }

    /// What a clock is; what its name says where the policy no longer has it.
    pub fn clock_kind(&self, name: &ClockName) -> ClockKind {
        self.clock(name).map_or_else(|| ClockKind::of_name(name.as_str()), |row| row.kind)
    }

    /// What a sentence calls a clock: `detailed response`.
    pub fn clock_words(&self, name: &ClockName) -> String {
        self.clock(name).map_or_else(|| words_of_name(name.as_str()), |row| row.words.clone())
    }

    /// What a heading calls a clock: `Detailed response`.
    pub fn clock_label(&self, name: &ClockName) -> String {
        let words = self.clock_words(name);
        let mut chars = words.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
    }
}
