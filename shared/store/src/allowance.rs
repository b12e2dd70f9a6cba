//! How much a machine may write to reporters' addresses in a day: anybody can type anybody's address into a form, and nobody
//! must be flooded by us for it.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::deliveries::record_key;
use crate::fault::Fault;
use crate::item::{Item, key, n};
use crate::views::MailStore;

/// Long past the day that it counts.
const KEPT: SignedDuration = SignedDuration::from_hours(72);
/// Who meets others at a counter this often in a row tries again later.
const ATTEMPTS: u32 = 8;

/// Whether an automatic mail may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// It is counted, now or before.
    Granted,
    /// Its address has had its share of the day.
    AddressSpent,
    /// All addresses together have.
    AllSpent,
}

/// The counter of an address, or of all.
fn counter(of: &str, now: Timestamp) -> Item {
    let day = now.to_zoned(TimeZone::UTC).date();
    key(format!("ALLOWANCE#{day}#{of}"), "ALLOWANCE")
}

/// Counts one more, while there are fewer than `most`.
fn one_more(counter: Item, most: u64, now: Timestamp) -> UpdateBuilder {
    let end = now.saturating_add(KEPT).unwrap_or(now);
    Update::builder()
        .set_key(Some(counter))
        .update_expression("SET #ttl = :end ADD used :one")
        .condition_expression("attribute_not_exists(used) OR used < :most")
        .expression_attribute_names("#ttl", "ttl")
        .expression_attribute_values(":end", n(end.as_second()))
        .expression_attribute_values(":one", n(1))
        .expression_attribute_values(":most", n(most))
}

impl MailStore {
    /// Counts a delivery against its address (`address` is what that is found by), at most `per_address` in the day (UTC) of `now`,
    /// and, where `all` says how many those may be, against all addresses together. What is `broken`, a promise, is counted apart from
    /// all else: it goes whatever went that day. One transaction with the delivery itself, so that it is counted once however often,
    /// and by however many at once, it is tried.
    pub async fn take_allowance(
        &self,
        delivery: &str,
        address: &str,
        (per_address, all): (u64, Option<u64>),
        broken: bool,
        now: Timestamp,
    ) -> Result<Allowance, Fault> {
        let apart = if broken { "#broken" } else { "" };
        let (of_address, of_all) = (format!("{address}{apart}"), format!("all{apart}"));
        if per_address == 0 {
            return Ok(Allowance::AddressSpent);
        }
        for _ in 0..ATTEMPTS {
            let mark = Update::builder()
                .set_key(Some(record_key(delivery)))
                .update_expression("SET allowed = :yes")
                .condition_expression("attribute_exists(pk) AND attribute_not_exists(allowed)")
                .expression_attribute_values(":yes", AttributeValue::Bool(true));
            let mut updates = vec![mark, one_more(counter(&of_address, now), per_address, now)];
            updates.extend(all.map(|all| one_more(counter(&of_all, now), all, now)));
            match self.update_all(updates).await?.as_deref() {
                None | Some([true, ..]) => return Ok(Allowance::Granted),
                Some([_, true, ..]) => return Ok(Allowance::AddressSpent),
                Some([_, _, true]) => return Ok(Allowance::AllSpent),
                Some(_) => {}
            }
        }
        Err(Fault::Retryable("too many at one counter".to_owned()))
    }

    /// Whether this is the first to tell, in the day of `now`, that all addresses together have had their share.
    pub async fn tells_all_spent(&self, now: Timestamp) -> Result<bool, Fault> {
        let update = self.table.updating(counter("all", now));
        let update = update
            .update_expression("SET told = :yes")
            .condition_expression("attribute_not_exists(told)")
            .expression_attribute_values(":yes", AttributeValue::Bool(true));
        self.table.update(update).await
    }

    /// All updates of the table `mail`, or none; which conditions did not hold, where some did not. Where none is said not to
    /// hold, another transaction was in the way.
    pub(crate) async fn update_all(&self, updates: Vec<UpdateBuilder>) -> Result<Option<Vec<bool>>, Fault> {
        let item = |update: UpdateBuilder| {
            let update =
                update.table_name(&*self.table.name).build().map_err(|_| Fault::damaged("an update without a key"))?;
            Ok::<_, Fault>(TransactWriteItem::builder().update(update).build())
        };
        let items = updates.into_iter().map(item).collect::<Result<Vec<_>, _>>()?;
        let Some(reasons) = self.table.transact(items).await? else { return Ok(None) };
        let codes: Vec<&str> = reasons.iter().map(|code| code.as_deref().unwrap_or("None")).collect();
        let passing = ["None", "ConditionalCheckFailed", "TransactionConflict"];
        match codes.iter().find(|code| !passing.contains(code)) {
            Some(code) => Err(Fault::from_code(Some(code))),
            None => Ok(Some(codes.iter().map(|code| *code == "ConditionalCheckFailed").collect())),
        }
    }
}
