//! `AWAY 2026-12-24..2027-01-01` as the first words of a member's mail, to whatever address or mail of the desk it comes: an absence, as
//! if it had been said on the page of who is on call. The member is told in one line what it did, or why nothing.
//!
//! `SWAP 2026-12-07 2026-12-14` in the same way asks for a swap of shifts on call, or agrees to one: both are told.
//!
//! Only DMARC proves the member: somebody else's word would take them off call.

use desk_domain::case::event::Sender;
use desk_domain::id::MemberId;
use desk_domain::notice::{AwaySaid, NotAway, Notice, SwapSaid, WhatOfSwap};
use desk_domain::policy::{Absence, Away, SwapDays};
use desk_store::ActError;

use crate::judge::Arrived;
use crate::{Inbox, Outcome};

/// What a member says of the rota; or why nothing comes of it.
pub(crate) enum OfRota {
    Away(Result<Away, NotAway>),
    Swap(Result<SwapDays, NotAway>),
}

fn proven<T>(said: Result<T, String>, arrived: &Arrived) -> Result<T, NotAway> {
    match arrived.sender {
        Sender::Dmarc => said.map_err(NotAway::Days),
        _ => Err(NotAway::NotProven),
    }
}

impl Inbox {
    /// The member and what they say of the rota, where a mail begins with it.
    pub(crate) fn says_of_rota(&self, arrived: &Arrived) -> Option<(MemberId, OfRota)> {
        let (member, mail) = (self.member_of(arrived)?, arrived.mail()?);
        let away = || Some(OfRota::Away(proven(Away::said(&mail.text, self.clock.now())?, arrived)));
        let swap = || Some(OfRota::Swap(proven(SwapDays::said(&mail.text)?, arrived)));
        Some((member, away().or_else(swap)?))
    }

    pub(crate) async fn of_rota(&self, arrived: Arrived, member: MemberId, said: OfRota) -> Result<Outcome, ActError> {
        match said {
            OfRota::Away(said) => self.away(arrived, member, said).await,
            OfRota::Swap(said) => self.swap(arrived, member, said).await,
        }
    }

    /// As [`Inbox::away`], to both whom it concerns.
    async fn swap(
        &self,
        arrived: Arrived,
        member: MemberId,
        said: Result<SwapDays, NotAway>,
    ) -> Result<Outcome, ActError> {
        let now = self.clock.now();
        let what = match said {
            Ok(days) => match self.members.said().await?.swap(&self.policy, &member, days, now) {
                Ok(swap) => self.members.say_swap(&member, &swap, false).await?,
                Err((field, why)) => {
                    let day = if field == "mine" { "first" } else { "second" };
                    Some(WhatOfSwap::NotTaken(NotAway::Days(format!("the {day} day {why}"))))
                }
            },
            Err(why) => Some(WhatOfSwap::NotTaken(why)),
        };
        if let Some(what) = what {
            let taken = !matches!(what, WhatOfSwap::NotTaken(_));
            tracing::info!(member = %member, taken, "a member spoke by mail of a swap of shifts");
            if taken {
                self.mail.tell_of_swap(&what, now).await?;
            } else {
                let cause = format!("swap {}", arrived.hash);
                self.plan_for(None, &member, Notice::SwapSaid(SwapSaid { what }), &cause, now).await?;
            }
        }
        self.file(&arrived.filed()).await
    }

    /// Records it, tells the member, and files the mail; each of it again when it was cut off.
    async fn away(&self, arrived: Arrived, member: MemberId, said: Result<Away, NotAway>) -> Result<Outcome, ActError> {
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
