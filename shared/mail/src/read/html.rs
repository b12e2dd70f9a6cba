//! HTML as text.
//!
//! mail-parser's reader knows `br` and `p` alone as line ends, so that two `div`s run into one word; it drops the blank in
//! `<b>one</b> two` at the start of a line; a `head` or a comment
//! that is not closed as it expects hides all that follows; and `a < b` begins a tag. So it is given HTML without what is
//! hidden, with its lines marked, with no `<` but a tag's, and with the target of each link behind its words: a report may be
//! about nothing else.

use mail_parser::decoders::html::html_to_text;

/// Elements that begin and end a line.
const BLOCKS: [&str; 21] = [
    "address",
    "article",
    "blockquote",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// Elements that nobody sees, and whether what follows one that is never closed is hidden too.
const HIDDEN: [(&str, bool); 5] =
    [("head", false), ("title", false), ("template", false), ("style", true), ("script", true)];

/// What a reader would see.
pub(super) fn to_text(html: &str) -> String {
    let mut writer = Writer::new(html);
    writer.run();
    html_to_text(&writer.out)
}

struct Writer<'a> {
    html: &'a str,
    /// The same bytes in lower case.
    lower: String,
    out: String,
    /// Nothing has been written on the line yet.
    fresh: bool,
    /// A `pre` keeps its lines and spaces: it is where a proof of concept stands.
    in_pre: bool,
    /// Where a link leads, and where its words begin in `out`.
    link: Option<(String, usize)>,
    /// Ends that were looked for and do not come: looking again and again would take quadratic time.
    missing: Vec<&'static str>,
}

impl<'a> Writer<'a> {
    fn new(html: &'a str) -> Self {
        let out = String::with_capacity(html.len() + html.len() / 8);
        Self {
            html,
            lower: html.to_ascii_lowercase(),
            out,
            fresh: true,
            in_pre: false,
            link: None,
            missing: Vec::new(),
        }
    }

    fn run(&mut self) {
        let mut at = 0;
        while let Some(found) = self.html[at..].find('<') {
            self.text(at, at + found);
            at = self.tag(at + found);
        }
        self.text(at, self.html.len());
        self.end_link();
    }

    /// Says where the link leads whose words end here, if they do not.
    fn end_link(&mut self) {
        let Some((target, from)) = self.link.take() else { return };
        let bare = target.strip_prefix("mailto:").unwrap_or(&target);
        let bare = bare.split_once("://").map_or(bare, |(_, bare)| bare).trim_end_matches('/');
        if !self.out[from..].contains(bare) {
            self.out += &format!(" &lt;{target}&gt;");
            self.fresh = false;
        }
    }

    fn text(&mut self, from: usize, to: usize) {
        let text = &self.html[from..to];
        let begun = !self.fresh;
        self.fresh &= text.trim().is_empty();
        if self.in_pre {
            self.out += &text.replace('\n', "<br>").replace("  ", "&#32;&#32;");
        } else if begun && text.starts_with(|c: char| c.is_ascii_whitespace()) {
            // Behind a tag that ends the first word of a line the reader would drop it.
            self.out += "&#32;";
            self.out += text.trim_ascii_start();
        } else {
            self.out += text;
        }
    }

    /// Takes what begins with `<` at `at`; returns where it goes on.
    fn tag(&mut self, at: usize) -> usize {
        if self.lower[at..].starts_with("<!--") {
            return self.after(at + 4, "-->").unwrap_or(at + 4);
        }
        let inside = &self.lower[at + 1..];
        let closing = inside.starts_with('/');
        let inside = inside.strip_prefix('/').unwrap_or(inside);
        let name = &inside[..inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len())];
        let block = BLOCKS.into_iter().find(|block| *block == name);
        let hidden = HIDDEN.into_iter().find(|(hidden, _)| *hidden == name && !closing);
        let (cell, line, link) = (matches!(name, "td" | "th"), name == "br", name == "a");
        let begins = !name.is_empty() || inside.starts_with(['!', '?']);
        let Some(end) = begins.then(|| self.after(at, ">")).flatten() else {
            self.out += "&lt;";
            self.fresh = false;
            return at + 1;
        };
        if let Some((name, to_the_end)) = hidden {
            let rest = if to_the_end { self.html.len() } else { end };
            return self.after(end, closing_tag(name)).unwrap_or(rest);
        }
        if link || block.is_some() && closing {
            self.end_link();
        }
        if cell {
            self.out.push(' ');
        }
        if block.is_some() && !self.fresh {
            self.out += "<br>";
        }
        self.fresh |= block.is_some() || line;
        self.in_pre = if block == Some("pre") { !closing } else { self.in_pre };
        self.out += &self.html[at..end];
        if link && !closing {
            self.link = target(&self.html[at..end]).map(|target| (target, self.out.len()));
        }
        end
    }

    /// Where `end` ends, from `at` on.
    fn after(&mut self, at: usize, end: &'static str) -> Option<usize> {
        if self.missing.contains(&end) {
            return None;
        }
        let found = self.lower[at..].find(end).map(|found| at + found + end.len());
        if found.is_none() {
            self.missing.push(end);
        }
        found
    }
}

