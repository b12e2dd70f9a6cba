//! Shifts on call, and swaps of two of them as members say them while the desk runs.
//!
//! A swap is said with the same words by both: who says it first asks, who says it second agrees. Until then it changes nothing, so
//! that nobody is woken at night by somebody else's word. One that is in effect is undone as it was made: by swapping back.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::absence::first_words;
use super::{Absence, Policy, Role, Rota};
use crate::fields::Fields;
use crate::id::{Malformed, MemberId};

/// How far ahead a shift may lie: a wrong year is none.
const FURTHEST: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A shift of the rota, and whose it is; who is away is stood in for all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub member: MemberId,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Two shifts that change hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// As they are without it; the first is whose asked.
    pub shifts: [Shift; 2],
    /// Whether the other has said it too.
    pub agreed: bool,
    pub said_at: Timestamp,
}

/// What is known of the team beside the file: what members said of the rota, each in the order in which it was said, and whom mail
/// does not reach.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub absences: Vec<Absence>,
    pub swaps: Vec<Swap>,
    #[serde(default)]
    pub unreachable: Vec<Unreachable>,
}

/// A member whose mailbox has refused a mail for good, at the address that the policy has: like one who is away they are given nothing,
/// until a mail arrives again or the policy has another address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreachable {
    pub member: MemberId,
    pub since: Timestamp,
}

/// The two shifts as a member says them: an instant in each, or its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwapDays {
    pub mine: Timestamp,
    pub theirs: Timestamp,
}

impl Shift {
    /// The day (UTC) that names it; `None` where a day has several.
    pub fn day(&self) -> Option<Date> {
        let whole = self.until.duration_since(self.from) >= SignedDuration::from_hours(24);
        whole.then(|| self.from.to_zoned(TimeZone::UTC).date())
    }

    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

impl Swap {
    /// Whether it is of these two shifts, whoever says it.
    pub fn is_of(&self, shifts: &[Shift; 2]) -> bool {
        self.shifts == *shifts || (self.shifts[0] == shifts[1] && self.shifts[1] == shifts[0])
    }

    /// What a member gives and what they get; `None` for whom it does not concern.
    pub fn of(&self, member: &MemberId) -> Option<(&Shift, &Shift)> {
        let [first, second] = &self.shifts;
        if first.member == *member {
            Some((first, second))
        } else {
            (second.member == *member).then_some((second, first))
        }
    }

    /// Whether both shifts are over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.shifts.iter().all(|shift| shift.until <= now)
    }
}

impl Said {
    /// The swap that a member says, as it is known where they have agreed to it before: what is said twice is said once.
    ///
    /// # Errors
    /// Which of the two days is wrong, and why.
    pub fn swap(
        &self,
        file: &Policy,
        me: &MemberId,
        days: SwapDays,
        now: Timestamp,
    ) -> Result<Swap, (&'static str, String)> {
        let mut newest = self.swaps.iter().rev().filter(|swap| swap.agreed);
        let last =
            newest.find(|swap| swap.shifts.iter().any(|shift| shift.holds(days.mine) || shift.holds(days.theirs)));
        let same =
            |swap: &&Swap| swap.of(me).is_some_and(|(gives, gets)| gives.holds(days.mine) && gets.holds(days.theirs));
        match last.filter(same) {
            Some(swap) => Ok(swap.clone()),
            None => file.with_said(self).swap(me, days, now),
        }
    }

    /// The swaps that are not over: those in effect, and those that are asked for and still could be.
    pub fn swaps_now(&self, file: &Policy, now: Timestamp) -> Vec<&Swap> {
        let policy = file.with_said(self);
        let stands = |swap: &&Swap| match swap.agreed {
            true => swap
                .shifts
                .iter()
                .zip(swap.shifts.iter().rev())
                .all(|(shift, other)| policy.shift_at(shift.from).is_some_and(|now| now.member == other.member)),
            false => policy.still_holds(swap) && swap.shifts.iter().all(|shift| shift.until > now),
        };
        self.swaps.iter().filter(|swap| !swap.is_over(now)).filter(stands).collect()
    }
}

