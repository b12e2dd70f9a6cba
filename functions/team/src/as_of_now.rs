//! The desk as of this moment: whose case it is, who stands in and who may act hangs on who is away, and members say so while the
//! desk runs. What is only of the file, such as the page that shows the days of both, takes the desk as it was deployed.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use desk_http::Problem;

use crate::Team;

/// The desk under the policy of this moment; a handler takes it in the place of its state.
pub(crate) struct AsOfNow(pub Arc<Team>);

impl FromRequestParts<Arc<Team>> for AsOfNow {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, team: &Arc<Team>) -> Result<AsOfNow, Problem> {
        let policy = team.members.policy_now(&team.policy).await?;
        Ok(AsOfNow(match Arc::ptr_eq(&policy, &team.policy) {
            true => team.clone(),
            false => Arc::new(Team { policy, ..Team::clone(team) }),
        }))
    }
}
