//! Runs a parser that may panic so that nothing of the mail is printed and nothing else stops.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// What `work` returns, or nothing if it panicked.
///
/// A panic's message may hold mail text ("byte index 5 is not a char boundary; it is inside …"), and the hook prints it
/// before anything can be caught. So a hook is put in front of the process's own, once, and it is silent on a thread
/// that is in here; every other thread's panic goes on to the hook that was there before.
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // `try_with`: a thread that is ending has no flag any more, and is not in here.
            if !QUIET.try_with(Cell::get).unwrap_or(false) {
                before(info);
            }
        }));
    });
    let outer = QUIET.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(outer);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_the_flag_is_put_back() {
        assert_eq!(quietly(|| 1), Some(1));
        assert!(quietly(|| panic!("a secret")).is_none());
        assert!(!QUIET.get());
        assert_eq!(quietly(|| quietly(|| panic!("inner")).map_or(2, |()| 3)), Some(2));
        assert!(!QUIET.get());
    }
}
