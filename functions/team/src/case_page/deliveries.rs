//! The mails of a case, and how far each is.

use desk_domain::policy::Policy;
use desk_store::deliveries::{Record, State};
use desk_web::page::DeliveryLine;
use serde_json::{Value, json};

use super::words::{recipient, sentence, word};

pub(super) fn lines(policy: &Policy, records: &[Record]) -> Vec<DeliveryLine> {
    let line = |record: &Record| DeliveryLine {
        to: recipient(policy, &record.delivery.recipient),
        what: sentence(record.delivery.notice.template()),
        state: state(record),
        at: record.since,
        lost: record.state.is_lost() || record.state == State::Complained,
    };
    records.iter().map(line).collect()
}

/// `withheld: enough for today`; a mail that is on its way says since when it is held up.
fn state(record: &Record) -> String {
    let word = match record.state {
        State::Claimed => "being sent".to_owned(),
        State::Retry => "to be sent again".to_owned(),
        State::Ambiguous => "perhaps sent".to_owned(),
        State::Dead => "not sent".to_owned(),
        State::Complained => "called unwanted by its receiver".to_owned(),
        state => word(json!(state)),
    };
    match (&record.why, record.delayed_since) {
        (Some(why), _) => format!("{word}: {why}"),
        (None, Some(since)) if record.state == State::Sent => {
            format!("{word}, delayed since {}", desk_domain::time::instant(since))
        }
        (None, _) => word,
    }
}

/// The same for programs.
pub(crate) fn json(record: &Record) -> Value {
    let delivery = &record.delivery;
    json!({"to": delivery.recipient, "notice": delivery.notice.template(), "event": delivery.seq,
        "planned_at": delivery.planned_at, "state": record.state, "since": record.since, "why": record.why,
        "delayed_since": record.delayed_since})
}
