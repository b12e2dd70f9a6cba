//! One table, and every call that is made of it. Each is counted; a condition that does not hold is an answer, not a failure.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};

use crate::fault::Fault;
use crate::item::Item;
use crate::meter::Meter;

/// The condition that no item stands under the key.
pub(crate) const ABSENT: &str = "attribute_not_exists(pk)";

/// DynamoDB's code when a condition does not hold.
const UNMET: &str = "ConditionalCheckFailedException";

/// A table that can be reached; cheap to clone.
#[derive(Clone)]
pub(crate) struct Table {
    pub db: Client,
    pub name: Arc<str>,
    pub meter: Arc<Meter>,
}

/// Why a transaction was cancelled: DynamoDB's code for each of its writes, `"None"` for one that was in nobody's way.
pub(crate) type Reasons = Vec<Option<String>>;

impl Table {
    /// Another table, reached in the same way.
    pub fn beside(&self, name: &str) -> Table {
        Table { name: Arc::from(name), ..self.clone() }
    }

    /// The item under a key, read consistently.
    pub async fn get(&self, key: Item) -> Result<Option<Item>, Fault> {
        let get = self.db.get_item().table_name(&*self.name).set_key(Some(key)).consistent_read(true);
        let sent = get.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        let output = sent.map_err(|e| Fault::from_sdk(&e))?;
        self.meter.read(output.consumed_capacity());
        Ok(output.item)
    }

    /// Only these attributes of the item under a key, read consistently.
    pub async fn get_of(&self, key: Item, attributes: &[&str]) -> Result<Option<Item>, Fault> {
        let get = self.db.get_item().table_name(&*self.name).set_key(Some(key)).consistent_read(true);
        // By names of our own: some of theirs are words of the language.
        let named = attributes.iter().enumerate().map(|(place, name)| (format!("#a{place}"), (*name).to_owned()));
        let named: HashMap<String, String> = named.collect();
        let mut names: Vec<&str> = named.keys().map(String::as_str).collect();
        names.sort_unstable();
        let get = get.projection_expression(names.join(", ")).set_expression_attribute_names(Some(named));
        let sent = get.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        let output = sent.map_err(|e| Fault::from_sdk(&e))?;
        self.meter.read(output.consumed_capacity());
        Ok(output.item)
    }

    /// Puts an item; `false` when the condition does not hold.
    pub async fn put(&self, item: Item, condition: Option<&str>) -> Result<bool, Fault> {
        let put = self.db.put_item().table_name(&*self.name).set_item(Some(item));
        let put = put.set_condition_expression(condition.map(str::to_owned));
        match put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await {
            Ok(output) => {
                self.meter.write(output.consumed_capacity());
                Ok(true)
            }
            Err(e) if e.code() == Some(UNMET) => Ok(false),
            Err(e) => Err(Fault::from_sdk(&e)),
        }
    }

    /// Deletes an item, if there is one.
    pub async fn delete(&self, key: Item) -> Result<(), Fault> {
        let delete = self.db.delete_item().table_name(&*self.name).set_key(Some(key));
        let sent = delete.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        self.meter.write(sent.map_err(|e| Fault::from_sdk(&e))?.consumed_capacity());
        Ok(())
    }

    /// Deletes an item and gives it; of many who try it one gets it.
    pub async fn take(&self, key: Item) -> Result<Option<Item>, Fault> {
        let delete = self.db.delete_item().table_name(&*self.name).set_key(Some(key));
        let delete = delete.condition_expression("attribute_exists(pk)").return_values(ReturnValue::AllOld);
        match delete.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await {
            Ok(output) => {
                self.meter.write(output.consumed_capacity());
                Ok(output.attributes)
            }
            Err(e) if e.code() == Some(UNMET) => Ok(None),
            Err(e) => Err(Fault::from_sdk(&e)),
        }
    }

    /// An update in the making, for [`Table::update`] or [`Table::updated`].
    pub fn updating(&self, key: Item) -> UpdateItemFluentBuilder {
        self.db.update_item().table_name(&*self.name).set_key(Some(key))
    }

    /// Updates an item; `false` when the condition does not hold.
    pub async fn update(&self, update: UpdateItemFluentBuilder) -> Result<bool, Fault> {
        self.sent(update.return_values(ReturnValue::None)).await.map(|item| item.is_some())
    }

    /// Updates an item and gives it as it is then; `None` when the condition does not hold.
    pub async fn updated(&self, update: UpdateItemFluentBuilder) -> Result<Option<Item>, Fault> {
        self.sent(update.return_values(ReturnValue::AllNew)).await
    }

    /// Updates an item, unless the condition does not hold; then it gives the item as it is.
    pub async fn update_or_get(&self, update: UpdateItemFluentBuilder) -> Result<Option<Item>, Fault> {
        let update = update.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await {
            Ok(output) => {
                self.meter.write(output.consumed_capacity());
                Ok(None)
            }
            Err(e) => match e.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(unmet)) => {
                    Ok(Some(unmet.item().cloned().unwrap_or_default()))
                }
                _ => Err(Fault::from_sdk(&e)),
            },
        }
    }

    async fn sent(&self, update: UpdateItemFluentBuilder) -> Result<Option<Item>, Fault> {
        match update.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await {
            Ok(output) => {
                self.meter.write(output.consumed_capacity());
                Ok(Some(output.attributes.unwrap_or_default()))
            }
            Err(e) if e.code() == Some(UNMET) => Ok(None),
            Err(e) => Err(Fault::from_sdk(&e)),
        }
    }

    /// All of the writes, or none; then why not.
    pub async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<Option<Reasons>, Fault> {
        let sent = self.db.transact_write_items().set_transact_items(Some(writes));
        match sent.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await {
            Ok(output) => {
                output.consumed_capacity().iter().for_each(|consumed| self.meter.write(Some(consumed)));
                Ok(None)
            }
            Err(e) => match e.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    Ok(Some(cancelled.cancellation_reasons().iter().map(|reason| reason.code.clone()).collect()))
                }
                _ => Err(Fault::from_sdk(&e)),
            },
        }
    }
}
