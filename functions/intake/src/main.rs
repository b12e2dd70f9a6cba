//! The `intake` Lambda: the public routes of the HTTP API.

use std::sync::Arc;

use desk_keys::file::Purpose;
use desk_store::{Clock, Settings, Store, start};
use intake::{Intake, router};
use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, policy, keys) = (Clock::system(), start::policy()?, start::keys()?);
    let store = Store::connect(&Settings::from_env()?, clock.clone());
    let intake = Intake {
        mail_key: store.ring_key("mail").await?.ok_or("the mail key is missing: run desk keys init")?.public,
        root: keys.root_public()?,
        signer: keys.receipt_signer()?,
        reporter_links: keys.link_key(Purpose::ReporterLinks)?,
        public_url: policy.project.desk_url.clone(),
        site_url: policy.project.site_url.clone(),
        store,
        policy,
        clock,
    };
    lambda_http::run(router(Arc::new(intake))).await
}
