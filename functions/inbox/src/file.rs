//! What is only filed: automatic mail (T13), and comments on the policy (T59). Nothing is thrown away: the team sees what was
//! filed, and makes a report of what is one.

use desk_domain::case::event::Resolution;
use desk_domain::id::MemberId;
use desk_domain::notice::WhatCame;
use desk_store::ActError;

use crate::judge::Arrived;
use crate::{Inbox, Outcome};

impl Inbox {
    pub(crate) async fn file(&self, arrived: &Arrived) -> Result<Outcome, ActError> {
        let case = self.opened(arrived, None, Some(Resolution::AutomaticMail)).await?;
        Ok(Outcome::Filed { case })
    }

    /// An answer to a mail that spoke of no case: it changes nothing, and opens none. The member is told.
    pub(crate) async fn aside(&self, arrived: Arrived, member: Option<MemberId>) -> Result<Outcome, ActError> {
        let filed = self.file(&arrived.filed()).await?;
        if let Some(member) = member {
            self.tell_member(None, &member, WhatCame::NoCase, None).await?;
        }
        Ok(filed)
    }

    pub(crate) async fn comment(&self, arrived: &Arrived) -> Result<Outcome, ActError> {
        let case = self.opened(arrived, None, Some(Resolution::PolicyComment)).await?;
        Ok(Outcome::Filed { case })
    }
}
