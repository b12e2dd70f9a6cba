//! How far a case is on the way to publication, as its page shows it.

use desk_domain::policy::{Policy, Zone};
use desk_domain::time::instant_in;
use desk_view::{AuditView, ChannelStanding, ChannelView, PublicationView};

use super::words::actor;

/// What was determined and searched for, in words.
pub(super) fn facts(policy: &Policy, view: &PublicationView) -> Vec<(String, String)> {
    let affected = ranges(view).map(|ranges| ("Affected".to_owned(), ranges));
    let audit = view.audit.as_ref().map(|found| ("Audit".to_owned(), audit(policy, found)));
    affected.into_iter().chain(audit).collect()
}

/// Where it is announced, and how far each channel is.
pub(super) fn channels(zone: Option<&Zone>, view: &PublicationView) -> Vec<(String, String)> {
    view.channels.iter().map(|channel| (channel.name.clone(), reached(zone, channel))).collect()
}

/// `express >=4.0.0 <4.19.2; qs <6.5.3`; nothing until it is determined.
fn ranges(view: &PublicationView) -> Option<String> {
    let ranges: Vec<String> = view.npm_ranges.iter().map(|(package, range)| format!("{package} {range}")).collect();
    (!ranges.is_empty()).then(|| ranges.join("; "))
}

fn audit(policy: &Policy, audit: &AuditView) -> String {
    match audit {
        AuditView::Waived { by, reason, .. } => format!("Waived by {}: {reason}", actor(policy, by)),
        AuditView::Recorded { searched, result, findings, .. } => {
            let found: Vec<&str> = findings.iter().map(|case| case.as_str()).collect();
            let found = if found.is_empty() { String::new() } else { format!(" Cases opened: {}.", found.join(", ")) };
            let words = |text: &Option<String>| text.as_deref().unwrap_or_default().trim_end_matches('.').to_owned();
            format!("Searched: {}. Result: {}.{found}", words(searched), words(result))
        }
    }
}

/// `done, Sun 2026-11-22 14:05 UTC`, `failed, its server answers 500`.
fn reached(zone: Option<&Zone>, channel: &ChannelView) -> String {
    let state = match channel.state {
        ChannelStanding::Pending => "pending",
        ChannelStanding::Waiting => "waiting",
        ChannelStanding::Failed => "failed",
        ChannelStanding::Done => "done",
        ChannelStanding::Disabled => "disabled",
        ChannelStanding::GivenUp => "given up",
    };
    let more = channel
        .tries
        .as_ref()
        .and_then(|tries| tries.seen_at.map(|at| instant_in(zone, at)).or_else(|| tries.why.clone()));
    more.map_or_else(|| state.to_owned(), |more| format!("{state}, {more}"))
}
