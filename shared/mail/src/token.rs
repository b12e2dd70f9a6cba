//! Reply tokens: what joins an answer to a case, and nothing else does.
//!
//! Every message has a `Reply-To` of its own: `security+r-20267k3qf-<tag>@example.org`. It says for whom it was made and which
//! case it speaks of, and, where it was made for the reporter or a party of the case, for which address; the tag (128 bits of
//! HMAC-SHA256 over both) says that the desk made it. What anybody can write, the case id in a subject, an `In-Reply-To`, a
//! plus-address without its tag, joins nothing to anything.
//!
//! The project's prefix is left out, and a person is named by a digest, so that the local part keeps within the 64 octets of
//! RFC 5321 (4.5.3.1.1) for a mailbox name of up to [`NAME_BYTES`](desk_domain::policy::NAME_BYTES), which the policy's reader sees to.

use std::str::FromStr;

use desk_domain::case::Recipient;
use desk_domain::case::party::MOST;
use desk_domain::id::{CaseId, PartyId, Prefix};
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
    /// For which address of the reporter or of a party: a token is not a person, and who was given the mail has it too. `None` in
    /// tokens that are older than this mark, and in those of others, whose addresses the policy names.
    pub address: Option<String>,
}

impl Token {
    /// Whether it was made for somebody who writes from `address`; a token that does not say is whoever's has it.
    pub fn is_of(&self, links: &Links, address: &str) -> bool {
        let marks = || links.address_hashes(address).into_iter().map(|hash| mark(&hash));
        self.address.as_ref().is_none_or(|made_for| marks().any(|mark| mark == *made_for))
    }
}

/// The `Reply-To` of a message to `recipient`; `None` where an answer goes elsewhere: to a list, or to nobody.
/// `to` is the address that the message goes to.
pub fn reply_to(
    policy: &Policy,
    key: &LinkKey,
    case: Option<&CaseId>,
    recipient: &Recipient,
    to: &str,
) -> Option<String> {
    let mut who = who(recipient)?;
    let marked = matches!(recipient, Recipient::Reporter | Recipient::Party(_));
    let address = marked.then(|| mark(&key.address_hashes(to)[0]));
    who.extend(address.iter().map(String::as_str));
    let (name, domain) = policy.contacts.security.rsplit_once('@')?;
    let tag = key.tag(&signed(case, recipient, address.as_deref()));
    Some(format!("{name}+{who}-{}-{tag}@{domain}", short(case)))
}

/// The tokens among the `suffixes` of an address that the desk made: one mail may answer several cases.
pub async fn verified(policy: &Policy, links: &Links, suffixes: &[String]) -> Vec<Token> {
    let mut all = Vec::new();
    for suffix in suffixes {
        let Some((token, tag)) = claimed(policy, suffix) else { continue };
        let text = signed(token.case.as_ref(), &token.made_for, token.address.as_deref());
        if !all.contains(&token) && links.has_tag(&text, tag).await {
            all.push(token);
        }
    }
    all
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
    let who = who.to_ascii_lowercase();
    let (made_for, address) = match marked(&who) {
        Some((made_for, mark)) => (made_for, Some(mark.to_owned())),
        None => (named(policy, &who)?, None),
    };
    Some((Token { case, made_for, address }, tag))
}

/// The reporter, or a party by its letter, and the mark of their address behind that.
fn marked(who: &str) -> Option<(Recipient, &str)> {
    let (name, mark) = who.split_at_checked(who.len().checked_sub(MARK)?)?;
    let party = || lettered().find(|(letter, _)| *letter == name).map(|(_, party)| Recipient::Party(party));
    let made_for = if name == "r" { Some(Recipient::Reporter) } else { party() };
    Some((made_for?, mark))
}

/// The parties of a case, each by one letter: of a local part's 64 bytes (RFC 5321) no more is left. The letters of the others are not
/// among them.
fn lettered() -> impl Iterator<Item = (&'static str, PartyId)> {
    const LETTERS: [&str; MOST] =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "n", "p", "q", "s", "u", "v", "w", "y"];
    LETTERS.into_iter().zip((1..).map(PartyId::nth))
}

/// What the tag is over: the names in full.
fn signed(case: Option<&CaseId>, recipient: &Recipient, address: Option<&str>) -> String {
    let recipient = serde_json::to_string(recipient).expect("recipients are plain data");
    let address = address.map(|mark| format!("\n{mark}")).unwrap_or_default();
    format!("reply\n{}\n{recipient}{address}", case.map_or("", CaseId::as_str))
}

/// How many letters tell one address from another: 24 bits of a hash that nobody without the key can work out.
const MARK: usize = 6;

fn mark(hash: &str) -> String {
    hash[..MARK].to_owned()
}

fn who(recipient: &Recipient) -> Option<String> {
    Some(match recipient {
        Recipient::Reporter => "r".to_owned(),
        Recipient::Member(id) => format!("m{}", digest(id.as_str())),
        Recipient::Maintainer(package) => format!("t{}", digest(package.as_str())),
        Recipient::Party(id) => lettered().find(|(_, party)| party == id)?.0.to_owned(),
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
        let links = Links::fixed(key.clone());
        let read = |suffix: &str| runtime.block_on(verified(&policy, &links, &[suffix.to_owned()])).pop();
        let all = [
            Recipient::Reporter,
            Recipient::Member("alice".parse().unwrap()),
            Recipient::Maintainer("helmet".parse().unwrap()),
            Recipient::Party(PartyId::nth(1)),
            Recipient::Party(PartyId::nth(20)),
            Recipient::Outside,
            Recipient::Operator,
        ];
        for made_for in all {
            for case in [Some(&case), None] {
                let address = reply_to(&policy, &key, case, &made_for, "rita@example.org").unwrap();
                let (local, domain) = address.rsplit_once('@').unwrap();
                let suffix = local.strip_prefix("security+").unwrap();
                assert_eq!(domain, "expressjs.com");
                assert!(local.len() - "security".len() + NAME_BYTES <= 64, "{local}");
                let token = read(suffix).expect("a token");
                assert_eq!((token.case.as_ref(), &token.made_for), (case, &made_for));
                assert!(token.is_of(&links, "Rita@Example.org"));
                let marked = matches!(made_for, Recipient::Reporter | Recipient::Party(_));
                assert_eq!(token.is_of(&links, "mallory@example.net"), !marked);
                assert_eq!(read(&suffix.to_ascii_uppercase()), Some(token), "some servers change the size of letters");
                let other = suffix.replacen(&suffix[..1], if made_for == Recipient::Reporter { "o" } else { "r" }, 1);
                assert_eq!(read(&other), None, "made for another");
            }
        }
        let ours = reply_to(&policy, &key, Some(&case), &Recipient::Reporter, "rita@example.org").unwrap();
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
        assert_eq!(reply_to(&policy, &key, None, &list, "l@example.org"), None);
    }
}