/// So much of a target is said.
const LONGEST_TARGET: usize = 2_000;

/// Where the link of this tag leads; nothing for a place within the page.
fn target(tag: &str) -> Option<String> {
    // The same bytes in lower case.
    let lower = tag.to_ascii_lowercase();
    let at = lower.match_indices("href").find_map(|(at, name)| {
        let named = lower[..at].ends_with(|c: char| c.is_ascii_whitespace() || "\"'/".contains(c));
        let value = lower[at + name.len()..].trim_start().strip_prefix('=')?;
        named.then(|| tag.len() - value.trim_start().len())
    })?;
    let value = &tag[at..];
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split(|c: char| c.is_ascii_whitespace() || c == '>').next()?,
    };
    let value = value.trim();
    let value = value[..value.floor_char_boundary(LONGEST_TARGET)].replace('<', "&lt;").replace('>', "&gt;");
    (!value.is_empty() && !value.starts_with('#')).then_some(value)
}

fn closing_tag(name: &str) -> &'static str {
    match name {
        "head" => "</head>",
        "title" => "</title>",
        "template" => "</template>",
        "style" => "</style>",
        _ => "</script>",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_lines_and_what_is_hidden_is_not_read() {
        let html = "<html><HEAD><title>t</title></HEAD><style>p{}</style><script>if (a<b) alert(1)</script><div>one</div>\
                    <div>two &amp; <b>three</b></div><!-- x ---><pre>if (a) {\n    b\n}</pre><table><tr><td>4<td>5";
        assert_eq!(to_text(html), "one\ntwo & three\nif (a) {\n    b\n}\n4 5");
    }

    #[test]
    fn links_say_where_they_lead() {
        for (html, says) in [
            (
                r#"<a href="https://evil.example/?a=1&amp;b=2">your bank</a>."#,
                "your bank <https://evil.example/?a=1&b=2>.",
            ),
            (r#"<A class=x HREF='https://example.org/'>example.org</A> b"#, "example.org b"),
            (r#"<a href="mailto:a@example.org">a@example.org</a>"#, "a@example.org"),
            (r#"<a href=javascript:alert(1)>x</a>"#, "x <javascript:alert(1)>"),
            (r##"<a name="n" data-href="y">here</a> <a href="#n">up</a>"##, "here up"),
            (r#"<a href="https://a.example"><img src=x></a>"#, "<https://a.example>"),
            (r#"<a href="https://a.example">never closed"#, "never closed <https://a.example>"),
            (
                r#"<a href="https://a.example">one<a href="https://b.example">two</a>"#,
                "one <https://a.example>two <https://b.example>",
            ),
        ] {
            assert_eq!(to_text(html), says, "{html}");
        }
    }

    #[test]
    fn broken_html_still_says_what_it_says() {
        assert_eq!(to_text("<head><title>t</title><body>words"), "words");
        assert_eq!(to_text("<!-- never closed <p>words</p>"), "never closed words\n");
        assert_eq!(to_text("<p><b>Note</b> that <i>two</i> <b>words</b> stay"), "Note that two words stay");
        assert_eq!(to_text("if a < b && c > d <"), "if a < b && c > d <");
        assert_eq!(to_text("<p>words<p"), "words<p");
        assert_eq!(to_text("<style>p{} words"), "");
    }
}
