//! The policy's file: which one is meant, and everything that is wrong with it. What is refused here starts no desk.

use std::path::{Path, PathBuf};

use desk_domain::policy::{Member, Policy, PolicyProblem, PolicyProblems};
use desk_mail::openpgp::PublicKey;
use desk_runtime::{Clock, var};
use jiff::{SignedDuration, Timestamp};

use crate::Failure;

/// Names the file where `--policy` does not.
pub const VARIABLE: &str = "DESK_POLICY";
/// The file of the current folder, which is meant where nothing names another.
pub const HERE: &str = "policy.toml";

/// So long nobody may be missing from the rota: of shorter gaps the desk tells in time.
const COVERED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A file's text, and what it is called.
///
/// # Errors
/// When none is named or there, or it cannot be read.
pub fn text(named: Option<&Path>) -> Result<(String, String), Failure> {
    let path = match (named, var(VARIABLE)) {
        (Some(path), _) => path.to_owned(),
        (None, Ok(path)) => PathBuf::from(path),
        (None, Err(_)) if Path::new(HERE).exists() => PathBuf::from(HERE),
        (None, Err(_)) => return Err(Failure(NONE.to_owned())),
    };
    let name = path.display().to_string();
    std::fs::read_to_string(&path).map(|text| (text, name.clone())).map_err(|e| Failure::of(&name, e))
}

const NONE: &str = "no policy is named. The desk keeps the promises of a project’s security policy, which is one file: who takes \
                    reports, within which times they are answered, which releases get fixes.\n  desk init                  asks five \
                    questions and writes policy.toml to begin with\n  desk serve --policy FILE   starts the desk under one\nDESK_POLICY \
                    names it too, and policy.toml in this folder is found by itself.";

/// Reads a policy.
///
/// # Errors
/// Names the file and every problem in it.
pub fn read(named: Option<&Path>) -> Result<Policy, Failure> {
    let (text, name) = text(named)?;
    checked(&text).map_err(|problems| Failure(refused(&name, &problems)))
}

/// How a file is refused, wherever it is.
pub fn refused(name: &str, problems: &PolicyProblems) -> String {
    format!("{name} is not a valid policy:\n{problems}")
}

/// A policy with nothing wrong in it, today.
///
/// # Errors
/// Every problem, with its place.
pub fn checked(text: &str) -> Result<Policy, PolicyProblems> {
    checked_at(text, Clock::system().now())
}

fn checked_at(text: &str, now: Timestamp) -> Result<Policy, PolicyProblems> {
    let policy = Policy::from_toml(text)?;
    let problems: Vec<_> = uncovered(&policy, text, now).into_iter().chain(unusable_keys(&policy, text, now)).collect();
    if problems.is_empty() { Ok(policy) } else { Err(PolicyProblems(problems)) }
}

/// A rota of which nobody is there.
fn uncovered(policy: &Policy, text: &str, now: Timestamp) -> Option<PolicyProblem> {
    let until = now.saturating_add(COVERED).unwrap_or(Timestamp::MAX);
    let watches = policy.watches(now, until);
    if watches.iter().any(|watch| watch.on_call.is_some()) {
        return None;
    }
    let rota = text.find("[rota]").unwrap_or(0);
    let at = text[rota..].find("order").map_or(rota, |order| rota + order);
    let detail = "is covered by nobody for the next 30 days: all of it are away. Name somebody who is there".to_owned();
    Some(placed(text, at, "/rota/order".to_owned(), detail))
}

/// Members' keys that mail cannot be encrypted to today; the policy's own reader knows no OpenPGP and no today.
fn unusable_keys(policy: &Policy, text: &str, now: Timestamp) -> Vec<PolicyProblem> {
    let problem = |(place, member): (usize, &Member)| {
        let key = member.openpgp_key.as_deref()?;
        let problem = PublicKey::read(key, now).err()?;
        let (pointer, detail) = (format!("/members/{place}/openpgp_key"), format!("cannot be used: {problem}"));
        Some(placed(text, text.find(key).unwrap_or(0), pointer, detail))
    };
    policy.members.iter().enumerate().filter_map(problem).collect()
}

fn placed(text: &str, at: usize, pointer: String, detail: String) -> PolicyProblem {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    PolicyProblem { line, column, pointer, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = include_str!("../../policies/minimal.toml");

    fn away(days: &str) -> String {
        MINIMAL.replace("roles = [\"triage\"", &format!("away = [{days}]\nroles = [\"triage\""))
    }

    #[test]
    fn a_rota_that_nobody_covers_is_a_problem_of_the_file() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let gone = away("{ from = 2026-11-01, until = 2027-02-01 }");
        let problems = checked_at(&gone, now).unwrap_err().0;
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].pointer, "/rota/order");
        let line = gone.lines().position(|line| line.starts_with("order")).unwrap() + 1;
        assert_eq!((problems[0].line, problems[0].column), (line, 1));
        for there in ["{ from = 2026-11-01, until = 2026-12-01 }", "{ from = 2026-12-01, until = 2027-02-01 }"] {
            assert!(checked_at(&away(there), now).is_ok(), "of a gap that ends the desk tells: {there}");
        }
    }

    #[test]
    fn the_policies_that_come_along_are_well() {
        assert!(checked(MINIMAL).is_ok());
        assert!(checked(include_str!("../../policies/express.toml")).is_ok());
    }
}
