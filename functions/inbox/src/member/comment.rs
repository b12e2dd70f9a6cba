//! The answer of whoever answers for the policy to a mail about a comment on it: their words go to whoever commented. No verb is
//! asked for, because there is nothing else that such an answer could mean.

use desk_domain::case::Way;
use desk_domain::case::event::Sender;
use desk_domain::notice::WhyRefused;
use desk_domain::policy::Member;
use desk_store::{ActError, Stored};

use super::words::{Asked, Verb};
use crate::judge::Arrived;
use crate::{Inbox, Outcome};

impl Inbox {
    pub(super) async fn owners_answer(
        &self,
        arrived: &Arrived,
        stored: &Stored,
        member: &Member,
    ) -> Result<Outcome, ActError> {
        let theirs = arrived.from().is_some_and(|from| from == member.address.to_lowercase());
        if !theirs || !arrived.sender.is_authenticated() {
            // A stranger's, whatever token it has: a comment of its own. The member hears that nothing went out in their name.
            self.refuse(stored, member, Verb::Comment, WhyRefused::NotProven).await?;
            return self.comment(arrived).await;
        }
        let asked = self.said_to_commenter(arrived, stored);
        let why = match stored.case.way() {
            _ if arrived.sender != Sender::Dmarc => Some(WhyRefused::NotProven),
            // Only `team` can encrypt it, and whoever commented has no page to read it on.
            way if stored.case.came_as_comment() && way != Way::Clear => Some(WhyRefused::NotOpen),
            _ => None,
        };
        let asked = match why {
            Some(why) => Asked { words: Err(why), ..asked },
            None => asked,
        };
        self.give(arrived, stored, member, &asked).await
    }
}
