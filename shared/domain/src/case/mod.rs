//! A case: an append-only log of events, and the state that they add up to.
//!
//! [`decide::open`] and [`decide::decide`] say which events follow from a report or a command; [`Case::apply`] says
//! what an event changes, and nothing else changes a case. Replaying the log gives the snapshot.

mod answering;
mod apply;
mod brief;
pub mod clock;
pub mod command;
pub mod decide;
pub mod duplicates;
mod elsewhere;
pub mod embargo;
mod end;
mod escalate;
pub mod event;
mod invariants;
pub mod keys;
pub mod ladder;
mod links;
pub mod party;
pub mod permit;
pub mod publication;
pub mod quarantine;
pub mod quiet;
pub mod rm;
pub mod share;
pub mod spoken;
mod stage;
mod stand_in;
mod untouched;
mod urgent;
pub mod written_after;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use answering::Answering;
pub use brief::Brief;
pub use clock::{Clock, ClockState};
pub use command::{Command, CommandName};
pub use duplicates::Root;
pub use embargo::Embargo;
pub use end::End;
use event::Hint;
pub use event::{Actor, ContentRef, Event, EventBody, Message, Recipient};
pub use links::LinkEnded;
pub use party::{Party, PartyState, PartyStatus};
pub use quarantine::Quarantine;
pub use rm::Rm;
pub use share::Shared;
pub use spoken::{SaidBy, Spoken};
pub use stage::Stage;
pub use untouched::is_untouched;
pub use urgent::UrgentStep;

use self::event::{Answers, ByMail, FactName, FileCount, Opened, Resolution};
use self::publication::Publication;
use crate::id::{CaseId, ClockName, ContentId, MemberId, PackageName, SourceId};
use crate::moment::Moment;
use crate::policy::{MetBy, Policy, Role, Severity};

/// How a member's message reaches the reporter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the case page, which the mail points to: so the reporter wishes it.
    Page,
    /// Whoever wrote in clear is answered in clear.
    Clear,
    /// To the key that the reporter gave.
    ToKey,
    /// Whoever wrote encrypted and gave no key is not answered in clear: by the case page.
    KeptFromClear,
}

/// The state of a case: what is stored as its snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub id: CaseId,
    /// The number of events so far; the next event's `seq` is one more.
    pub version: u64,
    pub received_at: Timestamp,
    /// When something last happened; not known of a snapshot that is older than this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// `None` when the reporter named something that the policy does not know.
    pub package: Option<PackageName>,
    pub answers: Answers,
    /// The reporter's address, sealed to the mail key.
    pub address: Option<ContentId>,
    pub has_openpgp_key: bool,
    /// The event by which its reporter got their present code; `None` while that is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u64>,
    /// When the reporter means to publish, as they last said.
    pub planned_for: Option<Moment>,
    pub report: ContentRef,
    pub continues: Option<CaseId>,
    /// The case whose audit found this one.
    #[serde(default)]
    pub found_by: Option<CaseId>,
    /// A member opened it, for what reached the team another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
    /// It only tries whether the desk works.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub canary: bool,
    pub rm: Rm,
    /// The state that the reporter's answer resumes, while the case is set aside for silence.
    pub set_aside_from: Option<Rm>,
    pub waiting_for_reporter: bool,
    pub handler: Option<MemberId>,
    pub backup: Option<MemberId>,
    /// Members whom an escalation woke, or who opened the case with a reason: they may read from then on.
    pub woken: BTreeSet<MemberId>,
    /// Members who were let in: they read it and write notes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub invited: BTreeSet<MemberId>,
    pub severity: Option<Severity>,
    /// It was said how severe it is, and not which weakness (CWE) it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unclassified: bool,
    pub facts: Vec<Fact>,
    pub clocks: Vec<Clock>,
    /// Broken promises and duties, kept for ever.
    pub breaches: Vec<Breach>,
    pub steps: Steps,
    pub sent: Vec<Sent>,
    /// Since when a message of the reporter's has had no answer of a member's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered_since: Option<Timestamp>,
    pub duplicate_of: Option<CaseId>,
    /// Where the case stands that it is a duplicate of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Root>,
    /// Cases that are duplicates of this one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub duplicates: BTreeSet<CaseId>,
    #[serde(default)]
    pub publication: Publication,
    pub resolution: Option<Resolution>,
    /// Since when its reporter has taken it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
    /// Whether an ordinary bug may go to the public tracker, where that was asked or said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracker: Option<Tracker>,
    /// How it was as it closed, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// A module that others maintain (T35).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party: Option<PackageName>,
    /// It names a package that the policy does not name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
    /// Where its report came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// How it came by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<ByMail>,
    #[serde(default, skip_serializing_if = "Quarantine::is_empty")]
    pub quarantine: Quarantine,
    /// The modules to whose maintainers the reporter agrees that it is forwarded (T37), each with who recorded that, and when; `None`
    /// where the report itself said so, of the module that it is about. (As `may_forward` an earlier version wrote yes or no.)
    #[serde(default, rename = "forwards_to", skip_serializing_if = "BTreeMap::is_empty")]
    pub may_forward: BTreeMap<PackageName, Option<Consent>>,
    /// To whose maintainers it was.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forwarded: BTreeSet<PackageName>,
    /// When the release is planned (T30).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_planned: Option<Moment>,
    /// When that was last said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_said_at: Option<Timestamp>,
    /// The case that this one became, when it was a report after all (T60).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub became: Option<CaseId>,
    /// The cases that what its reporter wrote after closing became.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<CaseId>,
    /// A message that its reporter wrote after closing waits for a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsettled: bool,
    /// When the reporter last asked how it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing_asked: Option<Timestamp>,
    /// The reporter keeps it to themselves until the release.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub agrees_to_wait: bool,
    /// Until when both sides keep it to themselves.
    #[serde(default, skip_serializing_if = "Embargo::is_none")]
    pub embargo: Embargo,
    /// What was shown to the reporter or to a party before it was public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<Shared>,
    /// Who was invited from outside, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<Party>,
    /// Files that its reporter has sent by the page.
    #[serde(default, skip_serializing_if = "FileCount::is_none")]
    pub files: FileCount,
}

