//! Sign-in links, sessions and counters: small items with an end. An item past its time counts as absent.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use desk_domain::id::MemberId;
use jiff::{SignedDuration, Timestamp};

use crate::Store;
use crate::fault::Fault;
use crate::item::{Build, Item, Read, instant, key, n, s};

/// What a secret of a member's opens. Only the secret's hash is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ticket {
    /// A sign-in link: used once.
    SignIn,
    /// A session.
    Session,
}

impl Ticket {
    fn key(self, secret: &str) -> Item {
        let hash = desk_keys::sha256_hex(secret.as_bytes());
        match self {
            Ticket::SignIn => key(format!("SIGN-IN#{hash}"), "SIGN-IN"),
            Ticket::Session => key(format!("SESSION#{hash}"), "SESSION"),
        }
    }
}

impl Store {
    /// Stores a ticket for `member` until `expires`.
    ///
    /// # Errors
    /// A fault of the store; so for all below.
    pub async fn put_ticket(
        &self,
        ticket: Ticket,
        secret: &str,
        member: &MemberId,
        expires: Timestamp,
    ) -> Result<(), Fault> {
        let mut item = ticket.key(secret);
        item.insert("member".to_owned(), s(member.as_str()));
        item.insert("expires_at".to_owned(), s(instant(expires)));
        item.insert("ttl".to_owned(), n(expires.as_second()));
        let put = self.db.put_item().table_name(&*self.cases).set_item(Some(item));
        let output = put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        self.meter.write(output.map_err(|e| Fault::from_sdk(&e))?.consumed_capacity());
        Ok(())
    }

    /// Whose session it is; `None` when it is over or never was.
    pub async fn session(&self, secret: &str, now: Timestamp) -> Result<Option<MemberId>, Fault> {
        let item = self.get(&self.cases, Ticket::Session.key(secret)).await?;
        item.map(|item| holder(&item, now)).transpose().map(Option::flatten)
    }

    /// Uses up a sign-in link: the member, the first time only.
    pub async fn use_sign_in(&self, secret: &str, now: Timestamp) -> Result<Option<MemberId>, Fault> {
        let used = self
            .db
            .delete_item()
            .table_name(&*self.cases)
            .set_key(Some(Ticket::SignIn.key(secret)))
            .condition_expression("attribute_exists(pk)")
            .return_values(ReturnValue::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match used {
            Ok(output) => {
                self.meter.write(output.consumed_capacity());
                output.attributes().map(|item| holder(item, now)).transpose().map(Option::flatten)
            }
            Err(e) if e.code() == Some("ConditionalCheckFailedException") => Ok(None),
            Err(e) => Err(Fault::from_sdk(&e)),
        }
    }

    /// Counts one of `what` in the window that `now` falls into; `false` when `limit` was reached before.
    pub async fn within_rate(
        &self,
        what: &str,
        window: SignedDuration,
        limit: u64,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let slot = now.as_second().div_euclid(window.as_secs().max(1));
        let end = now.saturating_add(window).unwrap_or(now);
        let item = Build::new(format!("RATE#{}#{slot}", desk_keys::sha256_hex(what.as_bytes())), "RATE").item();
        let counted = self
            .db
            .update_item()
            .table_name(&*self.cases)
            .set_key(Some(item))
            .update_expression("SET #ttl = :end ADD used :one")
            .condition_expression("attribute_not_exists(used) OR used < :limit")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":end", n(end.as_second()))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":limit", n(limit))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match counted {
            Ok(output) => {
                self.meter.write(output.consumed_capacity());
                Ok(true)
            }
            Err(e) if e.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(e) => Err(Fault::from_sdk(&e)),
        }
    }
}

fn holder(item: &Item, now: Timestamp) -> Result<Option<MemberId>, Fault> {
    let read = Read(item);
    if read.time("expires_at")? <= now {
        return Ok(None);
    }
    let member = read.text("member")?.parse().map_err(|_| Fault::damaged("a ticket's member"))?;
    Ok(Some(member))
}
