//! Which command a case allows now, and to whom: what the command's row asks for, held against the case. Asked before `decide`
//! and for `allowed[]`.

mod publication;

use jiff::Timestamp;

use super::command::CommandName;
use super::command::row::{Closing, Rule, Who};
use super::embargo::Side;
use super::event::Resolution;
use super::publication::{Gate, Missing};
use super::rm::{self, Rm, Transition};
use super::{Actor, Case, Tracker, party};
use crate::id::MemberId;
use crate::policy::{MetBy, Policy, Role};
use crate::refusal::Refusal;

/// What stands in the way of a command: why, and for publishing all that is missing.
struct Obstacle {
    why: String,
    missing: Vec<Missing>,
}

impl From<String> for Obstacle {
    fn from(why: String) -> Obstacle {
        Obstacle { why, missing: Vec::new() }
    }
}

/// Who asks, of what, when.
struct Asking<'a> {
    case: &'a Case,
    policy: &'a Policy,
    member: &'a MemberId,
    now: Timestamp,
    /// When it would be published.
    gate: Gate,
}

/// Every command that `member` may give to `case` at `now`; where the case is not theirs to read, at most the one that opens it.
pub fn allowed(case: &Case, policy: &Policy, member: &MemberId, now: Timestamp) -> Vec<CommandName> {
    if !case.may_open(member, policy, now) {
        return Vec::new();
    }
    let asking = Asking { case, policy, member, now, gate: Gate::Now };
    CommandName::ALL.iter().copied().filter(|name| asking.obstacle(*name).is_none()).collect()
}

/// Refuses what `member` may not do now, saying why and what is allowed instead.
///
/// # Errors
/// [`Refusal::NotFound`] when the case is not theirs, [`Refusal::NotAllowed`] when it is not the time for it.
pub fn permit(
    case: &Case,
    policy: &Policy,
    member: &MemberId,
    name: CommandName,
    now: Timestamp,
) -> Result<(), Refusal> {
    permit_at(case, policy, member, name, now, Gate::Now)
}

/// The same, of what is published then.
///
/// # Errors
/// As of [`permit`].
pub fn permit_at(
    case: &Case,
    policy: &Policy,
    member: &MemberId,
    name: CommandName,
    now: Timestamp,
    gate: Gate,
) -> Result<(), Refusal> {
    let opens = name == CommandName::Read && case.may_open(member, policy, now);
    if !opens && !case.readable_by(member, policy, now) {
        return Err(Refusal::NotFound);
    }
    match (Asking { case, policy, member, now, gate }).obstacle(name) {
        None => Ok(()),
        Some(Obstacle { why, missing }) => {
            Err(Refusal::NotAllowed { why, allowed: allowed(case, policy, member, now), missing })
        }
    }
}

/// Refuses an acknowledgement by link or by mail that is not `member`'s to give. Any of triage keeps the promise that others let pass,
/// in the words that everybody has for it; words of their own are for who may write to the reporter.
pub(super) fn permit_acknowledgement(
    case: &Case,
    policy: &Policy,
    member: &MemberId,
    own_words: bool,
    now: Timestamp,
) -> Result<(), Refusal> {
    match own_words || !policy.triage().any(|of_team| of_team.id == *member) {
        true => permit(case, policy, member, CommandName::Acknowledge, now),
        false => Ok(()),
    }
}

/// A refusal with what is allowed instead.
pub fn refuse(case: &Case, policy: &Policy, member: &MemberId, now: Timestamp, why: String) -> Refusal {
    Refusal::NotAllowed { why, allowed: allowed(case, policy, member, now), missing: Vec::new() }
}

impl Case {
    /// Whether a member may read it, or may come to by saying why (break-glass): that is triage's.
    fn may_open(&self, member: &MemberId, policy: &Policy, now: Timestamp) -> bool {
        let triage = policy.member(member).is_some_and(|member| member.roles.contains(&Role::Triage));
        triage || self.readable_by(member, policy, now)
    }
}

