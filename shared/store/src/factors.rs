//! Members' second factors, and what became of each.
//!
//! | item | what |
//! |--|--|
//! | `FACTOR#<member>`, `TOTP` | the secret, sealed to a key of the member's own that only `team` unwraps; the newest step that was used; the hashes of recovery codes that were not |
//! | `FACTOR#<member>`, `CHANGE#<instant>` | what happened to it: for ever |
//!
//! A code is used up by a condition: of two that come at once one is late.

use aws_sdk_dynamodb::types::AttributeValue;
use desk_domain::case::Recipient;
use desk_domain::id::MemberId;
use desk_domain::notice::{FactorChange, Notice, SecondFactorChanged};
use jiff::{SignedDuration, Timestamp};

use crate::Store;
use crate::deliveries::Delivery;
use crate::fault::Fault;
use crate::item::{Build, Read, b, instant, json, n, s};
use crate::query::Query;
use crate::table::ABSENT;
use crate::views::{MailStore, TeamStore};

/// No session lasts longer.
const SESSIONS_END: SignedDuration = SignedDuration::from_hours(24);

/// A second factor that counts. No `Debug`.
pub struct SecondFactor {
    /// The private half of the member's key, wrapped.
    pub wrapped: Vec<u8>,
    /// The secret, sealed to it.
    pub sealed: Vec<u8>,
    pub since: Timestamp,
    /// The newest step of time whose code was used.
    pub used: u64,
    /// The hashes of the recovery codes that are left.
    pub codes: Vec<String>,
}

fn totp(member: &MemberId) -> Build {
    Build::new(format!("FACTOR#{member}"), "TOTP")
}

impl TeamStore {
    /// The member's second factor, where they have one.
    pub async fn factor(&self, member: &MemberId) -> Result<Option<SecondFactor>, Fault> {
        let Some(item) = self.table.get(totp(member).item()).await? else { return Ok(None) };
        let read = Read(&item);
        let codes = item.get("codes").and_then(|codes| codes.as_ss().ok()).cloned().unwrap_or_default();
        let used = u64::try_from(read.number("used")?).map_err(|_| Fault::damaged("a step of time"))?;
        let (wrapped, sealed) = (read.bytes("wrapped")?.to_vec(), read.bytes("sealed")?.to_vec());
        Ok(Some(SecondFactor { wrapped, sealed, since: read.time("since")?, used, codes }))
    }

    /// Keeps a new one; `false` where the member has one.
    pub async fn put_factor(&self, member: &MemberId, factor: &SecondFactor) -> Result<bool, Fault> {
        let item = totp(member)
            .set("wrapped", b(factor.wrapped.clone()))
            .set("sealed", b(factor.sealed.clone()))
            .set("since", s(instant(factor.since)))
            .set("used", n(factor.used))
            .set("codes", AttributeValue::Ss(factor.codes.clone()));
        self.table.put(item.item(), Some(ABSENT)).await
    }

    /// Uses up the code of a step; `false` where it, or a newer one, was used before.
    pub async fn use_step(&self, member: &MemberId, step: u64) -> Result<bool, Fault> {
        let update = self.table.updating(totp(member).item()).update_expression("SET used = :step");
        let update = update.condition_expression("attribute_exists(pk) AND used < :step");
        self.table.update(update.expression_attribute_values(":step", n(step))).await
    }

    /// Uses up a recovery code, by its hash; `false` where there is none, or it was used before.
    pub async fn use_recovery_code(&self, member: &MemberId, hash: &str) -> Result<bool, Fault> {
        let update = self.table.updating(totp(member).item()).update_expression("DELETE codes :one");
        let update = update
            .condition_expression("contains(codes, :hash)")
            .expression_attribute_values(":one", AttributeValue::Ss(vec![hash.to_owned()]))
            .expression_attribute_values(":hash", s(hash));
        self.table.update(update).await
    }

    /// Takes it away; `false` where there was none.
    pub async fn remove_factor(&self, member: &MemberId) -> Result<bool, Fault> {
        Ok(self.table.take(totp(member).item()).await?.is_some())
    }

    /// What happened to the member's second factor, the newest first.
    pub async fn factor_changes(&self, member: &MemberId) -> Result<Vec<SecondFactorChanged>, Fault> {
        let items = self.table.query(&Query::beginning(format!("FACTOR#{member}"), "CHANGE#")).await?;
        items.iter().rev().map(|item| Read(item).json("change")).collect()
    }

    async fn record_factor_change(&self, member: &MemberId, change: &SecondFactorChanged) -> Result<(), Fault> {
        let item = Build::new(format!("FACTOR#{member}"), format!("CHANGE#{}", instant(change.at)));
        self.table.put(item.set("change", json(change)).item(), None).await.map(drop)
    }
}

/// Records what became of a member's second factor, and tells them by mail.
///
/// # Errors
/// Those of the store.
pub async fn factor_changed(
    members: &TeamStore,
    mail: &MailStore,
    member: &MemberId,
    change: SecondFactorChanged,
) -> Result<(), Fault> {
    members.record_factor_change(member, &change).await?;
    let cause = format!("second-factor {member} {} {}", change.what.as_str(), instant(change.at));
    let delivery = Delivery::new(
        &cause,
        Recipient::Member(member.clone()),
        Notice::SecondFactorChanged(change.clone()),
        change.at,
    );
    mail.plan_delivery(&delivery, None).await
}

impl Store {
    /// Takes a member's second factor away because they have lost it, ends their sessions, records it and tells them. `false` where
    /// they have none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn reset_factor(&self, member: &MemberId, now: Timestamp) -> Result<bool, Fault> {
        if !self.members.remove_factor(member).await? {
            return Ok(false);
        }
        self.members.end_sessions(member, now, now.saturating_add(SESSIONS_END).unwrap_or(now)).await?;
        let change = SecondFactorChanged { what: FactorChange::Reset, at: now };
        factor_changed(&self.members, &self.mail, member, change).await?;
        Ok(true)
    }
}
