//! Words that more than one part of a case's page uses.

use desk_domain::case::event::FactName;
use desk_domain::case::{Actor, Event, EventBody, Recipient};
use desk_domain::id::MemberId;
use desk_domain::policy::{Policy, Severity};
use desk_domain::time::instant;

pub(crate) fn member_name(policy: &Policy, id: &MemberId) -> String {
    policy.member(id).map_or_else(|| id.to_string(), |member| member.name.clone())
}

pub(crate) fn actor(policy: &Policy, actor: &Actor) -> String {
    match actor {
        Actor::Member(id) => member_name(policy, id),
        Actor::Reporter => "The reporter".to_owned(),
        Actor::Party(party) => party.to_string(),
        Actor::Desk => "Disclosure Desk".to_owned(),
    }
}

pub(crate) fn recipient(policy: &Policy, to: &Recipient) -> String {
    match to {
        Recipient::Reporter => "The reporter".to_owned(),
        Recipient::Member(id) => member_name(policy, id),
        Recipient::Pager(id) => format!("{}, by pager", member_name(policy, id)),
        Recipient::Party(party) => party.to_string(),
        Recipient::Outside => "The contact outside the team".to_owned(),
        Recipient::Operator => "The operator".to_owned(),
        Recipient::List(id) => policy.channel_name(id),
        Recipient::Maintainer(package) => match policy.third_party(package.as_str()) {
            Some(module) => format!("{}, who maintain {package}", module.maintainer),
            None => format!("The maintainers of {package}"),
        },
        Recipient::Canary => "Amazon SES’s mailbox simulator".to_owned(),
    }
}

pub(crate) fn fact(fact: FactName) -> &'static str {
    match fact {
        FactName::Public => "Already public",
        FactName::ExploitPublic => "An exploit is public",
        FactName::AttacksObserved => "Attacks were observed",
    }
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}

/// What happened, in a line of the case's history: `Bob wrote to the reporter`, `Detailed response: met`.
pub(crate) fn happened(policy: &Policy, event: &Event) -> String {
    let row = event.body.row();
    match (row.clock, &event.body) {
        (Some(clock), _) => format!("{}: {}", policy.clock_label(clock), row.says),
        (None, EventBody::AnsweredElsewhere(answer)) => {
            let (writer, when) = (member_name(policy, &answer.member), instant(answer.answered_at));
            format!("{} {}: {writer}, {when}", actor(policy, &event.actor), row.says)
        }
        (None, _) => format!("{} {}", actor(policy, &event.actor), row.says),
    }
}

/// A sentence of its own: `it has no fix` → `It has no fix.`
pub(crate) fn full(words: String) -> String {
    let mut full = begun(&words);
    if !full.ends_with(['.', '?', '!']) {
        full.push('.');
    }
    full
}

/// With a capital.
pub(crate) fn begun(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `request-information` → `Request information`.
pub(crate) fn sentence(word: &str) -> String {
    let spaced = word.replace(['-', '_'], " ");
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}