impl Asking<'_> {
    fn name(&self, member: &MemberId) -> String {
        self.policy.member_name(member)
    }

    fn instant(&self, at: Timestamp) -> String {
        shown(self.policy, Some(self.member), at)
    }

    fn obstacle(&self, name: CommandName) -> Option<Obstacle> {
        let row = name.row();
        if let Some(why) = self.closed(row.closing) {
            return Some(why.into());
        }
        if let Some(why) = self.only_owners(name) {
            return Some(why.into());
        }
        if let Some(why) = self.only_let_in(name, row.who) {
            return Some(why.into());
        }
        let why = row.rules.iter().find_map(|rule| self.broken(*rule)).or_else(|| self.not_theirs(row.who));
        match why {
            Some(why) => Some(why.into()),
            None if row.rules.contains(&Rule::Gate) => self.gate(),
            None => None,
        }
    }

    /// What a closed case still takes, and what only a closed one does.
    fn closed(&self, closing: Closing) -> Option<String> {
        let case = self.case;
        let others = case.resolution == Some(Resolution::ThirdParty);
        match (closing, case.is_closed()) {
            (Closing::OthersStays | Closing::ConsentStays, true) if others => None,
            (Closing::ConsentStays, true) if case.tracker.is_some() => None,
            (Closing::Revises, true) if case.publication.is_published() => self.said(),
            (Closing::Published, true) if case.publication.is_published() => None,
            (
                Closing::Ends | Closing::OthersStays | Closing::ConsentStays | Closing::Revises | Closing::Published,
                true,
            ) => Some(self.is_over()),
            (Closing::Reopens, _) => case.stays_closed(self.now),
            (Closing::FiledOnly, true) => self.unfiled(),
            (Closing::FiledOnly, false) => Some(format!("{} is a report", case.id)),
            (Closing::Answers | Closing::WrittenTo, true) => self.unwritten(),
            (Closing::WrittenTo, false) => Some(format!("{} is open", case.id)),
            (Closing::Stays, _) => None,
            (Closing::Ends | Closing::Answers | Closing::OthersStays, false) => None,
            (Closing::ConsentStays | Closing::Revises | Closing::Published, false) => None,
        }
    }

    fn broken(&self, rule: Rule) -> Option<String> {
        let case = self.case;
        match rule {
            Rule::Unpublished => self.published(),
            Rule::Unsaid => self.said(),
            Rule::Published => self.unpublished(),
            Rule::Holds => self.unpublished().or_else(|| self.withdrawn()),
            Rule::Revising => {
                let revising = case.publication.revising.is_some();
                (!revising).then(|| format!("no correction of {} is begun (revise)", case.id))
            }
            Rule::Confirmed => self.unconfirmed(),
            Rule::Accepted => self.unaccepted(),
            Rule::Way(by) => self.no_way(by),
            Rule::Duplicable => (!matches!(case.rm, Rm::Received | Rm::Valid | Rm::Deferred))
                .then(|| format!("{} is {}; a duplicate is neither invalid nor being fixed", case.id, case.rm)),
            Rule::Unacknowledged => acknowledged(case, self.policy, Some(self.member)),
            Rule::Unanswered => {
                let said = |step| already("answered in detail", step, self.policy, Some(self.member)) + "; use update";
                case.steps.responded.as_ref().map(said)
            }
            Rule::Unassigned => {
                case.handler.as_ref().map(|handler| format!("{} handles it; use hand-over", self.name(handler)))
            }
            Rule::Takeable => self.untakeable(),
            Rule::LetIn => case.invited.is_empty().then(|| "nobody was let in".to_owned()),
            Rule::Reported => unreported(case),
            Rule::Shareable => {
                let hidden = hidden_from_reporter(case);
                hidden.filter(|_| case.joined_parties().next().is_none())
            }
            Rule::PartyRoom => case
                .next_party()
                .is_none()
                .then(|| format!("{} are invited already, the most that a case takes", party::MOST)),
            Rule::PartyThere => {
                case.present_parties().next().is_none().then(|| "nobody from outside is invited".to_owned())
            }
            Rule::Embargoable => case.no_embargo(),
            Rule::EmbargoAsked => {
                let asked = case.embargo.proposed(Side::Reporter, self.now).is_some();
                (!asked).then(|| format!("the reporter of {} proposes no end of an embargo", case.id))
            }
            Rule::EmbargoHolds => case.embargo.holds().is_none().then(|| format!("no embargo of {} holds", case.id)),
            Rule::Answerable => self.unanswerable(),
            Rule::Quarantined => {
                case.quarantine.is_empty().then(|| format!("nothing of {} waits in quarantine", case.id))
            }
            Rule::Proven => unproven(case),
            Rule::Unagreed => {
                let tracker = case.tracker.filter(|_| case.is_closed());
                let mut modules = self.policy.third_party.iter();
                let recorded = match tracker {
                    Some(said) => said == Tracker::Agreed,
                    None => modules.all(|module| case.may_forward.contains_key(&module.package)),
                };
                recorded.then(|| match self.policy.third_party.is_empty() && tracker.is_none() {
                    true => "the policy names no module of others to which it could be forwarded".to_owned(),
                    false => "the reporter's consent is recorded already".to_owned(),
                })
            }
            // What nobody reported, the team forwards on its own word.
            Rule::Agreed => (case.may_forward.is_empty() && case.has_reporter())
                .then(|| "the reporter has not agreed that it is forwarded; ask first, then record-consent".to_owned()),
            Rule::DutyOpen => {
                let waits = case.clocks.iter().any(|clock| clock.is_open() && clock.start.met_by == MetBy::Recorded);
                (!waits).then(|| format!("{} has no duty that waits to be recorded", case.id))
            }
            Rule::CreditOpen => self.credit_answered(),
            Rule::CreditAsked => self.credit_unasked(),
            Rule::Drafted => {
                case.publication.draft.is_none().then(|| "there is no advisory to approve (draft-advisory)".to_owned())
            }
            Rule::Scheduled => {
                let scheduled = case.publication.scheduled.is_some();
                (!scheduled).then(|| format!("{} is not to be published by itself (publish with at)", case.id))
            }
            Rule::Unapproved => self.approved(),
            // Looked at after who asks; see `obstacle`.
            Rule::Gate => None,
        }
    }

    fn not_theirs(&self, who: Who) -> Option<String> {
        let Asking { case, policy, member, now, .. } = *self;
        match who {
            _ if !case.readable_by(member, policy, now) && who != Who::Others => {
                Some("the case is not theirs to read".to_owned())
            }
            Who::Readers => None,
            Who::Others => case.readable_by(member, policy, now).then(|| format!("you may read {} already", case.id)),
            Who::Leads(what) => self.leads(what),
            Who::Releasers(what) => case.may_not_release(policy, member, what),
            Who::SecondReleasers(what) => {
                case.may_not_release(policy, member, what).or_else(|| case.drafted_alone(policy, member))
            }
            Who::Reopens(what) => {
                let on_call = policy.on_call(now).is_some_and(|on_call| on_call.id == *member);
                case.may_not_release(policy, member, what)
                    .filter(|_| !on_call)
                    .map(|why| format!("{why}; or who is on call"))
            }
            Who::Owner(what) => {
                let owner = &policy.contacts.policy_owner;
                (owner != member).then(|| format!("only {}, who answers for the policy, may {what}", self.name(owner)))
            }
        }
    }

    /// Whoever reads a comment for the policy alone answers it, finds that it is a report, and keeps notes.
    fn only_owners(&self, name: CommandName) -> Option<String> {
        let owners = matches!(name, CommandName::AnswerComment | CommandName::TreatAsReport | CommandName::Note);
        let alone =
            self.case.is_owners(self.member, self.policy) && !self.case.opens_to(self.member, self.policy, self.now);
        (alone && !owners).then(|| "only the team may do that with a comment on the policy".to_owned())
    }

    /// Whoever was only let in writes notes; what else they do, their role lets them.
    fn only_let_in(&self, name: CommandName, who: Who) -> Option<String> {
        let Asking { case, policy, member, now, .. } = *self;
        let more = who == Who::Readers && name != CommandName::Note;
        (more && case.is_only_let_in(member, policy, now))
            .then(|| "you were let in to read it and to write notes; the rest is for whoever handles it".to_owned())
    }

    /// The handler, the backup, and who stands in while the handler is not there.
    fn leads(&self, what: &str) -> Option<String> {
        let Asking { case, policy, member, now, .. } = *self;
        let gone = case.handler_is_gone(policy, now);
        match &case.handler {
            None => Some("nobody handles it yet; use assign".to_owned()),
            Some(handler) if handler == member || case.backup.as_ref() == Some(member) => None,
            Some(_) if gone && case.is_stood_in_by(member, policy, now) => None,
            Some(handler) => Some(format!("only its handler ({}) or the backup may {what}", self.name(handler))),
        }
    }

    fn untakeable(&self) -> Option<String> {
        let of_team = self.policy.triage().any(|member| member.id == *self.member);
        match &self.case.handler {
            None => Some("nobody handles it yet; use assign".to_owned()),
            Some(handler) if handler == self.member => Some("you handle it already".to_owned()),
            Some(_) if !of_team => Some("who handles a case is of the triage team".to_owned()),
            Some(_) => None,
        }
    }

    fn unanswerable(&self) -> Option<String> {
        let case = self.case;
        if !case.is_comment() {
            return Some(format!("{} is no comment on the policy", case.id));
        }
        let why = match case.address {
            None => "there is no address to answer to",
            Some(_) => "it came encrypted, without a key to be answered with",
        };
        (!case.takes_answer()).then(|| why.to_owned())
    }

    fn no_way(&self, by: Transition) -> Option<String> {
        let (id, rm) = (&self.case.id, self.case.rm);
        let to = rm::TABLE.iter().find(|(_, transition, _)| *transition == by).map(|(_, _, to)| to)?;
        (!rm::allows(rm, by)).then(|| format!("{id} is {rm}; it cannot become {to} from there"))
    }

    /// A closed case takes what settles its reporter's message, while one waits.
    fn unwritten(&self) -> Option<String> {
        let waits = self.case.written_after_closing().is_some();
        (!waits).then(|| format!("{} is closed, and closed is final", self.case.id))
    }

    /// Only what was filed can turn out to be a report, once.
    fn unfiled(&self) -> Option<String> {
        let case = self.case;
        match (&case.became, case.is_filed()) {
            (Some(became), _) => Some(format!("it became {became}")),
            (None, true) => None,
            (None, false) => Some(self.is_over()),
        }
    }

    /// What is closed takes nothing more, but to be taken up again.
    fn is_over(&self) -> String {
        let id = &self.case.id;
        match self.case.stays_closed(self.now) {
            None => format!("{id} is closed; if that was wrong, it can be taken up again (reopen)"),
            Some(_) => format!("{id} is closed, and closed is final"),
        }
    }

    /// The steps of the policy in their order: confirmed first (T46).
    fn unconfirmed(&self) -> Option<String> {
        let (id, rm) = (&self.case.id, self.case.rm);
        (!matches!(rm, Rm::Valid | Rm::Accepted) && !self.is_corrected())
            .then(|| format!("{id} is {rm}; the problem is confirmed first (validate)"))
    }

    /// What was set aside is taken up again before anybody is told of it.
    fn deferred(&self) -> Option<String> {
        (self.case.rm == Rm::Deferred).then(|| format!("{} is Deferred; accept it again first (accept)", self.case.id))
    }

    fn unaccepted(&self) -> Option<String> {
        let (id, rm) = (&self.case.id, self.case.rm);
        (rm != Rm::Accepted && !self.is_corrected())
            .then(|| format!("{id} is {rm}; there is no fix before it is accepted (accept)"))
    }
}

