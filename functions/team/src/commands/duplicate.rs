//! Which case a duplicate is one of. Whoever names it need not be able to read it: its id is enough, and the answer is the same whatever
//! it says. What is refused is what the lists of the desk show to the whole team anyway.

use desk_domain::case::Case;
use desk_domain::id::CaseId;
use desk_domain::refusal::Refusal;
use desk_http::Problem;

use crate::Team;

/// A chain of duplicates is no longer: each names the root that was one when it was recorded.
const LONGEST_CHAIN: usize = 16;

impl Team {
    /// The case that was there first: the one that was named, or its own first where it is a duplicate itself.
    ///
    /// # Errors
    /// 422 where there is none, where it is this case, or where nothing of it will be announced.
    pub(super) async fn root_of(&self, case: &Case, named: &CaseId) -> Result<CaseId, Problem> {
        let wrong = |why: String| Err(Refusal::field("/of", why).into());
        let mut of = named.clone();
        for _ in 0..LONGEST_CHAIN {
            if of == case.id {
                return match of == *named {
                    true => wrong("is this very case".to_owned()),
                    false => wrong(format!("is a duplicate of this very case; {named} goes along with it")),
                };
            }
            let there = self.cases.case(&of).await?.map(|stored| stored.case);
            let Some(there) = there.filter(|there| !there.is_filed() && !there.canary) else {
                return wrong("there is no such case here".to_owned());
            };
            match (&there.duplicate_of, there.is_no_root()) {
                (Some(first), _) => of = first.clone(),
                (None, Some(why)) => return wrong(why),
                (None, None) => return Ok(of),
            }
        }
        wrong("leads from duplicate to duplicate; name the case that was there first".to_owned())
    }
}
