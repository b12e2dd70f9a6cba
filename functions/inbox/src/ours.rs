//! What of an answer is the desk's own: what its mails about the case say, and how their head is known.

use desk_domain::id::CaseId;
use desk_domain::notice::quotable;
use desk_domain::policy::Policy;
use desk_mail::read::own::Desk;

/// What an answer of a member may quote.
pub(crate) fn to_members(policy: &Policy, public_url: &str, case: &CaseId) -> Desk {
    known(policy, public_url, case, &quotable::to_members(policy, case))
}

/// What an answer of anybody may quote.
pub(crate) fn to_anybody(policy: &Policy, public_url: &str, case: &CaseId) -> Desk {
    let ours = [quotable::to_members, quotable::to_reporter, quotable::to_parties];
    let letters = ours.map(|letters| letters(policy, case)).concat();
    known(policy, public_url, case, &letters)
}

fn known(policy: &Policy, public_url: &str, case: &CaseId, letters: &[String]) -> Desk {
    let name = format!("{} security team", policy.project.name);
    let (local, domain) = policy.contacts.security.rsplit_once('@').unwrap_or((&policy.contacts.security, ""));
    let token = format!("{local}+");
    let at = format!("@{domain}");
    let links = [public_url, policy.project.desk_url.as_str()].map(|url| format!("{url}/"));
    let links = [links[0].as_str(), links[1].as_str(), "/desk/acknowledge?t=", "/desk/cases/"];
    let members = policy.members.iter().map(|member| member.address.as_str());
    let names = [policy.contacts.security.as_str(), &token, &at, &name, case.as_str()];
    let names: Vec<&str> = names.into_iter().chain(members).collect();
    Desk::new(letters, &links, &names)
}
