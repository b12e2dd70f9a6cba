//! The local runner: every function in one process and one data folder, over embedded stand-ins for DynamoDB, S3 and SES
//! that speak the real wire. The handlers are the very ones that Lambda runs.
//!
//! ```text
//! data folder: lock  keys.json  openpgp.json  clock.json  streams.json  running.json  dynamodb.sqlite  mail/*.eml
//!              s3/{site,content,inbound,heads}/…
//! ```

mod called;
pub mod cli;
pub mod clock;
mod connections;
pub mod desk;
pub mod dynamodb;
pub mod folder;
mod hosts;
pub mod inbound;
mod kept;
pub mod local_routes;
pub mod mailbox;
pub mod openpgp;
pub mod policy_file;
mod private;
pub mod pump;
mod registry;
pub mod replay;
pub mod serve;
pub mod ses;
pub mod signed;
pub mod site;
mod stand_ins;
pub mod streams;
mod undone;
mod verifying;
pub mod wiring;

/// A failure of the runner, in words for the person at the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl Failure {
    /// `what: why`.
    pub fn of(what: &str, why: impl std::fmt::Display) -> Failure {
        Failure(format!("{what}: {why}"))
    }
}

impl From<desk_store::Fault> for Failure {
    fn from(fault: desk_store::Fault) -> Failure {
        Failure(fault.to_string())
    }
}

impl From<desk_keys::KeyError> for Failure {
    fn from(e: desk_keys::KeyError) -> Failure {
        Failure(e.to_string())
    }
}
