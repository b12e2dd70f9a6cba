//! Lines, each with what stands before it: quote marks, a list's mark, or the room that such a mark takes.

use textwrap::{Options, WordSeparator, WordSplitter};

use super::WIDTH;

/// However deep it stands, a line has room for so much.
const LEAST_WIDTH: usize = 30;
/// Quotes and lists within one another whose marks are written; what is deeper stands as deep as these.
const DEEPEST: usize = 12;
/// A space that no line is broken at, while lines are folded: Markdown's parser lets no NUL through.
pub(super) const GLUE: char = '\0';

/// What lines stand within: a quote or a list's item.
pub(super) struct Frame {
    mark: String,
    /// Every line of a quote has its mark; after the first of an item's, the room is left that the mark takes.
    repeats: bool,
    is_begun: bool,
}

#[derive(Default)]
pub(super) struct Layout {
    pub lines: Vec<String>,
    pub frames: Vec<Frame>,
}

impl Layout {
    /// An empty line between what stood before and what comes; none above everything, nor at the beginning of a quote or an item.
    pub fn gap(&mut self) {
        if self.lines.is_empty() || self.is_fresh() {
            return;
        }
        let line = self.prefix().trim_end().to_owned();
        self.lines.push(line);
    }

    /// Whether what was begun last has no line yet.
    pub fn is_fresh(&self) -> bool {
        self.frames.last().is_some_and(|frame| !frame.is_begun)
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
        let taken: usize = self.frames.iter().take(DEEPEST).map(|frame| frame.mark.len()).sum();
        WIDTH.saturating_sub(taken).max(LEAST_WIDTH)
    }

    /// What is fresh is so together: a line begins all that it stands within.
    fn prefix(&mut self) -> String {
        let prefix = self.frames.iter().take(DEEPEST).map(Frame::written).collect();
        self.frames.iter_mut().rev().take_while(|frame| !frame.is_begun).for_each(|frame| frame.is_begun = true);
        prefix
    }
}

impl Frame {
    pub fn quote() -> Frame {
        Frame { mark: "> ".to_owned(), repeats: true, is_begun: false }
    }

    pub fn item(mark: String) -> Frame {
        Frame { mark, repeats: false, is_begun: false }
    }

    fn written(&self) -> String {
        if self.repeats || !self.is_begun { self.mark.clone() } else { " ".repeat(self.mark.len()) }
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
