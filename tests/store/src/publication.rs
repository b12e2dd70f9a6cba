//! A case that is led to its publication, and an advisory that is sealed as `team` seals it.

use desk_domain::advisory::{Advisory, Correction, Credit, Draft, Parts, Reference, ReferenceKind, Score};
use desk_domain::affected::{Affected, RangeType, Since, Until};
use desk_domain::case::{Actor, Command, ContentRef};
use desk_domain::id::CaseId;
use desk_domain::policy::{NamedVersion, Severity};
use desk_keys::publish::Publication;
use desk_store::{ActError, Acted, Audience, Commit};

use crate::{Bench, content_id};

/// Why an advisory is corrected, in every test.
pub const WHY: &str = "The versions were wrong.";

/// An advisory of `express@4`, titled as given; while it is corrected it says why.
pub fn advisory(bench: &Bench, case: &desk_domain::case::Case, title: &str) -> Advisory {
    let draft = Draft {
        title: title.to_owned(),
        summary: format!("{title}, in a sentence."),
        details: "### Impact\n\nWords about it.".to_owned(),
        workarounds: None,
        references: vec![Reference::new(ReferenceKind::Web, "https://example.org/x")],
        aliases: Vec::new(),
        cve: None,
        related: Vec::new(),
    };
    let affected = Affected {
        package: "express".parse().expect("a package"),
        line: "express@4".parse().expect("a line"),
        introduced: Since::Start,
        until: Until::Fixed("4.19.2".parse().expect("a version")),
        element: None,
        range: None,
        range_type: RangeType::default(),
        versions: Vec::new(),
    };
    let credit = Credit { name: "Rita".to_owned(), contact: Vec::new(), kind: None };
    let score = Score { severity: Some(Severity::High), ..Score::default() };
    let releases = [("express@4".parse().expect("a line"), "4.19.2".parse().expect("a version"))].into();
    let revising = case.publication.revising.as_ref();
    let correction = revising.map(|revising| Correction { why: WHY.to_owned(), withdraws: revising.withdraws });
    let parts =
        Parts { score, affected: vec![affected], releases, credits: vec![credit], fixes: Vec::new(), correction };
    Advisory::compose(&bench.policy, case, draft, parts, bench.hands.now())
}

/// Which form of it is published next.
fn next_revision(case: &desk_domain::case::Case) -> u32 {
    case.publication.revision() + u32::from(case.publication.is_published())
}

impl Bench {
    pub async fn tell(&self, case: &CaseId, who: &str, command: Command) -> Acted {
        let actor = Actor::Member(who.parse().expect("a member"));
        let told = self.store.cases.tell(case, &self.policy, &actor, &self.hands.clock(), &command).await;
        told.unwrap_or_else(|e| panic!("{command:?}: {e}"))
    }

    async fn words(&self, case: &CaseId, name: &str) -> ContentRef {
        let sealer = self.store.cases.sealer(case).await.expect("the case's keys");
        let mut commit = Commit::new();
        let content = commit.seal(&sealer, &Audience::Team, content_id(name), b"words").expect("sealing");
        self.store.cases.commit(commit).await.expect("a commit");
        content
    }

    /// Leads a new case to where only the advisory is missing.
    pub async fn ready(&self, number: u32) -> CaseId {
        let id = self.case(number, None).await;
        let words = self.words(&id, "words").await;
        let message = || desk_domain::case::Message { content: words.clone(), mail: None };
        let line = || "express@4".parse().expect("a line");
        let commands = [
            Command::Respond { message: message() },
            Command::Assign { member: "alice".parse().expect("a member") },
            Command::Validate { message: message(), next_steps: false, accept: false },
            Command::Accept,
            Command::DetermineAffected { content: words.clone(), lines: vec![line()], undone: vec![] },
            Command::Score { severity: Severity::High, content: words.clone(), unclassified: false },
            Command::RecordAudit { content: words.clone(), findings: Vec::new() },
            Command::FixReleased { line: line(), version: words.clone(), differs: false, asked: None },
            Command::AskCredit,
            Command::RecordCredit { granted: Some(words.clone()) },
            Command::DraftAdvisory { content: words.clone() },
        ];
        for command in commands {
            self.tell(&id, "alice", command).await;
        }
        id
    }

    /// Records that a version of `express@4` is out, as `version-1`, and seals what the registry is asked for; gives the last event.
    pub async fn claim(&self, id: &CaseId, version: &str) -> u64 {
        let alice = Actor::Member("alice".parse().expect("a member"));
        let sealer = self.store.cases.sealer(id).await.expect("the case's keys");
        let named = NamedVersion {
            package: "express".parse().expect("a package"),
            version: version.parse().expect("a version"),
        };
        let named = serde_json::to_vec(&named).expect("plain data");
        let prepare = |_: &desk_store::Stored, commit: &mut Commit| {
            let sealed = commit.seal(&sealer, &Audience::Team, content_id("version-1"), version.as_bytes())?;
            let asked = Some(commit.seal_out(id, &self.release_key, content_id("asked-1"), &named)?);
            let line = "express@4".parse().expect("a line");
            Ok::<_, ActError>((Command::FixReleased { line, version: sealed, differs: false, asked }, ()))
        };
        let clock = self.hands.clock();
        let acted = self.store.cases.act(id, &self.policy, &alice, &clock, prepare, |_, (), _| Ok(())).await;
        acted.unwrap_or_else(|e| panic!("claiming: {e}")).0.after.case.version
    }

    /// Approves and publishes; gives the events from which on nothing is planned yet.
    pub async fn publish(&self, id: &CaseId, title: &str) -> u64 {
        self.approve(id, title).await;
        let signed = self.said(id).await;
        self.tell(id, "bob", Command::Publish { signed, on: None }).await.after.case.version
    }

    /// The word of `team` that what is approved is published, where the log stands now.
    pub async fn said(&self, id: &CaseId) -> String {
        let stored = self.store.cases.case(id).await.expect("the store").expect("a case");
        let approval = stored.case.publication.approval.as_ref().expect("it is approved");
        let (channels, revision) = (self.policy.announcement_channels(), next_revision(&stored.case));
        let publication = Publication {
            case: id,
            content: &approval.content,
            channels: &channels,
            head: &stored.head,
            revision,
            not_before: None,
            once_released: false,
        };
        self.keys.publish_signer().expect("a key").sign(&publication).await.expect("a signature")
    }

    /// Begins a correction, approves and publishes it; gives the last event, as `publish` does.
    pub async fn revise(&self, id: &CaseId, title: &str) -> u64 {
        let why = self.store.cases.case(id).await.expect("the store").expect("a case").case.report;
        self.tell(id, "alice", Command::Revise { why, stands: false }).await;
        self.publish(id, title).await
    }

    /// Approves, and leaves it there.
    pub async fn approve(&self, id: &CaseId, title: &str) {
        let bob = Actor::Member("bob".parse().expect("a member"));
        let prepare = |before: &desk_store::Stored, commit: &mut Commit| {
            let form = advisory(self, &before.case, title);
            let text = serde_json::to_vec(&form).expect("plain data");
            let content = commit.seal_out(
                id,
                &self.release_key,
                content_id(&format!("advisory-{}", 1 + next_revision(&before.case))),
                &text,
            )?;
            Ok::<_, ActError>((Command::ApproveAdvisory { content }, ()))
        };
        let acted = self.store.cases.act(id, &self.policy, &bob, &self.hands.clock(), prepare, |_, (), _| Ok(())).await;
        acted.map(drop).unwrap_or_else(|e| panic!("approving: {e}"));
    }
}
