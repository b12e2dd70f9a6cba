use super::*;
use crate::case::event::FactName;
use crate::case::publication::RevisionCause;

/// To those who may approve: what is published is to be put anew. It says why, but for a person's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrectionBegun {
    pub why: Begun,
    /// The advisory is to hold no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdraws: bool,
}

/// What a correction was begun for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Begun {
    /// A member says so.
    By(MemberId),
    Fact(FactName),
    /// The reporter wishes to be named, or named otherwise.
    Credit,
}

impl Begun {
    /// `None` where it is told otherwise: whoever writes a CVE id into it has written the advisory anew.
    pub(super) fn of(cause: &RevisionCause, by: Option<MemberId>) -> Option<Begun> {
        Some(match cause {
            RevisionCause::Words(_) => Begun::By(by?),
            RevisionCause::Fact(fact) => Begun::Fact(*fact),
            RevisionCause::Cve => return None,
            RevisionCause::Credit => Begun::Credit,
        })
    }
}

impl CorrectionBegun {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let is_theirs = matches!(self.why, Begun::By(_));
        let what = match (&self.why, self.withdraws) {
            (Begun::By(by), true) => format!("{} has begun to withdraw the advisory of this case.", at.member_name(by)),
            (Begun::By(by), false) => format!("{} has begun to correct the advisory of this case.", at.member_name(by)),
            (Begun::Fact(fact), _) => {
                format!(
                    "{} That was recorded after the advisory was published, and is not said there yet.",
                    capital(fact.is_known())
                )
            }
            (Begun::Credit, _) => {
                "The reporter has said how to be named in the advisory, which is published already.".to_owned()
            }
        };
        let then = match is_theirs {
            true => "It is published only in a form that somebody else approves; until then everything stays as it is.",
            false => {
                "The desk has begun a correction that says so. It needs one approval and is published then; until then everything \
                      stays as it is."
            }
        };
        let letter = Letter::new(at.subject("A correction of the advisory waits for approval")).say(what).say(then);
        at.led_to(letter, "See what changes, and approve it", step::APPROVE).sign(at.team_signature())
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
