//! The `inbox` Lambda: woken by the bucket of mail as it came, and by the schedule for what still lies there.

use desk_aws::Account;
use desk_keys::cloud::Keys;
use desk_keys::link::Purpose;
use desk_keys::{Links, MailSealer, Writer};
use desk_runtime::{Clock, start};
use desk_store::Store;
use desk_store::objects::Objects;
use inbox::Inbox;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, policy, account) = (Clock::system(), start::policy()?, Account::from_env()?);
    let (store, keys) = (Store::from_env(&account, &clock)?, Keys::connect(&account));
    let words = Links::of(&keys, Purpose::InboxWords).await?;
    let inbox = Inbox {
        inbound: Objects::from_env(&account, "DESK_INBOUND_BUCKET")?,
        content: Objects::from_env(&account, "DESK_CONTENT_BUCKET")?,
        root: keys.cases_public()?,
        mail_key: MailSealer::new(store.desk.ring_public("mail").await?, Writer::Inbox, words),
        signer: keys.receipt_signer().await?,
        reply_tokens: Links::of(&keys, Purpose::ReplyTokens).await?,
        public_url: policy.project.desk_url.clone(),
        cases: store.cases,
        mail: store.mail,
        desk: store.desk,
        members: store.members,
        policy,
        clock,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async {
        Ok::<_, Error>(inbox.event(event.payload).await?)
    }))
    .await
}
