//! Addresses: mailboxes (RFC 5322, section 3.4), the `+` in their local part, and whether two domains are one
//! organisation.

use desk_domain::text::is_blank;

/// A person's address as a header names it.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, one line.
    pub name: Option<String>,
    /// `local@domain`, the domain in lower case.
    pub address: String,
}

/// The most characters of a name.
const NAME_MAX: usize = 200;

impl Mailbox {
    /// The mailbox, if its address is one that can be written to.
    pub(super) fn new(name: Option<String>, address: &str) -> Option<Self> {
        let address = normal(address)?;
        let name = name.map(|name| one_line(&name, NAME_MAX)).filter(|name| !is_blank(name));
        Some(Self { name, address })
    }

    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// The address with its domain in lower case; nothing if it is none (RFC 5321: no white space, one `@`, 254 bytes).
pub(super) fn normal(address: &str) -> Option<String> {
    let address = address.trim();
    let (local, domain) = address.rsplit_once('@')?;
    let strange = |c: char| c.is_whitespace() || c.is_control() || "<>@,;:\"".contains(c);
    let fine = |part: &str| !part.is_empty() && !part.contains(strange);
    // A quoted string (RFC 5321, 4.1.2) of what needs no more than its quotes.
    let inside = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let quoted = inside.is_some_and(|inside| {
        !inside.is_empty() && inside.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\' || c == ' ')
    });
    let fine = (fine(local) || quoted) && fine(domain) && address.len() <= 254;
    fine.then(|| format!("{local}@{}", domain.trim_end_matches('.').to_lowercase()))
}

/// One line of at most `max` characters without control characters. What nobody sees stays, to be shown as an escape
/// ([`desk_domain::text::shown`]).
pub(super) fn one_line(text: &str, max: usize) -> String {
    let line = text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c });
    line.take(max).collect::<String>().trim().to_owned()
}

/// The text behind the `+` of the local part, in lower case, if the rest is the address `base`.
pub(super) fn suffix_of(address: &str, base: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let (base_local, base_domain) = base.rsplit_once('@')?;
    let (before, suffix) = local.split_once('+')?;
    let same = before.eq_ignore_ascii_case(base_local) && domain.eq_ignore_ascii_case(base_domain);
    (same && !suffix.is_empty()).then(|| suffix.to_lowercase())
}

/// The domain of the organisation that has this one (RFC 7489, section 3.2), by the Public Suffix List; itself where it is none's.
pub fn organisation(domain: &str) -> String {
    let domain = domain.trim_end_matches('.').to_lowercase();
    psl::domain_str(&domain).map_or_else(|| domain.clone(), str::to_owned)
}

/// Whether both domains belong to one organisation: "relaxed alignment" (RFC 7489, section 3.1), by the Public Suffix
/// List.
pub(super) fn aligned(one: &str, other: &str) -> bool {
    let clean = |domain: &str| domain.trim_end_matches('.').to_lowercase();
    let (one, other) = (clean(one), clean(other));
    !one.is_empty() && (one == other || psl::domain_str(&one).is_some_and(|of| psl::domain_str(&other) == Some(of)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_domain_has_all_below_it() {
        for of in ["example.co.uk", "a.b.Example.co.uk", "mail.example.co.uk."] {
            assert_eq!(organisation(of), "example.co.uk");
        }
        assert_eq!((organisation("localhost"), organisation("co.uk")), ("localhost".to_owned(), "co.uk".to_owned()));
    }

    #[test]
    fn an_address_is_one_that_can_be_written_to() {
        assert_eq!(normal("\"a..b\"@Example.org").as_deref(), Some("\"a..b\"@example.org"));
        assert_eq!(normal("Ann.B@Example.COM.").as_deref(), Some("Ann.B@example.com"));
        for none in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\nc", "<a@b>", "a@b,c@d", "\"a\"b\"@b"] {
            assert_eq!(normal(none), None, "{none}");
        }
    }

    #[test]
    fn suffixes_belong_to_their_base() {
        let base = "security@example.org";
        assert_eq!(suffix_of("Security+AbC@Example.org", base).as_deref(), Some("abc"));
        assert_eq!(suffix_of("security+a+b@example.org", base).as_deref(), Some("a+b"));
        for none in ["security@example.org", "security+@example.org", "insecurity+a@example.org", "security+a@b.org"] {
            assert_eq!(suffix_of(none, base), None, "{none}");
        }
    }

    #[test]
    fn organisations_are_told_apart() {
        assert!(aligned("mail.example.co.uk", "example.co.uk"));
        assert!(aligned("Example.com.", "example.com"));
        assert!(!aligned("a.co.uk", "b.co.uk"));
        assert!(!aligned("a.github.io", "b.github.io"));
        assert!(!aligned("example.com", "example.com.evil.net"));
        assert!(!aligned("", ""));
    }

    #[test]
    fn a_line_is_one_and_keeps_what_is_hidden_in_it() {
        assert_eq!(one_line(" a\r\nBcc: \u{202e}gpj.exe\u{0} ", 50), "a  Bcc: \u{202e}gpj.exe");
        assert_eq!(one_line("abcdef", 3), "abc");
    }
}
