//! What members said of the rota, of being away and of swaps: one small item, read by whoever asks who is on call.

use std::sync::Arc;

use desk_domain::case::Recipient;
use desk_domain::id::MemberId;
use desk_domain::notice::{NotAway, Notice, SwapSaid, WhatOfSwap};
use desk_domain::policy::{Absence, Policy, Said, Swap};
use jiff::{SignedDuration, Timestamp};

use crate::deliveries::Delivery;
use crate::fault::Fault;
use crate::item::{Read, json, key, n};
use crate::views::{MailStore, TeamStore};

/// How long what is over is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// As many absences are kept at most, and as many swaps: an item holds 400 KB.
pub const MOST_SAID: usize = 500;
/// How often two that write at the same moment may get in each other's way.
const ATTEMPTS: u32 = 8;

impl TeamStore {
    /// All that is known, in the order in which it was said.
    pub async fn said(&self) -> Result<Said, Fault> {
        Ok(self.kept_said().await?.0)
    }

    /// The same, with whom of the policy's members mail does not reach.
    pub async fn said_now(&self, policy: &Policy) -> Result<Said, Fault> {
        Ok(Said { unreachable: self.unreachable(policy).await?, ..self.said().await? })
    }

    /// The policy of this moment.
    pub async fn policy_now(&self, policy: &Arc<Policy>) -> Result<Arc<Policy>, Fault> {
        let said = self.said_now(policy).await?;
        if said == Said::default() { Ok(policy.clone()) } else { Ok(Arc::new(policy.with_said(&said))) }
    }

    /// Records that a member is away, or (`withdraw`) there after all; what was said before changes nothing when it is said again.
    /// Whether it is known then: [`MOST_SAID`] are kept at most.
    ///
    /// # Errors
    /// Those of [`TeamStore::change_said`].
    pub async fn say_absence(&self, new: &Absence, withdraw: bool) -> Result<bool, Fault> {
        let same = |known: &Absence| known.member == new.member && known.days == new.days;
        let known = self.change_said(new.said_at, |Said { absences, .. }| {
            if withdraw {
                absences.retain(|known| !same(known));
            } else if !absences.iter().any(same) && absences.len() < MOST_SAID {
                absences.push(new.clone());
            }
            absences.iter().any(same)
        });
        Ok(known.await? != withdraw)
    }

    /// Records that a member asks for a swap, agrees to one that was asked of them, or (`withdraw`) takes back or declines one. `None`
    /// where that changes nothing: what is withdrawn was never asked for, or is in effect.
    ///
    /// # Errors
    /// Those of [`TeamStore::change_said`].
    pub async fn say_swap(&self, me: &MemberId, new: &Swap, withdraw: bool) -> Result<Option<WhatOfSwap>, Fault> {
        if new.agreed {
            return Ok((!withdraw).then(|| WhatOfSwap::Agreed(new.clone())));
        }
        let change = |Said { swaps, .. }: &mut Said| {
            let known = swaps.iter().position(|known| !known.agreed && known.is_of(&new.shifts));
            match known {
                Some(place) if withdraw => Some(WhatOfSwap::Withdrawn { swap: swaps.remove(place), by: me.clone() }),
                Some(place) if swaps[place].shifts[0].member == *me => Some(WhatOfSwap::Asked(swaps[place].clone())),
                Some(place) => {
                    // The last that was agreed is the last word.
                    let swap = Swap { agreed: true, ..swaps.remove(place) };
                    swaps.push(swap.clone());
                    Some(WhatOfSwap::Agreed(swap))
                }
                None if withdraw => None,
                None if swaps.len() >= MOST_SAID => {
                    let why = "there are more swaps known than the desk keeps".to_owned();
                    Some(WhatOfSwap::NotTaken(NotAway::Days(why)))
                }
                None => {
                    swaps.push(new.clone());
                    Some(WhatOfSwap::Asked(new.clone()))
                }
            }
        };
        self.change_said(new.said_at, change).await
    }

    /// Changes what is known; what is long over is forgotten.
    ///
    /// # Errors
    /// Besides those of the store, a passing fault where others change it at the same time, again and again.
    async fn change_said<T>(&self, now: Timestamp, change: impl Fn(&mut Said) -> T) -> Result<T, Fault> {
        let long_ago = now.saturating_sub(KEPT).unwrap_or(now);
        let day = long_ago.to_zoned(jiff::tz::TimeZone::UTC).date();
        for _ in 0..ATTEMPTS {
            let (mut said, version) = self.kept_said().await?;
            said.absences.retain(|absence| absence.days.until >= day);
            said.swaps.retain(|swap| !swap.is_over(long_ago));
            let changed = change(&mut said);
            let update = self.table.updating(key("TEAM#away", "AWAY"));
            let update = update
                .update_expression("SET absences = :absences, swaps = :swaps, version = :next")
                .condition_expression("attribute_not_exists(version) OR version = :version")
                .expression_attribute_values(":absences", json(&said.absences))
                .expression_attribute_values(":swaps", json(&said.swaps))
                .expression_attribute_values(":next", n(version + 1))
                .expression_attribute_values(":version", n(version));
            if self.table.update(update).await? {
                return Ok(changed);
            }
        }
        Err(Fault::Retryable("others say when they are away at the same time, again and again".to_owned()))
    }

    async fn kept_said(&self) -> Result<(Said, i64), Fault> {
        let Some(item) = self.table.get(key("TEAM#away", "AWAY")).await? else { return Ok((Said::default(), 0)) };
        let read = Read(&item);
        let swaps = if item.contains_key("swaps") { read.json("swaps")? } else { Vec::new() };
        let said = Said { absences: read.json("absences")?, swaps, unreachable: Vec::new() };
        Ok((said, read.number("version")?))
    }
}

impl MailStore {
    /// Tells both members what became of their swap; once, however often it is called.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn tell_of_swap(&self, what: &WhatOfSwap, now: Timestamp) -> Result<(), Fault> {
        let (word, swap) = match what {
            WhatOfSwap::Asked(swap) => ("asked", swap),
            WhatOfSwap::Agreed(swap) => ("agreed", swap),
            WhatOfSwap::Withdrawn { swap, .. } => ("withdrawn", swap),
            WhatOfSwap::NotTaken(_) => return Ok(()),
        };
        let [first, second] = &swap.shifts;
        let cause = format!("swap {word} {} {} {}", first.from, second.from, swap.said_at);
        for member in [&first.member, &second.member] {
            let notice = Notice::SwapSaid(SwapSaid { what: what.clone() });
            let delivery = Delivery::new(&cause, Recipient::Member(member.clone()), notice, now);
            self.plan_delivery(&delivery, None).await?;
        }
        Ok(())
    }
}
