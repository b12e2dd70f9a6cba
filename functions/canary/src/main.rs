//! The `canary` Lambda: woken by the schedule, every quarter of an hour.

use canary::Canary;
use desk_aws::Account;
use desk_keys::cloud::Keys;
use desk_keys::link::Purpose;
use desk_runtime::{Clock, start};
use desk_store::Store;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, account) = (Clock::system(), Account::from_env()?);
    let canary = Canary {
        mail: Store::from_env(&account, &clock)?.mail,
        links: Keys::connect(&account).link_key(Purpose::Canary).await?,
        url: desk_runtime::var("DESK_PUBLIC_URL")?,
        clock,
    };
    lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| async { Ok::<_, Error>(canary.fly().await?) })).await
}
