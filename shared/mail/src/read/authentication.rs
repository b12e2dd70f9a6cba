//! How sure it is that the person named in `From` sent a mail.

use super::address::{Mailbox, aligned};
use super::verdict::{Envelope, Findings, Receipt, Verdict};

/// From the surest to the least. An answer may go to anybody, but only what is at least `Aligned` may speak for a
/// person in a case that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// The domain of `From` says by DMARC who may send for it, and this mail may (RFC 7489).
    Dmarc,
    /// Its domain has no word on it, but SPF or a DKIM signature passed for the same organisation.
    Aligned,
    /// Nothing vouches for the sender.
    Unaligned,
    /// DMARC says that it is forged, or there is not exactly one sender.
    Failed,
}

/// Judges by what SES found.
pub(super) fn by_ses(receipt: Option<&Receipt>, from: Option<&Mailbox>) -> Authentication {
    let (Some(from), receipt) = (from, receipt) else { return Authentication::Failed };
    let Some(receipt) = receipt else { return Authentication::Unaligned };
    let spf_domain = match &receipt.envelope_from {
        Envelope::Null | Envelope::Unknown => None,
        sender @ Envelope::Address(_) => sender.domain().map(str::to_owned),
    };
    let findings = Findings {
        spf: receipt.spf,
        spf_domain,
        dkim: receipt.dkim,
        dkim_domains: receipt.dkim_domains.clone(),
        dmarc: receipt.dmarc,
        dmarc_domain: receipt.dmarc_domain.clone(),
    };
    judge(&findings, from)
}

pub(super) fn judge(findings: &Findings, from: &Mailbox) -> Authentication {
    // Whoever judged may have read another sender than we do: then nothing is known of ours.
    let same = findings.dmarc_domain.as_deref().is_none_or(|domain| domain == from.domain());
    match findings.dmarc {
        Verdict::Pass if same => Authentication::Dmarc,
        // One may have written it in letters and the other in `xn--`.
        Verdict::Pass if !from.domain().is_ascii() => Authentication::Unaligned,
        Verdict::Pass | Verdict::Fail => Authentication::Failed,
        Verdict::Gray => {
            let spf = findings.spf == Verdict::Pass
                && findings.spf_domain.as_deref().is_some_and(|domain| aligned(domain, from.domain()));
            let dkim = findings.dkim_domains.iter().any(|domain| aligned(domain, from.domain()));
            if spf || dkim { Authentication::Aligned } else { Authentication::Unaligned }
        }
    }
}
