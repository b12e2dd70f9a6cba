//! The `fan-out` Lambda: woken by the stream of the table `cases`, and each hour to bring the site up to date with the policy.

use desk_aws::Account;
use desk_keys::cloud::Keys;
use desk_keys::link::Purpose;
use desk_keys::{Announcer, Links, Webhooks};
use desk_runtime::{Clock, start, stream};
use desk_store::objects::Objects;
use desk_store::{Ring, Store};
use fan_out::FanOut;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, policy, account) = (Clock::system(), start::policy()?, Account::from_env()?);
    let (store, keys) = (Store::from_env(&account, &clock)?, Keys::connect(&account));
    let fan_out = FanOut {
        release_key: Ring::unlock(store.desk.clone(), keys.ring("release")?, "release").await?,
        publisher: keys.publish_verifier()?,
        announcer: Announcer::new(Links::of(&keys, Purpose::Announcements).await?),
        webhooks: Webhooks::of(&keys),
        called: None,
        registry_at: None,
        objects: Objects::from_env(&account, "DESK_SITE_BUCKET")?,
        public_url: policy.project.desk_url.clone(),
        site_url: policy.project.site_url.clone(),
        cases: store.cases,
        mail: store.mail,
        published: store.published,
        figures: store.figures,
        members: store.members,
        desk: store.desk,
        policy,
        clock,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async {
        Ok::<_, Error>(stream::event(&fan_out, event.payload).await?)
    }))
    .await
}
