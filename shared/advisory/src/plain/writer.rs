//! Markdown's events, one after another, as lines.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::Notes;
use super::fragment::{Piece, pieces};
use super::layout::{Frame, GLUE, Layout, folded_to};
use super::table::Table;

/// Code within a line is broken only where it is longer.
const CODE_KEPT: usize = 60;

pub(super) struct Writer<'n> {
    layout: Layout,
    notes: &'n mut Notes,
    /// Running text of the block that is open.
    running: String,
    /// Links and images that are open.
    links: Vec<Link>,
    lists: Vec<List>,
    table: Option<Table>,
    /// Code, or HTML, of the block that is open.
    raw: Option<String>,
}

struct Link {
    /// Where in the running text its words begin.
    from: usize,
    address: String,
    title: String,
}

struct List {
    /// Of one that is counted.
    number: Option<u64>,
    /// Whether empty lines stand between its items.
    is_loose: bool,
    is_begun: bool,
}

impl<'n> Writer<'n> {
    pub fn new(notes: &'n mut Notes) -> Writer<'n> {
        let (layout, running, links, lists) = (Layout::default(), String::new(), Vec::new(), Vec::new());
        Writer { layout, notes, running, links, lists, table: None, raw: None }
    }

    pub fn written(mut self, events: Vec<Event<'_>>) -> Vec<String> {
        for (place, event) in events.iter().enumerate() {
            match event {
                Event::Start(Tag::Item) => {
                    self.item(matches!(events.get(place + 1), Some(Event::Start(Tag::Paragraph))))
                }
                Event::Start(tag) => self.start(tag),
                Event::End(tag) => self.end(tag),
                Event::Text(text) | Event::Html(text) if self.raw.is_some() => {
                    self.raw.get_or_insert_default().push_str(text);
                }
                Event::Code(code) => self.code(code),
                Event::InlineHtml(html) | Event::Html(html) => self.inline_html(html),
                Event::SoftBreak => self.running.push(' '),
                Event::HardBreak => self.running.push('\n'),
                Event::Rule => self.rule(),
                // What else an event holds is text: other kinds are not read here.
                Event::Text(text)
                | Event::FootnoteReference(text)
                | Event::InlineMath(text)
                | Event::DisplayMath(text) => self.words(text),
                Event::TaskListMarker(_) => {}
            }
        }
        self.flush();
        self.layout.lines
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } => self.layout.gap(),
            Tag::BlockQuote(_) => {
                self.block();
                self.layout.frames.push(Frame::quote());
            }
            Tag::CodeBlock(_) => {
                self.block();
                self.raw = Some(String::new());
            }
            Tag::HtmlBlock => {
                self.flush();
                self.raw = Some(String::new());
            }
            Tag::List(number) => self.lists.push(List { number: *number, is_loose: false, is_begun: false }),
            Tag::Table(_) => {
                self.block();
                self.table = Some(Table::default());
            }
            Tag::TableHead | Tag::TableRow => self.table.iter_mut().for_each(Table::begin_row),
            Tag::Emphasis => self.running.push('_'),
            Tag::Strong => self.running.push('*'),
            Tag::Strikethrough => self.running.push_str("~~"),
            Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. } => self.link(dest_url, title),
            _ => {}
        }
    }

    fn end(&mut self, tag: &TagEnd) {
        match tag {
            TagEnd::Paragraph => self.flush(),
            TagEnd::Heading(_) => self.heading(),
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.layout.frames.pop();
            }
            TagEnd::CodeBlock => self.code_block(),
            TagEnd::HtmlBlock => self.html_block(),
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::Item => self.end_of_item(),
            TagEnd::Table => self.end_of_table(),
            TagEnd::TableCell => {
                let text = std::mem::take(&mut self.running).replace(GLUE, " ");
                self.table.iter_mut().for_each(|table| table.cell(&text));
            }
            TagEnd::Emphasis => self.running.push('_'),
            TagEnd::Strong => self.running.push('*'),
            TagEnd::Strikethrough => self.running.push_str("~~"),
            TagEnd::Link => self.link_ends(),
            TagEnd::Image => self.image_ends(),
            _ => {}
        }
    }

    /// What runs is written before a block begins, which stands apart.
    fn block(&mut self) {
        self.flush();
        self.layout.gap();
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.running);
        if !text.trim().is_empty() {
            self.layout.prose(&text);
        }
    }

    /// A line end that a reference made is none.
    fn words(&mut self, text: &CowStr<'_>) {
        self.running.push_str(&text.replace(['\n', '\r'], " "));
    }

    fn code(&mut self, code: &CowStr<'_>) {
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let mark = "`".repeat(if code.contains('`') { longest + 1 } else { 1 });
        let room = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
        let written = format!("{mark}{room}{code}{room}{mark}");
        let is_kept = written.chars().count() <= CODE_KEPT;
        self.running.push_str(&if is_kept { written.replace(' ', &GLUE.to_string()) } else { written });
    }

    fn heading(&mut self) {
        let text = std::mem::take(&mut self.running);
        let text = folded_to(text.trim(), self.layout.room());
        if !text.is_empty() {
            self.layout.verbatim(&underlined(&text, '-'));
        }
    }

    fn rule(&mut self) {
        self.block();
        self.layout.verbatim("* * *");
    }

    fn item(&mut self, is_loose: bool) {
        self.flush();
        let is_inner = self.lists.len() > 1;
        let Some(list) = self.lists.last_mut() else { return };
        let stands_apart = if list.is_begun { list.is_loose || is_loose } else { !is_inner || is_loose };
        (list.is_begun, list.is_loose) = (true, list.is_loose || is_loose);
        let mark = match &mut list.number {
            Some(number) => {
                *number = number.saturating_add(1);
                format!("{}. ", *number - 1)
            }
            None => "* ".to_owned(),
        };
        if stands_apart {
            self.layout.gap();
        }
        self.layout.frames.push(Frame::item(mark));
    }

    fn end_of_item(&mut self) {
        self.flush();
        // One that says nothing is one all the same.
        if self.layout.is_fresh() {
            self.layout.verbatim("");
        }
        self.layout.frames.pop();
    }

    fn code_block(&mut self) {
        let code = self.raw.take().unwrap_or_default();
        let lines: Vec<String> = code.trim_end_matches('\n').split('\n').map(|line| format!("    {line}")).collect();
        self.layout.verbatim(&lines.join("\n"));
    }

    fn end_of_table(&mut self) {
        if let Some(table) = self.table.take() {
            self.layout.verbatim(&table.text(self.layout.room()));
        }
    }

    fn link(&mut self, address: &str, title: &str) {
        let (from, address, title) = (self.running.len(), address.to_owned(), title.replace('\n', " "));
        self.links.push(Link { from, address, title });
    }

    /// A link whose words are its address says it already; one to a place in its own text leads nowhere in a mail.
    fn link_ends(&mut self) {
        let Some(Link { from, address, title }) = self.links.pop() else { return };
        let words = self.running.get(from..).unwrap_or_default();
        let is_said = words == address || address.strip_prefix("mailto:") == Some(words);
        if address.is_empty() || title.is_empty() && (is_said || address.starts_with('#')) {
            return;
        }
        let title = if title.is_empty() { title } else { format!(" \"{title}\"") };
        let number = self.notes.number(format!("{}{title}", address.replace(['\n', '\r'], " ")));
        let glue = if words.is_empty() { String::new() } else { GLUE.to_string() };
        self.running.push_str(&format!("{glue}[{number}]"));
    }

    /// An image is what it is called, and can be looked at where it lies.
    fn image_ends(&mut self) {
        let from = self.links.last().map_or(0, |link| link.from);
        if self.running.len() == from {
            self.running.push_str("image");
        }
        self.link_ends();
    }

    fn html_block(&mut self) {
        let html = self.raw.take().unwrap_or_default();
        let mut is_begun = false;
        for piece in pieces(&html).into_iter().chain([Piece::Break]) {
            match piece {
                Piece::Break if self.running.trim().is_empty() => {}
                Piece::Break => {
                    // Many say nothing, and take no room then.
                    if !std::mem::replace(&mut is_begun, true) {
                        self.layout.gap();
                    }
                    self.flush();
                }
                Piece::Words(words) => {
                    let words: Vec<&str> = words.split_whitespace().collect();
                    self.running.push_str(&words.join(" "));
                    self.running.push(' ');
                }
                Piece::Link(address) => self.link(&address, ""),
                Piece::LinkEnds => self.html_link_ends(),
                Piece::Image { alt, address } => self.html_image(&alt, &address),
            }
        }
    }

    /// A tag that stands within running text; a cleaner closes what it opens, which is not meant here.
    fn inline_html(&mut self, html: &str) {
        let html = html.trim();
        if html.to_ascii_lowercase().starts_with("</a") {
            return self.html_link_ends();
        }
        for piece in pieces(html) {
            match piece {
                Piece::Words(words) => self.running.push_str(&words),
                Piece::Break => self.running.push('\n'),
                Piece::Link(address) => self.link(&address, ""),
                Piece::LinkEnds => {}
                Piece::Image { alt, address } => self.html_image(&alt, &address),
            }
        }
    }

    fn html_link_ends(&mut self) {
        self.running.truncate(self.running.trim_end().len());
        self.link_ends();
    }

    fn html_image(&mut self, alt: &str, address: &str) {
        self.link(address, "");
        self.running.push_str(&alt.replace(['\n', '\r'], " "));
        self.image_ends();
    }
}

/// A heading above its line.
pub(crate) fn underlined(text: &str, line: char) -> String {
    let longest = text.lines().map(textwrap::core::display_width).max().unwrap_or(0);
    format!("{text}\n{}", line.to_string().repeat(longest))
}
