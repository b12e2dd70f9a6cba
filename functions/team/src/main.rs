//! The `team` Lambda: the routes under `/desk`.

use std::sync::Arc;

use axum::Router;
use desk_aws::Account;
use desk_http::source::Front;
use desk_http::when_ready;
use desk_keys::cloud::{Keys, OpenPgpSecret};
use desk_keys::link::Purpose;
use desk_keys::{Links, MailSealer, Writer};
use desk_runtime::{Clock, start};
use desk_store::Store;
use desk_store::objects::Objects;
use lambda_http::Error;
use team::{OpenPgp, Team, router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    lambda_http::run(when_ready(routes).await).await
}

async fn routes() -> Result<Router, String> {
    let (clock, policy, account) = (Clock::system(), start::policy()?, Account::from_env()?);
    let (store, keys) = (Store::from_env(&account, &clock)?, Keys::connect(&account));
    let words = Links::of(&keys, Purpose::TeamWords).await?;
    let team = Team {
        mail_key: MailSealer::new(store.desk.ring_public("mail").await?, Writer::Team, words),
        release_key: store.desk.ring_public("release").await?,
        root: Arc::new(keys.cases()?),
        publisher: Arc::new(keys.publish_signer()?),
        team_links: Arc::new(Links::of(&keys, Purpose::TeamLinks).await?),
        sessions: Arc::new(Links::of(&keys, Purpose::Sessions).await?),
        front: Arc::new(Front::of(&keys).await?),
        openpgp: OpenPgp::read(&keys.openpgp(OpenPgpSecret::Team).await?).map(Arc::new),
        content: Objects::from_env(&account, "DESK_CONTENT_BUCKET")?,
        public_url: policy.project.desk_url.clone(),
        site_url: policy.project.site_url.clone(),
        cases: store.cases,
        mail: store.mail,
        published: store.published,
        figures: store.figures,
        members: store.members,
        desk: store.desk,
        policy,
        clock,
    };
    Ok(router(Arc::new(team)))
}
