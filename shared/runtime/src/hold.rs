//! What waits for an operator after a restore.

use jiff::Timestamp;

/// What came back with a restore may ask for what was done long ago, so what was due before that is held: a timer, a plan, a
/// channel, a delivery. In ordinary times nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold(Option<Timestamp>);

impl Hold {
    /// Of what was due before then; `None` in ordinary times.
    pub fn before(before: Option<Timestamp>) -> Hold {
        Hold(before)
    }

    /// Of what was due before when; `None` in ordinary times.
    pub fn until(self) -> Option<Timestamp> {
        self.0
    }

    /// Whether anything is held.
    pub fn is_on(self) -> bool {
        self.0.is_some()
    }

    /// Whether something that was due at `due` is held.
    pub fn holds(self, due: Timestamp) -> bool {
        self.0.is_some_and(|before| due < before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_due_before_it_is_held_and_nothing_else() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let hold = Hold::before(Some(at(100)));
        assert!(hold.is_on() && hold.holds(at(99)));
        assert!(!hold.holds(at(100)) && !hold.holds(at(101)));
        let ordinary = Hold::before(None);
        assert!(!ordinary.is_on() && !ordinary.holds(at(0)));
    }
}
