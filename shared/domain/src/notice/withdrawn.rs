use super::*;

/// To the handler, or who is on call: the reporter has taken their report back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Withdrawn {}

impl Withdrawn {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("The reporter has withdrawn the report")).say(
            "The reporter has taken their report back, and waits for nothing any more. The problem is not gone with that: read the report, \
             and judge it. If there is nothing in it, close it as withdrawn; if there is, go on, and announce the fix as usual.",
        );
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }
}
