//! The `sla-check` Lambda: woken by the schedule, each minute.

use desk_aws::Account;
use desk_store::{Clock, Settings, Store, start};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use sla_check::{Schedule, SlaCheck};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let clock = Clock::system();
    let store = Store::connect(&Settings::from_env(&Account::from_env()?)?, clock.clone());
    let check = SlaCheck { store, policy: start::policy()?, clock };
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
