//! Reply tokens: what joins an answer to a case, and nothing else does.
//!
//! Every message has a `Reply-To` of its own: `security+r-20267k3qf-<tag>@example.org`. It says for whom it was made and which
//! case it speaks of; the tag (128 bits of HMAC-SHA256 over both) says that the desk made it. What anybody can write, the case
//! id in a subject, an `In-Reply-To`, a plus-address without its tag, joins nothing to anything.
//!
//! The project's prefix is left out, and a person is named by a digest, so that the local part keeps within the 64 octets of
//! RFC 5321 (4.5.3.1.1) for a mailbox name of up to [`NAME_BYTES`](desk_domain::policy::NAME_BYTES), which the policy's reader sees to.

use std::str::FromStr;

use desk_domain::case::Recipient;
use desk_domain::id::{CaseId, Prefix};
use desk_domain::policy::Policy;
use desk_keys::{LinkKey, Links};

/// Stands for the case where a message speaks of none.
const NO_CASE: &str = "000000000";

/// What a token says.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// `None` for a message that spoke of no case.
    pub case: Option<CaseId>,
    /// For whom it was made.
    pub made_for: Recipient,
}

/// The `Reply-To` of a message to `recipient`; `None` where an answer goes elsewhere: to a list, or to nobody.
pub fn reply_to(policy: &Policy, key: &LinkKey, case: Option<&CaseId>, recipient: &Recipient) -> Option<String> {
    let who = who(recipient)?;
    let (name, domain) = policy.contacts.security.rsplit_once('@')?;
    let tag = key.tag(&signed(case, recipient));
    Some(format!("{name}+{who}-{}-{tag}@{domain}", short(case)))
}

/// The token that one of the `suffixes` of an address is, when the desk made it.
pub async fn verified(policy: &Policy, links: &Links, suffixes: &[String]) -> Option<Token> {
    for suffix in suffixes {
        let Some((token, tag)) = claimed(policy, suffix) else { continue };
        if links.has_tag(&signed(token.case.as_ref(), &token.made_for), tag).await {
            return Some(token);
        }
    }
    None
}

/// What a suffix says, whoever made it.
fn claimed<'s>(policy: &Policy, suffix: &'s str) -> Option<(Token, &'s str)> {
    let mut parts = suffix.split('-');
    let (who, case, tag) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let case = match case {
        NO_CASE => None,
        case => Some(long(&policy.project.prefix, case)?),
    };
    Some((Token { case, made_for: named(policy, &who.to_ascii_lowercase())? }, tag))
}

/// What the tag is over: the names in full.
fn signed(case: Option<&CaseId>, recipient: &Recipient) -> String {
    let recipient = serde_json::to_string(recipient).expect("recipients are plain data");
    format!("reply\n{}\n{recipient}", case.map_or("", CaseId::as_str))
}

fn who(recipient: &Recipient) -> Option<String> {
    Some(match recipient {
        Recipient::Reporter => "r".to_owned(),
        Recipient::Member(id) => format!("m{}", digest(id.as_str())),
        Recipient::Maintainer(package) => format!("t{}", digest(package.as_str())),
        Recipient::Outside => "x".to_owned(),
        Recipient::Operator => "o".to_owned(),
        Recipient::Pager(_) | Recipient::List(_) | Recipient::Canary => return None,
    })
}

/// Whom a digest names today: who left the policy has no token any more (T16).
fn named(policy: &Policy, who: &str) -> Option<Recipient> {
    let members = || policy.members.iter().map(|m| Recipient::Member(m.id.clone()));
    let maintainers = || policy.third_party.iter().map(|t| Recipient::Maintainer(t.package.clone()));
    let others = [Recipient::Reporter, Recipient::Outside, Recipient::Operator];
    let mut all = others.into_iter().chain(members()).chain(maintainers());
    all.find(|recipient| self::who(recipient).as_deref() == Some(who))
}

/// 24 bits: enough to tell the people of one policy apart; the tag is over the whole name.
fn digest(name: &str) -> String {
    desk_keys::sha256_hex(name.as_bytes())[..6].to_owned()
}

/// `EXP-2026-7K3QF` → `20267k3qf`.
fn short(case: Option<&CaseId>) -> String {
    let text = case.and_then(|case| case.as_str().split_once('-')).map_or(NO_CASE, |(_, rest)| rest);
    text.replace('-', "").to_ascii_lowercase()
}

fn long(prefix: &Prefix, short: &str) -> Option<CaseId> {
    let (year, tail) = short.split_at_checked(4)?;
    CaseId::from_str(&format!("{prefix}-{year}-{}", tail.to_ascii_uppercase())).ok()
}

#[cfg(test)]
mod tests {
    use desk_domain::policy::NAME_BYTES;

    use super::*;

    const POLICY: &str = include_str!("../../../infra/policies/express.toml");

    #[test]
    fn a_token_is_verified_for_whom_it_was_made() {
        let (policy, key) = (Policy::from_toml(POLICY).unwrap(), LinkKey::ephemeral());
        let case: CaseId = "EXP-2026-7K3QF".parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = |suffix: &str| runtime.block_on(verified(&policy, &Links::fixed(key.clone()), &[suffix.to_owned()]));
        let all = [
            Recipient::Reporter,
            Recipient::Member("alice".parse().unwrap()),
            Recipient::Maintainer("helmet".parse().unwrap()),
            Recipient::Outside,
            Recipient::Operator,
        ];
        for made_for in all {
            for case in [Some(&case), None] {
                let address = reply_to(&policy, &key, case, &made_for).unwrap();
                let (local, domain) = address.rsplit_once('@').unwrap();
                let suffix = local.strip_prefix("security+").unwrap();
                assert_eq!(domain, "expressjs.com");
                assert!(local.len() - "security".len() + NAME_BYTES <= 64, "{local}");
                let token = Token { case: case.cloned(), made_for: made_for.clone() };
                assert_eq!(read(suffix), Some(token.clone()));
                assert_eq!(read(&suffix.to_ascii_uppercase()), Some(token), "some servers change the size of letters");
                let other = suffix.replacen(&suffix[..1], if made_for == Recipient::Reporter { "o" } else { "r" }, 1);
                assert_eq!(read(&other), None, "made for another");
            }
        }
        let ours = reply_to(&policy, &key, Some(&case), &Recipient::Reporter).unwrap();
        let suffix = ours.strip_prefix("security+").unwrap().split_once('@').unwrap().0;
        assert_eq!(read(&suffix.replace("7k3qf", "7k3qg")), None, "another case");
        assert_eq!(read(&suffix[..suffix.len() - 1]), None);
        for nothing in
            ["", "-", "r", "r-20267k3qf", "r-20267k3qf-", "r-é-x", "m000000-20267k3qf-aaaaaaaaaaaaaaaaaaaaaaaaaa"]
        {
            assert_eq!(read(nothing), None);
        }
    }

    #[test]
    fn an_answer_to_a_list_is_the_lists() {
        let (policy, key) = (Policy::from_toml(POLICY).unwrap(), LinkKey::ephemeral());
        let list = Recipient::List("express-mailing-list".parse().unwrap());
        assert_eq!(reply_to(&policy, &key, None, &list), None);
    }
}
