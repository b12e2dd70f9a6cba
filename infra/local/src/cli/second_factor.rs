//! `desk second-factor`: what an operator does for a member who has lost theirs.

use clap::Subcommand;
use desk_domain::id::MemberId;
use desk_runtime::Clock;
use serde_json::json;

use super::stack::Stack;
use super::{Global, Output};
use crate::Failure;

#[derive(Subcommand)]
pub(super) enum SecondFactorCommand {
    /// Take a member's second factor away because they have lost it: their sessions end, it is recorded, and they are told by mail
    Reset {
        /// The member's id
        member: MemberId,
        /// The deployed stack's name; left out: the desk of the data folder
        #[arg(long, value_name = "STACK")]
        stack: Option<String>,
    },
}

impl SecondFactorCommand {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let SecondFactorCommand::Reset { member, stack } = self;
        let reset = match stack {
            Some(stack) => Stack::find(&stack).await?.store()?.reset_factor(&member, Clock::system().now()).await?,
            None => locally(global, &member).await?,
        };
        if !reset {
            return Err(Failure(format!("{member} has no second factor")));
        }
        let text = format!(
            "The second factor of {member} is gone, and they are told. The mailed link alone signs them in now."
        );
        Ok(Output::done(json!({"member": member, "reset": true}), text))
    }
}

async fn locally(global: &Global, member: &MemberId) -> Result<bool, Failure> {
    let client = global.client().await?;
    let body = json!({ "member": member }).to_string().into_bytes();
    let answer = client.with_secret("POST", "/_local/reset-second-factor", Some(body)).await?.done();
    client.close().await;
    Ok(answer?["reset"] == true)
}
