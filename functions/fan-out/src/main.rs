//! The `fan-out` Lambda: woken by the stream of the table `cases`.

use std::sync::Arc;

use aws_lambda_events::event::dynamodb::Event;
use desk_store::objects::{ObjectSettings, Objects};
use desk_store::{Clock, Settings, Store, start};
use fan_out::FanOut;
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, policy, keys) = (Clock::system(), start::policy()?, start::keys()?);
    let store = Store::connect(&Settings::from_env()?, clock.clone());
    let ring = store.ring_key("release").await?.ok_or("the release key is missing: run desk keys init")?;
    let fan_out = Arc::new(FanOut {
        release_key: keys.root()?.unwrap(&ring.wrapped, "release")?,
        objects: Objects::connect(&ObjectSettings::from_env()?),
        public_url: policy.project.desk_url.clone(),
        site_url: policy.project.site_url.clone(),
        store,
        policy,
        clock,
    });
    // Beside the work: people are told whatever the site's bucket does.
    let site = fan_out.clone();
    tokio::spawn(async move {
        if let Err(fault) = site.publish_shared().await {
            tracing::error!(fault = %fault, "the site could not be brought up to date; the next start tries again");
        }
    });
    lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| async {
        Ok::<_, Error>(fan_out.batch(event.payload).await)
    }))
    .await
}
