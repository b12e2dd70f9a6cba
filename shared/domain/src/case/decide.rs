//! Which events follow from a report or a command.

mod channels;
mod clocks;
mod duplicates;
mod embargo;
mod ends;
mod facts;
mod invite;
mod mail;
mod opening;
mod party;
mod publication;
mod registry;
mod reporter;
mod revision;
mod scheduled;
mod share;
mod written_after;

pub use opening::{ByMember, open, open_by_member, open_filed, open_follow_up};

use jiff::Timestamp;

use super::clock::{Clock, ClockState};
use super::command::{Command, CommandName, Kept, Roster};
use super::escalate;
use super::event::{AssignedBy, Event, EventBody, Files, MailParts, Message, MessageKind, Resolution, SCHEMA};
use super::permit::{self, permit, refuse};
use super::rm::Rm;
use super::spoken::SaidBy;
use super::{Actor, Case, ContentRef};
use crate::id::{CaseId, ContentId, MemberId};
use crate::policy::{MetBy, Pauses, Policy, Starts};
use crate::refusal::Refusal;

/// The events that follow from a command; none when there is nothing (more) to do.
///
/// # Errors
/// [`Refusal`]: not allowed now, a wrong field, or not the caller's.
pub fn decide(
    case: &Case,
    policy: &Policy,
    actor: &Actor,
    command: &Command,
    now: Timestamp,
) -> Result<Vec<EventBody>, Refusal> {
    if let (Actor::Member(member), Some(name)) = (actor, command.name()) {
        permit::permit_at(case, policy, member, name, now, command.gate())?;
    }
    let mut next = Next { case: case.clone(), policy, actor: actor.clone(), now, events: Vec::new() };
    match (next.run(command), actor) {
        (Ok(()), _) => Ok(next.events),
        // What is allowed instead is so of the case as it was, not as half of the command would have made it.
        (Err(Refusal::NotAllowed { why, .. }), Actor::Member(member)) => Err(refuse(case, policy, member, now, why)),
        (Err(refusal), _) => Err(refusal),
    }
}

fn event(case: &CaseId, seq: u64, at: Timestamp, actor: &Actor, body: EventBody) -> Event {
    Event { schema: SCHEMA, case: case.clone(), seq, at, actor: actor.clone(), prev: String::new(), body }
}

/// A decision in the making: the case as it will be, and the events that lead there.
struct Next<'a> {
    case: Case,
    policy: &'a Policy,
    actor: Actor,
    now: Timestamp,
    events: Vec<EventBody>,
}

