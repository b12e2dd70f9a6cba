//! The link that is mailed. Who asks again while it lives gets the same one once more, so that nobody who only knows an address
//! can keep its member out: asking never uses a link up, and never counts against the next one. How often one link is mailed is
//! limited, and the mailbox has it by then.
//!
//! For an address that is no member's the same is done to the last write, under a name that is nobody's, and no mail is planned: how
//! long the answer takes tells no more than what it says.

use desk_domain::case::Recipient;
use desk_domain::id::MemberId;
use desk_domain::notice::{Notice, SignIn};
use desk_http::Problem;
use desk_keys::{MailWords, sign_in_of};
use desk_store::LiveLink;
use desk_store::deliveries::Delivery;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Destination;
use crate::Team;
use crate::session::is_team;

const LASTS: SignedDuration = SignedDuration::from_mins(15);
/// A link that is older is replaced when somebody asks: a mail needs its time.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// Longer than any link lives: all mails of one are counted together.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What a secret is found by.
pub(super) fn hash(secret: &str) -> String {
    desk_keys::sha256_hex(secret.as_bytes())
}

/// Whose link is asked for.
pub(crate) enum Whose {
    Member(MemberId),
    /// Nobody's: a name under which the same is written, and from which no address is read back.
    Nobody(MemberId),
}

impl Whose {
    fn id(&self) -> &MemberId {
        match self {
            Whose::Member(id) | Whose::Nobody(id) => id,
        }
    }
}

impl Team {
    /// Whose an address is.
    ///
    /// # Errors
    /// When the key of links is not known.
    pub(super) fn whose(&self, address: &str) -> Result<Whose, Problem> {
        let member = self.policy.members.iter().find(|m| m.address.eq_ignore_ascii_case(address) && is_team(m));
        let day = self.clock.now().to_zoned(TimeZone::UTC).date();
        let name = self.sessions.name_of_day(day, &format!("nobody\n{}", address.to_ascii_lowercase()))?;
        let nobody = format!("nobody.{}", &name[..32]).parse().map_err(|_| Problem::unavailable())?;
        Ok(member.map_or(Whose::Nobody(nobody), |member| Whose::Member(member.id.clone())))
    }

    /// Mails the member their link: the one that is out while it is fresh and unused, else a new one. To nobody nothing is mailed.
    pub(crate) async fn mail_link(&self, whose: &Whose, next: Option<Destination>) -> Result<(), Problem> {
        let (now, member) = (self.clock.now(), whose.id());
        let next = next.map(|next| next.as_str().to_owned());
        let link = match self.fresh_link(member, next.as_ref(), now).await? {
            Some(link) => link,
            None => self.new_link(member, next, now).await?,
        };
        let limit = self.policy.limits.sign_in_mails_per_link;
        if !self.desk.within_rate(&format!("sign-in {}", link.hash), DAY, limit, now).await? {
            if matches!(whose, Whose::Member(_)) {
                tracing::warn!(member = %member, "a sign-in link was asked for too often, and is not mailed again");
            }
            return Ok(());
        }
        let cause = format!("sign-in {} {}", link.hash, desk_keys::hex(&desk_keys::random::<8>()));
        let notice = Notice::SignIn(SignIn { expires_at: link.expires_at });
        let delivery = Delivery::new(&cause, Recipient::Member(member.clone()), notice, now);
        match whose {
            Whose::Member(_) => self.mail.plan_delivery(&delivery, Some(link.sealed)).await?,
            Whose::Nobody(_) => self.mail.plan_nothing(&delivery, link.sealed, now).await?,
        }
        Ok(())
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
        let sealed = self.mail_key.words(&MailWords::SignIn { token }, &sign_in_of(member.as_str()))?;
        let link = LiveLink { hash, expires_at, next, sealed };
        self.members.put_sign_in(&link.hash, &link.opens(member)).await?;
        self.members.put_live_link(member, &link).await?;
        Ok(link)
    }
}
