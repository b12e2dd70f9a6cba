//! The dead-man's heartbeat: a call to an address of the policy after each good tick, so that silence is noticed by somebody who
//! does not share our fate.

use std::time::Duration;

use desk_call::Answer;

/// A tick is not held up by whoever listens.
const PATIENCE: Duration = Duration::from_secs(5);

/// Calls `url`. That nobody answers fails nothing here: the listener's own alarm is what its silence is for.
pub(crate) async fn beat(url: Option<&str>) {
    let Some(url) = url.map(str::to_owned) else { return };
    match tokio::task::spawn_blocking(move || desk_call::get(&url, PATIENCE)).await {
        Ok(Answer::Taken) => tracing::debug!("the heartbeat was heard"),
        // The address is a secret of sorts: it stays out of the log.
        Ok(Answer::NotNow(why, _) | Answer::Refused(why)) => tracing::warn!(why, "the heartbeat was not heard"),
        Err(_) => tracing::warn!("the heartbeat was not heard"),
    }
}
