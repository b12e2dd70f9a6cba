//! The `sla-check` Lambda: woken by the schedule, each minute.

use desk_aws::Account;
use desk_keys::cloud::Keys;
use desk_runtime::{Clock, start};
use desk_store::Store;
use desk_store::objects::Objects;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use sla_check::{Heads, Schedule, SlaCheck};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, account) = (Clock::system(), Account::from_env()?);
    let policy = start::policy()?;
    let store = Store::from_env(&account, &clock)?;
    let heads = Objects::from_env(&account, "DESK_HEADS_BUCKET")?;
    let signer = Keys::connect(&account).heads_signer()?;
    let check = SlaCheck {
        cases: store.cases,
        mail: store.mail,
        published: store.published,
        members: store.members,
        desk: store.desk,
        heartbeat: policy.contacts.heartbeat.clone(),
        policy,
        heads: Some(Heads::new(heads, signer)),
        inbound: Objects::from_env(&account, "DESK_INBOUND_BUCKET").ok(),
        clock,
    };
    let check = &check;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Schedule>| async move {
        if event.payload.redrive {
            check.redrive().await?;
        }
        check.tick(event.payload.time).await?;
        Ok::<_, Error>(())
    }))
    .await
}
