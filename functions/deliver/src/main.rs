//! The `deliver` Lambda: woken by the stream of the table `mail` and by the schedule.

use deliver::Deliver;
use desk_keys::file::Purpose;
use desk_mail::ses;
use desk_store::{Clock, Settings, Store, start};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, policy, keys) = (Clock::system(), start::policy()?, start::keys()?);
    let store = Store::connect(&Settings::from_env()?, clock.clone());
    let ring = store.ring_key("mail").await?.ok_or("the mail key is missing: run desk keys init")?;
    let deliver = Deliver {
        mail_key: keys.root()?.unwrap(&ring.wrapped, "mail")?,
        mailer: ses::Mailer::connect(&ses::Settings::from_env()?),
        team_links: keys.link_key(Purpose::TeamLinks)?,
        reporter_links: keys.link_key(Purpose::ReporterLinks)?,
        public_url: policy.project.desk_url.clone(),
        site_url: policy.project.site_url.clone(),
        store,
        policy,
        clock,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async {
        if event.payload.get("Records").is_none() {
            deliver.tick().await?;
            return Ok::<_, Error>(json!({}));
        }
        Ok(serde_json::to_value(deliver.batch(serde_json::from_value(event.payload)?).await)?)
    }))
    .await
}
