//! What the functions of one desk are wired to, and each of them so wired. Whoever has another far end for one of the wires (a
//! mail server that is scripted, a store that is cut off) puts it in its place.

use std::io;
use std::sync::Arc;

use canary::Canary;
use deliver::{Deliver, Pace};
use desk_domain::policy::Policy;
use desk_http::source::Front;
use desk_keys::file::KeyFile;
use desk_keys::link::Purpose;
use desk_keys::{Announcer, LinkKey, Links, MailReader, MailSealer, Webhooks, Writer};
use desk_mail::ses::{self, Mailer};
use desk_runtime::Clock;
use desk_store::objects::Objects;
use desk_store::{Ring, Store};
use fan_out::FanOut;
use inbox::Inbox;
use intake::Intake;
use mail_events::MailEvents;
use sla_check::{Heads, SlaCheck};
use team::Team;

use crate::Failure;
use crate::openpgp::OpenPgp;

/// What the functions are wired to; cheap to clone.
#[derive(Clone)]
pub struct Wiring {
    pub store: Store,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    pub keys: Arc<KeyFile>,
    /// The desk's OpenPGP key; `None` where it has none, and writes to nobody's.
    pub openpgp: Option<Arc<OpenPgp>>,
    /// Where mail is handed over.
    pub ses: ses::Settings,
    /// What stands in for every pager, each member's at its id; `None` where pagers themselves are called.
    pub pagers: Option<String>,
    /// The same of every address that a channel is called at, each channel's at its id.
    pub called: Option<String>,
    /// What stands in for the registry of the policy; `None` where that itself is asked.
    pub registry_at: Option<String>,
    /// The bucket of the published site.
    pub site: Objects,
    /// The bucket of sealed mail.
    pub content: Objects,
    /// The bucket of mail as it came.
    pub inbound: Objects,
    /// The bucket of exported heads.
    pub heads: Objects,
    /// Where the desk and the site are reached, without a trailing slash.
    pub public_url: String,
    pub site_url: String,
}

impl Wiring {
    /// # Errors
    /// When the key file is damaged; so for all below.
    pub fn sla_check(&self) -> Result<SlaCheck, Failure> {
        Ok(SlaCheck {
            cases: self.store.cases.clone(),
            mail: self.store.mail.clone(),
            published: self.store.published.clone(),
            members: self.store.members.clone(),
            desk: self.store.desk.clone(),
            policy: self.policy.clone(),
            clock: self.clock.clone(),
            inbound: Some(self.inbound.clone()),
            heads: Some(Heads::new(self.heads.clone(), self.keys.heads_signer().map_err(damaged)?)),
            heartbeat: None,
        })
    }

    pub fn mail_events(&self) -> MailEvents {
        MailEvents {
            members: self.store.members.clone(),
            cases: self.store.cases.clone(),
            mail: self.store.mail.clone(),
            published: self.store.published.clone(),
            policy: self.policy.clone(),
            clock: self.clock.clone(),
        }
    }

    pub fn canary(&self) -> Result<Canary, Failure> {
        Ok(Canary {
            mail: self.store.mail.clone(),
            clock: self.clock.clone(),
            links: self.link_key(Purpose::Canary)?,
            url: self.public_url.clone(),
        })
    }

    /// # Errors
    /// When its ring cannot be opened; so for all below.
    pub async fn fan_out(&self) -> Result<FanOut, Failure> {
        Ok(FanOut {
            cases: self.store.cases.clone(),
            mail: self.store.mail.clone(),
            published: self.store.published.clone(),
            figures: self.store.figures.clone(),
            members: self.store.members.clone(),
            desk: self.store.desk.clone(),
            policy: self.policy.clone(),
            clock: self.clock.clone(),
            objects: self.site.clone(),
            release_key: self.ring("release").await?,
            publisher: self.keys.publish_verifier().map_err(damaged)?,
            announcer: Announcer::new(Links::fixed(self.link_key(Purpose::Announcements)?)),
            webhooks: Webhooks::fixed(self.link_key(Purpose::Webhooks)?),
            called: self.called.clone(),
            registry_at: self.registry_at.clone(),
            public_url: self.public_url.clone(),
            site_url: self.site_url.clone(),
        })
    }

