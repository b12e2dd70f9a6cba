//! `AWAY 2026-12-24..2027-01-01` as the first words of a member's mail, to whatever address or mail of the desk it comes: an absence, as
//! if it had been said on the page of who is on call. The member is told in one line what it did, or why nothing.
//!
//! Only DMARC proves the member: somebody else's word would take them off call.

use desk_domain::case::event::Sender;
use desk_domain::id::MemberId;
use desk_domain::notice::{AwaySaid, NotAway, Notice};
use desk_domain::policy::{Absence, Away};
use desk_store::ActError;

use crate::judge::Arrived;
use crate::{Inbox, Outcome};

impl Inbox {
    /// The member and what they say of being away, where a mail begins with it.
    pub(crate) fn says_away(&self, arrived: &Arrived) -> Option<(MemberId, Result<Away, NotAway>)> {
        let (member, mail) = (self.member_of(arrived)?, arrived.mail()?);
        let said = Away::said(&mail.text, self.clock.now())?;
        Some((
            member,
            match arrived.sender {
                Sender::Dmarc => said.map_err(NotAway::Days),
                _ => Err(NotAway::NotProven),
            },
        ))
    }

    /// Records it, tells the member, and files the mail; each of it again when it was cut off.
    pub(crate) async fn away(
        &self,
        arrived: Arrived,
        member: MemberId,
        said: Result<Away, NotAway>,
    ) -> Result<Outcome, ActError> {
        let now = self.clock.now();
        let said = match said {
            Ok(days) => {
                let new = Absence { member: member.clone(), days, said_at: now };
                match self.members.say_absence(&new, false).await? {
                    true => Ok(days),
                    false => Err(NotAway::Days("there are more absences known than the desk keeps".to_owned())),
                }
            }
            not => not,
        };
        tracing::info!(member = %member, taken = said.is_ok(), "a member said by mail when they are away");
        let cause = format!("away {}", arrived.hash);
        self.plan_for(None, &member, Notice::AwaySaid(AwaySaid { said }), &cause, now).await?;
        self.file(&arrived.filed()).await
    }
}
