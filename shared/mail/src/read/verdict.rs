//! What Amazon SES found when it took a mail in.
//!
//! SES puts its own header fields above all that the sender wrote, and this is how they are told from those that a
//! sender wrote to look like them:
//!
//! 1. `Return-Path`, which may be missing;
//! 2. `Received: from … by inbound-smtp.<region>.amazonaws.com with SMTP id <id> for <recipient>; <date>`: it must be the
//!    first field, or the second after `Return-Path`; else nothing is from SES;
//! 3. then, each once at most and in this order: `X-SES-Spam-Verdict`, `X-SES-Virus-Verdict` (both only where the rule
//!    scans), `Received-SPF`, `Authentication-Results` (of `amazonses.com`), `X-SES-RECEIPT`, `X-SES-DKIM-SIGNATURE`.
//!
//! The block ends at the first field that does not fit. SES closes it with `X-SES-RECEIPT`; if that does not come, the
//! end cannot be told from what the sender wrote, and no verdict is believed.

use super::address::normal;
use super::fields::{Field, Fields};
use super::results::{Found, Results};
use jiff::Timestamp;
use std::net::IpAddr;

/// One finding of SES. What is neither clear nor examined is `Gray`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Fail,
    Gray,
}

/// Who gave the mail in (the SMTP `MAIL FROM`).
#[derive(Clone, PartialEq, Eq)]
pub enum Envelope {
    /// SES wrote nothing that can be read.
    Unknown,
    /// `<>`: nobody may be answered (RFC 5321, section 4.5.5).
    Null,
    Address(String),
}

impl Envelope {
    pub(super) fn domain(&self) -> Option<&str> {
        match self {
            Self::Address(address) => address.rsplit_once('@').map(|(_, domain)| domain),
            Self::Unknown | Self::Null => None,
        }
    }
}

/// What SES wrote above a mail.
pub struct Receipt {
    /// When SES had taken it in.
    pub received_at: Option<Timestamp>,
    /// The address of the host that handed it to SES.
    pub sent_from: Option<IpAddr>,
    /// To whom it was delivered (the SMTP `RCPT TO`).
    pub recipient: Option<String>,
    pub envelope_from: Envelope,
    pub spam: Verdict,
    pub virus: Verdict,
    /// For the domain of `envelope_from`.
    pub spf: Verdict,
    pub dkim: Verdict,
    /// The domains of the signatures that passed, in lower case.
    pub dkim_domains: Vec<String>,
    pub dmarc: Verdict,
    /// The domain that DMARC was judged for, in lower case.
    pub dmarc_domain: Option<String>,
    /// SES says that a chain of ARC seals (RFC 8617) is whole. It may never say so.
    pub arc: bool,
    /// How many fields are SES's, from the top.
    pub fields: usize,
}

/// The fields after `Received`, in the order in which SES writes them.
const BLOCK: [&str; 6] = [
    "X-SES-Spam-Verdict",
    "X-SES-Virus-Verdict",
    "Received-SPF",
    "Authentication-Results",
    "X-SES-RECEIPT",
    "X-SES-DKIM-SIGNATURE",
];

impl Receipt {
    /// What SES wrote, or nothing if SES did not take this mail in.
    pub(super) fn of(fields: &Fields<'_>) -> Option<Self> {
        let first = fields.0.first()?;
        let path = first.is("Return-Path").then_some(first);
        let above = usize::from(path.is_some());
        let received = fields.0.get(above).filter(|field| field.is("Received"))?.text();
        let from = by_ses(&received)?;
        let count = block_len(&fields.0[above + 1..]);
        let block = Fields(fields.0[above + 1..above + 1 + count].to_vec());
        let mut receipt = Self {
            received_at: received.rsplit_once(';').and_then(|(_, date)| instant(date)),
            sent_from: sent_from(&received),
            recipient: recipient(&received),
            envelope_from: path.map_or(Envelope::Unknown, envelope),
            spam: status(&block.text("X-SES-Spam-Verdict")),
            virus: status(&block.text("X-SES-Virus-Verdict")),
            spf: Verdict::Gray,
            dkim: Verdict::Gray,
            dkim_domains: Vec::new(),
            dmarc: Verdict::Gray,
            dmarc_domain: None,
            arc: false,
            fields: above + 1 + count,
        };
        let results = Results::read(&block.text("Authentication-Results"));
        if results.by == "amazonses.com" && receipt.is_plain(from) {
            let findings = Findings::of(&results);
            receipt.spf = findings.spf;
            receipt.dkim = findings.dkim;
            receipt.dkim_domains = findings.dkim_domains;
            receipt.dmarc = findings.dmarc;
            receipt.dmarc_domain = findings.dmarc_domain;
            receipt.arc = results.of("arc").any(|found| found.result == "pass");
        }
        Some(receipt)
    }

    /// SES repeats the greeting and the envelope's sender in its results without quotes. Where either holds a character
    /// that could end a group there, what follows may be the sender's words.
    fn is_plain(&self, greeting: &str) -> bool {
        let fine = |text: &str| !text.contains([';', '"', '(', ')', '\\']) && !text.contains(char::is_whitespace);
        let sender = match &self.envelope_from {
            Envelope::Address(address) => fine(address),
            Envelope::Null => true,
            Envelope::Unknown => false,
        };
        sender && fine(greeting)
    }
}

