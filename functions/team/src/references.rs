//! Which references of a draft lead nowhere: looked up before anybody approves it, at the hosts that the policy names, all at once. What is
//! found is a doubt and no fault: a commit may be public with the advisory only, and a host may be out of order.

use std::time::Duration;

use desk_domain::advisory::Draft;
use futures_util::future::join_all;
use tokio::task::spawn_blocking;
use url::Url;

/// For one of them; a page waits as long at most.
const PATIENCE: Duration = Duration::from_secs(4);

/// A reference that leads nowhere.
pub(crate) struct Unreached {
    url: String,
    why: &'static str,
}

impl Unreached {
    pub fn said(&self) -> String {
        format!("the reference {} cannot be reached: {}", self.url, self.why)
    }

    pub fn is_of(&self, draft: &Draft) -> bool {
        draft.references.iter().any(|reference| reference.url == self.url)
    }
}

pub(crate) async fn unreached(draft: &Draft, hosts: &[String]) -> Vec<Unreached> {
    let urls = draft.references.iter().map(|reference| reference.url.clone()).filter(|url| is_at(url, hosts));
    let each = urls.map(|url| spawn_blocking(move || unreached_at(url)));
    join_all(each).await.into_iter().filter_map(Result::ok).flatten().collect()
}

fn unreached_at(url: String) -> Option<Unreached> {
    let why = desk_call::why_nothing_stands(&url, PATIENCE)?;
    Some(Unreached { url, why })
}

fn is_at(url: &str, hosts: &[String]) -> bool {
    Url::parse(url).is_ok_and(|url| url.host_str().is_some_and(|host| hosts.iter().any(|named| named == host)))
}
