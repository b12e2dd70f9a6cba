//! The policy: everything that a project promises and who keeps it, as data.
//!
//! Read from `policy.toml` by [`Policy::from_toml`]; nothing about any project is compiled in. The types here are
//! the resolved policy: what was left out is filled in, what is here is valid.

mod absence;
mod channel;
mod clock;
mod load;
mod mail;
mod meant;
mod named;
mod pager;
mod parties;
mod publication;
mod rate;
mod registry;
mod rota;
mod swap;
mod template;
mod urgent;
mod value;
mod zone;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use absence::Absence;
pub use channel::{Channel, ChannelKind, Form, KindRow, OwnChannel, ShownChannel, Takes, Turn};
pub use clock::{ClockKind, GRACE, MetBy, REPEAT, Starts};
pub use load::{PolicyProblem, PolicyProblems};
pub use mail::{Forwarder, MailRules};
pub(crate) use meant::plain;
pub use meant::{NOT_KNOWN, Whose};
pub use pager::{Key, Pager, PagerKind, PagerRow, Repeat};
pub use parties::PartyRules;
pub use publication::{Asked, PublicationRules};
pub use rate::{Limited, Network, NetworkLimits, Rate};
pub use registry::{NamedVersion, Registry, RegistryKind, ShownVersion};
pub use rota::{Gap, Watch};
pub use swap::{Said, Shift, Swap, SwapDays, Unreachable};
pub use template::{Outcome, Template};
pub use urgent::{DUTY, UrgentKind, UrgentWords};
pub use value::{Length, MailAddress};
pub use zone::Zone;

use crate::case::event::FactName;
use crate::id::{ClockName, LevelName, LineName, MemberId, PackageName, Prefix};

/// A whole policy, valid in itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    /// The form of the file; this code reads `1`.
    pub schema: u64,
    /// The policy's own version, for its readers: `2026-11-22`.
    pub version: String,
    pub project: Project,
    pub contacts: Contacts,
    pub members: Vec<Member>,
    pub sign_in: SignInRules,
    pub rota: Rota,
    /// In the order of escalation.
    pub levels: Vec<Level>,
    pub clocks: Vec<ClockRow>,
    pub packages: Vec<Package>,
    pub third_party: Vec<ThirdParty>,
    pub other_routes: Vec<Route>,
    pub channels: Vec<Channel>,
    pub templates: Vec<Template>,
    /// Steps of what to do now that the policy words itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urgent_steps: Vec<UrgentWords>,
    pub limits: Limits,
    pub mail: MailRules,
    pub parties: PartyRules,
    pub publication: PublicationRules,
    /// Where what is recorded as released is looked for (T52); `None`: nowhere, and a person's word is all there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<Registry>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Project {
    pub name: String,
    pub prefix: Prefix,
    pub website: String,
    pub repository: String,
    /// Where ordinary bugs are told in public.
    pub tracker: Option<String>,
    /// Where a change to the policy is proposed (T61).
    pub policy_url: String,
    /// Where the desk is reached in production, without a trailing slash; the local runner uses its own address.
    pub desk_url: String,
    /// Where what is published is read, without a trailing slash; `desk_url` with `/site` unless the policy says otherwise.
    pub site_url: String,
    /// What ids for ever begin with, `expressjs.com,2026`: a name that was the project's on a day (RFC 4151). The host of `website` and
    /// [`TAG_SINCE`] unless the policy says otherwise.
    pub tag: String,
}

/// The year in which a policy's website was the project's, where the policy says nothing of it.
pub const TAG_SINCE: &str = "2026";

impl Project {
    /// A `tag:` URI (RFC 4151) of something of the project's, whose name holds nothing that a URI would escape.
    pub fn tagged(&self, name: &str) -> String {
        format!("tag:{}:{name}", self.tag)
    }
}

/// The longest local part of the security address that leaves room for the token of an answer: 64 octets are all that a local
/// part can have (RFC 5321, 4.5.3.1.1).
pub const NAME_BYTES: usize = 19;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contacts {
    /// The address that reports go to and that promise mail comes from.
    pub security: String,
    /// Who answers for the policy itself (T59).
    pub policy_owner: MemberId,
    /// Runs the system and reads no case; hears of alarms (T19).
    pub operator: String,
    /// Woken last, when the whole team was silent.
    pub outside: Option<Person>,
    /// To whom a reporter may turn when the team is late: a person, or a CNA.
    pub escalation: Option<Escalation>,
    /// Called after each good tick of the schedule: a service outside AWS that notices when the calls stop.
    pub heartbeat: Option<String>,
}

/// Who takes cases that a team leaves alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Escalation {
    pub name: String,
    /// A `mailto:` or `https:` URI.
    pub contact: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    pub name: String,
    pub address: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Triage,
    ReleaseManager,
    PolicyOwner,
    Operator,
}

/// What the policy wants of who signs in, beside the mailed link.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SignInRules {
    /// Members with one of these roles must have a second factor.
    pub second_factor: Vec<Role>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    pub id: MemberId,
    pub name: String,
    pub address: String,
    pub roles: Vec<Role>,
    /// ASCII-armoured OpenPGP public key.
    pub openpgp_key: Option<String>,
    /// How the member is woken beside mail.
    pub page: Option<Pager>,
    pub away: Vec<Away>,
    /// Since when mail to the member comes back; the file says nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreachable_since: Option<Timestamp>,
    /// Where the member lives: pages and mails for them show its clock beside UTC.
    pub time_zone: Option<Zone>,
}

/// Days on which a member is not chosen; both ends included, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    pub from: Date,
    pub until: Date,
}

