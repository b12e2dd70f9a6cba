//! Whole mails, read as the desk reads them.

mod automatic_mail;
mod content;
mod nasty;
mod senders;

use super::*;

fn mail(raw: impl AsRef<[u8]>) -> Mail {
    match read(raw.as_ref(), &Limits::default()) {
        Read::Mail(mail) => *mail,
        Read::Unreadable { why, .. } => panic!("unreadable: {why}"),
    }
}

fn unreadable(raw: impl AsRef<[u8]>) -> &'static str {
    match read(raw.as_ref(), &Limits::default()) {
        Read::Mail(_) => panic!("readable"),
        Read::Unreadable { why, .. } => why,
    }
}

fn stamped(envelope_from: &Envelope, verdicts: [Verdict; 3], mail: &str) -> String {
    let [spf, dkim, dmarc] = verdicts;
    let stamp = Stamp {
        envelope_from,
        recipient: "desk+s3cret@in.example.org",
        message_id: "abc123",
        at: "2026-11-22T12:00:00Z".parse().unwrap(),
        spam: Verdict::Pass,
        virus: Verdict::Pass,
        spf,
        dkim,
        dmarc,
    };
    ses_headers(&stamp, mail.as_bytes()) + mail
}
