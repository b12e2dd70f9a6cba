//! What a member says the reporter was told already, where the report came in.

use jiff::Timestamp;

use super::past;
use crate::case::event::Elsewhere;
use crate::fields::Fields;
use crate::id::MemberId;
use crate::policy::{Member, Policy};

/// Since when somebody could be answered.
pub(super) struct Since {
    /// Nothing where it is wrong, or nobody says.
    pub received_at: Option<Timestamp>,
    pub reporter: bool,
}

/// What the reporter was told already; one message may have been both.
pub(super) fn answered(
    fields: &Fields<'_>,
    policy: &Policy,
    (member, now): (&Member, Timestamp),
    since: Since,
) -> Vec<Elsewhere> {
    let answer = |name: &str, next_steps: bool| {
        let (at, by) = (format!("{name}_at"), format!("{name}_by"));
        let answered_at = past(fields, &at, (member, now));
        let who = writer(fields, policy, &by);
        if who.is_some() && !is_said(fields, &at) {
            fields.wrong(&at, format!("is required where {by} says who wrote it"));
        }
        if is_said(fields, &at) && !since.reporter {
            fields.wrong(&at, "is only of a reporter, and nobody waits for an answer");
        }
        let answered_at = answered_at?;
        if since.received_at.is_some_and(|received_at| answered_at < received_at) {
            fields.wrong(&at, "is before the report came in (received_at)");
        }
        Some(Elsewhere { member: who.unwrap_or_else(|| member.id.clone()), answered_at, next_steps })
    };
    match (answer("acknowledged", false), answer("responded", true)) {
        (Some(first), Some(then)) if then.answered_at < first.answered_at => {
            let why = "is before the acknowledgement; an answer with next steps acknowledges too, so only its own time is needed";
            fields.wrong("responded_at", why);
            Vec::new()
        }
        (Some(first), Some(then)) if (&first.member, first.answered_at) == (&then.member, then.answered_at) => {
            vec![then]
        }
        (first, then) => first.into_iter().chain(then).collect(),
    }
}

fn is_said(fields: &Fields<'_>, name: &str) -> bool {
    fields.value(name).is_some_and(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
}

/// Who wrote it, where that is said.
fn writer(fields: &Fields<'_>, policy: &Policy, name: &str) -> Option<MemberId> {
    let who = fields.parsed::<MemberId>(name)?;
    if policy.member(&who).is_none() {
        fields.wrong(name, "is no member of the team");
    }
    Some(who)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{read, wrong};
    use super::*;

    #[test]
    fn what_the_reporter_was_told_there_already_has_its_time_and_its_writer() {
        let answered = |change: Value| {
            let said = read(change).map(|opening| opening.answered)?;
            let one = |answer: Elsewhere| format!("{} {} {}", answer.member, answer.answered_at, answer.next_steps);
            Ok::<_, Vec<String>>(said.into_iter().map(one).collect::<Vec<_>>())
        };
        let told = |change: Value| answered(change).unwrap_or_else(|wrong| wrong);
        assert_eq!(told(json!({})), Vec::<String>::new());
        assert_eq!(told(json!({"acknowledged_at": "2027-01-30T18:00Z"})), ["alice 2027-01-30T18:00:00Z false"]);
        let both = json!({"acknowledged_at": "2027-01-30T18:00Z", "acknowledged_by": "bob", "responded_at": "2027-01-31T09:00"});
        assert_eq!(told(both), ["bob 2027-01-30T18:00:00Z false", "alice 2027-01-31T08:00:00Z true"]);
        let one = json!({"acknowledged_at": "2027-01-30T18:00Z", "responded_at": "2027-01-30T18:00Z"});
        assert_eq!(told(one), ["alice 2027-01-30T18:00:00Z true"], "one message was both");
        for (change, pointer, why) in [
            (json!({"acknowledged_at": "2027-01-30T15:59Z"}), "/acknowledged_at", "before the report came in"),
            (json!({"responded_at": "2027-02-01T00:00Z"}), "/responded_at", "is to come"),
            (json!({"responded_at": "2020-02-01T00:00Z"}), "/responded_at", "more than a year"),
            (json!({"acknowledged_at": "soon"}), "/acknowledged_at", "must be a date and a time"),
            (json!({"acknowledged_by": "bob"}), "/acknowledged_at", "is required where acknowledged_by"),
            (json!({"acknowledged_at": " ", "acknowledged_by": "bob"}), "/acknowledged_at", "is required where"),
            (json!({"responded_at": "2027-01-31T09:00Z", "responded_by": "nobody"}), "/responded_by", "no member"),
            (json!({"reporter_waits": false, "responded_at": "2027-01-31T09:00Z"}), "/responded_at", "nobody waits"),
            (
                json!({"acknowledged_at": "2027-01-31T09:00Z", "responded_at": "2027-01-31T08:00Z"}),
                "/responded_at",
                "before the acknowledgement",
            ),
        ] {
            let wrong = wrong(change.clone());
            assert!(wrong.len() == 1 && wrong[0].starts_with(pointer) && wrong[0].contains(why), "{change}: {wrong:?}");
        }
        let all =
            json!({"acknowledged_at": "x", "acknowledged_by": "nobody", "responded_at": "y", "responded_by": "nobody"});
        assert_eq!(wrong(all).len(), 4, "each is named");
    }
}
