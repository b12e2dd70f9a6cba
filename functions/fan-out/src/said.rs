//! Whether what a log says is to be published was said by `team`. Whoever may write to the table can write an event, and a whole
//! log; so before the release key opens anything
//!
//! 1. the log's chain of hashes holds from its first event to its last, and ends where the snapshot says,
//! 2. the gate holds for the case as the log tells it, by the policy that is in force here,
//! 3. `team`'s signature is over this case, this sealed form, these channels, and the log as it stood before.
//!
//! What is not so is not published: an alarm names the case, and the plan stays due until a person has looked.

use desk_domain::case::event::ContentRef;
use desk_domain::case::{Case, Event, EventBody};
use desk_domain::id::{CaseId, ChannelId};
use desk_keys::publish::{self, NotSaid};
use desk_store::Fault;

use crate::FanOut;

/// What an event says is published.
pub(crate) struct Publication<'a> {
    pub content: &'a ContentRef,
    pub channels: &'a [ChannelId],
    pub signed: &'a str,
    /// The first form is 0.
    pub revision: u32,
    /// The first event of the transaction that it is of.
    pub from: u64,
}

/// What an event says is published; `from` is the first event of its transaction.
pub(crate) fn publication(event: &Event, from: u64) -> Option<Publication<'_>> {
    if let EventBody::Published { content, channels, signed } = &event.body {
        return Some(Publication { content, channels, signed, revision: 0, from });
    }
    let EventBody::Revised { revision, content, channels, signed } = &event.body else { return None };
    Some(Publication { content, channels, signed, revision: *revision, from })
}

impl FanOut {
    /// That an event stands in a log whose hashes hold. No word of `team`'s is behind a name that is taken out, because the reporter
    /// takes it out: nothing else is changed by it.
    ///
    /// # Errors
    /// Damage, when it does not; a fault of the store.
    pub(crate) async fn is_in_log(&self, case: &CaseId, event: &Event) -> Result<(), Fault> {
        match self.cases.chain(case).await?.upto(event.seq) {
            Some(_) => Ok(()),
            None => Err(Fault::Damaged(format!("the log of {case} does not hold to where a name is taken out"))),
        }
    }

    /// # Errors
    /// Damage, with why it is not published; a fault of the store or of who holds the key, when that could not be found out.
    pub(crate) async fn is_said(&self, case: &CaseId, event: &Event, said: &Publication<'_>) -> Result<(), Fault> {
        let refused = |why: String| {
            tracing::error!(case = %case, why, "not published: it is not the team's word");
            Fault::Damaged(format!("what is to be published of {case}: {why}"))
        };
        let chain = self.cases.chain(case).await?;
        let before =
            chain.upto(event.seq.saturating_sub(1)).ok_or_else(|| refused("the log ends before it".to_owned()))?;
        let gate = Case::replay(before).map(|before| before.missing(&self.policy, event.at));
        match gate.as_deref() {
            Some([]) => {}
            Some([missing, ..]) => return Err(refused(format!("the gate does not hold: {}", missing.detail))),
            None => return Err(refused("its log opens no case".to_owned())),
        }
        let head =
            chain.head_at(said.from.saturating_sub(1)).ok_or_else(|| refused("the log begins with it".to_owned()))?;
        let (content, channels, revision) = (said.content, said.channels, said.revision);
        let statement = publish::Publication { case, content, channels, head, revision };
        match self.publisher.verify(said.signed, &statement).await {
            Ok(()) => Ok(()),
            Err(NotSaid::Key(error)) => Err(Fault::Retryable(format!("the publish key: {error}"))),
            Err(why) => Err(refused(why.to_string())),
        }
    }
}