/// The instant that a shift is named by: one in it, or a day, which names the shift that its end is in.
struct Place(Timestamp);

impl std::str::FromStr for Place {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed("must be the day on which a shift on call begins, such as 2026-12-07");
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Place(at));
        }
        let day = text.parse::<Date>().ok().filter(|_| text.len() == "2026-12-07".len()).ok_or_else(wrong)?;
        let end = day.tomorrow().and_then(|next| next.to_zoned(TimeZone::UTC)).map_err(|_| wrong())?;
        Ok(Place(end.timestamp().saturating_sub(SignedDuration::from_secs(1)).unwrap_or(end.timestamp())))
    }
}

/// How it is said by mail.
const HOW: &str = "behind SWAP the days are expected on which your own shift and the other's begin, such as SWAP 2026-12-07 2026-12-14";

impl SwapDays {
    /// The fields `mine` and `theirs`.
    pub fn read(fields: &Fields<'_>) -> Option<SwapDays> {
        let mine = fields.required_parsed::<Place>("mine");
        let theirs = fields.required_parsed::<Place>("theirs");
        Some(SwapDays { mine: mine?.0, theirs: theirs?.0 })
    }

    /// What a text says that begins with the word SWAP and two days; `None` where it does not begin so.
    pub fn said(text: &str) -> Option<Result<SwapDays, String>> {
        let rest = first_words(text, "SWAP")?;
        let day = |c: char| c.is_ascii_digit() || c == '-';
        let mut days = rest.split(|c| !day(c)).filter_map(|word| word.parse::<Place>().ok());
        Some(match (days.next(), days.next(), days.next()) {
            (Some(Place(mine)), Some(Place(theirs)), None) => Ok(SwapDays { mine, theirs }),
            _ => Err(HOW.to_owned()),
        })
    }
}

impl Policy {
    /// The policy of this moment: what members said beside what the file says. What is said of somebody whom the file does not name,
    /// and a swap of shifts that are no longer whose they were, changes nothing.
    pub fn with_said(&self, said: &Said) -> Policy {
        let mut policy = self.clone();
        for absence in &said.absences {
            let member = policy.members.iter_mut().find(|member| member.id == absence.member);
            member.into_iter().for_each(|member| member.away.push(absence.days));
        }
        for Unreachable { member, since } in &said.unreachable {
            let member = policy.members.iter_mut().find(|known| known.id == *member);
            member.into_iter().for_each(|member| member.unreachable_since = Some(*since));
        }
        for swap in said.swaps.iter().filter(|swap| swap.agreed) {
            if policy.still_holds(swap) {
                let [first, second] = &swap.shifts;
                policy.rota.swapped.push(Shift { member: second.member.clone(), ..first.clone() });
                policy.rota.swapped.push(Shift { member: first.member.clone(), ..second.clone() });
            }
        }
        policy
    }

    /// Whether both shifts are whose the swap says.
    pub fn still_holds(&self, swap: &Swap) -> bool {
        swap.shifts.iter().all(|shift| self.shift_at(shift.from).as_ref() == Some(shift))
    }

    /// The shift that holds an instant.
    pub fn shift_at(&self, at: Timestamp) -> Option<Shift> {
        self.rota.shift_at(at).filter(|shift| self.member(&shift.member).is_some_and(|member| member.has(Role::Triage)))
    }

    /// The shifts from `from` until `until`, at most so many.
    pub fn shifts(&self, from: Timestamp, until: Timestamp, most: usize) -> Vec<Shift> {
        let begins = std::iter::once(from).chain(self.rota.changes_after(from, until));
        begins.filter_map(|at| self.shift_at(at)).take(most).collect()
    }

