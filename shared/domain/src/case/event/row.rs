//! The row of an event: what of it was written by somebody, where that is read, and which command it is the record of.
//!
//! The one exhaustive list beside what an event changes ([`crate::case::Case::apply`]), whom the desk writes to for it
//! ([`crate::notice::plan`]) and what the reporter's page says of it ([`crate::notice::conversation`]). Each field of each event
//! is spelled out, so that a new one is asked for here.

use super::{ContentRef, EventBody, FactName, MailParts, Message, Recipient, Reported};
use crate::case::CommandName;
use crate::id::{ClockName, PackageName};

/// What is known of an event beside what it changes.
pub struct Row<'a> {
    pub written: Written<'a>,
    /// The command whose own record it is, whoever gave it; `None` for what follows from several, from time, or from what others
    /// than the team do.
    pub command: Option<CommandName>,
}

/// What somebody wrote, by where it is read.
pub enum Written<'a> {
    /// The report.
    Report(&'a Reported),
    /// A member's message to the reporter.
    ByTeam(&'a Message),
    /// The reporter's, proven.
    ByReporter { content: &'a ContentRef, mail: Option<&'a MailParts> },
    /// Perhaps the reporter's; it waits for a person.
    Waiting { content: &'a ContentRef, mail: &'a MailParts },
    /// It stands among the notes of the team.
    Note { kind: NoteKind, content: &'a ContentRef, mail: Option<&'a MailParts> },
    /// It is read with the step that it is of.
    Step(&'a ContentRef),
    /// Nobody wrote anything: ids, states, times.
    Nothing,
}

/// What a note is.
#[derive(Clone, Debug, PartialEq)]
pub enum NoteKind {
    Plain,
    /// The source of a fact.
    Source(FactName),
    /// How it is known that a duty of the policy is done.
    Duty(ClockName),
    /// Where the reporter agreed that the report is forwarded.
    Consent,
    /// A message to those who maintain a module.
    Forwarded(PackageName),
    /// An answer by somebody outside.
    Outsider(Recipient),
    /// An answer that a person found to be not the reporter's: it is noted once it is refused.
    Refused,
}

impl<'a> Written<'a> {
    const fn only(self) -> Row<'a> {
        Row { written: self, command: None }
    }

    const fn by(self, command: CommandName) -> Row<'a> {
        Row { written: self, command: Some(command) }
    }
}

