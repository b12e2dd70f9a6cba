//! What links a duplicate and its root: told to each, once, however often it is tried.

use super::Next;
use crate::case::event::{EventBody, RootMoved};
use crate::id::{CaseId, MemberId};

impl Next<'_> {
    pub(super) fn rediscovered(&mut self, case: &CaseId, by: Option<&MemberId>) {
        if *case != self.case.id && !self.case.duplicates.contains(case) {
            self.push(EventBody::Rediscovered { duplicate: case.clone(), by: by.cloned() });
        }
    }

    /// Of a case that is no duplicate (any more) nothing is told; nor of what it knows.
    pub(super) fn root_moved(&mut self, moved: &RootMoved) {
        if self.case.duplicate_of.is_none() || moved.root == self.case.id {
            return;
        }
        let same = self.case.duplicate_of.as_ref() == Some(&moved.root);
        let nothing_new = self.case.root.as_ref().filter(|_| same).is_some_and(|root| {
            let as_it_was =
                root.stage == moved.stage && root.handler == moved.handler && root.readable == moved.readable;
            as_it_was || moved.as_of < root.as_of
        });
        if !nothing_new {
            let news = self.case.news_of_root(moved);
            self.push(EventBody::RootMoved(RootMoved { news, ..moved.clone() }));
        }
    }
}