fn unreported(case: &Case) -> Option<String> {
    match &case.found_by {
        Some(by) => Some(format!("it was found by the audit of {by}; there is no reporter")),
        None => (!case.has_reporter()).then(|| format!("the team opened {} itself; there is no reporter", case.id)),
    }
}

fn unproven(case: &Case) -> Option<String> {
    (!case.quarantine.is_empty())
        .then(|| "first it is said whose the mail in quarantine is (release-quarantine)".to_owned())
}

/// Why the reporter is shown nothing that is not public: there is none, or nobody knows yet whose the mail is.
pub(super) fn hidden_from_reporter(case: &Case) -> Option<String> {
    unreported(case).or_else(|| unproven(case))
}

/// What stands in the way of an acknowledgement: another one, or the end; said to `reader`.
pub(super) fn acknowledged(case: &Case, policy: &Policy, reader: Option<&MemberId>) -> Option<String> {
    if case.is_closed() {
        return Some(format!("{} is closed", case.id));
    }
    case.steps.acknowledged.as_ref().map(|step| already("acknowledged", step, policy, reader))
}

fn already(what: &str, step: &super::Step, policy: &Policy, reader: Option<&MemberId>) -> String {
    format!("it was {what} by {} at {}", who(&step.by, policy), shown(policy, reader, step.at))
}

/// An instant as the reader's pages show it too.
fn shown(policy: &Policy, reader: Option<&MemberId>, at: Timestamp) -> String {
    let zone = reader.and_then(|reader| policy.member(reader)?.time_zone.as_ref());
    crate::time::instant_in(zone, at)
}

fn who(actor: &Actor, policy: &Policy) -> String {
    match actor {
        Actor::Member(member) => policy.member_name(member),
        Actor::Reporter => "the reporter".to_owned(),
        Actor::Party(party) => party.to_string(),
        Actor::Desk => "the desk".to_owned(),
    }
}
