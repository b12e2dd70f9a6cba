use super::*;
use crate::case::event::RootNews;

/// To the reporter of a duplicate: what has become of the problem, which is handled in the case that was there first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RootTold {
    pub news: RootNews,
    /// The advisory that tells of it, once that can be read: its id is public then, and not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advisory: Option<CaseId>,
}

impl Notice {
    /// The case whose advisory it leads to, where that is another than its own.
    pub fn advised_by(&self) -> Option<&CaseId> {
        if let Notice::RootTold(told) = self { told.advisory.as_ref() } else { None }
    }
}

impl RootTold {
    pub(super) fn of(news: RootNews, root: &CaseId) -> RootTold {
        let public = news == RootNews::Published;
        RootTold { news, advisory: public.then(|| root.clone()) }
    }

    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let said = match self.news {
            RootNews::Released => Letter::new(at.subject("The fixes are released")).say(
                "The fixes of the problem that you reported, and that we knew already, are released for every affected line that is \
                 still maintained. The announcement follows; until then, please keep the details to yourself.",
            ),
            RootNews::NotEnough => Letter::new(at.subject("The fix is not complete yet")).say(
                "We told you that the fixes of the problem that you reported are released. We have found since that they are not \
                 enough, and work on what is missing. You hear from us when it is released.",
            ),
            RootNews::Published => Letter::new(at.subject("The advisory is published"))
                .say("The advisory about the problem that you reported is published. Thank you for reporting it.")
                .link("Read it", &at.links.advisory),
        };
        said.link(ANSWER, &at.links.case_page).sign(at.team_signature())
    }
}
