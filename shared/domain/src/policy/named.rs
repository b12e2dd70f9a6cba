//! Who and what the policy names, who is on call, and what is still maintained.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{ClockRow, Form, Level, Line, Member, Package, Policy, Role, Rota, ThirdParty};
use crate::id::{ClockName, LevelName, LineName, MemberId};

impl Policy {
    /// Whether mail to that address comes back to the desk, or goes to everybody on a list of the project: no place to answer to.
    pub fn is_ours(&self, address: &str) -> bool {
        let lists = self.channels.iter().filter_map(|channel| channel.kept(Form::Mailbox));
        let own = lists.chain(self.mail.comments.as_deref()).chain([self.contacts.security.as_str()]);
        let bare = |address: &str| {
            let small = address.trim().to_lowercase();
            match small.rsplit_once('@') {
                Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
                None => small,
            }
        };
        let mailbox = bare(address);
        own.into_iter().any(|own| bare(own) == mailbox)
    }

    /// The member of this id; `None` for one who left.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.iter().find(|m| m.id == *id)
    }

    /// The member's name; of one whom the policy names no more (they left, or have another id) the id is all that is known.
    pub fn member_name(&self, id: &MemberId) -> String {
        self.member(id).map_or_else(|| format!("{id} (no longer in the policy)"), |member| member.name.clone())
    }

    /// The clock's row; `None` for a clock that the policy no longer has.
    pub fn clock(&self, name: &ClockName) -> Option<&ClockRow> {
        self.clocks.iter().find(|c| c.name == *name)
    }

    /// The escalation level of this name.
    pub fn level(&self, name: &LevelName) -> Option<&Level> {
        self.levels.iter().find(|l| l.name == *name)
    }

    /// The package in scope of this name, as its registry writes it.
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|p| p.name.as_str() == name)
    }

    /// The module that others maintain, of this name (T35).
    pub fn third_party(&self, name: &str) -> Option<&ThirdParty> {
        self.third_party.iter().find(|t| t.package.as_str() == name)
    }

    /// The line of this name, of whatever package.
    pub fn line(&self, name: &LineName) -> Option<&Line> {
        self.packages.iter().flat_map(|p| &p.lines).find(|l| l.name == *name)
    }

    /// The team: the members with the triage role, whether away or not (T15), in the order of the file.
    pub fn triage(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|m| m.has(Role::Triage))
    }

    /// The member, where they are of triage and there.
    pub fn present(&self, id: &MemberId, now: Timestamp) -> Option<&Member> {
        self.triage().find(|member| member.id == *id && !member.absent_at(now))
    }

    /// Whether `member` may be made the handler of a case at `now`; who makes it so of themselves may be away.
    ///
    /// # Errors
    /// Why not.
    pub fn may_handle(&self, member: &MemberId, themselves: bool, now: Timestamp) -> Result<(), String> {
        let found = self.member(member).ok_or("is not a member of the team")?;
        if !found.has(Role::Triage) {
            return Err(format!("{} does not have the triage role", found.name));
        }
        if found.unreachable_since.is_some() && !themselves {
            return Err(format!("cannot be {} now: mail to them comes back", found.name));
        }
        if found.away_at(now) && !themselves {
            return Err(format!("{} is away", found.name));
        }
        Ok(())
    }

    /// Whether the member must have a second factor.
    pub fn wants_second_factor(&self, member: &Member) -> bool {
        self.sign_in.second_factor.iter().any(|role| member.has(*role))
    }

    /// Who is on call at `now`: the rota's member of this shift, or the next who is of the team and not away (T43).
    /// `None` when everyone of the rota is away.
    pub fn on_call(&self, now: Timestamp) -> Option<&Member> {
        self.on_duty(now).next()
    }

    /// Who is asked next: the first after [`Policy::on_call`] in the rota who is someone else, and not who handles the case and was
    /// asked before; where there is nobody, who is on call.
    pub fn second(&self, handler: Option<&MemberId>, now: Timestamp) -> Option<&Member> {
        let first = self.on_call(now)?;
        let asked = |member: &Member| handler.is_some_and(|handler| *handler == member.id);
        let next = self.on_duty(now).find(|member| member.id != first.id && !asked(member));
        next.or(Some(first).filter(|first| handler.is_some() && !asked(first)))
    }

    /// The rota from this shift's place once around, without those who are away or no longer of the team. Who gave the shift away is
    /// the last of it.
    fn on_duty(&self, now: Timestamp) -> impl Iterator<Item = &Member> {
        let order = &self.rota.order;
        let taken = self.rota.swapped_at(now).map(|shift| &shift.member);
        let start = self.rota.place(now) + usize::from(taken.is_some());
        let around = order.iter().skip(start).chain(order.iter().take(start));
        taken
            .into_iter()
            .chain(around)
            .filter_map(|id| self.member(id))
            .filter(move |m| m.has(Role::Triage) && !m.absent_at(now))
    }
}

