//! Which mail of the inbound bucket is being taken in, and which ended whoever took it: a process that ends in the middle of one says
//! nothing of it any more, so what it was about to do stands here before it does it.

use jiff::{SignedDuration, Timestamp};

use crate::fault::Fault;
use crate::item::{Item, Read, key, n};
use crate::views::DeskStore;

/// Longer than a function may run: whoever began before that has ended, and not by an answer.
const LEASE: SignedDuration = SignedDuration::from_secs(90);
/// Once as any mail, once without a look into it.
const TRIES: u64 = 2;
/// Longer than a mail lies in its bucket.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Whether a mail may be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It is the caller's until [`DeskStore::end_taking`].
    Mine {
        /// Somebody began with it before, and ended in the middle of it.
        ended: bool,
    },
    /// Somebody is at it.
    Others,
    /// It ended everybody who was at it: it lies aside until a person takes its mark away.
    Aside,
}

impl DeskStore {
    /// Says that the mail in `object` is about to be taken in, where nobody else is at it.
    pub async fn begin_taking(&self, object: &str, now: Timestamp) -> Result<Taking, Fault> {
        let (began, over) = (now.saturating_sub(LEASE).unwrap_or(now), now.saturating_add(KEPT).unwrap_or(now));
        let update =
            self.table.updating(mark(object)).update_expression("SET since = :now, #ttl = :over ADD tries :one");
        let update = update
            .condition_expression("attribute_not_exists(tries) OR (since < :began AND tries < :most)")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", n(now.as_second()))
            .expression_attribute_values(":began", n(began.as_second()))
            .expression_attribute_values(":over", n(over.as_second()))
            .expression_attribute_values(":most", n(TRIES))
            .expression_attribute_values(":one", n(1));
        let taken = self.table.updated(update).await?;
        match taken {
            Some(item) => Ok(Taking::Mine { ended: tries(&item)? > 1 }),
            None => self.waits(object, began).await,
        }
    }

    /// It was taken in, or could not be and said why: nothing is known against it.
    pub async fn end_taking(&self, object: &str) -> Result<(), Fault> {
        self.table.delete(mark(object)).await
    }

    async fn waits(&self, object: &str, began: Timestamp) -> Result<Taking, Fault> {
        let Some(item) = self.table.get(mark(object)).await? else { return Ok(Taking::Others) };
        let over = Read(&item).number("since")? < began.as_second() && tries(&item)? >= TRIES;
        Ok(if over { Taking::Aside } else { Taking::Others })
    }
}

fn mark(object: &str) -> Item {
    key(format!("TAKING#{object}"), "TAKING")
}

fn tries(item: &Item) -> Result<u64, Fault> {
    u64::try_from(Read(item).number("tries")?).map_err(|_| Fault::damaged("the tries of a mail"))
}
