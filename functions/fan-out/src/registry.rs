//! The registry is asked for what was recorded as released (T52), until it is there and for a while after; what follows from its answers
//! is the domain's ([`desk_domain::case::publication::registry`]).
//!
//! What is asked for is sealed content of the case, for this function alone: the version of a fix that nobody has announced stands in no
//! table and no log, and what it shows stands sealed in the event that says so. Whoever runs the registry sees that somebody asks for it, as of everybody who installs it.

use desk_call::Heard;
use desk_domain::case::event::{ContentRef, Event, EventBody};
use desk_domain::case::publication::{InRegistry, RegistrySays, Standing};
use desk_domain::case::{Actor, Case, Command};
use desk_domain::id::{AdvisoryId, CaseId, ContentId};
use desk_domain::policy::{NamedVersion, Registry, ShownVersion};
use desk_runtime::after;
use desk_store::published::ReleaseRecord;
use desk_store::{ActError, Audience, Fault};
use jiff::{SignedDuration, Timestamp};

use crate::FanOut;

/// What is told of one version, in bytes: a manifest.
const MANIFEST: u64 = 4 * 1024 * 1024;
/// What is told of all versions of a package: of some that are old and large, many megabytes.
const PACKAGE: u64 = 64 * 1024 * 1024;
/// A registry that does not find what it showed before is asked once more after this, before anybody is woken.
const SURE_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// Looks in a row that make sure.
const SURE: u32 = 2;

/// What came of a look.
enum Found {
    Shown(ShownVersion),
    Nothing,
    /// No answer that says either.
    Unanswered(&'static str),
}

impl FanOut {
    /// A release was recorded: it is looked for.
    pub(crate) async fn release_recorded(&self, case: &CaseId, event: &Event) -> Result<(), Fault> {
        let EventBody::FixReleased { version, asked: Some(_), .. } = &event.body else { return Ok(()) };
        self.published.plan_release(&AdvisoryId::from(case), &version.id, case, self.clock.now()).await
    }

    /// Looks for a version, if that is due.
    ///
    /// # Errors
    /// A fault of the store. A registry that cannot be asked is asked again later.
    pub async fn look_for_release(&self, advisory: &AdvisoryId, version: &ContentId) -> Result<(), Fault> {
        let (now, Some(record)) = (self.clock.now(), self.published.release(advisory, version).await?) else {
            return Ok(());
        };
        let Some(due) = record.due_at.filter(|due| *due <= now) else { return Ok(()) };
        if self.desk.hold().await?.holds(due) {
            return Ok(());
        }
        let (misses, again) = self.looked(&record, version, now).await?;
        self.published.release_looked_for(advisory, version, misses, again).await
    }

    /// How often in a row it was missed by now, and when it is looked for again.
    async fn looked(
        &self,
        record: &ReleaseRecord,
        version: &ContentId,
        now: Timestamp,
    ) -> Result<(u32, Option<Timestamp>), Fault> {
        let Some(case) = self.cases.case(&record.case).await?.map(|stored| stored.case) else { return Ok((0, None)) };
        let (Some(registry), Some(asked)) = (self.registry(), case.publication.registry.get(version)) else {
            return Ok((0, None));
        };
        // A correction may have put another in its place, and may be dropped.
        if !case.publication.is_release(version) {
            return Ok((0, next_look(&case, asked, now)));
        }
        let found = self.found(&registry, &case.id, &asked.asked).await?;
        let misses = match (&found, &asked.stands) {
            (Found::Nothing, Standing::Seen { .. }) => record.misses + 1,
            (Found::Nothing | Found::Unanswered(_) | Found::Shown(_), _) => 0,
        };
        if (1..SURE).contains(&misses) {
            return Ok((misses, Some(after(now, SURE_AFTER))));
        }
        let case = self.told(case, version, &found).await?;
        let again = case.publication.registry.get(version).and_then(|asked| next_look(&case, asked, now));
        Ok((0, again))
    }