/// Whether an ordinary bug may go to the public tracker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tracker {
    Asked,
    Agreed,
    Refused,
}

/// A fact, with when, who and from where; set once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub fact: FactName,
    pub at: Timestamp,
    pub by: Actor,
    /// `None` when the report itself said so.
    pub source: Option<ContentRef>,
}

/// That the reporter agrees, as a member recorded it on their word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    pub by: Actor,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    pub clock: ClockName,
    pub due_at: Timestamp,
    pub at: Timestamp,
}

/// A step of the policy that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub at: Timestamp,
    pub by: Actor,
    pub seq: u64,
}

/// The policy's own steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    pub acknowledged: Option<Step>,
    pub responded: Option<Step>,
    pub handler_assigned: Option<Step>,
    pub confirmed: Option<Step>,
    #[serde(default)]
    pub affected_determined: Option<Step>,
    #[serde(default)]
    pub audited: Option<Step>,
    #[serde(default)]
    pub fix_ready: Option<Step>,
    #[serde(default)]
    pub released: Option<Step>,
    /// Seen on every channel.
    #[serde(default)]
    pub announced: Option<Step>,
}

/// A member's message to the reporter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    pub seq: u64,
    pub at: Timestamp,
    pub by: Actor,
    pub next_steps: bool,
    pub bounced: bool,
    /// Where the report came in, and not by the desk.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
}

impl Case {
    pub fn clock(&self, name: &ClockName) -> Option<&Clock> {
        self.clocks.iter().find(|c| c.name() == name)
    }

    /// What its clocks wait for, each with its next instant; when it is published by itself; and when somebody is asked where it stands,
    /// should nothing happen.
    pub fn timers(&self) -> Vec<(&ClockName, Timestamp)> {
        let clocks = self.clocks.iter().filter_map(|c| Some((c.name(), c.next_instant()?)));
        clocks.chain(self.publication_timer()).chain(self.quiet_timer()).collect()
    }

