//! The `mail-events` Lambda: woken by SNS with the events of SES's configuration set.

use aws_lambda_events::event::sns::SnsEvent;
use desk_aws::Account;
use desk_runtime::{Clock, start};
use desk_store::Store;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use mail_events::MailEvents;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let clock = Clock::system();
    let store = Store::from_env(&Account::from_env()?, &clock)?;
    let events = MailEvents {
        cases: store.cases,
        mail: store.mail,
        published: store.published,
        members: store.members,
        policy: start::policy()?,
        clock,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<SnsEvent>| async {
        Ok::<_, Error>(events.batch(event.payload).await?)
    }))
    .await
}
