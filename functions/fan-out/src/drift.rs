//! What stands on the site is what was published, or is put there again: somebody may have edited the bucket, or lost a part of it. An
//! advisory's own files are looked at beside those that are made of all (which `publish_shared` writes where they say something else), with
//! every schedule. What is not there yet is its channel's to write, and is left to it.

use desk_advisory::Site;
use desk_advisory::channel::{self, Object, Serving};
use desk_domain::advisory::Published;
use desk_domain::id::ChannelId;
use desk_domain::policy::OwnChannel;
use desk_store::Fault;
use desk_store::published::ChannelState;

use crate::FanOut;
use crate::publish::{Shared, written};

type Render = fn(&Site<'_>, &Published) -> Vec<Object>;

fn files(serving: Serving<'_>) -> Option<Render> {
    match serving {
        Serving::Objects(render) => Some(render),
        Serving::Rebuilt(_) | Serving::Mail(..) | Serving::Call(..) => None,
    }
}

impl FanOut {
    /// Puts again what is not as it was published.
    ///
    /// # Errors
    /// A fault of the store, or why something could not be written.
    pub(crate) async fn mend_site(&self) -> Result<(), Fault> {
        self.link_all().await?;
        for published in self.published.all_shown().await? {
            self.mend(&published).await?;
        }
        Ok(())
    }

    /// The same of one advisory.
    ///
    /// # Errors
    /// As of [`FanOut::mend_site`].
    pub(crate) async fn mend(&self, published: &Published) -> Result<(), Fault> {
        for render in self.written_of(published).await? {
            if self.has_drifted(published, render).await? {
                written(self.put_shared(&Shared::OfOne(published, &render)).await?)?;
            }
        }
        Ok(())
    }

    /// By what its files are made that are to be there: those of the desk's own channels, also of one that came after it was published;
    /// and those of the policy's that have it.
    async fn written_of(&self, published: &Published) -> Result<Vec<Render>, Fault> {
        let channels = self.published.channels(&published.advisory.id).await?;
        let waits = |id: &ChannelId| channels.iter().any(|one| one.channel == *id && one.state != ChannelState::Done);
        let own = OwnChannel::ALL.iter().map(|own| own.id()).filter(|id| !waits(id));
        let named = channels.iter().filter(|one| OwnChannel::of(&one.channel).is_none() && !waits(&one.channel));
        let all = own.chain(named.map(|one| one.channel.clone()));
        Ok(all.filter_map(|id| files(channel::serving(&self.policy, &id)?)).collect())
    }

    async fn has_drifted(&self, published: &Published, render: Render) -> Result<bool, Fault> {
        for object in render(&self.site(), published) {
            let stands = self.objects.get(&object.key).await?;
            if stands.is_none_or(|stands| stands.bytes != object.bytes) {
                tracing::warn!(key = object.key, "not as it was published; it is put there again");
                return Ok(true);
            }
        }
        Ok(false)
    }
}
