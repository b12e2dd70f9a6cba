//! `desk doctor`: examines a deployed stack from outside. What is asked ([`facts`]) and what is made of it ([`judge`]) are kept
//! apart, so that every judgement has a test without a cloud.

mod facts;
mod judge;

use clap::Args;
use desk_runtime::Clock;
use serde::Serialize;
use serde_json::json;

use super::stack::{Stack, Where};
use super::{Global, Output};
use crate::{Failure, policy_file};

#[derive(Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    stack: Where,
}

/// How it is with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Health {
    Well,
    /// It could not be asked, or is not urgent.
    Doubt,
    Ill,
}

/// What was found, and what to do about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Finding {
    about: &'static str,
    health: Health,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<String>,
}

impl Doctor {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let policy =
            global.policy.as_deref().ok_or_else(|| Failure("name the deployed policy: --policy FILE".to_owned()))?;
        let policy = policy_file::read(Some(policy))?;
        let stack = Stack::find(&self.stack.name).await?;
        let url = global.url.clone().map_or_else(|| stack.output("DeskUrl").map(str::to_owned), Ok)?;
        let facts = facts::gather(&stack, &policy, &url).await?;
        let findings = judge::all(&facts, &policy, Clock::system().now());
        let ill = findings.iter().filter(|f| f.health == Health::Ill).count();
        let mut text: String = findings.iter().map(line).collect();
        text += &match ill {
            0 => format!("\n{}: nothing is wrong that can be seen from here.", stack.name),
            _ => format!("\n{}: {ill} of {} need you.", stack.name, findings.len()),
        };
        let json = json!({"stack": stack.name, "well": ill == 0, "findings": findings});
        Ok(Output::when(ill == 0, json, text))
    }
}

fn line(finding: &Finding) -> String {
    let mark = match finding.health {
        Health::Well => "well ",
        Health::Doubt => "doubt",
        Health::Ill => "ILL  ",
    };
    let todo = finding.todo.as_ref().map(|todo| format!("               {todo}\n")).unwrap_or_default();
    format!("{mark}  {:<15} {}\n{todo}", finding.about, finding.found)
}
