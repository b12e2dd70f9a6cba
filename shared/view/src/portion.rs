//! Which part of a case one answer shows of what was said in it and of what was shown before it was public.

use desk_domain::case::share::Shared;
use desk_domain::case::{Case, ContentRef};

use crate::said::{Place, Utterance, newest};
use crate::stretch::Stretch;

/// What was shown, on one page: each may be as long as an advisory.
pub(crate) const SHARED: usize = 4;

/// A part of a case.
pub struct Portion<'a> {
    /// The oldest first.
    pub said: Vec<&'a Utterance>,
    /// What was shown, by its number.
    pub shared: Vec<u64>,
    /// Where the part before it ends, for programs; `None` at the oldest, and for pages.
    pub next: Option<Place>,
    /// To programs: what it is of the log. A page has what stands in the case whole.
    pub(crate) stretch: Option<Stretch<'a>>,
}

impl<'a> Portion<'a> {
    pub fn of_stretch(case: &Case, said: &'a [Utterance], stretch: Stretch<'a>) -> Portion<'a> {
        let shared = case.shared.iter().filter(|shared| stretch.holds(Place::at(shared.seq)));
        Portion {
            said: said.iter().filter(|utterance| stretch.holds(utterance.place)).collect(),
            shared: shared.map(|shared| shared.seq).collect(),
            next: stretch.next(),
            stretch: Some(stretch),
        }
    }

    /// A page, of which each has so many things that were said, and some of what was shown; 1 has the newest.
    pub fn of_page(shown: &[&Shared], said: &[&'a Utterance], each: usize, page: usize) -> Portion<'a> {
        let page = page.clamp(1, Portion::pages(shown.len(), said.len(), each));
        let shared = newest(shown, SHARED, page).iter().map(|shared| shared.seq);
        Portion { said: newest(said, each, page).to_vec(), shared: shared.collect(), next: None, stretch: None }
    }

    /// How many such pages there are; one at least.
    pub fn pages(shown: usize, said: usize, each: usize) -> usize {
        said.div_ceil(each).max(shown.div_ceil(SHARED)).max(1)
    }

    /// The page on which stands what was shown by this event.
    pub fn page_of(shown: &[&Shared], shared: u64) -> usize {
        shown.iter().rev().position(|other| other.seq == shared).map_or(1, |place| place / SHARED + 1)
    }

    /// The contents of what was shown, and of what was said of it.
    pub fn of_shared<'c>(&self, case: &'c Case) -> Vec<&'c ContentRef> {
        shared_words(case, &self.shared)
    }
}

/// The contents of what was shown by these events, and of what was said of it.
pub(crate) fn shared_words<'c>(case: &'c Case, by: &[u64]) -> Vec<&'c ContentRef> {
    let shown = case.shared.iter().filter(|shared| by.contains(&shared.seq));
    let answer = |shared: &'c Shared| shared.answer.as_ref()?.words.as_ref();
    shown.flat_map(|shared| std::iter::once(&shared.content).chain(answer(shared))).collect()
}
