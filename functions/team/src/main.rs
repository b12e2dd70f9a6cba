//! The `team` Lambda: the routes under `/desk`.

use std::sync::Arc;

use desk_keys::file::Purpose;
use desk_store::{Clock, Settings, Store, start};
use lambda_http::Error;
use team::{Team, router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::logging();
    let (clock, policy, keys) = (Clock::system(), start::policy()?, start::keys()?);
    let store = Store::connect(&Settings::from_env()?, clock.clone());
    let missing = |purpose: &str| format!("the {purpose} key is missing: run desk keys init");
    let team = Team {
        mail_key: store.ring_key("mail").await?.ok_or_else(|| missing("mail"))?.public,
        release_key: store.ring_key("release").await?.ok_or_else(|| missing("release"))?.public,
        root: keys.root()?,
        team_links: keys.link_key(Purpose::TeamLinks)?,
        public_url: policy.project.desk_url.clone(),
        site_url: policy.project.site_url.clone(),
        store,
        policy,
        clock,
    };
    lambda_http::run(router(Arc::new(team))).await
}
