//! The final form of an advisory, put together from the parts that a case holds sealed; and what of them says otherwise than was meant.

use desk_domain::advisory::named::Known;
use desk_domain::advisory::{Advisory, Correction, Draft, Parts, Published, Score};
use desk_domain::affected::Affected;
use desk_domain::affected::released::{Releases, released_form, told_apart};
use desk_domain::case::event::{EventBody, FactName};
use desk_domain::case::publication::{LineEnd, LineState, RevisionCause, undropped};
use desk_domain::case::{Case, Event};
use desk_domain::id::LineName;
use desk_domain::policy::Policy;
use desk_domain::report::Report;
use jiff::Timestamp;

use crate::UnsealedCase;

/// With a stop at its end.
fn sentence(words: String) -> String {
    if words.ends_with(['.', '!', '?']) { words } else { format!("{words}.") }
}

impl UnsealedCase {
    /// The ranges that were determined last.
    pub fn affected(&self) -> Vec<Affected> {
        self.affected_of(&self.case)
    }

    pub(super) fn affected_of(&self, case: &Case) -> Vec<Affected> {
        let ranges = case.publication.affected.as_ref().map(|a| &a.ranges.content);
        ranges.and_then(|content| self.json(content)).unwrap_or_default()
    }

    /// The versions that were released, line by line.
    pub fn releases(&self) -> Releases {
        self.releases_of(&self.case)
    }

    pub(super) fn releases_of(&self, case: &Case) -> Releases {
        let released = |(line, state): (&LineName, &LineState)| {
            let Some(LineEnd::Released(written)) = &state.end else { return None };
            Some((line.clone(), self.text(&written.content).parse().ok()?))
        };
        case.publication.lines.iter().filter_map(released).collect()
    }

    /// Where the fixes are of lines that got one.
    fn fixes_of(&self, case: &Case) -> Vec<(LineName, String)> {
        let ready = |(line, state): (&LineName, &LineState)| {
            let fix = state.ready.as_ref().filter(|_| !case.publication.is_unaffected(line))?;
            Some((line.clone(), self.text(&fix.content).trim().to_owned()))
        };
        case.publication.lines.iter().filter_map(ready).collect()
    }

    /// The ranges as the advisory says them: each line ends in what was released of it.
    pub fn affected_as_released(&self) -> Vec<Affected> {
        released_form(&self.affected(), &self.releases())
    }

    /// Where what was determined and what came of it differ, a sentence for each: another version was released, or none where one is
    /// named.
    pub fn told_apart(&self, policy: &Policy, now: Timestamp) -> Vec<String> {
        let ranges = self.affected();
        let apart = told_apart(&ranges, &self.releases());
        apart.into_iter().chain(self.case.publication.unreleased(&ranges, policy, now)).collect()
    }

    /// What whoever writes or approves a draft of it should look at twice, beside `others` that are public: a name that was to stay out, an
    /// id that stands elsewhere or is not public yet.
    pub fn doubts(&self, draft: &Draft, others: &[Published]) -> Vec<String> {
        let mut doubts = self.refused_names(draft);
        doubts.extend(draft.doubtful_names(&(&self.case.id).into(), others));
        doubts
    }

    /// Where the draft names a reporter who asked not to be named, a sentence for each part.
    fn refused_names(&self, draft: &Draft) -> Vec<String> {
        let publication = &self.case.publication;
        let refused = publication.credit_waits.as_ref().unwrap_or(&publication.credit).is_refused();
        if !refused || !self.case.has_reporter() {
            return Vec::new();
        }
        let report = Report::stored(&serde_json::from_str(self.text(&self.case.report)).unwrap_or_default());
        let named = Known::of(&report).in_draft(draft).into_iter();
        named
            .map(|(part, what)| format!("the reporter asked not to be named, and the {part} may name them: “{what}”"))
            .collect()
    }

    /// The draft as it is saved.
    pub fn draft(&self) -> Option<Draft> {
        self.json(&self.case.publication.draft.as_ref()?.content)
    }

    pub fn newest_score(&self) -> Option<Score> {
        self.score_in(&self.events)
    }

    fn score_in(&self, events: &[Event]) -> Option<Score> {
        let scored = undropped(events).into_iter().rev().find_map(|event| {
            let EventBody::Scored { content, .. } = &event.body else { return None };
            Some(content)
        })?;
        self.json(scored)
    }

    /// The advisory in its final form, as it stands at `now`; `None` while there is no draft. What nobody has said yet is left at
    /// nothing.
    pub fn final_form(&self, policy: &Policy, now: Timestamp) -> Option<Advisory> {
        self.form_of(policy, &self.case, &self.events, now)
    }

    /// The form that a case had once these `events` had happened.
    pub(crate) fn form_of(&self, policy: &Policy, case: &Case, events: &[Event], at: Timestamp) -> Option<Advisory> {
        let draft: Draft = self.json(&case.publication.draft.as_ref()?.content)?;
        Some(self.composed(policy, case, events, draft, at))
    }

    /// The form as it would stand with `draft`, which nobody has saved.
    pub fn form_with(&self, policy: &Policy, draft: Draft, now: Timestamp) -> Advisory {
        self.composed(policy, &self.case, &self.events, draft, now)
    }

    /// Why the form that is being made takes the place of the one that is public.
    pub(super) fn correction(&self, case: &Case, draft: &Draft) -> Option<Correction> {
        let revising = case.publication.revising.as_ref()?;
        let said = |cause: &RevisionCause| match cause {
            RevisionCause::Words(content) => self.text(content).to_owned(),
            RevisionCause::Fact(FactName::ExploitPublic) => "An exploit is public.".to_owned(),
            RevisionCause::Fact(FactName::AttacksObserved) => "Attacks were observed.".to_owned(),
            RevisionCause::Fact(FactName::Public) => "It is public.".to_owned(),
            RevisionCause::Cve => match &draft.cve {
                Some(cve) => format!("Its CVE id is {}.", cve.as_str()),
                None => "Its CVE id is taken out.".to_owned(),
            },
            RevisionCause::Credit => "Who is credited has changed.".to_owned(),
        };
        let why: Vec<String> = revising.causes.iter().map(said).map(sentence).collect();
        Some(Correction { why: why.join(" "), withdraws: revising.withdraws })
    }

    fn composed(&self, policy: &Policy, case: &Case, events: &[Event], draft: Draft, at: Timestamp) -> Advisory {
        let score = self.score_in(events).unwrap_or_default();
        let credits = self.credits(&case.publication.credit);
        let (affected, releases) = (self.affected_of(case), self.releases_of(case));
        let correction = self.correction(case, &draft);
        let fixes = self.fixes_of(case);
        let parts = Parts { score, affected, releases, credits, fixes, correction };
        Advisory::compose(policy, case, draft, parts, at)
    }
}
