//! The `desk` binary.

use std::process::ExitCode;

use clap::Parser;
use desk_local::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    Cli::parse().run().await
}
