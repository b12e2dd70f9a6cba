//! The mails of a case, and how far each is.

use desk_domain::case::Recipient;
use desk_domain::policy::{Policy, Zone};
use desk_domain::time::instant_in;
use desk_pages::DeliveryLine;
use desk_store::deliveries::{DeliveryRecord, State};
use jiff::Timestamp;
use serde::Serialize;

use super::words::{recipient, sentence};

/// A mail of a case, for programs.
#[derive(Serialize)]
pub(crate) struct DeliveryView<'a> {
    to: &'a Recipient,
    notice: &'static str,
    /// The event that caused it.
    event: Option<u64>,
    planned_at: Timestamp,
    state: State,
    since: Timestamp,
    why: Option<&'a str>,
    delayed_since: Option<Timestamp>,
}

impl<'a> From<&'a DeliveryRecord> for DeliveryView<'a> {
    fn from(record: &'a DeliveryRecord) -> DeliveryView<'a> {
        let delivery = &record.delivery;
        DeliveryView {
            to: &delivery.recipient,
            notice: delivery.notice.template(),
            event: delivery.seq,
            planned_at: delivery.planned_at,
            state: record.state,
            since: record.since,
            why: record.why.as_deref(),
            delayed_since: record.delayed_since,
        }
    }
}

/// So many are shown of those that arrived or are on their way, and of those that did not arrive. The API has all.
const NEWEST: usize = 6;

/// The newest first, and whether some are not shown: a case has as many after a year as nobody reads.
pub(super) fn lines(policy: &Policy, zone: Option<&Zone>, records: &[DeliveryRecord]) -> (Vec<DeliveryLine>, bool) {
    let line = |record: &DeliveryRecord| DeliveryLine {
        to: recipient(policy, &record.delivery.recipient),
        what: sentence(record.delivery.notice.template()),
        state: state(zone, record),
        at: record.since,
        lost: record.state.is_lost() || record.state == State::Complained,
    };
    let mut newest: Vec<&DeliveryRecord> = records.iter().collect();
    newest.sort_by_key(|record| std::cmp::Reverse(record.since));
    let (mut arrived, mut lost) = (0, 0);
    let mut shown: Vec<DeliveryLine> = newest.into_iter().map(line).collect();
    shown.retain(|line| {
        let count = if line.lost { &mut lost } else { &mut arrived };
        *count += 1;
        *count <= NEWEST
    });
    let more = records.len() > shown.len();
    (shown, more)
}

/// `withheld: enough for today`; a mail that is on its way says since when it is held up.
fn state(zone: Option<&Zone>, record: &DeliveryRecord) -> String {
    let word = match record.state {
        State::Planned => "planned",
        State::Gathered => "goes with others, in one mail",
        State::Claimed => "being sent",
        State::Retry => "to be sent again",
        State::Ambiguous => "perhaps sent",
        State::Sent => "sent",
        State::Delivered => "delivered",
        State::Bounced => "bounced",
        State::Complained => "called unwanted by its receiver",
        State::Rejected => "rejected",
        State::Withheld => "withheld",
        State::Dead => "not sent",
    };
    match (&record.why, record.delayed_since) {
        (Some(why), _) => format!("{word}: {why}"),
        (None, Some(since)) if record.state == State::Sent => {
            format!("{word}, delayed since {}", instant_in(zone, since))
        }
        (None, _) => word.to_owned(),
    }
}
