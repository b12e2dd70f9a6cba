//! The `fan-out` Lambda: woken by the stream of the table `cases`.

use aws_lambda_events::event::dynamodb::Event;
use desk_store::{Clock, Settings, Store, start};
use fan_out::FanOut;
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let clock = Clock::system();
    let store = Store::connect(&Settings::from_env()?, clock.clone());
    let fan_out = FanOut { store, policy: start::policy()?, clock };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| async {
        Ok::<_, Error>(fan_out.batch(event.payload).await)
    }))
    .await
}
