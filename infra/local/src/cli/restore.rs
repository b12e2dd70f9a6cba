//! `desk restore`: after a loss, what is missing comes back from tables that were restored to a moment before it.

use std::io::Write;
use std::time::Duration;

use clap::Subcommand;
use desk_runtime::Clock;
use desk_store::HeldWork;
use serde_json::json;

use super::Output;
use super::stack::{Stack, Where};
use crate::Failure;

/// How long a function that read no marker may still be at work on what it read.
const UNTIL_ALL_SEE_IT: Duration = Duration::from_secs(60);

#[derive(Subcommand)]
pub(super) enum RestoreCommand {
    /// Hold what was due until now, then bring back what is missing; nothing that is there is overwritten
    Run {
        #[command(flatten)]
        stack: Where,
        /// The table of cases as it was restored
        #[arg(long, value_name = "TABLE")]
        cases: String,
        /// The table of mail as it was restored
        #[arg(long, value_name = "TABLE")]
        mail: String,
    },
    /// Count what is held
    List(Where),
    /// Let everything that is held go on: timers fire, notices are planned and sent
    Release(Where),
    /// Give up the notices that came back; all else that is held goes on
    Drop(Where),
}

impl RestoreCommand {
    pub(super) async fn run(self) -> Result<Output, Failure> {
        match self {
            RestoreCommand::Run { stack, cases, mail } => {
                let stack = Stack::find(&stack.name).await?;
                let store = stack.store()?;
                store.can_restore_from(&cases, &mail).await?;
                let now = Clock::system().now();
                store.desk.put_hold(now).await?;
                let _ = writeln!(std::io::stderr(), "What was due is held; a minute until every function sees it.");
                tokio::time::sleep(UNTIL_ALL_SEE_IT).await;
                let restored = store.restore_from(&cases, &mail, now).await?;
                let text = format!(
                    "{}: {}; {} items came back.\n{}",
                    stack.name,
                    match restored.cases.len() {
                        1 => "1 case was missing".to_owned(),
                        missing => format!("{missing} cases were missing"),
                    },
                    restored.items,
                    said(&store.held().await?)
                );
                let nothing = "\nNothing came back: are these the tables, each in its place, of before the loss?";
                let text = if restored.items == 0 { text + nothing } else { text };
                Ok(Output::done(json!(restored), text))
            }
            RestoreCommand::List(stack) => {
                let held = Stack::find(&stack.name).await?.store()?.held().await?;
                Ok(Output::done(json!(held), said(&held)))
            }
            RestoreCommand::Release(stack) => {
                let store = Stack::find(&stack.name).await?.store()?;
                let held = store.held().await?;
                store.desk.end_hold().await?;
                let text =
                    if held.before.is_some() { "Released: the next tick takes it up." } else { "Nothing was held." };
                Ok(Output::done(json!(held), text))
            }
            RestoreCommand::Drop(stack) => {
                let store = Stack::find(&stack.name).await?.store()?;
                let (plans, deliveries) = store.drop_restored(Clock::system().now()).await?;
                let text =
                    format!("Given up: {deliveries} deliveries and {plans} plans that came back. The rest goes on.");
                Ok(Output::done(json!({"plans": plans, "deliveries": deliveries}), text))
            }
        }
    }
}

fn said(held: &HeldWork) -> String {
    match held.before {
        None => "Nothing is held.".to_owned(),
        Some(before) => format!(
            "Held, because due before {before}: {} timers, {} plans, {} channels, {} releases, {} deliveries. Then: desk restore release, or \
             desk restore drop.",
            held.timers, held.plans, held.channels, held.releases, held.deliveries
        ),
    }
}
