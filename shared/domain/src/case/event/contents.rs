//! The sealed contents that each event names: what is verified, and what a mail brought.

use super::{ContentRef, EventBody, MailParts, Reported};

/// What an event names outside of itself.
#[derive(Default)]
struct Names<'a> {
    words: Vec<&'a ContentRef>,
    mail: Option<&'a MailParts>,
}

impl EventBody {
    /// Every content that the event names by its hash, the parts of a mail too.
    pub fn contents(&self) -> Vec<&ContentRef> {
        let Names { mut words, mail } = self.names();
        words.extend(mail.into_iter().flat_map(MailParts::contents));
        words
    }

    /// What the mail that brought it holds beside its words; `None` where no mail did. Of the mail that opened a case, the
    /// report itself tells ([`super::ByMail`]).
    pub fn mail(&self) -> Option<&MailParts> {
        self.names().mail
    }

    /// Each field of each event is spelled out, so that a new one is asked for here.
    fn names(&self) -> Names<'_> {
        match self {
            EventBody::ReportReceived(reported) => Names { words: reported.contents(), mail: None },
            EventBody::MessageSent { message, kind: _, next_steps: _ } | EventBody::Forwarded { message, to: _ } => {
                one(&message.content)
            }
            EventBody::ReporterReplied { content, mail, opened: _ } | EventBody::Noted { content, mail } => {
                Names { mail: mail.as_ref(), ..one(content) }
            }
            EventBody::ReplyQuarantined { content, mail } | EventBody::OutsiderReplied { content, mail, from: _ } => {
                Names { mail: Some(mail), ..one(content) }
            }
            EventBody::Scored { content, severity: _ }
            | EventBody::FactMarked { source: content, fact: _ }
            | EventBody::ConsentRecorded { source: content }
            | EventBody::AffectedDetermined { content, lines: _, undone: _ }
            | EventBody::AuditRecorded { content, findings: _ }
            | EventBody::AuditWaived { reason: content }
            | EventBody::FixReady { reference: content, line: _ }
            | EventBody::FixReleased { version: content, line: _ }
            | EventBody::LineNotAffected { reason: content, line: _ }
            | EventBody::LineWaived { reason: content, line: _ }
            | EventBody::AdvisoryDrafted { content }
            | EventBody::AdvisoryApproved { content }
            | EventBody::Published { content, channels: _ } => one(content),
            EventBody::CreditRecorded { granted } => Names { words: granted.iter().collect(), mail: None },
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
            | EventBody::BackupSet { member: _ }
            | EventBody::RmChanged { from: _, to: _ }
            | EventBody::InformationRequested
            | EventBody::QuarantineEnded { refused: _, report: _ }
            | EventBody::ReleasePlanned { on: _ }
            | EventBody::TreatedAsReport { opened: _ }
            | EventBody::DuplicateOf { of: _ }
            | EventBody::CodeReissued { mail: _ }
            | EventBody::FixesReady
            | EventBody::FixesReleased
            | EventBody::FixesPending
            | EventBody::CreditAsked
            | EventBody::Announced { channel: _ }
            | EventBody::Closed { resolution: _, told: _ } => Names::default(),
        }
    }
}

impl Reported {
    fn contents(&self) -> Vec<&ContentRef> {
        let raw = self.mail.iter().map(|mail| &mail.raw);
        std::iter::once(&self.report).chain(raw).collect()
    }
}

impl MailParts {
    fn contents(&self) -> Vec<&ContentRef> {
        self.quoted.iter().chain([&self.raw]).collect()
    }
}

fn one(content: &ContentRef) -> Names<'_> {
    Names { words: vec![content], mail: None }
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
