//! The store: two DynamoDB tables through `aws-sdk-dynamodb`, as laid out in [`schema`], and the bucket of the published
//! site ([`objects`]).
//!
//! A case changes only through a [`Commit`]: its next events, snapshot, timers, plan and indexes in one transaction, on
//! the condition that they are the next. Reads of a case are consistent; reads of an index may lag, so whatever they
//! find is checked on the base item.

mod act;
mod allowance;
mod board;
mod board_filter;
mod buckets;
mod bundles;
mod case_keys;
mod cases;
mod chain;
mod commit;
mod connect;
pub mod deliveries;
mod delivery_states;
mod desk;
mod factors;
mod fault;
mod figures;
pub mod heads;
mod item;
mod kept;
mod mailed;
mod meter;
mod migrate;
pub mod objects;
pub mod opening;
mod pace;
mod party_keys;
pub mod published;
mod query;
mod reach;
mod releases;
pub mod requests;
mod restore;
mod ring;
mod said;
pub mod schema;
mod sessions;
mod suppression;
mod table;
mod taking;
mod team;
mod timers;
mod verify;
mod views;
mod visits;
mod witness;

pub use act::{ActError, Acted};
pub use allowance::Allowance;
pub use board::{BoardPage, BoardRow, FiledPage, FiledRow, is_cursor};
pub use board_filter::{BoardFilter, Only, crowds};
pub use bundles::Gathered;
pub use case_keys::{Audience, NewKeys, OpenedKeys, Sealer};
pub use cases::{CodeEntry, SeenMail, Stored};
pub use chain::Chain;
pub use commit::{Commit, Outcome, PLAN_GRACE};
pub use connect::Settings;
pub use factors::{SecondFactor, factor_changed};
pub use fault::Fault;
pub use figures::{Rebuilt, tally_of};
pub use mailed::{Hearer, Travels, words_for};
pub use meter::Consumed;
pub use opening::{NewCase, Opener, Opening};
pub use party_keys::{NewPartyKey, bound_to_party};
pub use restore::{HeldWork, Restored};
pub use ring::{Ring, RingKey};
pub use said::MOST_SAID;
pub use sessions::{LiveLink, SignInTicket};
pub use suppression::Unwritten;
pub use taking::Taking;
pub use team::{OnWatch, SeenHeads, SeenPolicy, UnfinishedHeads};
pub use timers::{Due, DueKind};
pub use verify::Verified;
pub use views::{CaseStore, DeskStore, FigureStore, MailStore, PublishedStore, TeamStore};

/// A handle to both tables, whole: for whoever connects, and for an operator's tools. A function holds the views that it needs.
/// Cheap to clone, as they are.
#[derive(Clone)]
pub struct Store {
    pub cases: CaseStore,
    pub mail: MailStore,
    pub published: PublishedStore,
    pub figures: FigureStore,
    pub members: TeamStore,
    pub desk: DeskStore,
}

impl Store {
    /// Capacity units consumed through this handle so far.
    pub fn consumed(&self) -> Consumed {
        self.cases.table.meter.consumed()
    }
}
