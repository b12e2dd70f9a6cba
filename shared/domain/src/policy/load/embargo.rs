//! The clock of an embargo. Every policy has it, for an embargo ends whether the policy speaks of it or not: one that has no row for it
//! gets this, which warns whoever handles the case.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::clock::word;
use crate::fields::Fields;
use crate::id::{ClockName, LevelName};
use crate::policy::{AtDue, Audience, ClockKind, ClockRow, Due, GRACE, Level, MetBy, REPEAT, Starts, Warning, When};

/// The name of the row that a policy without one gets.
const NAME: &str = "embargo";
const WORDS: &str = "end of the embargo";

/// So many hours before its end.
const WARNED: [i64; 4] = [7 * 24, 72, 24, 1];

/// The rows, and this one where none starts so.
pub(super) fn added_to(mut clocks: Vec<ClockRow>, levels: &[Level]) -> Vec<ClockRow> {
    let there = clocks.iter().any(|row| row.starts == Starts::EmbargoActive);
    let row = handlers(levels).filter(|_| !there).map(row);
    clocks.extend(row);
    clocks
}

/// The level that reaches whoever handles the case, or the first.
fn handlers(levels: &[Level]) -> Option<&LevelName> {
    let reaches = levels.iter().find(|level| level.notify.contains(&Audience::HandlerOrOnCall));
    reaches.or(levels.first()).map(|level| &level.name)
}

fn row(level: &LevelName) -> ClockRow {
    let before = |hours| Warning { when: When::Before(SignedDuration::from_hours(hours)), level: level.clone() };
    ClockRow {
        name: NAME.parse().expect("a name"),
        kind: ClockKind::Duty,
        words: WORDS.to_owned(),
        starts: Starts::EmbargoActive,
        due: Due::DayEnds,
        met_by: MetBy::EmbargoOver,
        pauses: None,
        at_due: AtDue::EndEmbargo,
        breach_level: level.clone(),
        warnings: WARNED.map(before).into(),
        reporter_sees: false,
        promise: false,
        survives_closing: true,
        repeat: REPEAT,
        grace: GRACE,
        urgent_due: BTreeMap::new(),
        only_where: None,
        at_any_hour: true,
    }
}

/// What starts so is met so and ends so, and nothing else is; its name is kept for it.
pub(super) fn is_so(
    name: Option<&ClockName>,
    starts: Option<Starts>,
    met_by: Option<MetBy>,
    at_due: AtDue,
    fields: &Fields<'_>,
) {
    let (Some(starts), Some(met_by)) = (starts, met_by) else { return };
    let active = starts == Starts::EmbargoActive;
    let [begins, over, ends] = [word(Starts::EmbargoActive), word(MetBy::EmbargoOver), word(AtDue::EndEmbargo)];
    if active != (met_by == MetBy::EmbargoOver) {
        fields.wrong("met_by", format!("does not fit: what starts {begins} is met by {over}, and nothing else is"));
    }
    if active != (at_due == AtDue::EndEmbargo) {
        fields.wrong("at_due", format!("does not fit: what starts {begins} comes to {ends}, and nothing else does"));
    }
    if !active && name.is_some_and(|name| name.as_str() == NAME) {
        fields.wrong("name", "is the desk's own");
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{changed, one};
    use super::*;
    use crate::policy::Policy;

    const EXPRESS: &str = include_str!("../../../../../infra/policies/express.toml");
    const MINIMAL: &str = include_str!("../../../../../infra/policies/minimal.toml");

    #[test]
    fn em_every_policy_has_the_clock_of_an_embargo_and_a_row_for_it_is_one() {
        let minimal = Policy::from_toml(MINIMAL).expect("a policy");
        let row = minimal.clocks.iter().find(|row| row.starts == Starts::EmbargoActive).expect("a row");
        assert_eq!((row.name.as_str(), row.at_due, row.warnings.len()), ("embargo", AtDue::EndEmbargo, 4));
        let express = Policy::from_toml(EXPRESS).expect("a policy");
        assert_eq!(express.clocks.iter().filter(|row| row.starts == Starts::EmbargoActive).count(), 1, "its own");
        let with = |met_by: &str, at_due: &str| {
            format!(
                "[[clocks]]\nname = \"kept\"\nstarts = \"embargo-active\"\ndue = \"day-ends\"\nbreach_level = \"on-call\"\n\
                 met_by = \"{met_by}\" # 1\nat_due = \"{at_due}\" # 2\n\n[[packages]]"
            )
        };
        assert!(Policy::from_toml(&changed(&[("[[packages]]", &with("embargo-over", "end-embargo"))])).is_ok());
        let met = "does not fit: what starts embargo-active is met by embargo-over, and nothing else is";
        one("[[packages]]", &with("published", "end-embargo"), "# 1", "/clocks/3/met_by", met);
        let ends = "does not fit: what starts embargo-active comes to end-embargo, and nothing else does";
        one("[[packages]]", &with("embargo-over", "breach"), "# 2", "/clocks/3/at_due", ends);
        let taken = with("embargo-over", "end-embargo").replace("\"kept\"", "\"embargo\"");
        assert!(Policy::from_toml(&changed(&[("[[packages]]", &taken)])).is_ok(), "its own name");
        let other =
            taken.replace("embargo-active", "accepted").replace("embargo-over", "scored").replace("day-ends", "3d");
        let other = other.replace("end-embargo", "breach");
        one("[[packages]]", &other, "name = \"embargo\"", "/clocks/3/name", "is the desk's own");
    }
}
