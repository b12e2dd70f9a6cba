//! The `deliver` Lambda: woken by the stream of the table `mail` and by the schedule.

use deliver::{Deliver, Pace, unproven_until};
use desk_aws::Account;
use desk_keys::cloud::{Keys, OpenPgpSecret};
use desk_keys::link::Purpose;
use desk_keys::{Links, MailReader};
use desk_mail::openpgp::SigningKey;
use desk_mail::ses::Mailer;
use desk_runtime::{Clock, start, stream};
use desk_store::{Ring, Store};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, policy, account) = (Clock::system(), start::policy()?, Account::from_env()?);
    let (store, keys) = (Store::from_env(&account, &clock)?, Keys::connect(&account));
    let writers = [
        Links::of(&keys, Purpose::IntakeWords).await?,
        Links::of(&keys, Purpose::InboxWords).await?,
        Links::of(&keys, Purpose::TeamWords).await?,
    ];
    let deliver = Deliver {
        writers: MailReader::new(writers, Links::of(&keys, Purpose::Announcements).await?),
        unproven_until: unproven_until(&std::env::var("DESK_UNPROVEN_WORDS_UNTIL").unwrap_or_default())?,
        mail_key: Ring::unlock(store.desk.clone(), keys.ring("mail")?, "mail").await?,
        mailer: Mailer::from_env(&account)?,
        team_links: keys.link_key(Purpose::TeamLinks).await?,
        reporter_links: keys.link_key(Purpose::ReporterLinks).await?,
        reply_tokens: keys.link_key(Purpose::ReplyTokens).await?,
        pace: Pace::default(),
        openpgp: keys.openpgp(OpenPgpSecret::Notices).await.ok().and_then(|secret| SigningKey::read(&secret).ok()),
        pagers: None,
        public_url: policy.project.desk_url.clone(),
        site_url: policy.project.site_url.clone(),
        cases: store.cases,
        mail: store.mail,
        desk: store.desk,
        policy,
        clock,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async {
        Ok::<_, Error>(stream::event(&deliver, event.payload).await?)
    }))
    .await
}
