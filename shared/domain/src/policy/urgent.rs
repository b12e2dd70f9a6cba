//! What the list of what to do now, where a problem is public or attacked, says of each step ([`crate::case::UrgentStep`]): as the
//! policy words it, or as here.

use serde::{Deserialize, Serialize};

use super::Policy;

/// What stands for the name of a duty in its words.
pub const DUTY: &str = "{duty}";

/// Which step, as the policy writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UrgentKind {
    Accept,
    Severity,
    Reporter,
    Embargo,
    Advisory,
    Release,
    Announce,
    Reopen,
    Duty,
}

/// A step in the policy's own words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UrgentWords {
    pub step: UrgentKind,
    pub words: String,
}

impl UrgentKind {
    /// What it says where the policy says nothing.
    pub const fn usual(self) -> &'static str {
        match self {
            UrgentKind::Accept => "decide whether it is a vulnerability, and take its fix on",
            UrgentKind::Severity => "say how severe it is",
            UrgentKind::Reporter => "write to the reporter what changes",
            UrgentKind::Embargo => "decide whether the embargo ends now",
            UrgentKind::Advisory => "write down what users can do until there is a fix, and ask for a CVE id",
            UrgentKind::Release => "bring the release forward, and say when it is",
            UrgentKind::Announce => "decide whether to announce before the fix, and do it",
            UrgentKind::Reopen => "see whether it was right to close the case, and take it up again",
            UrgentKind::Duty => "{duty}: do it, and record that it is done",
        }
    }
}

impl Policy {
    /// What the list says of a step; of a duty, [`DUTY`] stands for its name.
    pub fn urgent_words(&self, step: UrgentKind) -> &str {
        let own = self.urgent_steps.iter().find(|row| row.step == step);
        own.map_or(step.usual(), |row| &row.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::UrgentStep;

    const MINIMAL: &str = include_str!("../../../../infra/policies/minimal.toml");

    #[test]
    fn what_to_do_now_is_in_the_policys_words_or_in_ours() {
        let with = |rows: &str| format!("{MINIMAL}\n{rows}\n");
        let row = |step: &str, words: &str| format!("[[urgent_steps]]\nstep = \"{step}\"\nwords = \"{words}\"\n");
        let own = with(&(row("advisory", "call the CNA") + &row("duty", "file {duty}")));
        let policy = Policy::from_toml(&own).unwrap_or_else(|e| panic!("{e}"));
        let clock = policy.clocks[0].name.clone();
        let said = |step: UrgentStep| step.words(&policy);
        assert_eq!(said(UrgentStep::Advisory), "call the CNA");
        assert_eq!(said(UrgentStep::Severity), "say how severe it is");
        assert_eq!(said(UrgentStep::Duty(clock)), "file acknowledgement");
        let wrong = with(
            &[
                row("advisory", ""),
                row("advise", "call the CNA"),
                row("release", "{duty} first"),
                row("duty", "file it"),
                row("duty", "file {duty}"),
                row("accept", "take it\\non"),
            ]
            .concat(),
        );
        let found: Vec<String> = Policy::from_toml(&wrong)
            .expect_err("each is wrong")
            .0
            .into_iter()
            .map(|wrong| format!("{} {}", wrong.pointer, wrong.detail))
            .collect();
        let expected = [
            "/urgent_steps/0/words is required",
            "/urgent_steps/1/step must be one of: accept, severity, reporter, embargo, advisory, release, announce, reopen, duty",
            "/urgent_steps/2/words cannot have {duty} in it: that is for the step duty",
            "/urgent_steps/3/words must have {duty} in it, once: there the name of the duty stands",
            "/urgent_steps/4/step `duty` is already the step of urgent_steps[3]",
            "/urgent_steps/5/words must be one line",
        ];
        assert_eq!(found, expected);
    }
}
