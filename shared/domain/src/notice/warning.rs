use super::*;
use crate::id::ClockName;
use crate::policy::{ClockKind, Starts};

/// To a level of the team: a due time comes near.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    pub clock: ClockName,
    pub due_at: Timestamp,
    pub promise: bool,
    pub acknowledge_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

impl Warning {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject(&self.what(at))).say(self.text(&at.owed(&self.clock), at));
        let letter = Standing::said(self.standing.as_ref(), letter, self.due(at), at);
        let letter = match at.links.acknowledge.as_ref().filter(|_| at.recipient.member().is_some()) {
            Some(url) => letter.link("Acknowledge now (you see the message before it is sent)", url),
            None => letter,
        };
        who_can_act(letter, at, at.step_of_clock(&self.clock)).sign(at.team_signature())
    }

    fn text(&self, what: &str, at: &Setting<'_>) -> String {
        match at.policy.clock(&self.clock).map(|row| row.starts) {
            Some(Starts::DisclosurePlanned) => {
                return "The reporter means to publish by the time below. Please see that our advisory comes before, or agree on \
                        another with them."
                    .to_owned();
            }
            Some(Starts::EmbargoActive) => {
                return "The embargo ends at the time below, by itself; from then on nothing holds anybody back from publishing. Please see \
                        that the advisory is ready by then, or propose another end."
                    .to_owned();
            }
            Some(Starts::ReleasePlanned) => {
                return "The release is planned by the time below, and the reporter was told so. If it cannot be kept, plan \
                        another: they hear of it."
                    .to_owned();
            }
            _ => {}
        }
        match (self.promise, at.policy.clock_kind(&self.clock)) {
            (true, _) => format!(
                "Still to come: {what}. It is promised to the reporter by the security policy and does not move."
            ),
            (false, ClockKind::Handler) => {
                "Nobody handles this case yet. When the time is over, it is given to someone by rota and load."
                    .to_owned()
            }
            (false, ClockKind::Acknowledgement | ClockKind::DetailedResponse | ClockKind::Duty) => {
                format!("Still to come: {what}. The policy asks for it.")
            }
        }
    }
}

/// Members get the way to the desk, and to the step that is asked for, where there is one; who is outside the team is told what to do instead.
pub(super) fn who_can_act(letter: Letter, at: &Setting<'_>, step: Option<(&str, &str)>) -> Letter {
    match at.recipient {
        Recipient::Member(_) | Recipient::Pager(_) | Recipient::Reporter => match step {
            // The button that acknowledges stands above, and needs no sign-in.
            Some((label, path)) if at.links.acknowledge.is_none() => at.led_to(letter, label, path),
            Some(_) | None => letter.link("Open the case on the desk", &at.links.desk_case),
        },
        Recipient::Outside => letter.say(
            "You are named in the policy as the contact outside the team. Please reach a member of the team by any other \
             way that you have; this mail gives you access to nothing.",
        ),
        // No ladder leads to a list, to those who maintain another module or were invited, or to nobody.
        Recipient::List(_) | Recipient::Maintainer(_) | Recipient::Party(_) | Recipient::Canary => letter,
        Recipient::Operator => letter.say(
            "You run this system and read no case. Nobody of the team could be reached by the policy's own ladder: please \
             see that its members, rota and away times are right.",
        ),
    }
}
