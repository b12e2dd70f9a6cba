//! What is to be known of a mail, in words for the team.

use desk_domain::case::event::{Hint, Sender};
use desk_domain::id::{CaseId, MemberId};
use desk_pages::{AttachmentLine, MailPart, size};
use desk_view::{AttachmentView, MailView, Signature};

/// How sure it is whose mail it is.
fn sender(sender: Sender) -> &'static str {
    match sender {
        Sender::Dmarc => "Its sender is proven: DMARC passed.",
        Sender::Aligned => "Its sender’s domain has no DMARC record; SPF or DKIM passed for it.",
        Sender::Unaligned => "Nothing proves its sender, and nothing speaks against it.",
        Sender::Failed => "Its sender is not proven: DMARC failed, or it names none or several.",
    }
}

/// The hints, a sentence each.
pub(crate) fn hints(hints: &[Hint]) -> Vec<String> {
    let words = |hint: &Hint| match hint {
        Hint::Names(case) => {
            format!("It names {case} and holds no token that joins it to that case: see whether it belongs there.")
        }
        Hint::Unreadable => "The desk could not read it; only the mail as it came holds it.".to_owned(),
        Hint::OverLimits => "It is over the policy’s limits: only the mail as it came holds all of it.".to_owned(),
        Hint::Encrypted => "It is encrypted.".to_owned(),
        Hint::Spam => "Amazon SES takes it for spam.".to_owned(),
        Hint::Virus => {
            "Amazon SES found a virus in it. An exploit looks like one: open nothing of it outside a sandbox."
                .to_owned()
        }
        Hint::SeenBefore(case) => {
            format!(
                "Another mail with the same Message-ID came before, see {case}: a copy that proved less, or another text."
            )
        }
        Hint::Unanswered => "It asks for no automatic answer, and gets none from the desk.".to_owned(),
        Hint::AnswersElsewhere => {
            "It asks for answers at another address than its sender’s; what the desk sends goes to its sender."
                .to_owned()
        }
        Hint::OtherAddress => "It comes from another address than the one that the desk writes to.".to_owned(),
        Hint::OddSubject => {
            "Its subject looks like one that a program wrote: see whether it is the reporter’s answer.".to_owned()
        }
        Hint::Sealed => {
            "Its text is packed in a form that the desk does not open: only the mail as it came holds it.".to_owned()
        }
        Hint::OthersKey => {
            "It carries an OpenPGP key that does not name its sender: nothing is encrypted to that key.".to_owned()
        }
    };
    hints.iter().map(words).collect()
}

/// What a signature is worth; nothing where there is none.
fn signature(signature: &Signature) -> String {
    match signature {
        Signature::None => "It is not signed.".to_owned(),
        Signature::Good { by } => format!("Its signature is good, by the reporter’s key {by}."),
        Signature::UnknownKey { by: Some(by) } => {
            format!("It is signed by a key that nobody has given the desk ({by}): that proves nothing.")
        }
        Signature::UnknownKey { by: None } => {
            "It is signed by a key that nobody has given the desk: that proves nothing.".to_owned()
        }
        Signature::Bad => "Its signature is bad: it does not belong to what it signs, or not to the desk.".to_owned(),
    }
}

/// A mail as a page shows it: whose it is comes before its hints.
pub(crate) fn part(case: &CaseId, member: &MemberId, mail: &MailView) -> MailPart {
    let href = format!("/desk/cases/{case}/mail/{}", mail.content);
    let attachment = |part: &AttachmentView| AttachmentLine {
        name: part.name.clone(),
        content_type: part.content_type.clone(),
        size: size(part.bytes),
        sha256: part.sha256.clone(),
        href: format!("{href}/attachments/{}", part.index),
    };
    let over = (!mail.over.is_empty() && !mail.hints.contains(&Hint::OverLimits))
        .then(|| hints(&[Hint::OverLimits]).swap_remove(0));
    let unchecked = (mail.signed && mail.opened.is_none())
        .then(|| "It bears a signature that the desk has not checked.".to_owned());
    let mut all: Vec<String> = mail.sender.map(|of| sender(of).to_owned()).into_iter().collect();
    all.extend(mail.from.as_ref().map(|from| format!("From {from}.")));
    if !mail.reply_to.is_empty() {
        all.push(format!("Reply-To {}: nothing is sent there.", mail.reply_to.join(", ")));
    }
    all.extend(hints(&mail.hints));
    all.extend(over);
    all.extend(mail.unread.clone());
    all.extend(mail.opened.as_ref().map(|opened| signature(&opened.signature)));
    all.extend(unchecked);
    MailPart {
        hints: all,
        opened: mail.opened.as_ref().map(|opened| match desk_pages::beginning(&opened.text) {
            Some(begins) => format!("{begins}…\n\n(Its beginning: desk case show {case} has all of it.)"),
            None => opened.text.clone(),
        }),
        attachments: mail.attachments.iter().map(attachment).collect(),
        command: format!("desk case mail {case} --content {} --out FILE --as {member}", mail.content),
        href,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_says_all_that_is_to_be_known_of_it() {
        let mail = MailView {
            content: "raw-1".parse().unwrap(),
            hints: vec![Hint::Names("EXP-2026-00000".parse().unwrap()), Hint::Encrypted],
            sender: Some(Sender::Dmarc),
            from: Some("rita@example.org".into()),
            reply_to: vec!["max@example.net".into()],
            attachments: vec![AttachmentView {
                index: 2,
                name: "poc.js".into(),
                content_type: "text/javascript".into(),
                bytes: 1234,
                sha256: None,
            }],
            over: vec!["attachments".into()],
            encrypted: Some("pgp-mime"),
            opened: None,
            unread: Some("Not now.".into()),
            signed: true,
        };
        let (case, member) = ("EXP-2026-7K3QF".parse().unwrap(), "alice".parse().unwrap());
        let part = part(&case, &member, &mail);
        assert_eq!(part.hints.len(), 8, "{:?}", part.hints);
        assert_eq!(
            (part.hints[0].as_str(), part.hints[6].as_str()),
            ("Its sender is proven: DMARC passed.", "Not now.")
        );
        assert_eq!(part.attachments[0].href, "/desk/cases/EXP-2026-7K3QF/mail/raw-1/attachments/2");
        assert_eq!(part.command, "desk case mail EXP-2026-7K3QF --content raw-1 --out FILE --as alice");
    }
}