    pub async fn deliver(&self) -> Result<Deliver, Failure> {
        Ok(Deliver {
            cases: self.store.cases.clone(),
            mail: self.store.mail.clone(),
            desk: self.store.desk.clone(),
            policy: self.policy.clone(),
            clock: self.clock.clone(),
            mailer: Mailer::connect(&self.ses),
            mail_key: self.ring("mail").await?,
            writers: MailReader::new(
                [self.words_of(Writer::Intake)?, self.words_of(Writer::Inbox)?, self.words_of(Writer::Team)?],
                Links::fixed(self.link_key(Purpose::Announcements)?),
            ),
            unproven_until: None,
            team_links: self.link_key(Purpose::TeamLinks)?,
            reporter_links: self.link_key(Purpose::ReporterLinks)?,
            reply_tokens: self.link_key(Purpose::ReplyTokens)?,
            openpgp: self.openpgp.as_ref().map(|keys| keys.deliver_signing()).transpose()?,
            pagers: self.pagers.clone(),
            pace: Pace::default(),
            public_url: self.public_url.clone(),
            site_url: self.site_url.clone(),
        })
    }

    pub async fn inbox(&self) -> Result<Inbox, Failure> {
        Ok(Inbox {
            cases: self.store.cases.clone(),
            mail: self.store.mail.clone(),
            desk: self.store.desk.clone(),
            members: self.store.members.clone(),
            policy: self.policy.clone(),
            clock: self.clock.clone(),
            inbound: self.inbound.clone(),
            content: self.content.clone(),
            root: self.keys.root_public().map_err(damaged)?,
            mail_key: self.sealer(Writer::Inbox).await?,
            signer: self.keys.receipt_signer().map_err(damaged)?,
            reply_tokens: Links::fixed(self.link_key(Purpose::ReplyTokens)?),
            public_url: self.public_url.clone(),
        })
    }

    pub async fn intake(&self) -> Result<Intake, Failure> {
        let signer = self.keys.receipt_signer().map_err(damaged)?;
        Ok(Intake {
            cases: self.store.cases.clone(),
            published: self.store.published.clone(),
            desk: self.store.desk.clone(),
            policy: self.policy.clone(),
            clock: self.clock.clone(),
            root: self.keys.root_public().map_err(damaged)?,
            mail_key: self.sealer(Writer::Intake).await?,
            receipt_keys: self.store.desk.receipt_keys(signer.jwk()).await?,
            openpgp_certificate: self.openpgp.as_ref().map(|keys| keys.certificate().to_owned()),
            signer,
            content: self.content.clone(),
            reporter_links: Links::fixed(self.link_key(Purpose::ReporterLinks)?),
            canary_links: Links::fixed(self.link_key(Purpose::Canary)?),
            front: Arc::new(Front::default()),
            public_url: self.public_url.clone(),
            site_url: self.site_url.clone(),
        })
    }

    pub async fn team(&self) -> Result<Team, Failure> {
        Ok(Team {
            cases: self.store.cases.clone(),
            mail: self.store.mail.clone(),
            published: self.store.published.clone(),
            figures: self.store.figures.clone(),
            members: self.store.members.clone(),
            desk: self.store.desk.clone(),
            policy: self.policy.clone(),
            clock: self.clock.clone(),
            root: Arc::new(self.keys.root().map_err(damaged)?),
            publisher: Arc::new(self.keys.publish_signer().map_err(damaged)?),
            mail_key: self.sealer(Writer::Team).await?,
            release_key: self.store.desk.ring_public("release").await?,
            team_links: Arc::new(Links::fixed(self.link_key(Purpose::TeamLinks)?)),
            sessions: Arc::new(Links::fixed(self.link_key(Purpose::Sessions)?)),
            front: Arc::new(Front::default()),
            content: self.content.clone(),
            openpgp: self.openpgp.as_ref().map(|keys| keys.team()).transpose()?.map(Arc::new),
            public_url: self.public_url.clone(),
            site_url: self.site_url.clone(),
        })
    }

    /// Makes the rings of the desk's own keys that are not there yet, as at the first start.
    pub async fn make_rings(&self) -> Result<(), Failure> {
        for purpose in ["mail", "release"] {
            if self.store.desk.newest_ring_key(purpose).await?.is_none() {
                let new = self.keys.root_public().map_err(damaged)?.new_key(purpose).await?;
                self.store.desk.put_ring_key(purpose, 1, &new).await?;
            }
        }
        Ok(())
    }

    async fn ring(&self, purpose: &'static str) -> Result<Ring, Failure> {
        Ok(Ring::unlock(self.store.desk.clone(), self.keys.root().map_err(damaged)?, purpose).await?)
    }

    async fn sealer(&self, writer: Writer) -> Result<MailSealer, Failure> {
        Ok(MailSealer::new(self.store.desk.ring_public("mail").await?, writer, self.words_of(writer)?))
    }

    fn words_of(&self, writer: Writer) -> Result<Links, Failure> {
        self.link_key(writer.purpose()).map(Links::fixed)
    }

    fn link_key(&self, purpose: Purpose) -> Result<LinkKey, Failure> {
        self.keys.link_key(purpose).map_err(damaged)
    }
}

fn damaged(e: io::Error) -> Failure {
    Failure::of("the key file", e)
}