/// Who is on call: `order[k]` during the k-th shift since `starts`, around and around.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rota {
    pub starts: Timestamp,
    pub shift: SignedDuration,
    pub order: Vec<MemberId>,
    /// Shifts that members swapped, the last word last; the file has none.
    pub swapped: Vec<Shift>,
}

/// One step of the escalation ladder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Level {
    pub name: LevelName,
    pub notify: Vec<Audience>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// The primary handler, or who is on call while there is none.
    HandlerOrOnCall,
    /// The backup, or the next of the rota.
    Second,
    /// Everyone with the triage role.
    Team,
    /// Everyone with the release manager role, who may read the case once it is accepted.
    ReleaseManagers,
    /// `contacts.outside`.
    Outside,
    /// The reporter (reminders).
    Reporter,
}

/// A promise or a duty with a due time: one row of the policy, one kind of clock.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockRow {
    pub name: ClockName,
    pub kind: ClockKind,
    /// What a sentence calls it: `detailed response`.
    pub words: String,
    pub starts: Starts,
    pub due: Due,
    pub met_by: MetBy,
    pub pauses: Option<Pauses>,
    pub at_due: AtDue,
    /// Whom a breach is told, by level.
    pub breach_level: LevelName,
    pub warnings: Vec<Warning>,
    /// Whether the reporter's page shows it.
    pub reporter_sees: bool,
    /// A promise of the seed: never pauses, never moves, is counted, and a case with one running is not closed.
    pub promise: bool,
    /// Whether it goes on after its case has closed; else it ends with it.
    pub survives_closing: bool,
    /// How often it is told again once it is missed.
    pub repeat: SignedDuration,
    /// Scored again and higher, it is due no sooner than so long after that.
    pub grace: SignedDuration,
    /// How long it still runs at the most from when such a fact becomes known; in a case of which it is known, from its start.
    pub urgent_due: BTreeMap<FactName, SignedDuration>,
    /// It runs only in a case of which this is known.
    pub only_where: Option<FactName>,
    /// What it brings is told when it comes, at night too, however long it runs.
    pub at_any_hour: bool,
}

/// How long a clock runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    After(SignedDuration),
    BySeverity(BTreeMap<Severity, SignedDuration>),
    /// At the end of the day that it starts with, in UTC.
    DayEnds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pauses {
    WaitingForReporter,
    AnswerInQuarantine,
    /// While work on the case is put off.
    Deferred,
    /// While an embargo holds.
    EmbargoActive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AtDue {
    /// The promise is broken: remembered for ever, told at once.
    Breach,
    /// A handler is chosen by rota and load.
    AssignHandler,
    /// The case is set aside (Deferred) until the reporter answers.
    SetAside,
    /// The embargo is over.
    EndEmbargo,
}

/// A warning before the due time, or a reminder after the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Warning {
    pub when: When,
    pub level: LevelName,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Before the due time.
    Before(SignedDuration),
    /// After the start.
    After(SignedDuration),
}

/// CVSS's qualitative scale without "none".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Package {
    pub name: PackageName,
    /// What else people call it.
    pub aliases: Vec<PackageName>,
    /// `npm`.
    pub ecosystem: String,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub name: LineName,
    /// The last day on which it is maintained (UTC); `None` while no end is set.
    pub end_of_life: Option<Date>,
}

/// A module that others maintain, and where its reports go (T35).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThirdParty {
    pub package: PackageName,
    /// What else people call it.
    pub aliases: Vec<PackageName>,
    pub maintainer: String,
    /// A `mailto:` or `https:` URI.
    pub contact: String,
}

impl ThirdParty {
    /// Where a mail reaches them; `None` where the contact is a page.
    pub fn mail_address(&self) -> Option<&str> {
        self.contact.strip_prefix("mailto:")
    }
}

/// Another way to report (T39).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Route {
    pub name: String,
    pub url: String,
}

/// Limits on everything that comes in; sizes in bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// The body of a request.
    pub body_bytes: usize,
    /// A Markdown text: a report's details, a message.
    pub text_bytes: usize,
    /// A one-line field.
    pub line_bytes: usize,
    /// Messages of a reporter to one case in a day.
    pub reporter_messages_per_day: u64,
    /// And how much they may be together, with files and whole mails.
    pub reporter_bytes_per_day: u64,
    /// The files of one page together; what a function of the cloud takes in one request bounds it.
    pub files_bytes: usize,
    /// Files that a case takes, in all.
    pub files_per_case: u64,
    /// And how large they may be together.
    pub files_bytes_per_case: u64,
    /// How often one sign-in link is mailed to its member, when it is asked for again while it is good.
    pub sign_in_mails_per_link: u64,
    /// How long after a case is closed the links in mails to its reporter still show where it stands.
    pub case_links_after_closing: SignedDuration,
    /// The latest end that an embargo may have, from the receipt of the report.
    pub embargo_at_most: SignedDuration,
    /// What one network may do before it is asked to wait; asked before all else that counts.
    pub from_one_network: NetworkLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body_bytes: 256 * 1024,
            text_bytes: 64 * 1024,
            line_bytes: 300,
            reporter_messages_per_day: 50,
            reporter_bytes_per_day: 50 * 1024 * 1024,
            files_bytes: 4 * 1024 * 1024,
            files_per_case: 50,
            files_bytes_per_case: 40 * 1024 * 1024,
            sign_in_mails_per_link: 3,
            case_links_after_closing: SignedDuration::from_hours(90 * 24),
            embargo_at_most: SignedDuration::from_hours(90 * 24),
            from_one_network: NetworkLimits::default(),
        }
    }
}
