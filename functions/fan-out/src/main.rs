//! The `fan-out` Lambda: woken by the stream of the table `cases`.

use std::sync::Arc;

use aws_lambda_events::event::dynamodb::Event;
use desk_aws::Account;
use desk_keys::cloud::Keys;
use desk_store::objects::{ObjectSettings, Objects};
use desk_store::{Clock, Ring, Settings, Store, start};
use fan_out::FanOut;
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, policy, account) = (Clock::system(), start::policy()?, Account::from_env()?);
    let (store, keys) = (Store::connect(&Settings::from_env(&account)?, clock.clone()), Keys::connect(&account));
    let fan_out = Arc::new(FanOut {
        release_key: Ring::open_up(store.clone(), keys.ring("release")?, "release").await?,
        objects: Objects::connect(&ObjectSettings::from_env(&account)?),
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
        let first = event.payload.records.first().and_then(|r| r.change.sequence_number.clone());
        let response = fan_out.batch(event.payload).await;
        let failed = response.batch_item_failures.first().and_then(|f| f.item_identifier.as_deref());
        start::first_or_partial(first.as_deref(), failed)?;
        Ok::<_, Error>(response)
    }))
    .await
}
