//! The clock of what a reporter writes to a closed case. Every policy has it: who writes is owed a look within the time in which a
//! report is acknowledged, so a policy that has no row for it gets that of its acknowledgement, ladder and all. It is no promise: it
//! counts nowhere in public, and whoever looks need not answer.

use std::collections::BTreeMap;

use super::clock::word;
use crate::fields::Fields;
use crate::id::ClockName;
use crate::policy::{AtDue, ClockKind, ClockRow, GRACE, MetBy, Starts};

/// The name of the row that a policy without one gets.
const NAME: &str = "after-closing";
const WORDS: &str = "review after closing";

/// The rows, and this one where none starts so.
pub(super) fn added_to(mut clocks: Vec<ClockRow>) -> Vec<ClockRow> {
    let there = clocks.iter().any(|row| row.starts == Starts::WrittenAfterClosing);
    let like = clocks.iter().find(|row| row.kind == ClockKind::Acknowledgement).filter(|_| !there);
    let row = like.map(|acknowledgement| ClockRow {
        name: NAME.parse().expect("a name"),
        kind: ClockKind::Duty,
        words: WORDS.to_owned(),
        starts: Starts::WrittenAfterClosing,
        met_by: MetBy::Settled,
        reporter_sees: true,
        promise: false,
        survives_closing: true,
        grace: GRACE,
        urgent_due: BTreeMap::new(),
        only_where: None,
        ..acknowledgement.clone()
    });
    clocks.extend(row);
    clocks
}

/// What starts so is met so, and the other way around; its name is kept for it.
pub(super) fn is_so(
    name: Option<&ClockName>,
    starts: Option<Starts>,
    met_by: Option<MetBy>,
    at_due: AtDue,
    fields: &Fields<'_>,
) {
    let (Some(starts), Some(met_by)) = (starts, met_by) else { return };
    let (written, settled) = (starts == Starts::WrittenAfterClosing, met_by == MetBy::Settled);
    if written != settled {
        let (one, other) = (word(Starts::WrittenAfterClosing), word(MetBy::Settled));
        fields.wrong("met_by", format!("does not fit: what starts {one} is met by {other}, and nothing else is"));
    }
    if written && at_due != AtDue::Breach {
        fields.wrong("at_due", "must be breach: the case is closed");
    }
    if !written && name.is_some_and(|name| name.as_str() == NAME) {
        fields.wrong("name", "is the desk's own");
    }
}
