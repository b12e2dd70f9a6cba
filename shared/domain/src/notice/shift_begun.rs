use super::digest::{BOARD, DigestRow, Listed};
use super::*;

/// To who is on call from now on: what is theirs by that. Who handles nothing and is told nothing looks at nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftBegun {
    /// Until when, by what is known now.
    pub until: Timestamp,
    /// Who was on call before; `None` where nobody was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<MemberId>,
    /// Cases that nobody handles.
    pub unassigned: Listed<DigestRow>,
    /// Cases of which neither the handler nor a backup is there.
    pub stands_in: Listed<DigestRow>,
}

impl ShiftBegun {
    /// Whether nothing waits for them.
    pub fn is_empty(&self) -> bool {
        self.unassigned.count + self.stands_in.count == 0
    }

    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let cases = match self.unassigned.count + self.stands_in.count {
            1 => "1 case waits".to_owned(),
            count => format!("{count} cases wait"),
        };
        let before = match &self.before {
            Some(before) => format!("Until now it was {}.", at.member_name(before)),
            None => "Until now it was nobody.".to_owned(),
        };
        let row = |row: &DigestRow| (row.case.to_string(), row.said(at));
        let letter = Letter::new(at.subject(&format!("You are on call now: {cases}"))).say(format!(
            "You are on call until {}. {before} This is what is yours by that, the soonest due first.",
            at.due(self.until)
        ));
        let letter =
            self.unassigned.said(letter, "Nobody handles these; take them, or see that somebody does", BOARD, row);
        let letter =
            self.stands_in.said(letter, "You stand in for whoever handles these, who is not there", BOARD, row);
        letter.link("All open cases on the desk", &at.links.board).sign(at.team_signature())
    }
}
