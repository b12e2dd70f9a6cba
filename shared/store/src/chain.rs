//! A log that holds: each event names the hash of the one before it, and the last is where the snapshot says.

use desk_domain::case::Event;
use desk_domain::id::CaseId;

use crate::cases::parse_event;
use crate::fault::Fault;
use crate::views::CaseStore;

/// A case's events, in order and without gaps.
pub struct Chain {
    events: Vec<Event>,
    /// SHA-256 (hex) of each.
    hashes: Vec<String>,
}

impl CaseStore {
    /// The whole log of a case.
    ///
    /// # Errors
    /// Damage where it does not hold.
    pub async fn chain(&self, id: &CaseId) -> Result<Chain, Fault> {
        let broken = |why: &str| Fault::damaged(format!("the log of {id} {why}"));
        let stored = self.case(id).await?.ok_or_else(|| broken("is of no case"))?;
        let (mut prev, mut chain) = (String::new(), Chain { events: Vec::new(), hashes: Vec::new() });
        for (place, bytes) in (1u64..).zip(&self.log(id, 1, u64::MAX >> 24).await?) {
            let event = parse_event(id, bytes)?;
            if event.seq != place || event.case != *id || event.prev != prev {
                return Err(broken("has an event that does not follow from the one before it"));
            }
            prev = desk_keys::sha256_hex(bytes);
            chain.hashes.push(prev.clone());
            chain.events.push(event);
        }
        // Others may have gone on since the snapshot was read.
        match chain.head_at(stored.case.version) == Some(stored.head.as_str()) {
            true => Ok(chain),
            false => Err(broken("does not end where the snapshot says")),
        }
    }
}

impl Chain {
    /// The events up to this one; `None` where the log ends before it.
    pub fn upto(&self, seq: u64) -> Option<&[Event]> {
        self.events.get(..usize::try_from(seq).ok()?)
    }

    /// The hash of an event; `None` where there is none.
    pub fn head_at(&self, seq: u64) -> Option<&str> {
        let place = usize::try_from(seq).ok()?.checked_sub(1)?;
        self.hashes.get(place).map(String::as_str)
    }
}
