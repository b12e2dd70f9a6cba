//! The whole desk in one process: stand-ins, functions, routes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use canary::Canary;
use desk_domain::policy::Policy;
use desk_keys::file::KeyFile;
use desk_keys::link::Purpose;
use desk_keys::{Links, PublicKey};
use desk_mail::ses::{Mailer, Settings as SesSettings};
use desk_store::objects::Objects;
use desk_store::{Ring, Settings, Store};
use inbox::Inbox;
use intake::Intake;
use jiff::{SignedDuration, Timestamp};
use team::{OpenPgp, Team};
use tokio::sync::Notify;

use crate::clock::{DeskClock, Mode, RewriteDate};
use crate::dynamodb::Embedded;
use crate::folder::Folder;
use crate::inbound::Inbound;
use crate::openpgp;
use crate::pump::{Functions, Pump};
use crate::ses::Ses;
use crate::streams::Stream;
use crate::{Failure, folder, local_routes, site};

/// The policy that is used when none is named and the default file is not there.
const EXPRESS: &str = include_str!("../../policies/express.toml");
pub const DEFAULT_POLICY: &str = "infra/policies/express.toml";
pub const DEFAULT_DATA: &str = ".desk";

/// How a desk is opened.
pub struct Options {
    pub policy: Option<PathBuf>,
    pub data: PathBuf,
    /// `None` keeps the clock's mode.
    pub clock: Option<Mode>,
    /// An outside DynamoDB instead of the embedded one.
    pub dynamodb: Option<String>,
    /// Where it will be reached; links in mails begin with it.
    pub public_url: String,
}

/// An opened desk.
pub struct Desk {
    pub folder: Folder,
    pub policy: Arc<Policy>,
    pub store: Store,
    pub clock: DeskClock,
    pub pump: Arc<Pump>,
    pub keys: KeyFile,
    /// The bucket of the published site.
    pub site: Objects,
    /// The bucket of sealed mail.
    pub content: Objects,
    /// Mail that comes in.
    pub inbound: Arc<Inbound>,
    /// Tries the whole way, when it is asked to.
    pub canary: Canary,
    intake: Arc<Intake>,
    team: Arc<Team>,
    wake: Arc<Notify>,
    embedded: Option<Embedded>,
}

/// A policy file's text and what it is called.
///
/// # Errors
/// When it cannot be read.
pub fn policy_text(path: Option<&Path>) -> Result<(String, String), Failure> {
    let default = Path::new(DEFAULT_POLICY);
    if path.is_none() && !default.exists() {
        return Ok((EXPRESS.to_owned(), "the built-in policy".to_owned()));
    }
    let path = path.unwrap_or(default);
    let name = path.display().to_string();
    std::fs::read_to_string(path).map(|text| (text, name.clone())).map_err(|e| Failure::of(&name, e))
}

/// Reads a policy file.
///
/// # Errors
/// Names the file and every problem in it.
pub fn read_policy(path: Option<&Path>) -> Result<Policy, Failure> {
    let (text, name) = policy_text(path)?;
    Policy::from_toml(&text).map_err(|problems| Failure(format!("{name} is not a valid policy:\n{problems}")))
}

