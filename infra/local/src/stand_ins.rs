//! What stands in for AWS on one machine, all of it in one data folder: an embedded DynamoDB with its streams, an S3 over plain
//! files, an SES, pagers and webhooks that keep what they are given, keys in files, a clock that can be moved.

use std::sync::Arc;

use desk_aws::Account;
use desk_domain::policy::Policy;
use desk_keys::file::KeyFile;
use desk_mail::ses;
use desk_runtime::Clock;
use desk_store::{Settings, Store};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::clock::{DeskClock, RewriteDate};
use crate::desk::Options;
use crate::dynamodb::Embedded;
use crate::folder::{self, Folder};
use crate::openpgp::OpenPgp;
use crate::ses::Ses;
use crate::signed::OwnCredentials;
use crate::streams::Stream;
use crate::wiring::Wiring;
use crate::{Failure, called, registry, site};

/// There once the tables and rings of the first start are made.
const READY: &str = "dynamodb.ready";

/// Everything that stands in for something, started.
pub(crate) struct StandIns {
    pub folder: Folder,
    pub clock: DeskClock,
    /// `None` where an outside DynamoDB is used.
    pub embedded: Option<Embedded>,
    pub ses: Arc<Ses>,
    pub streams: (Stream, Stream),
    /// Told whenever something happened that may move something else.
    pub wake: Arc<Notify>,
    /// How the functions reach all of them.
    pub wiring: Wiring,
}

impl StandIns {
    /// Opens the folder and starts what stands in it.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub async fn start(options: &Options) -> Result<StandIns, Failure> {
        let policy = options.policy.clone();
        let folder = Folder::open(&options.data)?;
        let keys = KeyFile::open_or_create(&folder.path(folder::KEYS)).map_err(|e| Failure::of("the key file", e))?;
        let clock = DeskClock::open(folder.path("clock.json"), options.clock)?;
        let credentials = OwnCredentials::random();
        let (embedded, account) = match &options.dynamodb {
            Some(outside) => (None, Account::stand_in(outside)),
            None => {
                let embedded = dynamodb(&folder, &credentials).await?;
                let account = credentials.account(&embedded.url);
                (Some(embedded), account)
            }
        };
        let settings = Settings { account: account.clone(), ..Settings::stand_in("") };
        let store = Store::connect_with(&settings, clock.clock(), Some(RewriteDate(clock.clone())));
        store.create_tables().await?;
        let site_url = format!("{}/site", options.public_url);
        store.migrate(&site_url).await?;

        let wake = Arc::new(Notify::new());
        let ses = Arc::new(Ses::new(folder.path("mail"), clock.clock(), wake.clone())?);
        let streams = (
            Stream::new(&account, &settings.cases_table, folder.path("stream-cases.json"))?,
            Stream::new(&account, &settings.mail_table, folder.path("stream-mail.json"))?,
        );
        let buckets = [site::BUCKET, site::CONTENT, site::INBOUND, site::HEADS];
        let [site, content, inbound, heads] = site::serve(&folder.path("s3"), buckets, &credentials).await?;
        let mailed = credentials.account(&ses.clone().serve(Some(&credentials)).await?);
        let openpgp = openpgp(&folder, &policy, &clock.clock())?;
        store.desk.put_openpgp_certificate(openpgp.certificate()).await?;
        let called = called::serve(folder.path("mail"), folder.path(registry::LACKS), clock.clock()).await?;
        let wiring = Wiring {
            openpgp: Some(Arc::new(openpgp)),
            ses: ses::Settings { account: mailed, ..ses::Settings::stand_in("") },
            pagers: Some(called.pagers),
            called: Some(called.channels),
            registry_at: Some(called.registry),
            keys: Arc::new(keys),
            clock: clock.clock(),
            site,
            content,
            inbound,
            heads,
            public_url: options.public_url.clone(),
            site_url,
            store,
            policy,
        };
        wiring.make_rings().await?;
        if embedded.is_some() {
            folder::write(&folder.path(READY), b"").map_err(|e| Failure::of(READY, e))?;
        }
        Ok(StandIns { folder, clock, embedded, ses, streams, wake, wiring })
    }
}

/// The embedded DynamoDB over the folder's file. One that was killed during its very first start, half made, begins anew: nothing
/// can have been taken in yet.
async fn dynamodb(folder: &Folder, credentials: &OwnCredentials) -> Result<Embedded, Failure> {
    if !folder.path(READY).exists() {
        for name in ["dynamodb.sqlite", "dynamodb.sqlite-wal", "dynamodb.sqlite-shm"] {
            let _ = std::fs::remove_file(folder.path(name));
        }
    }
    Embedded::start(&folder.path("dynamodb.sqlite"), credentials).await
}

/// The desk's OpenPGP key: made before anything that it signs, also where the clock stands still.
fn openpgp(folder: &Folder, policy: &Policy, clock: &Clock) -> Result<OpenPgp, Failure> {
    let made_at = clock.now().saturating_sub(SignedDuration::from_mins(1)).unwrap_or(Timestamp::MIN);
    OpenPgp::open_or_create(&folder.path("openpgp.json"), policy, made_at)
}
