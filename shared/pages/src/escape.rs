//! How every value stands in a page: what means something to HTML as a reference, and what nobody sees as an escape
//! ([`desk_domain::text`]).

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};
use desk_domain::text;

/// The escaper of all templates (`askama.toml`).
#[derive(Clone, Copy)]
pub struct Shown;

impl Escaper for Shown {
    fn write_escaped_str<W: Write>(&self, dest: W, string: &str) -> fmt::Result {
        Html.write_escaped_str(dest, &text::shown(string))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_shown_and_markup_is_text() {
        let mut page = String::new();
        Shown.write_escaped_str(&mut page, "<b>\u{202e}x").unwrap();
        assert_eq!(page, "&#60;b&#62;\\u{202E}x");
    }
}
