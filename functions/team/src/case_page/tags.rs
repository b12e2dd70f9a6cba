//! What to know of a case at a glance.

use desk_domain::case::Brief;
use desk_domain::case::event::FactName;
use desk_domain::policy::Severity;
use desk_pages::Tag;
use jiff::{SignedDuration, Timestamp};

use super::words;

/// An embargo is told to end soon from so long before on, as its last warnings are.
const NEAR: SignedDuration = SignedDuration::from_hours(72);

/// What is published by itself is urgent from so long before on.
const SOON: SignedDuration = SignedDuration::from_hours(24);

/// Severity first, then what makes it urgent, then whose it is.
pub(crate) fn tags(brief: &Brief, now: Timestamp) -> Vec<Tag> {
    let severity = brief.severity.map(|severity| tag(words::severity(severity), class(severity)));
    let facts =
        [(FactName::AttacksObserved, "attacks"), (FactName::ExploitPublic, "exploit"), (FactName::Public, "public")];
    let facts = facts.into_iter().filter(|(fact, _)| brief.facts.contains(fact)).map(|(_, words)| tag(words, "alarm"));
    let embargo = brief.embargo_until.map(|ends| match ends.duration_since(now) <= NEAR {
        true => tag("embargo ends soon", "alarm"),
        false => tag("embargo", "plain"),
    });
    let publishes = brief.publishes_at.map(|at| match at.duration_since(now) <= SOON {
        true => tag("published within a day", "alarm"),
        false => tag("publication set", "plain"),
    });
    let publishes = publishes.or_else(|| brief.awaits_release.then(|| tag("published once released", "plain")));
    let gone = brief.fix_gone.then(|| tag("a released fix is gone", "alarm"));
    let publishes = if brief.held_up { Some(tag("not published at its time", "alarm")) } else { publishes };
    let others = brief.third_party.as_ref().map(|module| tag(&format!("third party: {module}"), "plain"));
    let unproven = brief.unproven.then(|| tag("unproven", "wait"));
    let wrote = brief.unanswered_since.map(|_| tag("new message", "new"));
    let waits = brief.waiting_for_reporter.then(|| tag("waiting for the reporter", "wait"));
    let first = severity.into_iter().chain(facts).chain(gone).chain(embargo).chain(publishes);
    first.chain(others).chain(unproven).chain(wrote).chain(waits).collect()
}

fn tag(words: &str, class: &'static str) -> Tag {
    Tag { words: words.to_owned(), class }
}

fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}
