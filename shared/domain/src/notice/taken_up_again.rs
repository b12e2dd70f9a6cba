use super::*;
use crate::id::ClockName;

/// To who handles a case or stands in: it is open again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakenUpAgain {
    pub by: MemberId,
    /// What runs again.
    pub next: Vec<(ClockName, Timestamp)>,
}

impl TakenUpAgain {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let by = at.member_name(&self.by);
        let facts: Vec<_> = self.next.iter().map(|(clock, due)| (at.clock_by(clock), at.due(*due))).collect();
        let letter = Letter::new(at.subject("A closed case is open again")).say(format!(
            "{by} took this case up again, which was closed. Why is a note of the case. The reporter was told that it is looked at again, \
             without the reason."
        ));
        let letter = if facts.is_empty() { letter } else { letter.facts(facts) };
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }
}
