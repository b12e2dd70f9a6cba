//! How far a case is on the way to publication, as its page shows it.

use desk_advisory::{Site, list_mail};
use desk_domain::advisory::{Advisory, Published, credit_line};
use desk_domain::policy::Policy;
use desk_domain::time::instant;
use desk_pages::PublicationProgress;
use desk_view::{
    AuditView, ChannelStanding, ChannelView, CreditStanding, CreditView, PublicationView, StepView, UnsealedCase,
};
use jiff::Timestamp;

use super::words::actor;
use crate::Team;

impl Team {
    /// How far the case is on the way to publication, in words, with the final form to be read before it is approved.
    pub(super) fn publication_progress(
        &self,
        opened: &UnsealedCase,
        view: &PublicationView,
        now: Timestamp,
    ) -> PublicationProgress {
        let policy = &*self.policy;
        let row = |name: &str, value: Option<String>| (name.to_owned(), value.unwrap_or_else(|| "not yet".to_owned()));
        let step = |name: &str, step: Option<&StepView>| row(name, step.map(|step| taken(policy, step)));
        let advisory = view.advisory.as_ref();
        PublicationProgress {
            rows: vec![
                row("Affected", ranges(view)),
                row("Audit", Some(audit(policy, view.audit.as_ref()))),
                row("Credit", Some(credit(&opened.credit()))),
                step("Drafted", advisory.and_then(|a| a.drafted.as_ref())),
                step("Approved", advisory.and_then(|a| a.approved.as_ref())),
                step("Published", advisory.and_then(|a| a.published.as_ref())),
            ],
            missing: view.missing.iter().map(|missing| missing.detail.clone()).collect(),
            channels: view.channels.iter().map(|channel| (channel.name.clone(), reached(channel))).collect(),
            preview: advisory.map(|a| self.preview(opened, a.form.clone(), now)),
        }
    }

    /// The final form as a list would be told of it.
    fn preview(&self, opened: &UnsealedCase, advisory: Advisory, now: Timestamp) -> String {
        let published_at = opened.case.publication.published.as_ref().map_or(now, |p| p.advisory.at);
        let case = Some(opened.case.id.clone());
        let published = Published { advisory, case, published_at, modified_at: published_at };
        let site = Site { policy: &self.policy, url: &self.site_url, desk_url: &self.public_url };
        let mail = list_mail::write(&site, &published, None);
        format!("Subject: {}\n\n{}", mail.subject, mail.text)
    }
}

/// `express >=4.0.0 <4.19.2; qs <6.5.3`; nothing until it is determined.
fn ranges(view: &PublicationView) -> Option<String> {
    let ranges: Vec<String> = view.npm_ranges.iter().map(|(package, range)| format!("{package} {range}")).collect();
    (!ranges.is_empty()).then(|| ranges.join("; "))
}

fn audit(policy: &Policy, audit: Option<&AuditView>) -> String {
    match audit {
        None => "not recorded".to_owned(),
        Some(AuditView::Waived { by, reason, .. }) => format!("Waived by {}: {reason}", actor(policy, by)),
        Some(AuditView::Recorded { searched, result, findings, .. }) => {
            let found: Vec<&str> = findings.iter().map(|case| case.as_str()).collect();
            let found = if found.is_empty() { String::new() } else { format!(" Cases opened: {}.", found.join(", ")) };
            let words = |text: &Option<String>| text.as_deref().unwrap_or_default().trim_end_matches('.').to_owned();
            format!("Searched: {}. Result: {}.{found}", words(searched), words(result))
        }
    }
}

fn credit(view: &CreditView) -> String {
    match (view.state, credit_line(&view.credits)) {
        (_, Some(line)) => line,
        (CreditStanding::Answered, None) => "nobody is to be named".to_owned(),
        (CreditStanding::Asked, None) => "asked".to_owned(),
        (CreditStanding::Unasked, None) => "unasked".to_owned(),
    }
}

/// `Bob, 2026-11-22 14:05 UTC`.
fn taken(policy: &Policy, step: &StepView) -> String {
    format!("{}, {}", actor(policy, &step.by), instant(step.at))
}

/// `done, 2026-11-22 14:05 UTC`, `failed, its server answers 500`.
fn reached(channel: &ChannelView) -> String {
    let state = match channel.state {
        ChannelStanding::Pending => "pending",
        ChannelStanding::Waiting => "waiting",
        ChannelStanding::Failed => "failed",
        ChannelStanding::Done => "done",
        ChannelStanding::Disabled => "disabled",
    };
    let more = channel.tries.as_ref().and_then(|tries| tries.seen_at.map(instant).or_else(|| tries.why.clone()));
    more.map_or_else(|| state.to_owned(), |more| format!("{state}, {more}"))
}
