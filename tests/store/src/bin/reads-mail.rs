//! Reads the mail that lies in a file as `inbox` reads it, in a process of its own: what that takes of memory is nobody else's.

use std::io::{Read as _, Write};
use std::time::Duration;

use desk_mail::read::{Limits, read_within, sent_hash};
use desk_store_tests::policy;

fn main() {
    let file = std::env::args().nth(1).expect("a file");
    let raw: std::sync::Arc<[u8]> = std::fs::read(file).expect("a mail").into();
    let read = read_within(raw.clone(), Limits::of(&policy()), Duration::from_secs(600));
    let hash = sent_hash(&raw);
    writeln!(std::io::stdout(), "{hash}").expect("somebody reads");
    // What was read is held until whoever asks has looked.
    let _ = std::io::stdin().read(&mut [0]);
    drop(read);
}