    /// The swap that a member says; else what is wrong with it, and with which of the two.
    ///
    /// # Errors
    /// The field, and why.
    pub fn swap(&self, me: &MemberId, days: SwapDays, now: Timestamp) -> Result<Swap, (&'static str, String)> {
        let shift = |field, at: Timestamp| {
            let shift = self.shift_at(at).ok_or((field, "is no shift of anybody who is of the team".to_owned()))?;
            if shift.until <= now {
                Err((field, "names a shift that is over".to_owned()))
            } else if shift.from.duration_since(now) > FURTHEST {
                Err((field, "is more than 400 days ahead".to_owned()))
            } else {
                Ok(shift)
            }
        };
        let (mine, theirs) = (shift("mine", days.mine)?, shift("theirs", days.theirs)?);
        let named = |shift: &Shift| match self.member(&shift.member) {
            Some(member) => format!("names a shift of {}’s", member.name),
            None => "names a shift of nobody’s".to_owned(),
        };
        if mine.member != *me {
            Err(("mine", named(&mine) + ", not yours"))
        } else if theirs.member == *me {
            Err(("theirs", "names a shift of yours".to_owned()))
        } else {
            Ok(Swap { shifts: [mine, theirs], agreed: false, said_at: now })
        }
    }
}

impl Rota {
    /// The shift that holds an instant, whether or not its member is still there; `None` without anyone.
    fn shift_at(&self, at: Timestamp) -> Option<Shift> {
        if let Some(shift) = self.swapped_at(at) {
            return Some(shift.clone());
        }
        let member = self.order.get(self.place(at))?.clone();
        let length = self.shift.as_nanos().max(1);
        let passed = at.duration_since(self.starts).as_nanos().div_euclid(length);
        let begins = |k: i128| self.starts.checked_add(SignedDuration::try_from_nanos_i128(k * length)?).ok();
        Some(Shift { member, from: begins(passed)?, until: begins(passed + 1)? })
    }

