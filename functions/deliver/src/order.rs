//! In which order what is due is taken: deficit round robin over sources, within one urgency. Each mail costs the same, so that is a
//! round in which each source has one mail, and another, until nothing is left: the mails of a source that sent one report go before
//! the fortieth of one that sent six hundred.

use std::collections::BTreeMap;

use desk_store::deliveries::DeliveryRecord;

use crate::{is_page, to_be_sent};

/// What is in doubt first, then the most urgent, then round by round, and of a round the oldest. Pages come after the mails of their
/// round, for they need no room.
pub(crate) fn fair(mut due: Vec<DeliveryRecord>) -> Vec<DeliveryRecord> {
    let urgency = |record: &DeliveryRecord| to_be_sent(record.state).then(|| record.delivery.notice.urgency());
    due.sort_by_key(|record| (urgency(record), is_page(record), record.due_at));
    let mut rounds = BTreeMap::new();
    let mut in_rounds: Vec<_> = due
        .into_iter()
        .map(|record| {
            let urgency = urgency(&record);
            let round = rounds.entry((urgency, source(&record))).or_insert(0_u32);
            *round += 1;
            ((urgency, *round, is_page(&record), record.due_at), record)
        })
        .collect();
    in_rounds.sort_by_key(|(place, _)| *place);
    in_rounds.into_iter().map(|(_, record)| record).collect()
}

/// Whose turn it takes: that of the source of its case, else its own.
fn source(record: &DeliveryRecord) -> String {
    record.delivery.source.as_ref().map_or_else(|| record.delivery.id.clone(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use desk_domain::case::Recipient;
    use desk_domain::id::SourceId;
    use desk_domain::notice::{NoHandler, Notice, ReporterReplied};
    use desk_store::deliveries::{Delivery, State};
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    fn due(name: &str, source: Option<char>, second: i64, urgent: bool) -> DeliveryRecord {
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        let notice = match urgent {
            true => Notice::NoHandler(NoHandler { again_at: at }),
            false => Notice::ReporterReplied(ReporterReplied { opened: None }),
        };
        let source = source.and_then(|digit| SourceId::network(&digit.to_string().repeat(32)));
        let delivery = Delivery { id: name.to_owned(), source, ..Delivery::new(name, Recipient::Operator, notice, at) };
        DeliveryRecord {
            delivery,
            state: State::Planned,
            why: None,
            attempts: 0,
            since: at,
            due_at: Some(at),
            delayed_since: None,
            address: None,
            allowed: false,
            bundle: None,
            restored: false,
            sealed: None,
        }
    }

    #[test]
    fn each_source_has_its_turn_within_one_urgency() {
        let mut all: Vec<_> = (0..600).map(|n| due(&format!("junk-{n}"), Some('a'), n, false)).collect();
        all.extend((0..4).map(|n| due(&format!("real-{n}"), Some('b'), 1000 + n, false)));
        all.push(due("alone", None, 2000, false));
        all.push(due("urgent", Some('a'), 3000, true));
        let order: Vec<String> = fair(all).into_iter().map(|record| record.delivery.id).collect();
        let first = ["urgent", "junk-0", "real-0", "alone", "junk-1", "real-1", "junk-2", "real-2", "junk-3", "real-3"];
        assert_eq!(order[..first.len()], first);
        assert_eq!(order.len(), 606);
    }
}
