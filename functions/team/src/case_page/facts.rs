//! What is clear of a case, in words.

use desk_domain::case::event::EventBody;
use desk_domain::case::publication::CreditState;
use desk_domain::case::{Actor, Case, Consent, Event, SaidBy, Tracker};
use desk_domain::id::{CaseId, PackageName};
use desk_domain::policy::{Policy, Zone};
use desk_domain::time::{instant, instant_in};
use desk_domain::weakness;
use desk_view::{LineStanding, LineView, RegistryView, UnsealedCase};

use super::words;

/// The clear fields beside the stage, each with its name.
pub(super) fn facts(policy: &Policy, opened: &UnsealedCase, zone: Option<&Zone>) -> Vec<(String, String)> {
    let case = &opened.case;
    let forwarded: Vec<&str> = case.forwarded.iter().map(|package| package.as_str()).collect();
    let let_in = case.invited.iter().map(|id| policy.member_name(id)).collect::<Vec<_>>().join(", ");
    let row = |name: &str, value: String| (!value.is_empty()).then(|| (name.to_owned(), value));
    let id = |id: &Option<CaseId>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    let rows = [
        row("Score", score(opened)),
        row("Goes on from", id(&case.continues)),
        row("Found by the audit of", id(&case.found_by)),
        row("Where it is from", case.opened.as_ref().map(|of| of.source.words().to_owned()).unwrap_or_default()),
        row("To be read at", reference(opened)),
        row("Duplicate of", id(&case.duplicate_of)),
        row("Which stands at", case.root.as_ref().map(|root| root.stage.to_string()).unwrap_or_default()),
        row("Reported again as", case.duplicates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        row("Became", id(&case.became)),
        row("Followed by", case.follow_ups.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        row("Module of others", case.third_party.as_ref().map(ToString::to_string).unwrap_or_default()),
        row("Forwarded to", forwarded.join(", ")),
        row("The reporter means to publish", own_date(case, zone)),
        row("Let in", let_in),
        row("Consent to forwarding", forwarding(policy, case)),
        row("Public tracker", tracker(policy, opened)),
        row("Credit", credit(policy, case)),
        row("Release planned", case.release_planned.as_ref().map(|moment| moment.said(zone)).unwrap_or_default()),
    ];
    rows.into_iter().flatten().collect()
}

/// Where it is to be read what a member opened it for.
fn reference(opened: &UnsealedCase) -> String {
    let reference = opened.case.opened.as_ref().and_then(|of| of.reference.as_ref());
    reference.map(|reference| opened.text(reference).to_owned()).unwrap_or_default()
}

/// Whose word the consent to forwarding is.
fn forwarding(policy: &Policy, case: &Case) -> String {
    let given = |(module, consent): (&PackageName, &Option<Consent>)| match consent {
        Some(consent) => format!(
            "to those who maintain {module}: recorded by {} {}, from what they were told",
            words::actor(policy, &consent.by),
            instant(consent.at)
        ),
        None => format!("to those who maintain {module}: given in the report"),
    };
    case.may_forward.iter().map(given).collect::<Vec<_>>().join("; ")
}

/// Whether an ordinary bug may go there, and how that is known.
fn tracker(policy: &Policy, opened: &UnsealedCase) -> String {
    let Some(standing) = opened.case.tracker else { return String::new() };
    let answered = |event: &Event| {
        let EventBody::TrackerAnswered { source, by, .. } = &event.body else { return None };
        let member = || words::actor(policy, &event.actor);
        Some(match (source, by) {
            (Some(_), _) => format!("recorded by {} from what they were told", member()),
            (None, SaidBy::Page) => "said by the reporter on their page".to_owned(),
            (None, SaidBy::Mail) => "said by the reporter by mail".to_owned(),
            (None, SaidBy::LetIn) => format!("said in a mail that {} let in", member()),
        })
    };
    let by = opened.events.iter().rev().find_map(answered);
    match (standing, by) {
        (Tracker::Asked, _) | (_, None) => "the reporter is asked".to_owned(),
        (Tracker::Agreed, Some(by)) => format!("agreed to, {by}"),
        (Tracker::Refused, Some(by)) => format!("refused, {by}"),
    }
}

/// Whose word the credit is.
fn credit(policy: &Policy, case: &Case) -> String {
    let publication = &case.publication;
    match publication.credit_waits.as_ref().unwrap_or(&publication.credit) {
        CreditState::Answered { at, .. } if publication.credit_waits.is_some() => {
            format!(
                "changed by the reporter since the advisory was approved, {}; it waits to be recorded",
                instant(*at)
            )
        }
        CreditState::Answered { by: Actor::Reporter, at, .. } => {
            format!("said by the reporter on their page, {}", instant(*at))
        }
        CreditState::Answered { by, at, .. } => {
            format!("recorded by {} {}", words::actor(policy, by), instant(*at))
        }
        CreditState::Unasked | CreditState::Asked { .. } => String::new(),
    }
}

/// What the reporter last said of publishing.
fn own_date(case: &Case, zone: Option<&Zone>) -> String {
    match (&case.planned_for, case.agrees_to_wait) {
        (Some(moment), _) => format!("on {}", moment.said(zone)),
        (None, true) => "with the release, and keeps it to themselves until then".to_owned(),
        (None, false) => String::new(),
    }
}

/// Vectors and weaknesses.
fn score(opened: &UnsealedCase) -> String {
    let score = opened.newest_score().unwrap_or_default();
    let weaknesses = score.cwe.iter().map(|cwe| weakness::named(cwe)).collect();
    [score.cvss, weaknesses].concat().join("; ")
}

/// `express@4, maintained until 2027-04-01: released (4.19.2), at registry.npmjs.org since Sun 2026-11-22 14:05 UTC`.
pub(crate) fn line(line: &LineView, policy: &Policy, zone: Option<&Zone>) -> String {
    let name = &line.line;
    let maintained = match line.end_of_life {
        None => "maintained".to_owned(),
        Some(end) if line.maintained => format!("maintained until {end}"),
        Some(end) => format!("not maintained since {end}"),
    };
    let state = match (standing(line.state), line.version.as_ref().or(line.reason.as_ref())) {
        (None, _) => String::new(),
        (Some(state), Some(more)) => format!(": {state} ({more})"),
        (Some(state), None) => format!(": {state}"),
    };
    let shown = line.registry.as_ref().map(|registry| format!(", {}", in_registry(registry, policy, zone)));
    format!("{name}, {maintained}{state}{}", shown.unwrap_or_default())
}

/// How a release stands in the registry.
fn in_registry(view: &RegistryView, policy: &Policy, zone: Option<&Zone>) -> String {
    let at = policy.registry.as_ref().map_or("the registry", |registry| registry.host());
    match view {
        RegistryView::Claimed { since: _ } => format!("not to be seen at {at} yet"),
        RegistryView::Seen { at: seen, published_at, integrity: _ } => {
            format!("at {at} since {}", instant_in(zone, published_at.unwrap_or(*seen)))
        }
        RegistryView::Gone { at: gone } => format!("gone from {at}, as was seen {}", instant_in(zone, *gone)),
    }
}

/// Nothing while nobody has said whether the line is affected.
fn standing(state: LineStanding) -> Option<&'static str> {
    Some(match state {
        LineStanding::Undetermined => return None,
        LineStanding::NotAffected => "not affected",
        LineStanding::Pending => "pending",
        LineStanding::Ready => "ready",
        LineStanding::Released => "released",
        LineStanding::Waived => "waived",
        LineStanding::EndOfLife => "end of life",
    })
}