impl Line {
    /// Whether fixes are still made for it at `now`: up to the end of its last day, in UTC.
    pub fn maintained_at(&self, now: Timestamp) -> bool {
        let today = now.to_zoned(TimeZone::UTC).date();
        self.end_of_life.is_none_or(|end| today <= end)
    }
}

impl Rota {
    /// The place in `order` of the shift that holds `now`; the rota goes around before `starts` too. 0 without anyone.
    pub(super) fn place(&self, now: Timestamp) -> usize {
        let since = now.duration_since(self.starts).as_nanos();
        let shift = since.div_euclid(self.shift.as_nanos().max(1));
        let length = self.order.len().max(1) as i128;
        shift.rem_euclid(length) as usize
    }
}

impl Member {
    /// Whether the member has this role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the member has a part in cases: who has not gets nothing of one (T16).
    pub fn has_part(&self) -> bool {
        [Role::Triage, Role::ReleaseManager, Role::PolicyOwner].iter().any(|role| self.has(*role))
    }

    /// Whether the member is not there at `now`: away, or no mail reaches them.
    pub fn absent_at(&self, now: Timestamp) -> bool {
        self.unreachable_since.is_some() || self.away_at(now)
    }

    /// Whether `now` falls on one of the days, in UTC, on which the member is away; both ends are included.
    pub fn away_at(&self, now: Timestamp) -> bool {
        let today = now.to_zoned(TimeZone::UTC).date();
        self.away.iter().any(|days| days.holds(today))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn express() -> Policy {
        Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap()
    }

    fn at(policy: &Policy, now: &str) -> (Option<String>, Option<String>) {
        let now = now.parse().unwrap();
        let id = |m: &Member| m.id.to_string();
        (policy.on_call(now).map(id), policy.second(None, now).map(id))
    }

    fn pair(first: &str, second: &str) -> (Option<String>, Option<String>) {
        (Some(first.into()), Some(second.into()))
    }

    #[test]
    fn the_rota_goes_around_shift_by_shift_before_its_start_too() {
        let policy = express();
        assert_eq!(at(&policy, "2026-11-23T09:00:00Z"), pair("alice", "bob"));
        assert_eq!(at(&policy, "2026-11-30T08:59:59Z"), pair("alice", "bob"));
        assert_eq!(at(&policy, "2026-11-30T09:00:00Z"), pair("bob", "carol"));
        assert_eq!(at(&policy, "2026-12-14T09:00:00Z"), pair("dave", "alice"));
        assert_eq!(at(&policy, "2026-12-21T09:00:00Z"), pair("alice", "bob"));
        assert_eq!(at(&policy, "2026-11-23T08:59:59Z"), pair("dave", "alice"));
        assert!(at(&policy, "1970-01-01T00:00:00Z").0.is_some());
    }

    #[test]
    fn the_level_above_the_handler_is_somebody_else() {
        let mut policy = express();
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let second = |policy: &Policy, handler: &str| {
            policy.second(Some(&handler.parse().unwrap()), now).map(|member| member.id.to_string())
        };
        assert_eq!(second(&policy, "bob").as_deref(), Some("carol"), "after Alice comes Bob, who handles it");
        assert_eq!(second(&policy, "dave").as_deref(), Some("bob"));
        policy.rota.order.truncate(2);
        assert_eq!(second(&policy, "bob").as_deref(), Some("alice"), "of two it is who is on call");
        policy.rota.order.truncate(1);
        assert_eq!(second(&policy, "alice"), None, "and of one there is nobody");
    }

    #[test]
    fn t43_who_is_away_or_left_the_team_is_skipped() {
        let mut policy = express();
        // Bob's shift; Carol is away from the 24th to the 1st, both ends included.
        assert_eq!(at(&policy, "2026-12-28T09:00:00Z"), pair("bob", "dave"));
        assert_eq!(at(&policy, "2027-01-01T23:59:59Z"), pair("bob", "dave"));
        assert_eq!(at(&policy, "2027-01-02T00:00:00Z"), pair("bob", "carol"));
        policy.members[1].roles.clear();
        assert_eq!(at(&policy, "2026-12-28T09:00:00Z"), pair("dave", "alice"));
        policy.members.retain(|m| m.id.as_str() == "carol");
        assert_eq!(at(&policy, "2026-12-28T09:00:00Z"), (None, None));
        assert_eq!(at(&policy, "2027-01-02T00:00:00Z"), (Some("carol".into()), None));
    }
}
