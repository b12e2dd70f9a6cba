//! How much of a mail is read.

use desk_domain::policy::Policy;

/// Upper bounds. What is over the first five makes the mail [`Unreadable`](super::Read::Unreadable); the others cut,
/// and are named in the mail.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The whole mail as it lies in the bucket. SES takes 40 MB.
    pub bytes: usize,
    /// MIME parts that are no containers.
    pub parts: usize,
    /// Containers within containers.
    pub depth: usize,
    /// Header fields of one part.
    pub headers: usize,
    /// The header of one part.
    pub header_bytes: usize,
    /// The text of the person, in UTF-8.
    pub text_bytes: usize,
    /// Attachments that are listed.
    pub attachments: usize,
    /// One attachment, decoded.
    pub attachment_bytes: usize,
    /// All attachments, decoded.
    pub attachments_total_bytes: usize,
}

impl Limits {
    /// What the policy takes in.
    pub fn of(policy: &Policy) -> Limits {
        let mail = &policy.mail;
        Limits {
            bytes: mail.mail_bytes,
            parts: mail.parts,
            depth: mail.depth,
            headers: mail.headers,
            text_bytes: policy.limits.text_bytes,
            attachments: mail.attachments,
            attachment_bytes: mail.attachment_bytes,
            attachments_total_bytes: mail.attachments_bytes,
            ..Limits::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 40 * 1024 * 1024,
            parts: 500,
            depth: 20,
            headers: 1_000,
            header_bytes: 256 * 1024,
            text_bytes: 256 * 1024,
            attachments: 50,
            attachment_bytes: 25 * 1024 * 1024,
            attachments_total_bytes: 30 * 1024 * 1024,
        }
    }
}
