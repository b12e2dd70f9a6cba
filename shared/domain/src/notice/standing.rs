//! Who has a case, why somebody gets a mail about it, and who hears next: what each mail says that escalates. Whoever is woken at
//! night must not have to look up whether somebody else is at it.

use super::*;
use crate::case::{Case, Clock};
use crate::policy::Role;

/// So long it is said who is on call: mail goes within a minute, and one that did not would name who was.
const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_mins(30);

/// How a case stood with the team as a mail about one of its clocks was planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Of when it is.
    pub at: Timestamp,
    pub handler: Option<MemberId>,
    pub on_call: Option<MemberId>,
    /// Why its receiver gets it; `None` for who is not of the team, who is told that anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Who hears next, while nobody acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<ToldNext>,
}

/// Why a member gets a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    Handler,
    Backup,
    /// On call, and nobody handles the case.
    OnCall,
    /// On call, and its handler is not there.
    StandsIn,
    /// Who was asked before has not acted.
    Second,
    /// All of the team are told.
    Team,
}

/// Who hears next, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToldNext {
    pub at: Timestamp,
    pub to: Vec<Recipient>,
}

impl Standing {
    /// Of the case, for `recipient`, who is one of `to` and hears at `now` of `clock`.
    pub(super) fn of(
        policy: &Policy,
        case: &Case,
        clock: Option<&Clock>,
        (recipient, to): (&Recipient, &[Recipient]),
        now: Timestamp,
    ) -> Standing {
        let next = clock.and_then(|clock| case.told_next(policy, clock)).map(|(at, to)| ToldNext { at, to });
        let members = to.iter().filter_map(Recipient::member).count();
        let why = recipient.member().map(|member| Why::of(policy, case, (member, members > 1), now));
        let on_call = policy.on_call(now).map(|member| member.id.clone());
        Standing { at: now, handler: case.handler.clone(), on_call, why, next }
    }

    /// Who handles it, who is on call, and who hears next.
    pub(super) fn facts(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        let handler = self.handler.as_ref().map_or_else(|| "nobody yet".to_owned(), |id| at.member_name(id));
        let on_call = self.on_call.as_ref().map_or_else(|| "nobody".to_owned(), |id| at.member_name(id));
        let on_call = (self.at.duration_until(at.now) < FRESH).then(|| ("On call".to_owned(), on_call));
        let next = self.next.as_ref().and_then(|next| next.fact(at));
        [("Handled by".to_owned(), handler)].into_iter().chain(on_call).chain(next).collect()
    }

    /// Why its receiver gets it.
    pub(super) fn reason(&self, at: &Setting<'_>) -> Option<String> {
        let handler = || self.handler.as_ref().map_or_else(|| "nobody".to_owned(), |id| at.member_name(id));
        let why = match self.why? {
            Why::Handler => "you handle the case".to_owned(),
            Why::Backup => format!("you are its backup; {} handles it", handler()),
            Why::OnCall => "you are on call, and nobody handles the case".to_owned(),
            Why::StandsIn => {
                let handler = self.handler.as_ref().map_or_else(|| "nobody handles it".to_owned(), |id| at.why_not(id));
                format!("you are on call and stand in: {handler}")
            }
            Why::Second => "you are next in the rota, and who was asked before you has not acted".to_owned(),
            Why::Team => "everyone of the team is told by now".to_owned(),
        };
        Some(format!("You get this because {why}."))
    }

    /// The letter with both.
    pub(super) fn said(
        of: Option<&Standing>,
        letter: Letter,
        facts: Vec<(String, String)>,
        at: &Setting<'_>,
    ) -> Letter {
        let Some(standing) = of else { return letter.facts(facts) };
        let letter = letter.facts(facts.into_iter().chain(standing.facts(at)).collect());
        standing.reason(at).into_iter().fold(letter, Letter::say)
    }
}

impl ToldNext {
    /// As a line of a mail; nothing where it was sent too late for it.
    pub(super) fn fact(&self, at: &Setting<'_>) -> Option<(String, String)> {
        let coming = self.at > at.now && !self.to.is_empty();
        coming.then(|| ("Told next".to_owned(), format!("{}\n{}", at.all_of(&self.to), at.due(self.at))))
    }
}

impl Why {
    fn of(policy: &Policy, case: &Case, (member, many): (&MemberId, bool), now: Timestamp) -> Why {
        let on_call = policy.on_call(now).is_some_and(|on_call| on_call.id == *member);
        match &case.handler {
            Some(handler) if handler == member => Why::Handler,
            _ if case.backup.as_ref() == Some(member) => Why::Backup,
            Some(_) if on_call && case.handler_is_gone(policy, now) => Why::StandsIn,
            None if on_call => Why::OnCall,
            _ if many => Why::Team,
            _ => Why::Second,
        }
    }
}

impl Setting<'_> {
    /// Why a handler does not get what is theirs, as the policy of this moment knows it.
    pub(super) fn why_not(&self, handler: &MemberId) -> String {
        match self.policy.member(handler) {
            Some(member) if member.has(Role::Triage) => {
                format!("{}, who handles the case, is away, or mail to them comes back", member.name)
            }
            Some(member) => format!("{}, who handles the case, is no longer of the triage team", member.name),
            None => format!("the policy no longer names {handler}, who handles the case"),
        }
    }

    /// Names, or where there are many of the team, that it is the team.
    fn all_of(&self, to: &[Recipient]) -> String {
        let members: Vec<String> =
            to.iter().filter_map(Recipient::member).map(|member| self.member_name(member)).collect();
        let outside = to.contains(&Recipient::Outside).then_some(self.policy.contacts.outside.as_ref()).flatten();
        let operator = to.contains(&Recipient::Operator).then(|| "the operator".to_owned());
        let team = match members.len() {
            0..=2 => members,
            _ => vec!["everyone of the team who is there".to_owned()],
        };
        let others = outside.map(|person| format!("{} (outside the team)", person.name)).into_iter().chain(operator);
        team.into_iter().chain(others).collect::<Vec<_>>().join(", ")
    }
}
