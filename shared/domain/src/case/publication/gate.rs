//! The gate before publication: what is still missing, whose approval stands, and who may give one.

use jiff::Timestamp;
use serde::Serialize;

use super::{CreditState, Statement};
use crate::case::{Actor, Case};
use crate::id::{LineName, MemberId};
use crate::policy::{Asked, Policy};

/// The names of all that publishing may wait for.
pub const REQUIREMENTS: [&str; 10] =
    ["handler", "affected", "line", "audit", "severity", "weakness", "credit", "embargo", "advisory", "approval"];

/// One thing that publishing still waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// One of [`REQUIREMENTS`].
    pub requirement: &'static str,
    /// The line that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<LineName>,
    /// What is missing, and which command brings it.
    pub detail: String,
}

impl Case {
    /// The gate: everything that publishing still waits for, at once (T8, T47–T50). A line past its end of life does not
    /// block, nor does one that the determined ranges do not end in: determining the affected versions says of every line
    /// whether it is.
    pub fn missing(&self, policy: &Policy, now: Timestamp) -> Vec<Missing> {
        let publication = &self.publication;
        let mut missing = Vec::new();
        let mut miss = |requirement, line: Option<&LineName>, detail: String| {
            missing.push(Missing { requirement, line: line.cloned(), detail });
        };
        if self.handler.is_none() {
            miss("handler", None, "nobody handles it, and one person answers for it (assign)".to_owned());
        }
        match publication.affected_and_maintained(policy, now) {
            None => miss("affected", None, "the affected versions are not recorded (determine-affected)".to_owned()),
            Some(lines) => {
                for line in lines.filter(|line| publication.end_of(line).is_none()) {
                    let ready =
                        if publication.is_ready(line) { "its fix is ready and not released" } else { "it has no fix" };
                    let ways = "(fix-released, not-affected or waive-line)";
                    miss("line", Some(line), format!("{line} is affected and maintained, and {ready} {ways}"));
                }
            }
        }
        if publication.audit.is_none() {
            miss(
                "audit",
                None,
                "the audit for similar problems is neither recorded nor waived (record-audit)".to_owned(),
            );
        }
        for (requirement, detail) in self.unsaid(policy) {
            miss(requirement, None, detail.to_owned());
        }
        match &publication.credit {
            CreditState::Answered { .. } if publication.credit_waits.as_ref().is_some_and(CreditState::is_refused) => {
                let detail = "the reporter has asked since the approval not to be named (record-credit)";
                miss("credit", None, detail.to_owned());
            }
            CreditState::Answered { .. } => {}
            // What nobody reported asks nobody: who found it may be named all the same (record-credit).
            CreditState::Unasked if !self.has_reporter() => {}
            CreditState::Unasked => {
                miss("credit", None, "the reporter was not asked about credit (ask-credit)".to_owned())
            }
            CreditState::Asked { .. } => {
                miss("credit", None, "the question about credit is not answered (record-credit)".to_owned());
            }
        }
        if let Some(ends) = self.embargoed_until(now) {
            let detail = format!(
                "an embargo holds until {}; it is ended before only by whoever answers for that (terminate-embargo)",
                ends.said_as_end(None)
            );
            miss("embargo", None, detail);
        }
        match (&publication.draft, &publication.approval) {
            (None, _) => miss("advisory", None, "there is no advisory (draft-advisory)".to_owned()),
            (Some(_), None) => {
                let detail = "the advisory in its present form is not approved (approve-advisory)";
                miss("approval", None, detail.to_owned());
            }
            (Some(_), Some(approval)) => {
                if let Some(line) = self.ended_since(approval, policy, now) {
                    let detail = format!(
                        "{line} came to its end of life after the advisory was approved; it is approved anew \
                         (approve-advisory)"
                    );
                    miss("approval", Some(line), detail);
                }
            }
        }
        missing
    }

    /// What the policy asks of an advisory that is published first, and nobody has said.
    fn unsaid(&self, policy: &Policy) -> Vec<(&'static str, &'static str)> {
        if self.publication.is_published() {
            return Vec::new();
        }
        let asks = |what| policy.publication.ask(what);
        let unscored = asks(Asked::Severity) && self.severity.is_none();
        let unclassified = asks(Asked::Weakness) && (self.severity.is_none() || self.unclassified);
        let severity = unscored.then_some(("severity", "nobody has said how severe it is (score)"));
        let weakness =
            unclassified.then_some(("weakness", "nobody has said which kind of weakness it is, by its CWE (score)"));
        severity.into_iter().chain(weakness).collect()
    }

    /// An affected line without an end that was maintained when the advisory was approved and is no longer: what is said of it
    /// has changed.
    fn ended_since(&self, approval: &Statement, policy: &Policy, now: Timestamp) -> Option<&LineName> {
        let publication = &self.publication;
        let open = publication.affected.as_ref()?.lines.iter().filter(|line| publication.end_of(line).is_none());
        let maintained = |line: &LineName, at| policy.line(line).is_some_and(|l| l.maintained_at(at));
        let mut ended = open.filter(|line| maintained(line, approval.at) && !maintained(line, now));
        ended.next()
    }

    /// The approval, while it still is one of what would be said now.
    pub(in crate::case) fn standing_approval(&self, policy: &Policy, now: Timestamp) -> Option<&Statement> {
        let approval = self.publication.approval.as_ref()?;
        self.ended_since(approval, policy, now).is_none().then_some(approval)
    }

    /// Why `member` may not approve or publish (T44): only the handler, the backup or a release manager may.
    pub(in crate::case) fn may_not_release(&self, policy: &Policy, member: &MemberId, what: &str) -> Option<String> {
        let leads = self.handler.as_ref() == Some(member) || self.backup.as_ref() == Some(member);
        let manages = policy.member(member).is_some_and(|m| m.has(crate::policy::Role::ReleaseManager));
        (!leads && !manages).then(|| format!("only its handler, the backup or a release manager may {what}"))
    }

    /// Why `member` may not approve: who drafted it is not the one to approve it, unless the team is one person.
    pub(in crate::case) fn drafted_alone(&self, policy: &Policy, member: &MemberId) -> Option<String> {
        let asks = Actor::Member(member.clone());
        let own = self.publication.writers().any(|by| *by == asks);
        (own && policy.triage().count() > 1).then(|| {
            "you have written or begun it; a second person approves: the handler, the backup or a release manager"
                .to_owned()
        })
    }
}
