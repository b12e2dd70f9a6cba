//! What a person says of a channel: that it is to be tried again, that it will not have the advisory, that it has it or has not after all,
//! or that it lost it.

use super::Next;
use crate::case::event::{ContentRef, EventBody};
use crate::id::ChannelId;
use crate::policy::OwnChannel;
use crate::refusal::Refusal;

impl Next<'_> {
    /// What waits is looked at now; a mail that is on its way is not sent again for that.
    pub(super) fn retry_channel(&mut self, channel: &ChannelId) -> Result<(), Refusal> {
        self.open_channel(channel)?;
        self.push(EventBody::ChannelRetried { channel: channel.clone(), anew: false });
        Ok(())
    }

    pub(super) fn give_up_channel(&mut self, channel: &ChannelId, reason: &ContentRef) -> Result<(), Refusal> {
        self.open_channel(channel)?;
        seen_by_people(channel)?;
        self.push(EventBody::ChannelGivenUp { channel: channel.clone(), reason: reason.clone() });
        self.meet_announced();
        Ok(())
    }

    /// Nobody but a person can know whether a mail went out that nothing tells of.
    pub(super) fn settle_channel(&mut self, channel: &ChannelId, sent: bool) -> Result<(), Refusal> {
        self.open_channel(channel)?;
        seen_by_people(channel)?;
        if sent {
            let planned = self.case.publication.planned_for(channel);
            self.announced(channel, planned);
        } else {
            self.push(EventBody::ChannelRetried { channel: channel.clone(), anew: true });
        }
        Ok(())
    }

    /// A list that lost its archive, a site that was emptied: it gets the newest form once more.
    pub(super) fn re_announce(&mut self, channel: &ChannelId) -> Result<(), Refusal> {
        let published = self.case.publication.published.as_ref();
        let given_up = published.is_some_and(|published| published.given_up.contains(channel));
        match published.and_then(|published| published.channels.get(channel)) {
            None => Err(unknown()),
            Some(None) if !given_up => {
                Err(Refusal::field("/channel", "does not have it yet; retry-channel tries it again"))
            }
            Some(_) => {
                self.push(EventBody::ChannelRetried { channel: channel.clone(), anew: true });
                self.announce_anew();
                Ok(())
            }
        }
    }

    fn open_channel(&self, channel: &ChannelId) -> Result<(), Refusal> {
        let Some(published) = &self.case.publication.published else { return Err(unknown()) };
        match published.channels.get(channel) {
            None => Err(unknown()),
            Some(Some(_)) => Err(Refusal::field("/channel", "has it; re-announce gives it once more")),
            Some(None) if published.given_up.contains(channel) => {
                Err(Refusal::field("/channel", "was given up; re-announce tries it after all"))
            }
            Some(None) => Ok(()),
        }
    }
}

/// What the desk publishes itself it reads back, and other channels lead there: nobody else can say that it stands there, or need not.
fn seen_by_people(channel: &ChannelId) -> Result<(), Refusal> {
    match OwnChannel::of(channel) {
        Some(_) => {
            Err(Refusal::field("/channel", "is the desk's own, which it sees for itself; retry-channel tries it now"))
        }
        None => Ok(()),
    }
}

fn unknown() -> Refusal {
    Refusal::field("/channel", "is no channel of this advisory")
}