    /// The next due time of anything still open; once closed, of what its reporter wrote since.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.next_clock().map(|clock| clock.start.due_at)
    }

    /// The clock that is due next of those still open; once closed, of what its reporter wrote since.
    pub fn next_clock(&self) -> Option<&Clock> {
        let waits = |clock: &&Clock| !self.is_closed() || clock.start.met_by == MetBy::Settled;
        let open = self.clocks.iter().filter(|clock| clock.is_open()).filter(waits);
        open.min_by_key(|clock| clock.start.due_at)
    }

    pub fn is_closed(&self) -> bool {
        self.rm == Rm::Closed
    }

    /// The first message of a member's that the desk carried to the reporter.
    pub fn first_message(&self) -> Option<&Sent> {
        self.sent.iter().find(|sent| !sent.elsewhere)
    }

    /// Whether somebody outside reported it, to whom an answer is owed: not what the team found itself or read somewhere.
    pub fn has_reporter(&self) -> bool {
        self.found_by.is_none() && self.opened.as_ref().is_none_or(|opened| opened.reporter)
    }

    /// Whether the reporter's address was proven by the mail that the report came in; one typed into a form never is.
    pub fn address_authenticated(&self) -> bool {
        self.mail.as_ref().is_some_and(ByMail::proves_its_address)
    }

    /// Whether the reporter gave a key, or wrote encrypted.
    pub fn asked_for_encryption(&self) -> bool {
        self.has_openpgp_key || self.mail.as_ref().is_some_and(|mail| mail.hints.contains(&Hint::Encrypted))
    }

    /// How a message to the reporter travels by mail; whoever writes it asks here, by mail, link or desk.
    pub fn way(&self) -> Way {
        let encrypted = self.mail.as_ref().is_some_and(|mail| mail.hints.contains(&Hint::Encrypted));
        match (self.answers == Answers::Mail && self.address.is_some(), self.has_openpgp_key, encrypted) {
            (false, ..) => Way::Page,
            (true, true, _) => Way::ToKey,
            (true, false, true) => Way::KeptFromClear,
            (true, false, false) => Way::Clear,
        }
    }

    /// Whether it was only filed as it came: nobody is owed an answer.
    pub fn is_filed(&self) -> bool {
        matches!(self.resolution, Some(Resolution::AutomaticMail | Resolution::PolicyComment | Resolution::Spam))
    }

    /// Whether it is a comment on the policy (T59): whoever answers for the policy has it.
    pub fn is_comment(&self) -> bool {
        self.resolution == Some(Resolution::PolicyComment)
    }

    /// Whether it is a comment, and has not become a report.
    pub fn stays_comment(&self) -> bool {
        self.is_comment() && self.became.is_none()
    }

    /// Whether it was a comment from the start, and no report that a person found to be one: nobody has a code for it, and no clock
    /// ever ran.
    pub fn came_as_comment(&self) -> bool {
        self.is_comment() && self.clocks.is_empty()
    }

    /// Whether whoever commented can be answered: by mail, or on the page of what was sent as a report.
    pub fn takes_answer(&self) -> bool {
        self.stays_comment() && (!self.came_as_comment() || self.reached_by_mail())
    }

    /// Whether a member's words reach the reporter in a mail.
    fn reached_by_mail(&self) -> bool {
        matches!(self.way(), Way::Clear | Way::ToKey)
    }

    /// Whether it is public, or an exploit of it is, or attacks are seen: what cannot wait, whoever has said so.
    pub fn is_urgent(&self) -> bool {
        !self.facts.is_empty()
    }

    pub fn has_fact(&self, fact: FactName) -> bool {
        self.facts.iter().any(|f| f.fact == fact)
    }

    /// Need to know: while unassigned all of triage may read, then handler, backup, who stands in, those whom an escalation woke,
    /// those who opened it with a reason and those who were let in; once it is accepted the release managers too, who coordinate its
    /// releases and approve what is said of them (T44). Who is no longer of the team may not. A comment on the policy is read by whoever answers for the policy too, of whatever role.
    pub fn readable_by(&self, member: &MemberId, policy: &Policy, now: Timestamp) -> bool {
        self.is_owners(member, policy) || self.opens_to(member, policy, now)
    }

    /// Whether it is a comment, and `member` answers for the policy.
    pub fn is_owners(&self, member: &MemberId, policy: &Policy) -> bool {
        self.is_comment() && policy.contacts.policy_owner == *member && policy.member(member).is_some()
    }

    /// Whether it is accepted, or closed and was until then.
    fn was_accepted(&self) -> bool {
        self.end.as_ref().map_or(self.rm, |end| end.from) == Rm::Accepted
    }

    /// Whether `member` may read it for a role in the team or a part in the case.
    pub fn opens_to(&self, member: &MemberId, policy: &Policy, now: Timestamp) -> bool {
        let let_in = self.invited.contains(member) && policy.member(member).is_some();
        let_in || self.works_on_it(member, policy, now)
    }

    /// Whether `member` reads it for nothing but that somebody let them in.
    pub fn is_only_let_in(&self, member: &MemberId, policy: &Policy, now: Timestamp) -> bool {
        self.invited.contains(member) && !self.works_on_it(member, policy, now)
    }

    /// Whether `member` has a need to know it by themselves.
    fn works_on_it(&self, member: &MemberId, policy: &Policy, now: Timestamp) -> bool {
        let Some(current) = policy.member(member) else { return false };
        let triage = current.roles.contains(&Role::Triage);
        let named = self.had_by().into_iter().chain(&self.handler).chain(&self.backup).any(|named| named == member);
        let releases = current.has(Role::ReleaseManager) && (self.was_accepted() || self.publication.is_published());
        let stands_in = self.is_stood_in_by(member, policy, now);
        named || releases || stands_in || (triage && (self.handler.is_none() || self.woken.contains(member)))
    }
}