impl Next<'_> {
    fn push(&mut self, body: EventBody) {
        let event = event(&self.case.id, self.case.version + 1, self.now, &self.actor, body);
        self.case.apply(&event);
        self.events.push(event.body);
    }

    fn run(&mut self, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::Acknowledge { message } => self.message(MessageKind::Acknowledgement, message, false),
            Command::AcknowledgeFromMail { .. } | Command::ReplyFromMail { .. } if !self.case.has_reporter() => {
                return Err(self.not_now(format!("the team opened {} itself; there is no reporter", self.case.id)));
            }
            Command::AcknowledgeFromMail { message, own_words, kept } => {
                if let Some(why) = self.acknowledged() {
                    return Err(Refusal::NotAllowed { why, allowed: Vec::new(), missing: Vec::new() });
                }
                if let Actor::Member(member) = self.actor.clone() {
                    permit::permit_acknowledgement(&self.case, self.policy, &member, *own_words, self.now)?;
                }
                self.message(MessageKind::Acknowledgement, message, false);
                self.keep(kept.as_ref());
            }
            Command::ReplyFromMail { message, kept } => {
                let (kind, asks) = match self.acknowledged() {
                    None => (MessageKind::Acknowledgement, CommandName::Acknowledge),
                    Some(_) => (MessageKind::Update, CommandName::Update),
                };
                if let Actor::Member(member) = self.actor.clone() {
                    permit(&self.case, self.policy, &member, asks, self.now)?;
                }
                self.message(kind, message, false);
                self.keep(kept.as_ref());
            }
            Command::Respond { message } => self.message(MessageKind::Response, message, true),
            Command::Update { message } => self.message(MessageKind::Update, message, false),
            Command::Note { text, mail } => self.push(EventBody::Noted { content: text.clone(), mail: mail.clone() }),
            Command::RequestInformation { message, next_steps } => self.request_information(message, *next_steps),
            Command::Share { what, with, content, message } => self.share(*what, with, content, message)?,
            Command::Assign { member } => {
                self.eligible(member)?;
                self.assign(member.clone(), AssignedBy::Member, None);
            }
            Command::HandOver { member, word } => {
                self.eligible(member)?;
                if let Some(Message { content, .. }) = word {
                    self.push(EventBody::Noted { content: content.clone(), mail: None });
                }
                self.assign(member.clone(), AssignedBy::Member, word.as_ref().and_then(|word| word.mail.clone()));
            }
            Command::Read { reason } => self.push(EventBody::ReadWithReason { reason: reason.clone() }),
            Command::Invite { member, reason } => self.invite(member, reason)?,
            Command::Uninvite { member, reason } => self.uninvite(member, reason)?,
            Command::InviteParty { new } => self.invite_party(new)?,
            Command::WriteParty { party, content } => self.write_party(party, content)?,
            Command::EndParty { party, reason } => self.end_party(party, reason)?,
            Command::PartySays { party, said } => self.party_says(party, said)?,
            Command::TakeOver { reason } => self.take_over(reason),
            Command::SetBackup { member } => {
                self.eligible(member)?;
                if self.case.handler.as_ref() == Some(member) {
                    return Err(Refusal::field("/member", "handles it; who stands in is somebody else"));
                }
                if self.case.backup.as_ref() != Some(member) {
                    self.push(EventBody::BackupSet { member: member.clone() });
                }
            }
            Command::Validate { message, next_steps, accept } => self.validate(message, *next_steps, *accept),
            Command::Invalidate { message, next_steps, close } => self.invalidate(message, *next_steps, *close)?,
            Command::Accept => {
                self.transition(Rm::Accepted);
                self.resume(Pauses::Deferred);
                self.start_accepted_clocks();
            }
            Command::Defer { message } => {
                self.transition(Rm::Deferred);
                let runs = |c: &Clock| c.start.pauses == Some(Pauses::Deferred) && c.state == ClockState::Running;
                for clock in self.open_clocks(runs) {
                    self.push(EventBody::ClockPaused { clock });
                }
                self.message(MessageKind::Deferred, message, false);
            }
            Command::Duplicate { of, message } => self.duplicate(of, message.as_ref())?,
            Command::Close { resolution, message, next_steps, waiver, consent } => {
                let (waiver, consent) = (waiver.as_ref(), consent.as_ref());
                if consent.is_some() && *resolution != Resolution::OrdinaryBug {
                    return Err(Refusal::field("/consent", "is for an ordinary bug"));
                }
                self.close(*resolution, message, *next_steps, waiver)?;
                self.ask_for_tracker(consent);
            }
            Command::Reopen { reason } => self.reopen(reason),
            Command::Score { severity, content, unclassified } => {
                let (severity, content, unclassified) = (*severity, content.clone(), *unclassified);
                self.push(EventBody::Scored { severity, content, unclassified });
                self.meet(MetBy::Scored);
                self.start_fix_clocks();
            }
            Command::ReissueCode { mail } => self.push(EventBody::CodeReissued { mail: mail.clone() }),
            Command::Mark { fact, source } => self.mark(*fact, source)?,
            Command::RecordDuty { clock, source } => self.record_duty(clock, source)?,
            Command::DetermineAffected { content, lines, undone } => {
                let (content, lines, undone) = (content.clone(), lines.clone(), undone.clone());
                self.push(EventBody::AffectedDetermined { content, lines, undone });
                self.settle_fixes();
            }
            Command::RecordAudit { content, findings } => {
                self.push(EventBody::AuditRecorded { content: content.clone(), findings: findings.clone() })
            }
            Command::WaiveAudit { reason } => self.push(EventBody::AuditWaived { reason: reason.clone() }),
            Command::FixReady { line, reference } => self.fix_ready(line, reference)?,
            Command::FixReleased { line, version, differs, asked } => {
                self.fix_released(line, version, *differs, asked.as_ref())?
            }
            Command::RegistrySays { of, says } => self.registry_says(of, says),
            Command::NotAffected { line, reason } => self.not_affected(line, reason)?,
            Command::WaiveLine { line, reason } => self.waive_line(line, reason)?,
            Command::AskCredit => {
                self.push(EventBody::CreditAsked);
                self.start_clocks(Starts::CreditAsked);
            }
            Command::RecordCredit { granted } => self.record_credit(granted.clone())?,
            Command::AnswerCredit { granted } => self.answer_credit(granted.clone())?,
            Command::DraftAdvisory { content } => self.push(EventBody::AdvisoryDrafted { content: content.clone() }),
            Command::ApproveAdvisory { content } => self.push(EventBody::AdvisoryApproved { content: content.clone() }),
            Command::RecordCve { content } => self.record_cve(content),
            Command::Publish { signed, on: None } => self.publish(signed.clone()),
            Command::Publish { signed, on: Some(on) } => self.schedule(on, signed)?,
            Command::CancelPublication => self.cancel_publication(),
            Command::Revise { why, stands } => self.revise(why, *stands),
            Command::WithdrawAdvisory { reason } => self.withdraw_advisory(reason),
            Command::DropRevision => self.drop_revision(),
            Command::RetryChannel { channel } => self.retry_channel(channel)?,
            Command::GiveUpChannel { channel, reason } => self.give_up_channel(channel, reason)?,
            Command::SettleChannel { channel, sent } => self.settle_channel(channel, *sent)?,
            Command::ReAnnounce { channel } => self.re_announce(channel)?,
            Command::Announced { channel, revision } => self.announced(channel, *revision),
            Command::Reply { content, received_at, mail, files } => {
                let kept = files.as_ref().map_or(&[][..], |files| &files.kept);
                self.case.files.and(kept).within(&self.policy.limits)?;
                self.reply(content, *received_at, mail.clone(), files.clone());
            }
            Command::AskStanding => self.ask_standing()?,
            Command::Withdraw => self.withdraw()?,
            Command::AnswerTracker { agrees } => self.answer_tracker(*agrees)?,
            Command::AnswerShare { shared, agrees, words } => self.answer_share(*shared, *agrees, words.as_ref())?,
            Command::PlanDisclosure { plan } => self.plan_disclosure(plan)?,
            Command::ChooseAnswers { answers } => self.choose_answers(*answers)?,
            Command::ReplyThatSays { spoken, alone, content, received_at, mail } => {
                self.reply_that_says((*spoken, *alone), content, *received_at, mail)
            }
            Command::QuarantineReply { content, received_at, mail, spoken } => {
                self.quarantine_reply(content, *received_at, mail, *spoken)
            }
            Command::OutsiderReply { from, content, mail } => {
                let (from, content, mail) = (from.clone(), content.clone(), mail.clone());
                self.push(EventBody::OutsiderReplied { from, content, mail });
            }
            // It meets no clock and starts none: nothing was promised of a comment.
            Command::AnswerComment { message, kept } => {
                let (kind, message) = (MessageKind::Comment, message.clone());
                self.push(EventBody::MessageSent { kind, message, next_steps: false });
                self.keep(kept.as_ref());
            }
            Command::ReleaseQuarantine { refuse } => self.end_quarantine(*refuse),
            Command::RecordConsent { source, to } if self.case.is_closed() && self.case.tracker.is_some() => {
                if to.is_some() {
                    return Err(Refusal::field("/to", "is for forwarding; this is about the public tracker"));
                }
                let (source, by) = (Some(source.clone()), SaidBy::Page);
                self.push(EventBody::TrackerAnswered { agrees: true, source, by });
            }
            Command::RecordConsent { source, to } => self.record_consent(source, to.as_ref())?,
            Command::Forward { to, message } => self.forward(to, message)?,
            Command::PlanRelease { on } => self.plan_release(on)?,
            Command::ProposeEmbargo { ends_at } => self.propose_embargo(ends_at)?,
            Command::AcceptEmbargo => self.accept_embargo(),
            Command::RejectEmbargo { reason } => self.reject_embargo(reason),
            Command::TerminateEmbargo { reason } => self.terminate_embargo(reason),
            Command::AnswerEmbargo { ends_at, agrees } => self.answer_embargo(ends_at, *agrees)?,
            Command::FollowUp { opened, code } => self.follow_up(opened, code),
            Command::PutAway => self.put_away(),
            Command::TreatAsReport { opened } => self.push(EventBody::TreatedAsReport { opened: opened.clone() }),
            Command::FireTimer { clock, witnessed, roster } => self.fire(clock, *witnessed, roster),
            Command::MessageBounced { seq } => self.bounced(*seq),
            Command::PartyBounced { party } => self.party_bounced(party),
            Command::Rediscovered { case, by } => self.rediscovered(case, by.as_ref()),
            Command::RootMoved { moved } => self.root_moved(moved),
            Command::ReplaceHandler { roster } => self.replace_handler(roster),
        }
        Ok(())
    }

    fn acknowledged(&self) -> Option<String> {
        let reader = match &self.actor {
            Actor::Member(member) => Some(member),
            Actor::Reporter | Actor::Party(_) | Actor::Desk => None,
        };
        permit::acknowledged(&self.case, self.policy, reader)
    }

    /// The mail that a member's message came in.
    fn keep(&mut self, kept: Option<&Kept>) {
        if let Some(Kept { content, mail }) = kept {
            self.push(EventBody::Noted { content: content.clone(), mail: Some(mail.clone()) });
        }
    }

    fn not_now(&self, why: String) -> Refusal {
        Refusal::NotAllowed { why, allowed: Vec::new(), missing: Vec::new() }
    }

    /// A member's message to the reporter: meets what waits for one, restarts what runs from one. To a closed case it answers what
    /// was written since, and starts nothing.
    fn message(&mut self, kind: MessageKind, message: &Message, next_steps: bool) {
        self.push(EventBody::MessageSent { kind, message: message.clone(), next_steps });
        self.settle();
        if self.case.is_closed() {
            return;
        }
        self.meet(MetBy::MessageToReporter);
        if next_steps {
            self.meet(MetBy::MessageWithNextSteps);
        }
        if self.case.sent.len() == 1 {
            self.start_clocks(Starts::Acknowledged);
        }
        if !self.case.publication.is_published() {
            self.start_clocks(Starts::MessageToReporter);
        }
    }

    fn request_information(&mut self, message: &Message, next_steps: bool) {
        self.push(EventBody::InformationRequested);
        self.message(MessageKind::Request, message, next_steps);
        self.start_clocks(Starts::RequestSent);
    }

    fn reply(&mut self, content: &ContentRef, at: Timestamp, mail: Option<MailParts>, files: Option<Files>) {
        self.push(EventBody::ReporterReplied { content: content.clone(), opened: None, mail, files, alone: false });
        self.heard(self.case.version);
        self.written_after_closing(at);
    }

    /// What follows from the reporter's words, which the event `by` brought.
    fn heard(&mut self, by: u64) {
        for clock in self.open_clocks(|c| c.start.met_by == MetBy::ReporterAnswer) {
            self.push(EventBody::ClockMet { clock, by });
        }
        self.resume(Pauses::WaitingForReporter);
        if let Some(left) = self.case.set_aside_from {
            self.push(EventBody::RmChanged { from: Rm::Deferred, to: left, told: false });
        }
    }

    fn transition(&mut self, to: Rm) {
        self.push(EventBody::RmChanged { from: self.case.rm, to, told: false });
    }

    /// One message says all of it: that it is accepted too is not told a second time.
    fn validate(&mut self, message: &Message, next_steps: bool, accept: bool) {
        self.transition(Rm::Valid);
        if accept {
            self.push(EventBody::RmChanged { from: Rm::Valid, to: Rm::Accepted, told: true });
        }
        self.message(MessageKind::Validated, message, next_steps);
        if accept {
            self.start_accepted_clocks();
        }
    }

    fn invalidate(&mut self, message: &Message, next_steps: bool, close: bool) -> Result<(), Refusal> {
        if close {
            self.answer_for_end()?;
        }
        self.transition(Rm::Invalid);
        self.message(MessageKind::Invalidated, message, next_steps);
        if close { self.end(Resolution::NotAVulnerability, true) } else { Ok(()) }
    }

    fn eligible(&self, member: &MemberId) -> Result<(), Refusal> {
        let themselves = self.actor == Actor::Member(member.clone());
        self.policy.may_handle(member, themselves, self.now).map_err(|why| Refusal::field("/member", why))
    }

    /// `word`: what is sealed for the mail that tells them.
    fn assign(&mut self, member: MemberId, by: AssignedBy, word: Option<ContentId>) {
        let previous = self.case.handler.clone();
        if previous.as_ref() == Some(&member) {
            return;
        }
        self.push(EventBody::HandlerAssigned { member, by, previous, word });
        self.meet(MetBy::HandlerAssigned);
    }

    pub(super) fn replace_handler(&mut self, roster: &Roster) {
        let gone = self.case.handler.as_ref().is_some_and(|h| !self.policy.triage().any(|m| m.id == *h));
        if !gone || self.case.is_closed() {
            return;
        }
        if let Some(member) = escalate::choose_handler(self.policy, roster, self.now) {
            self.assign(member, AssignedBy::Replaced, None);
        }
    }

    fn take_over(&mut self, reason: &ContentRef) {
        let Actor::Member(member) = self.actor.clone() else { return };
        self.push(EventBody::Noted { content: reason.clone(), mail: None });
        self.assign(member, AssignedBy::TakenOver, None);
    }
}
