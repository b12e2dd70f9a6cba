//! HTML as text.
//!
//! mail-parser's reader knows `br` and `p` alone as line ends, so that two `div`s run into one word; a `head` or a comment
//! that is not closed as it expects hides all that follows; and `a < b` begins a tag. So it is given HTML without what is
//! hidden, with its lines marked, and with no `<` but a tag's.

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
    /// Ends that were looked for and do not come: looking again and again would take quadratic time.
    missing: Vec<&'static str>,
}

impl<'a> Writer<'a> {
    fn new(html: &'a str) -> Self {
        let out = String::with_capacity(html.len() + html.len() / 8);
        Self { html, lower: html.to_ascii_lowercase(), out, fresh: true, in_pre: false, missing: Vec::new() }
    }

    fn run(&mut self) {
        let mut at = 0;
        while let Some(found) = self.html[at..].find('<') {
            self.text(at, at + found);
            at = self.tag(at + found);
        }
        self.text(at, self.html.len());
    }

    fn text(&mut self, from: usize, to: usize) {
        let text = &self.html[from..to];
        self.fresh &= text.trim().is_empty();
        if self.in_pre {
            self.out += &text.replace('\n', "<br>").replace("  ", "&#32;&#32;");
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
        let (cell, line) = (matches!(name, "td" | "th"), name == "br");
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
        if cell {
            self.out.push(' ');
        }
        if block.is_some() && !self.fresh {
            self.out += "<br>";
        }
        self.fresh |= block.is_some() || line;
        self.in_pre = if block == Some("pre") { !closing } else { self.in_pre };
        self.out += &self.html[at..end];
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
    fn broken_html_still_says_what_it_says() {
        assert_eq!(to_text("<head><title>t</title><body>words"), "words");
        assert_eq!(to_text("<!-- never closed <p>words</p>"), "never closed words\n");
        assert_eq!(to_text("if a < b && c > d <"), "if a < b && c > d <");
        assert_eq!(to_text("<p>words<p"), "words<p");
        assert_eq!(to_text("<style>p{} words"), "");
    }
}
