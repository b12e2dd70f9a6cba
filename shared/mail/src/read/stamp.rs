//! Writes what SES would write above a mail: for the desk on one machine and for tests, so that both go the way of the
//! cloud.

use super::fields::split;
use super::limits::Limits;
use super::verdict::{Envelope, Verdict};
use jiff::Timestamp;

/// A mail that is given in, and the findings that SES is to have made.
pub struct Stamp<'a> {
    pub envelope_from: &'a Envelope,
    pub recipient: &'a str,
    /// SES's own id of the mail.
    pub message_id: &'a str,
    pub at: Timestamp,
    pub spam: Verdict,
    pub virus: Verdict,
    pub spf: Verdict,
    pub dkim: Verdict,
    pub dmarc: Verdict,
}

/// The header fields that SES puts above `mail`, each line with `\r\n`.
///
/// A signature that passes is the mail's own, or one of its sender's domain if it has none.
pub fn ses_headers(stamp: &Stamp<'_>, mail: &[u8]) -> String {
    let from = match stamp.envelope_from {
        Envelope::Address(address) => plain(address),
        Envelope::Null | Envelope::Unknown => String::new(),
    };
    let path = match stamp.envelope_from {
        Envelope::Unknown => String::new(),
        Envelope::Null | Envelope::Address(_) => format!("Return-Path: <{from}>\r\n"),
    };
    let (to, id) = (plain(stamp.recipient), plain(stamp.message_id));
    let host = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let date = stamp.at.strftime("%a, %d %b %Y %H:%M:%S +0000 (UTC)");
    let spf = word(stamp.spf);
    let why = format!("(spfCheck: {host}) client-ip=127.0.0.1; envelope-from={from}; helo={host};");
    let (sender, signer) = domains(mail);
    format!(
        "{path}Received: from {host} ({host} [127.0.0.1])\r\n \
         by inbound-smtp.local.amazonaws.com with SMTP id {id}\r\n \
         for {to};\r\n {date}\r\n\
         X-SES-Spam-Verdict: {spam}\r\nX-SES-Virus-Verdict: {virus}\r\nReceived-SPF: {spf} {why}\r\n\
         Authentication-Results: amazonses.com;\r\n spf={spf} {why}\r\n dkim={dkim} header.i=@{signer};\r\n \
         dmarc={dmarc} header.from={sender};\r\n\
         X-SES-RECEIPT: local\r\nX-SES-DKIM-SIGNATURE: v=1; a=none; d=amazonses.com;\r\n",
        spam = status(stamp.spam),
        virus = status(stamp.virus),
        dkim = word(stamp.dkim),
        dmarc = word(stamp.dmarc),
    )
}

/// The domain of `From`, and of the first signature.
fn domains(mail: &[u8]) -> (String, String) {
    let fields = split(mail, &Limits::default()).map(|(fields, _)| fields).unwrap_or_default();
    let from = fields.first("From").map(|field| field.mailboxes()).unwrap_or_default();
    let sender = from.first().and_then(|(_, address)| address.rsplit_once('@')).map(|(_, domain)| plain(domain));
    let sender = sender.unwrap_or_else(|| "localhost".to_owned()).to_lowercase();
    let signature = fields.text("DKIM-Signature");
    let tags = signature.split(';').filter_map(|tag| tag.split_once('='));
    let signer = tags.map(|(name, value)| (name.trim(), value.trim())).find(|(name, _)| *name == "d");
    let signer = signer.map_or_else(|| sender.clone(), |(_, domain)| plain(domain).to_lowercase());
    (sender, signer)
}

/// Nothing that would end a field or a group.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, ';' | '<' | '>' | '(' | ')' | '"' | '\\')).collect()
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Gray => "none",
    }
}

fn status(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Gray => "GRAY",
    }
}
