//! What is only filed: automatic mail (T13), and comments on the policy (T59). Nothing is thrown away: the team sees what was
//! filed, and makes a report of what is one.

use desk_domain::case::event::Resolution;
use desk_store::ActError;

use crate::judge::Arrived;
use crate::{Inbox, Outcome};

impl Inbox {
    pub(crate) async fn file(&self, arrived: &Arrived) -> Result<Outcome, ActError> {
        let case = self.opened(arrived, None, Some(Resolution::AutomaticMail)).await?;
        Ok(Outcome::Filed { case })
    }

    pub(crate) async fn comment(&self, arrived: &Arrived) -> Result<Outcome, ActError> {
        let case = self.opened(arrived, None, Some(Resolution::PolicyComment)).await?;
        Ok(Outcome::Filed { case })
    }
}
