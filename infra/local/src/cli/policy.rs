//! `desk policy check|show|render`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use desk_advisory::{security_md, security_txt};
use desk_domain::policy::Policy;
use desk_store::Clock;
use serde_json::json;

use super::{Global, Output};
use crate::Failure;
use crate::desk::read_policy;

#[derive(Subcommand)]
pub(super) enum What {
    /// Check a policy file; every problem is named with its place
    Check {
        /// The policy file
        file: PathBuf,
    },
    /// Show the resolved policy
    Show,
    /// Write a document that follows from the policy
    Render {
        /// The policy file
        file: PathBuf,
        /// Which document
        #[arg(long = "as", value_enum, id = "document")]
        document: Document,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Document {
    #[value(name = "security.md")]
    SecurityMd,
    #[value(name = "security.txt")]
    SecurityTxt,
}

impl What {
    pub(super) fn run(self, global: &Global) -> Result<Output, Failure> {
        match self {
            What::Check { file } => check(&file),
            What::Show => {
                let policy = read_policy(global.policy.as_deref())?;
                Ok(Output::done(json!(policy), show(&policy)))
            }
            What::Render { file, document } => {
                let policy = read_policy(Some(&file))?;
                let text = match document {
                    Document::SecurityMd => security_md::render(&policy),
                    Document::SecurityTxt => security_txt::render(&policy, Clock::system().now()),
                };
                Ok(Output::done(json!({ "document": text }), text))
            }
        }
    }
}

fn check(file: &std::path::Path) -> Result<Output, Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| Failure::of(&name.to_string(), e))?;
    Ok(match Policy::from_toml(&text) {
        Ok(_) => Output::done(json!({"valid": true, "problems": []}), format!("{name} is a valid policy.")),
        Err(problems) => Output {
            text: format!("{name} is not a valid policy:\n{problems}"),
            json: json!({"valid": false, "problems": problems.0}),
            done: false,
        },
    })
}

fn show(policy: &Policy) -> String {
    let mut table = comfy_table::Table::new();
    table.set_header(["member", "name", "address", "roles"]);
    for m in &policy.members {
        let roles = json!(m.roles);
        let roles: Vec<&str> = roles.as_array().into_iter().flatten().filter_map(|r| r.as_str()).collect();
        table.add_row([m.id.as_str(), &m.name, &m.address, &roles.join(", ")]);
    }
    let clocks: Vec<String> = policy.clocks.iter().map(|c| format!("  {}: {}", c.name, length(&c.due))).collect();
    format!("{} (version {})\n\n{table}\n\nclocks\n{}", policy.project.name, policy.version, clocks.join("\n"))
}

fn length(due: &desk_domain::policy::Due) -> String {
    use desk_domain::policy::Due;
    use desk_domain::time::promise;
    match due {
        Due::After(length) => promise(*length),
        Due::BySeverity(lengths) => {
            let each =
                lengths.iter().rev().map(|(s, l)| format!("{} {}", json!(s).as_str().unwrap_or("?"), promise(*l)));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}
