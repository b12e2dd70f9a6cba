//! The `intake` Lambda: the public routes of the HTTP API.

use std::sync::Arc;

use axum::Router;
use desk_aws::Account;
use desk_http::source::Front;
use desk_http::when_ready;
use desk_keys::cloud::Keys;
use desk_keys::link::Purpose;
use desk_keys::{Links, MailSealer, Writer};
use desk_runtime::{Clock, start};
use desk_store::Store;
use desk_store::objects::Objects;
use intake::{Intake, router};
use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    lambda_http::run(when_ready(routes).await).await
}

async fn routes() -> Result<Router, String> {
    let (clock, policy, account) = (Clock::system(), start::policy()?, Account::from_env()?);
    let (store, keys) = (Store::from_env(&account, &clock)?, Keys::connect(&account));
    let signer = keys.receipt_signer().await?;
    let words = Links::of(&keys, Purpose::IntakeWords).await?;
    let intake = Intake {
        mail_key: MailSealer::new(store.desk.ring_public("mail").await?, Writer::Intake, words),
        root: keys.cases_public()?,
        receipt_keys: store.desk.receipt_keys(signer.jwk()).await?,
        openpgp_certificate: store.desk.openpgp_certificate().await?,
        signer,
        content: Objects::from_env(&account, "DESK_CONTENT_BUCKET")?,
        reporter_links: Links::of(&keys, Purpose::ReporterLinks).await?,
        canary_links: Links::of_or_none(&keys, Purpose::Canary).await,
        front: Arc::new(Front::of(&keys).await?),
        public_url: policy.project.desk_url.clone(),
        site_url: policy.project.site_url.clone(),
        cases: store.cases,
        published: store.published,
        desk: store.desk,
        policy,
        clock,
    };
    Ok(router(Arc::new(intake)))
}
