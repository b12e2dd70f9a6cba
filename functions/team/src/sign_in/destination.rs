//! Where somebody wanted to be before they were asked to sign in. It comes back from a browser, so anybody may have written it:
//! it is a page of the desk's own, written as a browser writes it, or it is nothing.

use axum::http::Uri;
use url::{Position, Url};

use super::SIGN_IN;

/// The longest that is remembered, in bytes.
const MOST_BYTES: usize = 512;

/// Below these is no page to come back to.
const NO_PAGES: [&str; 4] = ["/desk/api", SIGN_IN, "/desk/session", "/desk/sign-out"];

/// A page below `/desk`, as path and query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination(String);

impl Destination {
    /// `None` for whatever a browser could understand in any other way.
    pub(crate) fn read(text: &str) -> Option<Destination> {
        let here = Url::parse("https://desk.invalid").expect("a constant that is a URL");
        let url = here.join(text).ok().filter(|url| text.len() <= MOST_BYTES && url.origin() == here.origin())?;
        // A text that is not its own normal form holds what browsers drop, fold or turn: blanks, dots, backslashes, a host.
        let is_plain = &url[Position::BeforePath..] == text && url.fragment().is_none() && !text.contains("//");
        let below =
            |root: &str| url.path().strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        (is_plain && below("/desk") && !NO_PAGES.into_iter().any(below)).then(|| Destination(text.to_owned()))
    }

    /// What was asked for.
    pub(crate) fn of(uri: &Uri) -> Option<Destination> {
        Destination::read(uri.path_and_query()?.as_str())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign-in page that leads there.
    pub(crate) fn sign_in(&self) -> String {
        let next: String = url::form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        format!("{SIGN_IN}?next={next}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_desk_is_a_destination() {
        for page in [
            "/desk",
            "/desk/filed",
            "/desk/cases/EXP-2026-7K3QF/write?answer=acknowledge",
            "/desk?next=a%23b&handler=bob",
        ] {
            assert_eq!(Destination::read(page).as_ref().map(Destination::as_str), Some(page));
        }
        let page = Destination::read("/desk?handler=bob").unwrap();
        assert_eq!(page.sign_in(), "/desk/sign-in?next=%2Fdesk%3Fhandler%3Dbob");
    }

    #[test]
    fn nothing_else_is() {
        let long = format!("/desk/{}", "x".repeat(600));
        for other in [
            "",
            "/",
            "desk",
            "/case",
            "/deskx",
            "/desk.evil.example",
            "/Desk",
            "//evil.example",
            "//evil.example/desk",
            "///evil.example/desk",
            "https://evil.example/desk",
            "https:/desk",
            "https:desk",
            "https://desk.invalid/desk",
            "//desk.invalid/desk",
            "/\\evil.example/desk",
            "\\\\evil.example/desk",
            "/desk\\..\\..",
            "/desk/..//evil.example",
            "/desk/../case",
            "/desk/./filed",
            "/desk/%2e%2e/case",
            "/desk//evil.example",
            "/desk?to=//evil.example",
            "/desk\r\nset-cookie: a=b",
            "/desk\t",
            "\t/desk",
            " /desk",
            "/desk ",
            "/de\tsk",
            "/desk\0",
            "/desk/ü",
            "/desk#x",
            "javascript:alert(1)",
            "data:text/html,x",
            "/desk/api/cases",
            "/desk/sign-in",
            "/desk/sign-in?next=%2Fdesk",
            "/desk/session?token=x",
            "/desk/sign-out",
            "@evil.example/desk",
            "/desk@evil.example",
            &long,
        ] {
            assert_eq!(Destination::read(other), None, "{other:?}");
        }
    }
}
