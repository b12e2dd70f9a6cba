//! The dead-man's heartbeat: a call to an address of the policy after each good tick, so that silence is noticed by somebody who
//! does not share our fate.

use std::time::Duration;

/// A tick is not held up by whoever listens.
const PATIENCE: Duration = Duration::from_secs(5);

/// Calls `url`. That nobody answers fails nothing here: the listener's own alarm is what its silence is for.
pub(crate) async fn beat(url: Option<&str>) {
    let Some(url) = url.map(str::to_owned) else { return };
    let called = tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
        agent.get(url).call().map(drop)
    });
    match called.await {
        Ok(Ok(())) => tracing::debug!("the heartbeat was heard"),
        // The address is a secret of sorts: it stays out of the log, and so do words that may quote it.
        Ok(Err(ureq::Error::StatusCode(status))) => tracing::warn!(status, "the heartbeat was refused"),
        _ => tracing::warn!("the heartbeat was not heard"),
    }
}
