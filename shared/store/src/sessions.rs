//! Sign-in links, and what ends sessions: small items with an end. An item past its time counts as absent.
//!
//! A session itself is stored nowhere: what its bearer holds is authenticated by a key of `team`'s, so that whoever can write to
//! the table can make none. The table only ever takes away.
//!
//! | item | what |
//! |--|--|
//! | `SIGN-IN#<hash of the secret>`, `SIGN-IN` | what a mailed link opens, once |
//! | `SIGN-IN#<member>`, `LIVE` | the member's newest link, sealed, to be mailed again |
//! | `SESSION#<member>`, `<session>` | one session that was ended |
//! | `SESSION#<member>`, `EVERYWHERE` | the instant up to which all that had started were |

use desk_domain::id::MemberId;
use futures_util::future::try_join;
use jiff::Timestamp;

use crate::fault::Fault;
use crate::item::{Build, Item, Read, b, instant, key, s};
use crate::table::ABSENT;
use crate::views::TeamStore;

/// What a mailed link opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInTicket {
    pub member: MemberId,
    pub expires_at: Timestamp,
    /// Where the member wanted to be, as `team` has judged it.
    pub next: Option<String>,
}

/// A link that was mailed, and may be mailed again while it lives. Its secret is sealed to the mail key: who asks again gets the
/// same link, and nothing here opens it.
pub struct LiveLink {
    /// Of the secret: what its ticket is found by.
    pub hash: String,
    pub expires_at: Timestamp,
    pub next: Option<String>,
    /// The words of its mail.
    pub sealed: Vec<u8>,
}

impl LiveLink {
    /// What it opens for its member.
    pub fn opens(&self, member: &MemberId) -> SignInTicket {
        SignInTicket { member: member.clone(), expires_at: self.expires_at, next: self.next.clone() }
    }
}

fn ticket(hash: &str) -> Build {
    Build::new(format!("SIGN-IN#{hash}"), "SIGN-IN")
}

fn live(member: &MemberId) -> Build {
    Build::new(format!("SIGN-IN#{member}"), "LIVE")
}

impl TeamStore {
    /// Keeps what a link opens until it ends. The link is found by the `hash` of its secret.
    pub async fn put_sign_in(&self, hash: &str, opens: &SignInTicket) -> Result<(), Fault> {
        self.table.put(ticket_item(hash, opens), Some(ABSENT)).await.map(drop)
    }

    /// The same of a link that is out already; `false` where it has been used up.
    pub async fn renew_sign_in(&self, hash: &str, opens: &SignInTicket) -> Result<bool, Fault> {
        self.table.put(ticket_item(hash, opens), Some("attribute_exists(pk)")).await
    }

    /// Uses up a link: what it opens, the first time only.
    pub async fn use_sign_in(&self, hash: &str, now: Timestamp) -> Result<Option<SignInTicket>, Fault> {
        let used = self.table.take(ticket(hash).item()).await?;
        let ticket = used.map(|item| ticket_of(&item)).transpose()?;
        Ok(ticket.filter(|ticket| now < ticket.expires_at))
    }

    /// The newest link of a member, whether or not it was used.
    pub async fn live_link(&self, member: &MemberId) -> Result<Option<LiveLink>, Fault> {
        let item = self.table.get(live(member).item()).await?;
        item.map(|item| link_of(&item)).transpose()
    }

    pub async fn put_live_link(&self, member: &MemberId, link: &LiveLink) -> Result<(), Fault> {
        let item = live(member)
            .set("hash", s(&link.hash))
            .set("expires_at", s(instant(link.expires_at)))
            .set_some("next", link.next.as_ref().map(s))
            .set("sealed", b(link.sealed.clone()))
            .ttl(link.expires_at);
        self.table.put(item.item(), None).await.map(drop)
    }

    /// Ends one session of a member; `expires_at` is when it would have ended.
    pub async fn end_session(&self, member: &MemberId, id: &str, expires_at: Timestamp) -> Result<(), Fault> {
        self.table.put(Build::new(sessions(member), id).ttl(expires_at).item(), None).await.map(drop)
    }

    /// Ends every session of a member that has started by `now`; `kept_until` is when the last of them would have ended.
    pub async fn end_sessions(&self, member: &MemberId, now: Timestamp, kept_until: Timestamp) -> Result<(), Fault> {
        let item = Build::new(sessions(member), EVERYWHERE).set("at", s(instant(now))).ttl(kept_until);
        self.table.put(item.item(), None).await.map(drop)
    }

    /// Whether a session was ended before its time.
    pub async fn has_ended(&self, member: &MemberId, id: &str, started_at: Timestamp) -> Result<bool, Fault> {
        let (one, all) = (key(sessions(member), id), key(sessions(member), EVERYWHERE));
        let (one, all) = try_join(self.table.get(one), self.table.get(all)).await?;
        let everywhere = all.map(|item| Read(&item).time("at")).transpose()?;
        Ok(one.is_some() || everywhere.is_some_and(|at| started_at <= at))
    }
}

/// No session is called like that: theirs are hex.
const EVERYWHERE: &str = "EVERYWHERE";

fn sessions(member: &MemberId) -> String {
    format!("SESSION#{member}")
}

fn ticket_item(hash: &str, opens: &SignInTicket) -> Item {
    ticket(hash)
        .set("member", s(opens.member.as_str()))
        .set("expires_at", s(instant(opens.expires_at)))
        .set_some("next", opens.next.as_ref().map(s))
        .ttl(opens.expires_at)
        .item()
}

fn ticket_of(item: &Item) -> Result<SignInTicket, Fault> {
    let read = Read(item);
    let member = read.text("member")?.parse().map_err(|_| Fault::damaged("a ticket's member"))?;
    Ok(SignInTicket { member, expires_at: read.time("expires_at")?, next: next_of(&read) })
}

fn link_of(item: &Item) -> Result<LiveLink, Fault> {
    let read = Read(item);
    let (hash, sealed) = (read.text("hash")?.to_owned(), read.bytes("sealed")?.to_vec());
    Ok(LiveLink { hash, sealed, expires_at: read.time("expires_at")?, next: next_of(&read) })
}

fn next_of(read: &Read<'_>) -> Option<String> {
    read.maybe_text("next").map(str::to_owned)
}