impl Desk {
    /// Opens the folder, starts the stand-ins, makes the functions.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub async fn open(options: Options) -> Result<Desk, Failure> {
        let policy = Arc::new(read_policy(options.policy.as_deref())?);
        let folder = Folder::open(&options.data)?;
        let keys = KeyFile::open_or_create(&folder.path("keys.json")).map_err(|e| Failure::of("the key file", e))?;
        let clock = DeskClock::open(folder.path("clock.json"), options.clock)?;
        let ready = folder.path("dynamodb.ready");
        let embedded = match &options.dynamodb {
            Some(_) => None,
            None if !ready.exists() => {
                // Killed during its very first start, half made: nothing can have been taken in yet.
                for name in ["dynamodb.sqlite", "dynamodb.sqlite-wal", "dynamodb.sqlite-shm"] {
                    let _ = std::fs::remove_file(folder.path(name));
                }
                Some(Embedded::start(&folder.path("dynamodb.sqlite")).await?)
            }
            None => Some(Embedded::start(&folder.path("dynamodb.sqlite")).await?),
        };
        let endpoint =
            options.dynamodb.clone().or_else(|| embedded.as_ref().map(|e| e.url.clone())).unwrap_or_default();
        let settings = Settings::stand_in(&endpoint);
        let store = Store::connect_with(&settings, clock.clock(), Some(RewriteDate(clock.clone())));
        store.create_tables().await?;
        let (mail_key, mail_public) = ring(&store, &keys, "mail").await?;
        let (release_key, release_public) = ring(&store, &keys, "release").await?;
        if embedded.is_some() {
            folder::write(&ready, b"").map_err(|e| Failure::of("dynamodb.ready", e))?;
        }

