//! Lines, each with what stands before it: quote marks, a list's mark, or the room that such a mark takes.

use textwrap::{Options, WordSeparator, WordSplitter};

use super::WIDTH;

/// However deep it stands, a line has room for so much.
const LEAST_WIDTH: usize = 30;
/// Quotes and lists within one another whose marks are written; what is deeper stands as deep as these.
const DEEPEST: usize = 12;
/// A space that no line is broken at, while lines are folded: Markdown's parser lets no NUL through.
pub(super) const GLUE: char = '\0';

/// What lines stand within.
pub(super) enum Frame {
    Quote {
        is_begun: bool,
    },
    /// Its mark, until a line has it; then the room that it takes.
    Item {
        mark: String,
        is_given: bool,
    },
}

#[derive(Default)]
pub(super) struct Layout {
    pub lines: Vec<String>,
    pub frames: Vec<Frame>,
}

impl Layout {
    /// An empty line between what stood before and what comes; none above everything, nor at the beginning of a quote or an item.
    pub fn gap(&mut self) {
        if self.lines.is_empty() || self.frames.iter().any(Frame::is_fresh) {
            return;
        }
        let line = self.prefix().trim_end().to_owned();
        self.lines.push(line);
    }

    pub fn is_mark_due(&self) -> bool {
        self.frames.iter().any(|frame| matches!(frame, Frame::Item { is_given: false, .. }))
    }

    /// Prose, folded.
    pub fn prose(&mut self, text: &str) {
        self.verbatim(&folded_to(text.trim(), self.room()));
    }

    /// Lines as they are.
    pub fn verbatim(&mut self, text: &str) {
        for line in text.split('\n') {
            let line = format!("{}{line}", self.prefix());
            self.lines.push(line.trim_end().to_owned());
        }
    }

    /// How long a line can be where it stands.
    pub fn room(&self) -> usize {
        let taken: usize = self.frames.iter().take(DEEPEST).map(Frame::width).sum();
        WIDTH.saturating_sub(taken).max(LEAST_WIDTH)
    }

    fn prefix(&mut self) -> String {
        let marks: Vec<String> = self.frames.iter_mut().map(Frame::mark).collect();
        marks.into_iter().take(DEEPEST).collect()
    }
}

impl Frame {
    fn is_fresh(&self) -> bool {
        match self {
            Frame::Quote { is_begun } => !is_begun,
            Frame::Item { is_given, .. } => !is_given,
        }
    }

    fn width(&self) -> usize {
        match self {
            Frame::Quote { .. } => 2,
            Frame::Item { mark, .. } => mark.len(),
        }
    }

    fn mark(&mut self) -> String {
        match self {
            Frame::Quote { is_begun } => {
                *is_begun = true;
                "> ".to_owned()
            }
            Frame::Item { mark, is_given: true } => " ".repeat(mark.len()),
            Frame::Item { mark, is_given } => {
                *is_given = true;
                mark.clone()
            }
        }
    }
}

/// Text folded at a mail's width: between words alone, so that no address is broken.
pub(crate) fn folded(text: &str) -> String {
    folded_to(text, WIDTH)
}

pub(super) fn folded_to(text: &str, width: usize) -> String {
    let options = Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::fill(text, options).replace(GLUE, " ")
}
