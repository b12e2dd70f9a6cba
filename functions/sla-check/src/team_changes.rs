//! A tick that sees a new policy hands the cases of members who left to others, so that no case is left to nobody.

use desk_domain::case::{Actor, Command};
use desk_domain::id::MemberId;
use desk_store::{ActError, Fault, SeenPolicy};

use crate::SlaCheck;

/// Compares the policy with the one that the last tick saw; the new one counts as seen only once all is handed over.
pub(crate) async fn follow(check: &SlaCheck) -> Result<(), Fault> {
    let now = SeenPolicy::of(&check.policy);
    let before = check.store.seen_policy().await?;
    if before.as_ref().is_some_and(|b| b.digest == now.digest) {
        return Ok(());
    }
    let left = before.map(|b| b.members).unwrap_or_default().into_iter().filter(|m| !now.members.contains(m));
    for member in left {
        if let Err(e) = hand_over(check, &member).await {
            tracing::error!(member = %member, fault = %e, "the cases of a member who left were not all handed over");
            return Ok(());
        }
    }
    check.store.see_policy(&now).await
}

async fn hand_over(check: &SlaCheck, member: &MemberId) -> Result<(), ActError> {
    loop {
        let page = check.store.handled_by(member, None).await?;
        let mut moved = 0;
        for row in &page.rows {
            let command = Command::ReplaceHandler { roster: check.roster().await? };
            let acted = check.store.tell(&row.case, &check.policy, &Actor::Desk, &check.clock, &command).await?;
            moved += usize::from(!acted.events.is_empty());
        }
        tracing::info!(member = %member, cases = moved, "cases of a member who left were handed over");
        if moved == 0 || page.next.is_none() {
            return Ok(());
        }
    }
}