impl EventBody {
    pub fn row(&self) -> Row<'_> {
        use CommandName as By;
        use Written::{Note, Nothing, Step};
        let note = |kind, content| Note { kind, content, mail: None };
        match self {
            EventBody::ReportReceived(reported) => Written::Report(reported).only(),
            EventBody::MessageSent { message, kind: _, next_steps: _ } => Written::ByTeam(message).only(),
            EventBody::ReporterReplied { content, mail, opened: _ } => {
                Written::ByReporter { content, mail: mail.as_ref() }.only()
            }
            EventBody::ReplyQuarantined { content, mail } => Written::Waiting { content, mail }.only(),
            EventBody::Noted { content, mail } => Note { kind: NoteKind::Plain, content, mail: mail.as_ref() }.only(),
            EventBody::OutsiderReplied { from, content, mail } => {
                Note { kind: NoteKind::Outsider(from.clone()), content, mail: Some(mail) }.only()
            }
            EventBody::FactMarked { fact, source } => note(NoteKind::Source(*fact), source).by(By::Mark),
            EventBody::DutyRecorded { clock, source } => note(NoteKind::Duty(clock.clone()), source).by(By::RecordDuty),
            EventBody::ConsentRecorded { source } => note(NoteKind::Consent, source).by(By::RecordConsent),
            EventBody::Forwarded { to, message } => {
                note(NoteKind::Forwarded(to.clone()), &message.content).by(By::Forward)
            }

            EventBody::Scored { content, severity: _ } => Step(content).by(By::Score),
            EventBody::AffectedDetermined { content, lines: _, undone: _ } => Step(content).by(By::DetermineAffected),
            EventBody::AuditRecorded { content, findings: _ } => Step(content).by(By::RecordAudit),
            EventBody::AuditWaived { reason } => Step(reason).by(By::WaiveAudit),
            EventBody::FixReady { reference, line: _ } => Step(reference).by(By::FixReady),
            EventBody::FixReleased { version, line: _ } => Step(version).by(By::FixReleased),
            EventBody::LineNotAffected { reason, line: _ } => Step(reason).by(By::NotAffected),
            EventBody::LineWaived { reason, line: _ } => Step(reason).by(By::WaiveLine),
            EventBody::AdvisoryDrafted { content } => Step(content).by(By::DraftAdvisory),
            EventBody::AdvisoryApproved { content } => Step(content).by(By::ApproveAdvisory),
            EventBody::Published { content, channels: _ } => Step(content).by(By::Publish),
            EventBody::CreditRecorded { granted } => granted.as_ref().map_or(Nothing, Step).by(By::RecordCredit),

            EventBody::BackupSet { member: _ } => Nothing.by(By::SetBackup),
            EventBody::InformationRequested => Nothing.by(By::RequestInformation),
            EventBody::QuarantineEnded { refused: _, report: _ } => Nothing.by(By::ReleaseQuarantine),
            EventBody::ReleasePlanned { on: _ } => Nothing.by(By::PlanRelease),
            EventBody::TreatedAsReport { opened: _ } => Nothing.by(By::TreatAsReport),
            EventBody::DuplicateOf { of: _ } => Nothing.by(By::Duplicate),
            EventBody::CodeReissued { mail: _ } => Nothing.by(By::ReissueCode),
            EventBody::CreditAsked => Nothing.by(By::AskCredit),

            EventBody::ClockStarted(_)
            | EventBody::ClockMet { clock: _, by: _ }
            | EventBody::ClockPaused { clock: _ }
            | EventBody::ClockResumed { clock: _ }
            | EventBody::ClockWarned { clock: _, level: _, planned_at: _, to: _ }
            | EventBody::ClockBreached { clock: _, level: _, to: _ }
            | EventBody::ClockReopened { clock: _ }
            | EventBody::ClockShortened { clock: _, due_at: _, alarms: _ }
            | EventBody::ClockEnded { clock: _ }
            | EventBody::MessageBounced { seq: _ }
            | EventBody::HandlerAssigned { member: _, by: _, previous: _ }
            | EventBody::AssignmentPostponed { clock: _, until: _, to: _ }
            | EventBody::RmChanged { from: _, to: _, told: _ }
            | EventBody::FixesReady
            | EventBody::FixesReleased
            | EventBody::FixesPending
            | EventBody::Announced { channel: _ }
            | EventBody::Closed { resolution: _, told: _ } => Nothing.only(),
        }
    }

    /// Every content that the event names by its hash, the parts of a mail too.
    pub fn contents(&self) -> Vec<&ContentRef> {
        let row = self.row();
        let words = match row.written {
            Written::Report(reported) => {
                let raw = reported.mail.iter().map(|mail| &mail.raw);
                return std::iter::once(&reported.report).chain(raw).collect();
            }
            Written::ByTeam(message) => Some(&message.content),
            Written::ByReporter { content, .. }
            | Written::Waiting { content, .. }
            | Written::Note { content, .. }
            | Written::Step(content) => Some(content),
            Written::Nothing => None,
        };
        words.into_iter().chain(self.mail().into_iter().flat_map(MailParts::contents)).collect()
    }

    /// What the mail that brought it holds beside its words; `None` where no mail did. Of the mail that opened a case, the
    /// report itself tells ([`super::ByMail`]).
    pub fn mail(&self) -> Option<&MailParts> {
        match self.row().written {
            Written::ByReporter { mail, .. } | Written::Note { mail, .. } => mail,
            Written::Waiting { mail, .. } => Some(mail),
            Written::Report(_) | Written::ByTeam(_) | Written::Step(_) | Written::Nothing => None,
        }
    }
}

