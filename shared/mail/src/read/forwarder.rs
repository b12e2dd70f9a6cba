//! A mailbox that existed before the desk and forwards to it.
//!
//! Forwarding breaks SPF, and often DKIM, so what SES finds says little about the sender. What the forwarder found when
//! the mail came to it does, if it is sure that this forwarder sent the mail:
//!
//! - it knows a secret, the part behind the `+` of the address that it forwards to; only its hash is in the policy. Who
//!   learns the secret can forge results, so it belongs into the forwarder's settings and nowhere else; or
//! - it sealed what it found (ARC, RFC 8617), and SES says that the seals hold.

use super::address::Mailbox;
use super::authentication::{Authentication, judge};
use super::fields::Fields;
use super::results::Results;
use super::verdict::{Findings, Receipt};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// One forwarder of the policy.
#[derive(Clone, Debug)]
pub struct Forwarder {
    pub name: String,
    /// How it names itself in `Authentication-Results`, in lower case: `mx.google.com`. Empty for one that does not.
    pub authserv_id: String,
    /// SHA-256 of the part behind the `+`, in lower case.
    pub secret_sha256: Option<[u8; 32]>,
    /// The `d=` of its ARC seals, in lower case; nothing if it does not seal.
    pub arc_sealer: Option<String>,
}

/// The header fields below SES's own: they may be anybody's words.
#[derive(Default)]
pub(super) struct Claims {
    /// Every `Authentication-Results`, topmost first.
    results: Vec<Results>,
    /// The topmost set of ARC fields: who sealed it, and what it says.
    arc: Option<(String, Results)>,
}

/// The most fields of a kind that are looked at.
const MAX: usize = 20;

impl Claims {
    /// Of the fields below the first `skip`.
    pub(super) fn of(fields: &Fields<'_>, skip: usize) -> Self {
        let below = Fields(fields.0[skip.min(fields.0.len())..].to_vec());
        let read = |name| below.all(name).take(MAX).map(|field| field.text()).collect::<Vec<_>>();
        let results = read("Authentication-Results").iter().map(|text| Results::read(text)).collect();
        Self { results, arc: newest(&read("ARC-Seal"), &read("ARC-Authentication-Results")) }
    }
}

/// The seal and the results with the highest instance, if there is exactly one of each.
fn newest(seals: &[String], results: &[String]) -> Option<(String, Results)> {
    let instance = |text: &String| tag(text, "i").and_then(|i| i.parse::<u8>().ok());
    let highest = seals.iter().chain(results).filter_map(instance).max()?;
    let only = |texts: &[String]| {
        let mut at = texts.iter().filter(|text| instance(text) == Some(highest));
        at.next().filter(|_| at.next().is_none()).cloned()
    };
    let sealer = tag(&only(seals)?, "d")?.to_lowercase();
    let results = only(results)?;
    let (_, said) = results.split_once(';')?;
    Some((sealer, Results::read(said)))
}

/// The value of a tag in `a=1; b=2` (RFC 6376, section 3.2).
fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let pairs = text.split(';').filter_map(|pair| pair.split_once('='));
    pairs.map(|(tag, value)| (tag.trim(), value.trim())).find(|(tag, _)| *tag == name).map(|(_, value)| value)
}

impl Forwarder {
    /// Whether the mail was delivered to the address that only this forwarder knows.
    pub fn sent(&self, receipt: &Receipt) -> bool {
        let local = receipt.recipient.as_deref().and_then(|to| to.rsplit_once('@')).map_or("", |(local, _)| local);
        let (Some(hash), Some((_, secret))) = (&self.secret_sha256, local.split_once('+')) else { return false };
        bool::from(Sha256::digest(secret.to_lowercase().as_bytes()).as_slice().ct_eq(hash.as_slice()))
    }

    /// The forwarder's findings, if this mail is its own.
    fn found<'a>(&self, receipt: &Receipt, claims: &'a Claims) -> Option<&'a Results> {
        let sent = self.sent(receipt);
        // A forwarder removes results in its own name before it adds its own, and adds them above.
        let plain = claims.results.iter().find(|results| results.by == self.authserv_id).filter(|_| sent);
        // Who seals a mail seals it last, whatever it bore before; so the newest set is the forwarder's own.
        let sealed = claims.arc.as_ref().filter(|(sealer, _)| self.arc_sealer.as_ref() == Some(sealer));
        plain.or(sealed.filter(|_| sent || receipt.arc).map(|(_, results)| results))
    }
}

/// Judges by a forwarder's findings; `None` if none forwarded this mail.
pub(super) fn judged(
    forwarders: &[Forwarder],
    receipt: Option<&Receipt>,
    claims: &Claims,
    from: Option<&Mailbox>,
) -> Option<Authentication> {
    let (receipt, from) = (receipt?, from?);
    let results = forwarders.iter().find_map(|forwarder| forwarder.found(receipt, claims))?;
    Some(judge(&Findings::of(results), from))
}
