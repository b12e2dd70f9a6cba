//! Who will be on call, and when nobody of the rota will be there.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Member, Policy, Role, Rota};

/// A time in which nobody is on call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    pub from: Timestamp,
    /// Its true end, however late; `None` when the policy names no day on which anybody is back.
    pub until: Option<Timestamp>,
}

/// A time in which one member is on call, or nobody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch<'a> {
    pub from: Timestamp,
    pub until: Timestamp,
    pub on_call: Option<&'a Member>,
}

/// As many shifts are looked at: of the longest time that is asked for, a rota of hours has no more.
const MOST_SHIFTS: usize = 2000;

impl Policy {
    /// Who is on call from `from` until `until`, one time after the other; a shift in which nothing changes is none of its own.
    pub fn watches(&self, from: Timestamp, until: Timestamp) -> Vec<Watch<'_>> {
        let away = self.members.iter().flat_map(Member::comings_and_goings);
        let swapped = self.rota.swapped.iter().flat_map(|shift| [shift.from, shift.until]);
        let mut changes: Vec<Timestamp> = away.chain(swapped).chain(self.rota.changes_after(from, until)).collect();
        changes.retain(|at| from < *at && *at < until);
        changes.push(from);
        changes.sort();
        changes.dedup();
        let mut watches: Vec<Watch<'_>> = Vec::new();
        for at in changes {
            let on_call = self.on_call(at);
            match watches.last_mut() {
                Some(last) if last.on_call.map(|m| &m.id) == on_call.map(|m| &m.id) => {}
                Some(last) => {
                    last.until = at;
                    watches.push(Watch { from: at, until, on_call });
                }
                None => watches.push(Watch { from: at, until, on_call }),
            }
        }
        watches
    }

    /// When the first of triage who is away at `now` is back, at the latest after `most`.
    pub fn somebody_is_back(&self, now: Timestamp, most: SignedDuration) -> Timestamp {
        let latest = now.saturating_add(most).unwrap_or(now);
        let changes = self.triage().flat_map(Member::comings_and_goings).filter(|at| now < *at && *at < latest);
        changes.filter(|at| self.triage().any(|member| !member.absent_at(*at))).min().unwrap_or(latest)
    }

    /// The gaps of the rota that touch `from` up to (not including) `until`; one that has begun before begins at `from`.
    ///
    /// Whose shift it is matters nothing here: who is away is stood in for by the next of the rota, so somebody is on call
    /// whenever anyone of the rota is there. That changes only where a day (UTC) of `away` begins or ends.
    pub fn rota_gaps(&self, from: Timestamp, until: Timestamp) -> Vec<Gap> {
        let rota = self.rota.order.iter().filter_map(|id| self.member(id)).filter(|m| m.has(Role::Triage));
        let mut changes: Vec<Timestamp> = rota.flat_map(Member::comings_and_goings).filter(|at| *at > from).collect();
        changes.push(from);
        changes.sort();
        changes.dedup();
        let mut gaps: Vec<Gap> = Vec::new();
        for at in changes {
            let open = gaps.last_mut().filter(|gap| gap.until.is_none());
            match (self.on_call(at), open) {
                (Some(_), Some(gap)) => gap.until = Some(at),
                (None, None) if at < until => gaps.push(Gap { from: at, until: None }),
                _ => {}
            }
        }
        gaps
    }
}

impl Rota {
    /// Where shifts begin after `from` and before `until`.
    pub(super) fn changes_after(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = Timestamp> {
        let shift = self.shift.as_nanos().max(1);
        let passed = from.duration_since(self.starts).as_nanos().div_euclid(shift);
        let next = move |k: i128| SignedDuration::try_from_nanos_i128((passed + 1 + k) * shift);
        let begins = (0..).map_while(move |k| self.starts.checked_add(next(k)?).ok());
        begins.take_while(move |at| *at < until).take(MOST_SHIFTS)
    }
}

impl Member {
    /// The instants at which the member may leave or come back.
    fn comings_and_goings(&self) -> impl Iterator<Item = Timestamp> {
        let days = self.away.iter().flat_map(|away| [Some(away.from), away.until.tomorrow().ok()]);
        days.flatten().filter_map(midnight)
    }
}

/// Where a day begins, in UTC.
fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|begins| begins.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Away;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The policy of the seed with each member of the rota away on these days.
    fn away(days: [&[(&str, &str)]; 4]) -> Policy {
        let mut policy = Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap();
        for (member, days) in policy.members.iter_mut().zip(days) {
            let away =
                |(from, until): &(&str, &str)| Away { from: from.parse().unwrap(), until: until.parse().unwrap() };
            member.away = days.iter().map(away).collect();
        }
        policy
    }

    fn gaps(policy: &Policy) -> Vec<(String, Option<String>)> {
        let gaps = policy.rota_gaps(at("2026-12-20T10:30:00Z"), at("2026-12-27T10:30:00Z"));
        gaps.iter().map(|g| (g.from.to_string(), g.until.map(|t| t.to_string()))).collect()
    }