impl MailParts {
    fn contents(&self) -> impl Iterator<Item = &ContentRef> {
        self.quoted.iter().chain([&self.raw])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::case::event::{Actor, Event, SCHEMA};

    /// Every `{id, sha256}` in a value, by its id.
    fn refs(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                if let (Some(id), Some(_)) = (map.get("id").and_then(Value::as_str), map.get("sha256")) {
                    found.push(id.to_owned());
                }
                map.values().for_each(|v| refs(v, found));
            }
            Value::Array(list) => list.iter().for_each(|v| refs(v, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Events as they are stored, each part of them named after itself.
    fn stored() -> Vec<Value> {
        let content = |id: &str| json!({"id": id, "sha256": "00"});
        let mail = json!({"quoted": content("quoted"), "raw": content("raw"), "hints": []});
        let message = json!({"content": content("words"), "mail": "for-mail"});
        let by_mail = json!({"sender": "dmarc", "raw": content("raw"), "receipt": "for-mail", "thread": "thread"});
        let report = |mail: Value| {
            json!({"event": "report-received", "package": null, "answers": "page", "address": "address",
                "has_openpgp_key": false, "known_public": false, "known_exploited": false, "planned_for": null,
                "report": content("report"), "continues": null, "mail": mail})
        };
        vec![
            report(Value::Null),
            report(by_mail),
            json!({"event": "message-sent", "kind": "update", "message": message, "next_steps": false}),
            json!({"event": "forwarded", "to": "module", "message": message}),
            json!({"event": "reporter-replied", "content": content("words"), "opened": null, "mail": mail}),
            json!({"event": "reporter-replied", "content": content("words"), "opened": null}),
            json!({"event": "noted", "content": content("words"), "mail": mail}),
            json!({"event": "reply-quarantined", "content": content("words"), "mail": mail}),
            json!({"event": "outsider-replied", "from": "operator", "content": content("words"), "mail": mail}),
            json!({"event": "scored", "severity": "high", "content": content("words")}),
            json!({"event": "fact-marked", "fact": "public", "source": content("words")}),
            json!({"event": "duty-recorded", "clock": "cve-record", "source": content("words")}),
            json!({"event": "consent-recorded", "source": content("words")}),
            json!({"event": "affected-determined", "content": content("words"), "lines": ["express@4"]}),
            json!({"event": "audit-recorded", "content": content("words"), "findings": []}),
            json!({"event": "audit-waived", "reason": content("words")}),
            json!({"event": "fix-ready", "line": "express@4", "reference": content("words")}),
            json!({"event": "fix-released", "line": "express@4", "version": content("words")}),
            json!({"event": "line-not-affected", "line": "express@4", "reason": content("words")}),
            json!({"event": "line-waived", "line": "express@4", "reason": content("words")}),
            json!({"event": "credit-recorded", "granted": content("words")}),
            json!({"event": "credit-recorded", "granted": null}),
            json!({"event": "advisory-drafted", "content": content("words")}),
            json!({"event": "advisory-approved", "content": content("words")}),
            json!({"event": "published", "content": content("words"), "channels": ["osv"]}),
            json!({"event": "code-reissued", "mail": "for-mail"}),
            json!({"event": "closed", "resolution": "fixed", "told": true}),
        ]
    }

    #[test]
    fn an_event_names_exactly_the_contents_that_it_is_stored_with() {
        for body in stored() {
            let read: EventBody = serde_json::from_value(body.clone()).unwrap_or_else(|e| panic!("{body}: {e}"));
            let case = "EXP-2027-7K3QF".parse().unwrap();
            let at = "2027-03-27T22:00:00Z".parse().unwrap();
            let event = Event { schema: SCHEMA, case, seq: 1, at, actor: Actor::Desk, prev: String::new(), body: read };
            let (mut expected, mut named) = (Vec::new(), Vec::new());
            refs(&serde_json::to_value(&event).unwrap(), &mut expected);
            named.extend(event.body.contents().into_iter().map(|content| content.id.to_string()));
            expected.sort();
            named.sort();
            assert_eq!(named, expected, "{body}");
            let by_mail = body["mail"].is_object() && body["event"] != "report-received";
            assert_eq!(event.body.mail().is_some(), by_mail, "{body}");
        }
    }
}
