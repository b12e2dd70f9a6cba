//! Sign-in links, sessions and counters: small items with an end. An item past its time counts as absent.

use desk_domain::id::MemberId;
use jiff::Timestamp;

use crate::fault::Fault;
use crate::item::{Item, Read, instant, key, n, s};
use crate::views::TeamStore;

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

impl TeamStore {
    /// Stores a ticket for `member` until `expires`.
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
        self.table.put(item, None).await?;
        Ok(())
    }

    /// Whose session it is; `None` when it is over or never was.
    pub async fn session(&self, secret: &str, now: Timestamp) -> Result<Option<MemberId>, Fault> {
        let item = self.table.get(Ticket::Session.key(secret)).await?;
        item.map(|item| holder(&item, now)).transpose().map(Option::flatten)
    }

    /// Uses up a sign-in link: the member, the first time only.
    pub async fn use_sign_in(&self, secret: &str, now: Timestamp) -> Result<Option<MemberId>, Fault> {
        let used = self.table.take(Ticket::SignIn.key(secret)).await?;
        used.map(|item| holder(&item, now)).transpose().map(Option::flatten)
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