    fn gap(from: &str, until: &str) -> (String, Option<String>) {
        (from.to_owned(), Some(until.to_owned()))
    }

    #[test]
    fn a_gap_is_where_the_days_of_all_meet_to_the_second() {
        let policy = away([
            &[("2026-12-21", "2026-12-26")],
            &[("2026-12-24", "2026-12-24"), ("2026-12-25", "2027-01-05")],
            &[("2026-12-01", "2027-01-01")],
            &[("2026-12-24", "2026-12-31")],
        ]);
        assert_eq!(gaps(&policy), [gap("2026-12-24T00:00:00Z", "2026-12-27T00:00:00Z")]);
        assert!(policy.on_call(at("2026-12-23T23:59:59.999Z")).is_some());
        assert!(policy.on_call(at("2026-12-24T00:00:00Z")).is_none());
        assert!(policy.on_call(at("2026-12-26T23:59:59.999Z")).is_none());
        assert!(policy.on_call(at("2026-12-27T00:00:00Z")).is_some());
    }

    #[test]
    fn four_weeks_are_told_without_a_break_and_a_hole_is_nobodys() {
        let days: &[(&str, &str)] = &[("2026-12-24", "2026-12-24")];
        let policy = away([days, &[("2026-12-21", "2026-12-24"), ("2027-01-04", "2027-01-05")], days, days]);
        let (from, until) = (at("2026-12-20T10:30:00Z"), at("2027-01-17T10:30:00Z"));
        let watches = policy.watches(from, until);
        assert_eq!((watches[0].from, watches.last().unwrap().until), (from, until));
        assert!(watches.windows(2).all(|pair| pair[0].until == pair[1].from));
        let said = watches
            .iter()
            .map(|w| format!("{} {}", w.from.strftime("%m-%d %H"), w.on_call.map_or("nobody", |m| m.id.as_str())));
        let expected = [
            "12-20 10 dave",
            "12-21 09 alice",
            "12-24 00 nobody",
            "12-25 00 alice",
            "12-28 09 bob",
            "01-04 00 carol",
            "01-11 09 dave",
        ];
        assert_eq!(said.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_rota_of_seconds_is_no_endless_list() {
        let mut policy = away([&[]; 4]);
        policy.rota.shift = SignedDuration::from_secs(1);
        assert_eq!(policy.watches(at("2026-12-20T10:30:00Z"), at("2027-01-17T10:30:00Z")).len(), MOST_SHIFTS + 1);
    }

    #[test]
    fn a_shift_that_changes_neither_ends_a_gap_nor_begins_one() {
        // A shift changes on the 21st at 9:00, in the middle of the gap, and one member alone is there all week.
        let days: &[(&str, &str)] = &[("2026-12-21", "2026-12-22")];
        assert_eq!(gaps(&away([days; 4])), [gap("2026-12-21T00:00:00Z", "2026-12-23T00:00:00Z")]);
        let all: &[(&str, &str)] = &[("2026-12-01", "2027-01-31")];
        assert!(gaps(&away([all, all, &[], all])).is_empty());
    }

    #[test]
    fn a_gap_is_cut_at_its_beginning_and_keeps_its_true_end() {
        let days: &[(&str, &str)] =
            &[("2026-12-01", "2026-12-20"), ("2026-12-27", "2027-01-15"), ("2027-03-01", "2027-03-02")];
        let expected =
            [gap("2026-12-20T10:30:00Z", "2026-12-21T00:00:00Z"), gap("2026-12-27T00:00:00Z", "2027-01-16T00:00:00Z")];
        assert_eq!(gaps(&away([days; 4])), expected);
    }

    #[test]
    fn what_begins_with_the_end_of_the_window_is_not_in_it() {
        let days: &[(&str, &str)] = &[("2026-12-27", "2026-12-28")];
        let policy = away([days; 4]);
        assert!(policy.rota_gaps(at("2026-12-20T00:00:00Z"), at("2026-12-27T00:00:00Z")).is_empty());
        assert_eq!(policy.rota_gaps(at("2026-12-20T00:00:00Z"), at("2026-12-27T00:00:01Z")).len(), 1);
    }

    #[test]
    fn t19_a_rota_of_whom_nobody_is_of_the_team_any_more_has_no_end_of_its_gap() {
        let mut policy = away([&[]; 4]);
        policy.members.iter_mut().for_each(|m| m.roles.retain(|r| *r != Role::Triage));
        assert_eq!(gaps(&policy), [("2026-12-20T10:30:00Z".to_owned(), None)]);
        let for_ever: &[(&str, &str)] = &[("2026-12-22", "9999-12-31")];
        assert_eq!(gaps(&away([for_ever; 4])), [("2026-12-22T00:00:00Z".to_owned(), None)]);
    }
}
