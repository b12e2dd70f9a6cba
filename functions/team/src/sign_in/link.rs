//! The link that is mailed. Who asks again while it lives gets the same one once more, so that nobody who only knows an address
//! can keep its member out: asking never uses a link up, and never counts against the next one. How often one link is mailed is
//! limited, and the mailbox has it by then.

use desk_domain::case::Recipient;
use desk_domain::id::MemberId;
use desk_domain::notice::{Notice, SignIn};
use desk_http::Problem;
use desk_keys::MailWords;
use desk_store::LiveLink;
use desk_store::deliveries::Delivery;
use jiff::{SignedDuration, Timestamp};

use super::Destination;
use crate::Team;

const LASTS: SignedDuration = SignedDuration::from_mins(15);
/// A link that is older is replaced when somebody asks: a mail needs its time.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// Longer than any link lives: all mails of one are counted together.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What a secret is found by.
pub(super) fn hash(secret: &str) -> String {
    desk_keys::sha256_hex(secret.as_bytes())
}

impl Team {
    /// Mails the member their link: the one that is out while it is fresh and unused, else a new one.
    pub(crate) async fn mail_link(&self, member: &MemberId, next: Option<Destination>) -> Result<(), Problem> {
        let now = self.clock.now();
        let next = next.map(|next| next.as_str().to_owned());
        let link = match self.fresh_link(member, next.as_ref(), now).await? {
            Some(link) => link,
            None => self.new_link(member, next, now).await?,
        };
        let limit = self.policy.limits.sign_in_mails_per_link;
        if !self.desk.within_rate(&format!("sign-in {}", link.hash), DAY, limit, now).await? {
            tracing::warn!(member = %member, "a sign-in link was asked for too often, and is not mailed again");
            return Ok(());
        }
        let cause = format!("sign-in {} {}", link.hash, desk_keys::hex(&desk_keys::random::<8>()));
        let notice = Notice::SignIn(SignIn { expires_at: link.expires_at });
        let delivery = Delivery::new(&cause, Recipient::Member(member.clone()), notice, now);
        Ok(self.mail.plan_delivery(&delivery, Some(link.sealed)).await?)
    }

    /// The link that is out, leading to where its newest asker wanted to be.
    async fn fresh_link(
        &self,
        member: &MemberId,
        next: Option<&String>,
        now: Timestamp,
    ) -> Result<Option<LiveLink>, Problem> {
        let out = self.members.live_link(member).await?;
        let Some(mut link) = out.filter(|link| link.expires_at.duration_since(now) > LASTS - FRESH) else {
            return Ok(None);
        };
        link.next = next.cloned().or(link.next);
        let unused = self.members.renew_sign_in(&link.hash, &link.opens(member)).await?;
        Ok(unused.then_some(link))
    }

    async fn new_link(&self, member: &MemberId, next: Option<String>, now: Timestamp) -> Result<LiveLink, Problem> {
        let token = desk_keys::hex(&desk_keys::random::<32>());
        let (hash, expires_at) = (hash(&token), now.saturating_add(LASTS).unwrap_or(now));
        let sealed = MailWords::SignIn { token }.seal(&self.mail_key)?;
        let link = LiveLink { hash, expires_at, next, sealed };
        self.members.put_sign_in(&link.hash, &link.opens(member)).await?;
        self.members.put_live_link(member, &link).await?;
        Ok(link)
    }
}