    /// The shift that was swapped last of those that hold an instant; of whoever the file's order still names.
    pub(super) fn swapped_at(&self, at: Timestamp) -> Option<&Shift> {
        self.swapped.iter().rev().find(|shift| shift.holds(at) && self.order.contains(&shift.member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn express() -> Policy {
        Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn id(name: &str) -> MemberId {
        name.parse().unwrap()
    }

    const NOW: &str = "2026-11-24T12:00:00Z";

    fn days(text: &str) -> SwapDays {
        SwapDays::said(text).unwrap().unwrap()
    }

    /// Alice has the week of the 23rd, Bob that of the 30th.
    fn agreed() -> Swap {
        let swap = express().swap(&id("alice"), days("SWAP 2026-11-23 2026-11-30"), at(NOW)).unwrap();
        Swap { agreed: true, ..swap }
    }

    fn on_call(policy: &Policy, now: &str) -> String {
        policy.on_call(at(now)).map(|m| m.id.to_string()).unwrap_or_default()
    }

    #[test]
    fn t43_two_shifts_change_hands_to_the_second_once_both_have_said_so() {
        let said = |agreed: bool| Said { swaps: vec![Swap { agreed, ..self::agreed() }], ..Said::default() };
        assert_eq!(express().with_said(&said(false)), express(), "who is asked has not agreed");
        let policy = express().with_said(&said(true));
        let weeks = ["2026-11-23T08:59:59Z", NOW, "2026-11-30T09:00:00Z", "2026-12-07T09:00:00Z"];
        assert_eq!(weeks.map(|now| on_call(&policy, now)), ["dave", "bob", "alice", "carol"]);
        let next = policy.second(None, at(NOW)).map(|m| m.id.to_string());
        assert_eq!(next.as_deref(), Some("carol"), "who gave the shift away is asked last");
        let watches = policy.watches(at(NOW), at("2026-12-08T00:00:00Z"));
        let told: Vec<_> = watches.iter().map(|w| w.on_call.map_or("nobody", |m| m.id.as_str())).collect();
        assert_eq!(told, ["bob", "alice", "carol"]);
    }

    #[test]
    fn t43_who_took_a_shift_and_is_away_is_stood_in_for() {
        let mut policy = express().with_said(&Said { swaps: vec![agreed()], ..Said::default() });
        let day = "2026-11-24".parse().unwrap();
        policy.members[1].away.push(super::super::Away { from: day, until: day });
        assert_eq!(on_call(&policy, NOW), "carol");
        policy.members[1].roles.clear();
        assert_eq!(on_call(&policy, "2026-11-25T12:00:00Z"), "carol", "and who left the team");
        policy.rota.order.retain(|member| *member != id("bob"));
        assert_ne!(on_call(&policy, "2026-11-25T12:00:00Z"), "bob");
    }

    #[test]
    fn a_swap_is_undone_by_swapping_back_and_one_that_no_longer_holds_changes_nothing() {
        let first = Said { swaps: vec![agreed()], ..Said::default() };
        let after = express().with_said(&first);
        let back = after.swap(&id("bob"), days("SWAP 2026-11-23 2026-11-30"), at(NOW)).unwrap();
        assert!(!after.still_holds(&agreed()) && after.still_holds(&back));
        let both = Said { swaps: vec![agreed(), Swap { agreed: true, ..back }], ..Said::default() };
        assert_eq!(on_call(&express().with_said(&both), NOW), "alice");
        let twice = Said { swaps: vec![agreed(), agreed()], ..Said::default() };
        assert_eq!(on_call(&express().with_said(&twice), NOW), "bob");
    }

    #[test]
    fn what_is_said_twice_is_said_once_and_what_no_longer_stands_is_not_shown() {
        let said = Said { swaps: vec![agreed()], ..Said::default() };
        let again = said.swap(&express(), &id("bob"), days("SWAP 2026-11-30 2026-11-23"), at(NOW));
        assert_eq!(again, Ok(agreed()));
        let back = said.swap(&express(), &id("bob"), days("SWAP 2026-11-23 2026-11-30"), at(NOW)).unwrap();
        assert!(!back.agreed && said.swaps_now(&express(), at(NOW)) == [&agreed()]);
        let carol = express().swap(&id("carol"), days("SWAP 2026-12-07 2026-11-30"), at(NOW)).unwrap();
        let mut swaps = vec![carol.clone(), agreed()];
        let shown = |swaps: &[Swap], now: &str| {
            let said = Said { swaps: swaps.to_vec(), ..Said::default() };
            said.swaps_now(&express(), at(now)).len()
        };
        assert_eq!(shown(&swaps[..1], NOW), 1);
        assert_eq!(shown(&swaps, NOW), 1, "Bob has given away what Carol asks for");
        assert_eq!(shown(&swaps, "2026-12-07T09:00:00Z"), 0, "and all of it is over");
        swaps.push(Swap { agreed: true, ..back });
        assert_eq!(shown(&swaps, NOW), 2, "swapped back, Carol's may be again");
    }

    #[test]
    fn a_shift_that_cannot_be_swapped_is_named() {
        let asked = |mine: &str, theirs: &str| {
            let days = days(&format!("SWAP {mine} {theirs}"));
            express().swap(&id("alice"), days, at(NOW)).map(|_| ()).unwrap_err()
        };
        assert_eq!(asked("2026-11-30", "2026-12-07"), ("mine", "names a shift of Bob Example’s, not yours".to_owned()));
        assert_eq!(asked("2026-11-23", "2026-12-21"), ("theirs", "names a shift of yours".to_owned()));
        assert_eq!(asked("2026-11-23", "2026-11-16"), ("theirs", "names a shift that is over".to_owned()));
        assert_eq!(asked("2026-11-23", "2028-11-16"), ("theirs", "is more than 400 days ahead".to_owned()));
    }

    #[test]
    fn a_mail_says_it_by_its_first_words() {
        for text in [
            "SWAP 2026-11-23 2026-11-30",
            "*Swap: 2026-11-23 with 2026-11-30.*\n\nThanks!",
            "swap 2026-11-23, 2026-11-30",
        ] {
            assert_eq!(days(text), days("SWAP 2026-11-23 2026-11-30"), "{text}");
        }
        for text in ["Swap meet on Sunday", "> SWAP 2026-11-23 2026-11-30", "SWAPPED 2026-11-23 2026-11-30", ""] {
            assert_eq!(SwapDays::said(text), None, "{text}");
        }
        for text in
            ["SWAP with Bob", "SWAP 2026-11-23", "SWAP 2026-11-23 2026-11-30 2026-12-07", "SWAP 2026-11-23 2026-11-31"]
        {
            assert!(SwapDays::said(text).unwrap().is_err(), "{text}");
        }
    }
}
