//! Who was invited to the case from outside: where each stands, what is waited for, and what can be done.

use desk_advisory::markdown;
use desk_domain::case::CommandName;
use desk_domain::case::party::{PartyState, PartyWait};
use desk_pages::{PartyCard, SharedCard, in_a_list};
use desk_view::PartyForTeam;
use jiff::Timestamp;

use super::checklist;
use crate::steps::At;

pub(super) fn cards(at: &At<'_>, parties: &[PartyForTeam]) -> Vec<PartyCard> {
    parties.iter().map(|party| card(at, party)).collect()
}

fn card(at: &At<'_>, party: &PartyForTeam) -> PartyCard {
    PartyCard {
        state: match party.state {
            PartyState::Invited => "invited",
            PartyState::Joined => "has joined",
            PartyState::Ended => "ended",
        },
        since: party.since,
        facts: facts(at, party),
        waits: party.waits.iter().map(|wait| waits(at, wait)).collect(),
        shared: party.shared.iter().map(|shared| SharedCard::of(&at.case().id, shared, markdown::html)).collect(),
        more_shared: at.case().shared_with_party(&party.id).count() - party.shared.len(),
        actions: actions(at, party),
        id: party.id.to_string(),
        name: party.name.clone(),
    }
}

/// What it has said, and how it is reached.
fn facts(at: &At<'_>, party: &PartyForTeam) -> Vec<(String, String)> {
    let said = |what: &str, when: Timestamp, words: &Option<String>| match words {
        // All of it stands among the notes.
        Some(words) => format!("{what}, {}: “{}”", at.instant(when), in_a_list(words)),
        None => format!("{what}, {}", at.instant(when)),
    };
    let status = party.status.as_ref().map(|status| said(status.status.says(), status.at, &status.text));
    let date = party.date.as_ref().map(|date| {
        let (agrees, on) = (if date.agrees { "agrees" } else { "does not agree" }, date.on.said(None));
        said(&format!("{agrees} to {on}"), date.at, &date.text)
    });
    let mail = match (party.bounced_at, party.encrypted) {
        (Some(since), _) => Some(format!("comes back since {}; nothing more is sent there", at.instant(since))),
        (None, true) => Some("encrypted to its OpenPGP key".to_owned()),
        (None, false) => None,
    };
    let all = [("Invited by", party.invited_by.clone()), ("Affected", status), ("Planned date", date), ("Mail", mail)];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn waits(at: &At<'_>, wait: &PartyWait) -> String {
    match wait {
        PartyWait::Terms => "Has not accepted the terms yet.".to_owned(),
        PartyWait::Status => "Has not said whether they are affected.".to_owned(),
        PartyWait::Date(on) => format!("Has not answered the date {} yet.", on.said(None)),
        PartyWait::Share(seq) => match at.case().shared(*seq) {
            Some(shared) => format!("Has not said what they make of {}.", shared.what.named()),
            None => "Has not said what they make of what was shared.".to_owned(),
        },
        PartyWait::Answer(since) => format!("Waits for an answer since {}.", at.instant(*since)),
    }
}

fn actions(at: &At<'_>, party: &PartyForTeam) -> Vec<(String, String)> {
    let (there, joined) = (party.state != PartyState::Ended, party.state == PartyState::Joined);
    let id = &party.id;
    let action = |possible: bool, label: &str, step: &str, field: &str| {
        possible.then(|| (label.to_owned(), format!("{}?{field}={id}", checklist::href(at, step))))
    };
    let all = [
        action(there && at.may(CommandName::WriteParty), "Write to them", "party", "party"),
        action(joined && at.may(CommandName::Share), "Show them something", "share", "with"),
        action(there && at.may(CommandName::EndParty), "End the invitation", "dismiss", "party"),
    ];
    all.into_iter().flatten().collect()
}
