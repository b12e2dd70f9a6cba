//! What every process reads when it starts: its environment, the policy, and how loud to log.

use std::sync::Arc;

use desk_domain::policy::Policy;
use tracing_subscriber::Layer;
pub use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::metrics::Metrics;

/// Our own crates: they log ids and never contents, so they may be as loud as they are asked to be.
const OURS: [&str; 22] = [
    "canary",
    "deliver",
    "desk",
    "desk_advisory",
    "desk_aws",
    "desk_call",
    "desk_domain",
    "desk_http",
    "desk_keys",
    "desk_local",
    "desk_mail",
    "desk_openapi",
    "desk_pages",
    "desk_runtime",
    "desk_store",
    "desk_view",
    "fan_out",
    "inbox",
    "intake",
    "mail_events",
    "sla_check",
    "team",
];

/// Logs to stderr as JSON lines. `DESK_LOG` (`error` … `trace`, default `info`) holds for our own code; everybody
/// else's stays at `info` whatever is asked, because `lambda_runtime` and the SDK log raw events and bodies below it.
pub fn logging() {
    logging_at(LevelFilter::INFO);
}

/// The same, as loud as `default` when `DESK_LOG` does not say.
pub fn logging_at(default: LevelFilter) {
    let level: LevelFilter = std::env::var("DESK_LOG").ok().and_then(|l| l.parse().ok()).unwrap_or(default);
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::INFO))
        // The embedded DynamoDB warns of every condition that does not hold; here that is an answer, not a failure.
        .with_target("dynoxide", level.min(LevelFilter::ERROR))
        // rPGP warns of user ids that it leaves out, by name and address.
        .with_target("pgp", LevelFilter::OFF)
        .with_targets(OURS.map(|name| (name, level)));
    let lines = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).with_filter(targets);
    // Only a deployed stack has somebody who reads them. What is counted does not hang on how loud the log is.
    let metrics = var("DESK_STACK").ok().map(|stack| Metrics { stack });
    let metrics = metrics.with_filter(Targets::new().with_targets(OURS.map(|name| (name, LevelFilter::DEBUG))));
    // A second call in one process (tests) keeps the first.
    let _ = tracing_subscriber::registry().with(lines).with(metrics).try_init();
}

/// The policy in the file that `DESK_POLICY` names, `/opt/policy.toml` by default.
///
/// # Errors
/// Names the file and every problem in it.
pub fn policy() -> Result<Arc<Policy>, String> {
    let path = std::env::var("DESK_POLICY").unwrap_or_else(|_| "/opt/policy.toml".to_owned());
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
    Policy::from_toml(&text).map(Arc::new).map_err(|problems| format!("{path}:\n{problems}"))
}

/// A variable that must be set.
///
/// # Errors
/// Names it.
pub fn var(name: &str) -> Result<String, String> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(|| format!("{name} is not set"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// One that is missing would log nothing below `info`, and nothing that it counts would be a metric.
    #[test]
    fn every_crate_of_the_desk_is_one_of_ours() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folders = ["functions", "shared"].iter().flat_map(|room| std::fs::read_dir(root.join(room)).unwrap());
        let mut names: Vec<String> = vec!["desk".to_owned(), "desk_local".to_owned()];
        for folder in folders {
            let Ok(manifest) = std::fs::read_to_string(folder.unwrap().path().join("Cargo.toml")) else { continue };
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = ")).expect("a name");
            names.push(name.trim_matches('"').replace('-', "_"));
        }
        names.sort();
        assert_eq!(names, OURS);
    }
}