        let wake = Arc::new(Notify::new());
        let ses = Arc::new(Ses::new(folder.path("mail"), clock.clock(), wake.clone())?);
        let ses_url = ses.clone().serve().await?;
        let streams = (
            Stream::new(&endpoint, &settings.cases_table, folder.path("stream-cases.json"))?,
            Stream::new(&endpoint, &settings.mail_table, folder.path("stream-mail.json"))?,
        );
        let [site, content, inbound] =
            site::serve(&folder.path("s3"), [site::BUCKET, site::CONTENT, site::INBOUND]).await?;
        // Before anything that it signs, also where the clock stands still.
        let made_at = clock.clock().now().saturating_sub(SignedDuration::from_mins(1)).unwrap_or(Timestamp::MIN);
        let pgp = openpgp::OpenPgp::open_or_create(&folder.path("openpgp.json"), &policy, made_at)?;
        store.desk.put_openpgp_certificate(&pgp.certificate).await?;
        let site_url = format!("{}/site", options.public_url);
        let damaged = |e: std::io::Error| Failure::of("the key file", e);
        let functions = Functions {
            sla_check: sla_check::SlaCheck {
                cases: store.cases.clone(),
                mail: store.mail.clone(),
                published: store.published.clone(),
                members: store.members.clone(),
                desk: store.desk.clone(),
                policy: policy.clone(),
                clock: clock.clock(),
                inbound: Some(inbound.clone()),
                heartbeat: None,
            },
            fan_out: fan_out::FanOut {
                cases: store.cases.clone(),
                mail: store.mail.clone(),
                published: store.published.clone(),
                desk: store.desk.clone(),
                policy: policy.clone(),
                clock: clock.clock(),
                objects: site.clone(),
                release_key,
                public_url: options.public_url.clone(),
                site_url: site_url.clone(),
            },
            deliver: deliver::Deliver {
                cases: store.cases.clone(),
                mail: store.mail.clone(),
                desk: store.desk.clone(),
                policy: policy.clone(),
                clock: clock.clock(),
                mailer: Mailer::connect(&SesSettings::stand_in(ses_url)),
                mail_key,
                team_links: keys.link_key(Purpose::TeamLinks).map_err(damaged)?,
                reporter_links: keys.link_key(Purpose::ReporterLinks).map_err(damaged)?,
                reply_tokens: keys.link_key(Purpose::ReplyTokens).map_err(damaged)?,
                openpgp: Some(pgp.deliver_signing),
                pace: deliver::Pace::default(),
                public_url: options.public_url.clone(),
                site_url: site_url.clone(),
            },
            mail_events: mail_events::MailEvents {
                cases: store.cases.clone(),
                mail: store.mail.clone(),
                published: store.published.clone(),
                policy: policy.clone(),
                clock: clock.clock(),
            },
        };
        let signer = keys.receipt_signer().map_err(damaged)?;
        let inbox = Inbox {
            cases: store.cases.clone(),
            mail: store.mail.clone(),
            desk: store.desk.clone(),
            policy: policy.clone(),
            clock: clock.clock(),
            inbound,
            content: content.clone(),
            root: keys.root_public().map_err(damaged)?,
            mail_key: mail_public.clone(),
            signer: keys.receipt_signer().map_err(damaged)?,
            reply_tokens: Links::fixed(keys.link_key(Purpose::ReplyTokens).map_err(damaged)?),
            public_url: options.public_url.clone(),
        };
        let inbound = Arc::new(Inbound::new(inbox, clock.clock()));
        let intake = Arc::new(Intake {
            cases: store.cases.clone(),
            desk: store.desk.clone(),
            policy: policy.clone(),
            clock: clock.clock(),
            root: keys.root_public().map_err(damaged)?,
            mail_key: mail_public.clone(),
            receipt_keys: store.desk.receipt_keys(signer.jwk()).await?,
            openpgp_certificate: Some(pgp.certificate),
            signer,
            reporter_links: Links::fixed(keys.link_key(Purpose::ReporterLinks).map_err(damaged)?),
            canary_links: Links::fixed(keys.link_key(Purpose::Canary).map_err(damaged)?),
            public_url: options.public_url.clone(),
            site_url: site_url.clone(),
        });
        let canary = Canary {
            mail: store.mail.clone(),
            clock: clock.clock(),
            links: keys.link_key(Purpose::Canary).map_err(damaged)?,
            url: options.public_url.clone(),
        };
        let team = Arc::new(Team {
            cases: store.cases.clone(),
            mail: store.mail.clone(),
            published: store.published.clone(),
            members: store.members.clone(),
            desk: store.desk.clone(),
            policy: policy.clone(),
            clock: clock.clock(),
            root: keys.root().map_err(damaged)?,
            mail_key: mail_public,
            release_key: release_public,
            team_links: Links::fixed(keys.link_key(Purpose::TeamLinks).map_err(damaged)?),
            content: content.clone(),
            openpgp: Some(OpenPgp { decryption: pgp.decryption, signing: pgp.team_signing }),
            public_url: options.public_url,
            site_url,
        });
        if let Err(fault) = functions.fan_out.publish_shared().await {
            tracing::error!(fault = %fault, "the site could not be brought up to date; the next start tries again");
        }
        let pump =
            Arc::new(Pump::new(functions, inbound.clone(), store.clone(), clock.clone(), ses, streams, wake.clone()));
        Ok(Desk {
            folder,
            policy,
            store,
            clock,
            pump,
            keys,
            site,
            content,
            inbound,
            canary,
            intake,
            team,
            wake,
            embedded,
        })
    }

    /// Everything that the desk answers to.
    pub fn router(self: &Arc<Desk>) -> Router {
        let wake = self.wake.clone();
        intake::router(self.intake.clone())
            .merge(team::router(self.team.clone()))
            .merge(local_routes::router(self.clone()))
            .fallback(|| async { desk_http::Problem::not_found() })
            .layer(axum::middleware::from_fn(desk_http::headers::secure))
            .layer(axum::middleware::from_fn(move |request, next: axum::middleware::Next| {
                let wake = wake.clone();
                async move {
                    let response = next.run(request).await;
                    wake.notify_one();
                    response
                }
            }))
    }

    /// Ends the stand-ins.
    pub async fn close(self) {
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

/// The ring of a purpose, made at the first start.
async fn ring(store: &Store, keys: &KeyFile, purpose: &'static str) -> Result<(Ring, PublicKey), Failure> {
    let damaged = |e: std::io::Error| Failure::of("the key file", e);
    if store.desk.newest_ring_key(purpose).await?.is_none() {
        let new = keys.root_public().map_err(damaged)?.new_key(purpose).await?;
        store.desk.put_ring_key(purpose, 1, &new).await?;
    }
    let ring = Ring::open_up(store.desk.clone(), keys.root().map_err(damaged)?, purpose).await?;
    Ok((ring, store.desk.ring_public(purpose).await?))
}
