//! How a commit is written: all of it in one transaction, and what follows from the reasons of one that was cancelled.

use aws_sdk_dynamodb::types::TransactWriteItem;

use crate::commit::{Commit, Guard, Outcome, Write};
use crate::fault::Fault;
use crate::views::CaseStore;

impl CaseStore {
    /// Writes all of `commit`, or nothing.
    ///
    /// # Errors
    /// A fault of the store: nothing is known of whether it was written; the same idempotency key tells.
    pub async fn commit(&self, commit: Commit) -> Result<Outcome, Fault> {
        let (writes, guards): (Vec<_>, Vec<_>) = commit.actions.into_iter().unzip();
        let items = writes.into_iter().map(|write| self.transact_item(write)).collect::<Result<Vec<_>, _>>()?;
        let Some(reasons) = self.table.transact(items).await? else { return Ok(Outcome::Done) };
        let codes: Vec<Option<&str>> = reasons.iter().map(Option::as_deref).collect();
        cancelled_by(&codes, &guards)
    }

    fn transact_item(&self, write: Write) -> Result<TransactWriteItem, Fault> {
        let unfinished = |_| Fault::damaged("a write without a key");
        let item = TransactWriteItem::builder();
        Ok(match write {
            Write::Put(put) => item.put(put.table_name(&*self.table.name).build().map_err(unfinished)?),
            Write::Update(update) => item.update(update.table_name(&*self.table.name).build().map_err(unfinished)?),
            Write::Delete(delete) => item.delete(delete.table_name(&*self.table.name).build().map_err(unfinished)?),
        }
        .build())
    }
}

/// What the reasons of a cancelled transaction mean. The request is asked first: when it was seen, its case has moved on
/// too.
fn cancelled_by(codes: &[Option<&str>], guards: &[Guard]) -> Result<Outcome, Fault> {
    let failed = |guard: fn(&Guard) -> bool| {
        codes.iter().zip(guards).any(|(code, g)| *code == Some("ConditionalCheckFailed") && guard(g))
    };
    if failed(|g| matches!(g, Guard::Request)) {
        return Ok(Outcome::RequestSeen);
    }
    if failed(|g| matches!(g, Guard::Once)) {
        return Ok(Outcome::Used);
    }
    if failed(|g| matches!(g, Guard::Version)) || codes.contains(&Some("TransactionConflict")) {
        return Ok(Outcome::Conflict);
    }
    let other = codes.iter().flatten().find(|code| **code != "None");
    let passing = ["ThrottlingError", "ProvisionedThroughputExceeded"];
    match other {
        Some(code) if passing.contains(code) => Err(Fault::Retryable((*code).to_owned())),
        Some(code) => Err(Fault::Permanent((*code).to_owned())),
        None => Err(Fault::Retryable("a transaction was cancelled without a reason".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use desk_runtime::Retryable;

    use super::*;

    #[test]
    fn the_reason_of_a_cancelled_transaction_decides_what_follows() {
        let guards = [Guard::Version, Guard::Request, Guard::Once];
        let failed = Some("ConditionalCheckFailed");
        let by = |codes: [Option<&'static str>; 3]| cancelled_by(&codes, &guards);
        assert_eq!(by([failed, None, None]).unwrap(), Outcome::Conflict);
        assert_eq!(by([failed, failed, None]).unwrap(), Outcome::RequestSeen);
        assert_eq!(by([Some("None"), Some("None"), failed]).unwrap(), Outcome::Used);
        assert_eq!(by([Some("TransactionConflict"), None, None]).unwrap(), Outcome::Conflict);
        assert!(by([Some("ThrottlingError"), None, None]).unwrap_err().is_retryable());
        assert!(!by([Some("ItemCollectionSizeLimitExceeded"), None, None]).unwrap_err().is_retryable());
    }
}
