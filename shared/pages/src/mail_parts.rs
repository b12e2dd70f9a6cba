//! What came by mail, wherever a page of the team shows it: what to know of it, what is attached, the mail itself.

/// A mail that is kept. No `Debug`: it may hold what was encrypted in it.
pub struct MailPart {
    /// What a person should know of it, a sentence each.
    pub hints: Vec<String>,
    /// What was encrypted in it, opened to be shown here.
    pub opened: Option<String>,
    pub attachments: Vec<AttachmentLine>,
    /// Where the mail itself is had.
    pub href: String,
    /// How it is had from a shell, whatever its size.
    pub command: String,
}

/// An attached file. No `Debug`: its name is a person's word.
pub struct AttachmentLine {
    pub name: String,
    pub content_type: String,
    /// `12 kB`.
    pub size: String,
    /// SHA-256, hexadecimal.
    pub sha256: Option<String>,
    pub href: String,
}

/// A size as people read it: `812 bytes`, `12 kB`, `3.4 MB`.
pub fn size(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_told_as_people_tell_them() {
        let sizes = [0, 1, 999, 1000, 1_000_000, 12_345_678].map(super::size);
        assert_eq!(sizes, ["0 bytes", "1 byte", "999 bytes", "1 kB", "1.0 MB", "12.3 MB"]);
    }
}
