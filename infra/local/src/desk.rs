//! The whole desk in one process: stand-ins, functions, routes.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use canary::Canary;
use desk_domain::policy::Policy;
use desk_keys::file::KeyFile;
use desk_store::Store;
use desk_store::objects::Objects;
use intake::Intake;
use team::Team;
use tokio::sync::Notify;

use crate::clock::{DeskClock, Mode};
use crate::dynamodb::Embedded;
use crate::folder::Folder;
use crate::inbound::Inbound;
use crate::pump::{Functions, Pump};
use crate::stand_ins::StandIns;
use crate::wiring::Wiring;
use crate::{Failure, local_routes};

pub const DEFAULT_DATA: &str = ".desk";

/// How a desk is opened.
pub struct Options {
    pub policy: Arc<Policy>,
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
    pub keys: Arc<KeyFile>,
    /// The bucket of the published site.
    pub site: Objects,
    /// The bucket of sealed mail.
    pub content: Objects,
    /// The bucket of exported heads.
    pub heads: Objects,
    /// Mail that comes in.
    pub inbound: Arc<Inbound>,
    /// Tries the whole way, when it is asked to.
    pub canary: Canary,
    pub(crate) intake: Arc<Intake>,
    team: Arc<Team>,
    wake: Arc<Notify>,
    embedded: Option<Embedded>,
}

impl Desk {
    /// Starts the stand-ins, makes the functions.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub async fn open(options: Options) -> Result<Desk, Failure> {
        let StandIns { folder, clock, embedded, ses, streams, wake, wiring } = StandIns::start(&options).await?;
        let functions = Functions {
            sla_check: wiring.sla_check()?,
            fan_out: wiring.fan_out().await?,
            deliver: wiring.deliver().await?,
            mail_events: wiring.mail_events(),
        };
        let inbound = Arc::new(Inbound::new(wiring.inbox().await?, clock.clock()));
        let (intake, team) = (Arc::new(wiring.intake().await?), Arc::new(wiring.team().await?));
        let canary = wiring.canary()?;
        if let Err(fault) = functions.fan_out.publish_shared().await {
            tracing::error!(fault = %fault, "the site could not be brought up to date; the next start tries again");
        }
        let Wiring { store, policy, keys, site, content, heads, .. } = wiring;
        let pump = Pump::new(functions, inbound.clone(), store.clone(), clock.clone(), ses, streams, wake.clone());
        let pump = Arc::new(pump);
        Ok(Desk {
            folder,
            policy,
            store,
            clock,
            pump,
            keys,
            site,
            content,
            heads,
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
