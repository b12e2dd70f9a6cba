//! Addresses of reporters that are not written to any more, because they refused a message for good or its receiver complained.
//!
//! They are filed under an HMAC (`desk_keys::LinkKey::address_hashes`): the table holds no address. Addresses that the policy
//! names are never among them: whoever keeps the policy hears of each mail to them that comes back, and mends them.

use desk_domain::case::{Actor, Command, Recipient};
use desk_domain::policy::Policy;
use desk_domain::refusal::Refusal;
use desk_runtime::Clock;
use jiff::Timestamp;

use crate::ActError;
use crate::deliveries::Delivery;
use crate::fault::Fault;
use crate::item::{Build, Item, Read, instant, key, s};
use crate::table::ABSENT;
use crate::views::{CaseStore, MailStore};

/// Why an address is not written to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritten {
    HardBounce,
    Complaint,
}

fn suppressed_key(address: &str) -> Item {
    key(suppressed_pk(address), "SUPPRESSED")
}

fn suppressed_pk(address: &str) -> String {
    format!("SUPPRESSED#{address}")
}

impl MailStore {
    /// From now on nothing is mailed to this address; what is known of it already stays.
    pub async fn suppress(&self, address: &str, why: Unwritten, now: Timestamp) -> Result<(), Fault> {
        let why = match why {
            Unwritten::HardBounce => "hard-bounce",
            Unwritten::Complaint => "complaint",
        };
        let item = Build::new(suppressed_pk(address), "SUPPRESSED").set("why", s(why)).set("since", s(instant(now)));
        self.table.put(item.item(), Some(ABSENT)).await.map(drop)
    }

    /// Since when an address is not written to; `addresses` is all that it may be filed under.
    pub async fn suppressed(&self, addresses: &[String]) -> Result<Option<Timestamp>, Fault> {
        for address in addresses {
            if let Some(item) = self.table.get(suppressed_key(address)).await? {
                return Read(&item).time("since").map(Some);
            }
        }
        Ok(None)
    }

    /// The address works after all: authenticated mail came from it.
    pub async fn unsuppress(&self, addresses: &[String]) -> Result<(), Fault> {
        for address in addresses {
            self.table.delete(suppressed_key(address)).await?;
        }
        Ok(())
    }
}

impl CaseStore {
    /// Tells the case that a message to its reporter did not arrive. Of a message to anybody else the case hears nothing, and
    /// a case that is not there any more has nothing to hear.
    ///
    /// # Errors
    /// [`ActError`]; to be tried again.
    pub async fn tell_bounced(&self, delivery: &Delivery, policy: &Policy, clock: &Clock) -> Result<(), ActError> {
        let (case, command) = match (&delivery.recipient, &delivery.case, delivery.seq) {
            (Recipient::Reporter, Some(case), Some(seq)) => (case, Command::MessageBounced { seq }),
            (Recipient::Party(party), Some(case), _) => (case, Command::PartyBounced { party: party.clone() }),
            _ => return Ok(()),
        };
        match self.tell(case, policy, &Actor::Desk, clock, &command).await {
            Ok(_) | Err(ActError::Refused(Refusal::NotFound)) => Ok(()),
            Err(e) => Err(e),
        }
    }
}
