//! The store: two DynamoDB tables through `aws-sdk-dynamodb`, as laid out in [`schema`], and the bucket of the published
//! site ([`objects`]).
//!
//! A case changes only through a [`Commit`]: its next events, snapshot, timers, plan and indexes in one transaction, on
//! the condition that they are the next. Reads of a case are consistent; reads of an index may lag, so whatever they
//! find is checked on the base item.

mod act;
mod allowance;
mod board;
mod cases;
mod commit;
mod connect;
pub mod deliveries;
mod delivery_states;
mod fault;
mod item;
mod meter;
pub mod objects;
pub mod opening;
mod pace;
pub mod published;
mod query;
pub mod requests;
mod restore;
mod ring;
mod roster;
pub mod schema;
mod sessions;
mod suppression;
mod table;
mod timers;
mod verify;
mod witness;

pub use act::{ActError, Acted};
pub use allowance::Allowance;
pub use board::{BoardPage, BoardRow, FiledPage, FiledRow, is_cursor};
pub use cases::{CodeEntry, Stored};
pub use commit::{Commit, Outcome, PLAN_GRACE};
pub use connect::Settings;
pub use fault::Fault;
pub use meter::Consumed;
pub use opening::{NewCase, Opener, Opening};
pub use restore::{Held, Restored};
pub use ring::{Ring, RingKey};
pub use roster::SeenPolicy;
pub use sessions::Ticket;
pub use suppression::Unwritten;
pub use timers::{Due, DueKind};
pub use verify::Verified;

use jiff::SignedDuration;

use crate::table::Table;
use crate::witness::DateWitness;

/// A handle to both tables; cheap to clone.
#[derive(Clone)]
pub struct Store {
    cases: Table,
    mail: Table,
    witness: DateWitness,
}

impl Store {
    /// DynamoDB's time less ours, as its last answer told; `None` before the first.
    pub fn skew(&self) -> Option<SignedDuration> {
        self.witness.skew()
    }

    /// Capacity units consumed through this handle so far.
    pub fn consumed(&self) -> Consumed {
        self.cases.meter.consumed()
    }
}