    /// The case after it was told what was found.
    async fn told(&self, case: Case, version: &ContentId, found: &Found) -> Result<Case, Fault> {
        let says = match found {
            Found::Shown(shown) => {
                let shown = serde_json::to_vec(shown).expect("plain data");
                let sealed = self.cases.sealer(&case.id).await?.seal(&Audience::Team, &shown);
                RegistrySays::Shows(desk_keys::hex(&sealed.map_err(|e| Fault::Damaged(e.to_string()))?))
            }
            Found::Nothing => RegistrySays::Lacks,
            Found::Unanswered(_) => RegistrySays::Nothing,
        };
        let (command, policy) =
            (Command::RegistrySays { of: version.clone(), says }, self.members.policy_now(&self.policy).await?);
        let told = self.cases.tell(&case.id, &policy, &Actor::Desk, &self.clock, &command).await;
        let acted = told.map_err(|e| match e {
            ActError::Fault(fault) => fault,
            e => Fault::Retryable(e.to_string()),
        })?;
        for event in &acted.events {
            if let EventBody::ReleaseGone { line, .. } = event {
                tracing::error!(case = %case.id, line = %line, alarm = "release-gone", "a released fix is gone");
            }
        }
        Ok(acted.after.case)
    }

    /// That every release of a case is there now, as this function sees it: what an event says of that may have been written by whoever
    /// may write to the table.
    ///
    /// # Errors
    /// A fault that passes, while one is not; a fault of the store.
    pub(crate) async fn is_there(&self, case: &Case) -> Result<(), Fault> {
        let registry =
            self.registry().ok_or_else(|| Fault::Damaged(format!("{}: the policy names no registry", case.id)))?;
        let publication = &case.publication;
        for asked in publication.lines.keys().filter_map(|line| publication.in_registry(line)) {
            if !matches!(self.found(&registry, &case.id, &asked.asked).await?, Found::Shown(_)) {
                let line = &asked.line;
                tracing::error!(case = %case.id, line = %line, alarm = "release-gone", "it is not published yet: a fix is not there");
                return Err(Fault::Retryable(format!("the fix of {line} in {} is not to be seen", case.id)));
            }
        }
        Ok(())
    }

    /// Asks.
    async fn found(&self, registry: &Registry, case: &CaseId, asked: &ContentRef) -> Result<Found, Fault> {
        let damaged = |why: &str| Fault::Damaged(format!("what the registry is asked for by {case} {why}"));
        let sealed = self.cases.named_content(case, asked).await?.ok_or_else(|| damaged("is gone"))?;
        let plain = self.release_key.unseal(&sealed).await?.ok_or_else(|| damaged("cannot be opened"))?;
        let named: NamedVersion = serde_json::from_slice(&plain).map_err(|_| damaged("cannot be read"))?;
        let registry = registry.clone();
        let found = tokio::task::spawn_blocking(move || ask(&registry, &named)).await;
        let found = found.unwrap_or(Found::Unanswered("the call was cut off"));
        if let Found::Unanswered(why) = found {
            tracing::warn!(case = %case, why, "the registry does not say whether a release is there");
        }
        Ok(found)
    }

    /// The policy's, or what stands in for it.
    fn registry(&self) -> Option<Registry> {
        let registry = self.policy.registry.clone()?;
        Some(match &self.registry_at {
            Some(stand_in) => Registry { url: stand_in.clone(), ..registry },
            None => registry,
        })
    }
}

fn next_look(case: &Case, asked: &InRegistry, now: Timestamp) -> Option<Timestamp> {
    let published = case.publication.published.as_ref().map(|published| published.advisory.at);
    // What is closed and was never announced tells nobody to install anything.
    let over = case.is_closed() && published.is_none();
    asked.next_look(published, now).filter(|_| !over)
}

fn ask(registry: &Registry, named: &NamedVersion) -> Found {
    match desk_call::ask(&registry.version_at(named), MANIFEST) {
        Heard::Said(answer) => match registry.shown(named, &answer) {
            Some(shown) => Found::Shown(ShownVersion { published_at: came(registry, named), ..shown }),
            None => Found::Unanswered("what it says is not of that version"),
        },
        Heard::Nothing => Found::Nothing,
        Heard::Unanswered(why) => Found::Unanswered(why),
    }
}

/// When it came; a registry that does not say it keeps nothing from being seen.
fn came(registry: &Registry, named: &NamedVersion) -> Option<Timestamp> {
    match desk_call::ask(&registry.package_at(&named.package), PACKAGE) {
        Heard::Said(answer) => registry.published_at(named, &answer),
        Heard::Nothing | Heard::Unanswered(_) => None,
    }
}