/// The name with which the sending host greeted, if SES wrote this `Received`.
fn by_ses(received: &str) -> Option<&str> {
    let (from, rest) = received.strip_prefix("from ")?.split_once(" by inbound-smtp.")?;
    let (region, rest) = rest.split_once(".amazonaws.com with SMTP id ")?;
    let named = region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (named && !rest.is_empty()).then(|| from.split_once(' ').map_or(from, |(greeting, _)| greeting))
}

/// The address that SES wrote behind that name, and behind what the name server calls it: `from greeting (name [192.0.2.1]) by`.
fn sent_from(received: &str) -> Option<IpAddr> {
    let words: Vec<&str> = received.split_whitespace().take(6).collect();
    let ["from", _, _, address, "by", by] = words[..] else { return None };
    if !by.starts_with("inbound-smtp.") {
        return None;
    }
    let address = address.strip_prefix('[')?.strip_suffix("])")?;
    address.strip_prefix("IPv6:").unwrap_or(address).parse().ok()
}

/// How many fields are SES's; none unless they are closed.
fn block_len(fields: &[Field<'_>]) -> usize {
    let mut next = 0;
    let mut count = 0;
    let mut closed = false;
    for field in fields {
        let Some(place) = BLOCK[next..].iter().position(|name| field.is(name)) else { break };
        next += place + 1;
        count += 1;
        closed = next >= 5;
    }
    if closed { count } else { 0 }
}

/// `… for <recipient>; <date>`
fn recipient(received: &str) -> Option<String> {
    let (before, _) = received.rsplit_once(';')?;
    let (_, named) = before.rsplit_once(" for ")?;
    normal(named.trim().trim_start_matches('<').trim_end_matches('>'))
}

fn envelope(path: &Field<'_>) -> Envelope {
    let text = path.text();
    match text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(&text).trim() {
        "" => Envelope::Null,
        address => normal(address).map_or(Envelope::Unknown, Envelope::Address),
    }
}

/// A date as mail writes it (RFC 5322, section 3.3).
fn instant(date: &str) -> Option<Timestamp> {
    let date = mail_parser::DateTime::parse_rfc822(date.trim()).filter(mail_parser::DateTime::is_valid)?;
    Timestamp::from_second(date.to_timestamp()).ok()
}

/// `PASS`, `FAIL`, `GRAY`, `PROCESSING_FAILED`, `DISABLED`, or nothing.
fn status(value: &str) -> Verdict {
    match value.to_ascii_uppercase().as_str() {
        "PASS" => Verdict::Pass,
        "FAIL" => Verdict::Fail,
        _ => Verdict::Gray,
    }
}

/// What one `Authentication-Results` says, whoever wrote it.
pub(super) struct Findings {
    pub spf: Verdict,
    /// The domain of the envelope's sender, if it is named.
    pub spf_domain: Option<String>,
    pub dkim: Verdict,
    pub dkim_domains: Vec<String>,
    pub dmarc: Verdict,
    pub dmarc_domain: Option<String>,
}

impl Findings {
    pub(super) fn of(results: &Results) -> Self {
        // SPF of the greeting says nothing about the sender.
        let named = |found: &&Found| found.property("smtp.mailfrom").is_some() || found.property("smtp.helo").is_none();
        let spf: Vec<&Found> = results.of("spf").filter(named).collect();
        let dmarc: Vec<&Found> = results.of("dmarc").collect();
        let dkim: Vec<Verdict> = results.of("dkim").map(result).collect();
        let passed = results.of("dkim").filter(|found| result(found) == Verdict::Pass);
        Self {
            spf: worst(spf.iter().map(|found| result(found))),
            spf_domain: spf.first().and_then(|found| found.property("smtp.mailfrom")).map(domain),
            dkim: match dkim.contains(&Verdict::Pass) {
                true => Verdict::Pass,
                false => worst(dkim.into_iter()),
            },
            dkim_domains: passed
                .filter_map(|found| found.property("header.d").or(found.property("header.i")).map(domain))
                .collect(),
            dmarc: worst(dmarc.iter().map(|found| result(found))),
            dmarc_domain: dmarc.iter().find_map(|found| found.property("header.from")).map(domain),
        }
    }
}

/// Honest writers give one result of a method; of two that differ the better one may be forged.
fn worst(results: impl Iterator<Item = Verdict>) -> Verdict {
    let mut worst = None;
    for result in results {
        worst = match (worst, result) {
            (Some(Verdict::Fail), _) | (_, Verdict::Fail) => Some(Verdict::Fail),
            (Some(Verdict::Gray), _) | (_, Verdict::Gray) => Some(Verdict::Gray),
            _ => Some(Verdict::Pass),
        };
    }
    worst.unwrap_or(Verdict::Gray)
}

fn result(found: &Found) -> Verdict {
    match found.result.as_str() {
        "pass" => Verdict::Pass,
        "fail" | "hardfail" | "policy" => Verdict::Fail,
        _ => Verdict::Gray,
    }
}

/// `a@b`, `@b` or `b`
fn domain(value: &str) -> String {
    value.rsplit_once('@').map_or(value, |(_, domain)| domain).trim_end_matches('.').to_lowercase()
}
