//! What failed again and again, so that it does not hold up all that is behind it.

use std::collections::BTreeMap;

use crate::pump::ATTEMPTS;

/// The messages whose events could not be handled, and how often.
#[derive(Default)]
pub(crate) struct Undone(BTreeMap<String, u32>);

impl Undone {
    /// Counts one more failure; whether it was one too many.
    pub(crate) fn is_given_up(&mut self, id: &str) -> bool {
        let failures = self.0.entry(id.to_owned()).or_default();
        *failures += 1;
        let given_up = *failures >= ATTEMPTS;
        if given_up {
            self.forget(id);
        }
        given_up
    }

    pub(crate) fn forget(&mut self, id: &str) {
        self.0.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_too_often_is_given_up_once() {
        let mut undone = Undone::default();
        for _ in 1..ATTEMPTS {
            assert!(!undone.is_given_up("a"));
        }
        assert!(!undone.is_given_up("b") && undone.is_given_up("a"));
        assert!(!undone.is_given_up("a"), "it is counted anew");
    }
}
