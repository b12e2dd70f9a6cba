//! `desk policy check|show|render`.

use std::path::PathBuf;

use clap::{CommandFactory, Subcommand};
use desk_advisory::{security_md, security_txt};
use desk_domain::policy::Policy;
use desk_runtime::Clock;
use serde_json::{Value, json};

use super::report::plain;
use super::{Global, Output};
use crate::{Failure, policy_file};

#[derive(Subcommand)]
pub(super) enum PolicyCommand {
    /// Check a policy file; every problem is named with its place
    Check {
        /// The policy file
        file: PathBuf,
    },
    /// Show the resolved policy
    Show,
    /// Write a document that follows from the policy: --as security.md|security.txt
    Render {
        /// The policy file
        file: PathBuf,
    },
}

impl PolicyCommand {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        match self {
            PolicyCommand::Check { file } => check(&file),
            PolicyCommand::Show => shown(global).await,
            PolicyCommand::Render { file } => {
                let render: fn(&Policy) -> String = match global.role.as_deref() {
                    Some("security.md") => security_md::render,
                    Some("security.txt") => |policy| security_txt::render(policy, Clock::system().now()),
                    _ => usage("say which document: --as security.md or --as security.txt"),
                };
                let text = render(&policy_file::read(Some(&file))?);
                Ok(Output::done(json!({ "document": text }), text))
            }
        }
    }
}

/// What clap cannot check, because `--as` means a member elsewhere: exit 2 with the usage.
fn usage(why: &str) -> ! {
    super::Cli::command().error(clap::error::ErrorKind::InvalidValue, why).exit()
}

fn check(file: &std::path::Path) -> Result<Output, Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| Failure::of(&name.to_string(), e))?;
    Ok(match policy_file::checked(&text) {
        Ok(_) => Output::done(json!({"valid": true, "problems": []}), format!("{name} is a valid policy.")),
        Err(problems) => {
            let text = policy_file::refused(&name.to_string(), &problems);
            Output::when(false, json!({"valid": false, "problems": problems.0}), text)
        }
    })
}

/// The policy of the running desk when one is named, else of the file.
async fn shown(global: &Global) -> Result<Output, Failure> {
    let policy = match (&global.url, &global.data) {
        (None, None) => json!(policy_file::read(global.policy.as_deref())?),
        _ => {
            let client = global.client().await?;
            let answer = client.with_secret("GET", "/_local/policy", None).await?.done();
            client.close().await;
            answer?
        }
    };
    Ok(Output::done(policy.clone(), show(&policy)))
}

fn show(policy: &Value) -> String {
    let list = |name: &str| policy[name].as_array().cloned().unwrap_or_default();
    let mut table = comfy_table::Table::new();
    table.set_header(["member", "name", "address", "roles"]);
    for m in list("members") {
        let roles: Vec<String> = m["roles"].as_array().into_iter().flatten().map(plain).collect();
        table.add_row([plain(&m["id"]), plain(&m["name"]), plain(&m["address"]), roles.join(", ")]);
    }
    let clocks: Vec<String> =
        list("clocks").iter().map(|c| format!("  {:24} {}", plain(&c["name"]), plain(&c["due"]))).collect();
    let project = &policy["project"];
    format!(
        "{} (version {})\n\n{table}\n\nclocks\n{}",
        plain(&project["name"]),
        plain(&policy["version"]),
        clocks.join("\n")
    )
}
