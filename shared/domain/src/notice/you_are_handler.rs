use super::*;
use crate::case::event::AssignedBy;
use crate::id::ClockName;

/// To a member: this case is yours now, as its primary handler or its backup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct YouAreHandler {
    pub backup: bool,
    pub by: AssignedBy,
    /// The member who gave it; `None` where the desk did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_by: Option<MemberId>,
    /// Who handed it over with a word, which is sealed beside the notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word_of: Option<MemberId>,
    pub next: Vec<(ClockName, Timestamp)>,
    /// Nobody has acknowledged it yet.
    pub acknowledge_until: Option<Timestamp>,
}

impl YouAreHandler {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, role) = match self.backup {
            false if at.answering == Answering::NobodyToWriteTo => (
                "You are the handler of this case",
                "You are the primary handler of this case: you coordinate the fix, the release and the announcement.",
            ),
            false => (
                "You are the handler of this case",
                "You are the primary handler of this case: you coordinate the fix, \
                       the release and the conversation with the reporter.",
            ),
            true => (
                "You are the backup of this case",
                "You are the backup of this case: you stand in when its handler cannot.",
            ),
        };
        let why = match (self.by, &self.given_by) {
            (AssignedBy::Rota, _) => {
                " Nobody had taken it in time, so it was given to you by rota and load.".to_owned()
            }
            (AssignedBy::Replaced, _) => {
                " The policy no longer names who handled it as one of the triage team, so it was given to you by rota and load.".to_owned()
            }
            (AssignedBy::Member | AssignedBy::TakenOver, Some(by)) => format!(" {} made you so.", at.member_name(by)),
            (AssignedBy::Member | AssignedBy::TakenOver, None) => String::new(),
        };
        let facts: Vec<_> = self.next.iter().map(|(clock, due)| (at.clock_by(clock), at.due(*due))).collect();
        let letter = Letter::new(at.subject(subject)).say(format!("{role}{why}"));
        let letter = if facts.is_empty() { letter } else { letter.facts(facts) };
        let letter = match (&self.word_of, at.text) {
            (Some(giver), Some(words)) => letter.say(format!("{} writes:", at.member_name(giver))).words(words),
            (Some(giver), None) => {
                letter.say(format!("{} left a word, which stands on the case.", at.member_name(giver)))
            }
            (None, _) => letter,
        };
        let letter = match &at.links.acknowledge {
            Some(url) => letter.link("Acknowledge now (you see the message before it is sent)", url),
            None => letter,
        };
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }
}
