//! The `desk` binary.

use std::process::ExitCode;

use clap::Parser;
use desk_local::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    desk_store::start::logging();
    Cli::parse().run().await
}
