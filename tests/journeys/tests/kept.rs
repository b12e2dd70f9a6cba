//! Every byte of mail that a desk took is kept: in a case, in what is filed, as a note; what is lost is seen when the desk ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use desk_harness::{Eml, Place};

const RITA: &str = "rita@example.org";

/// Removes what lies sealed of mails; how many objects that was.
fn remove_mails(folder: &Path) -> usize {
    let mut removed = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            removed += remove_mails(&path);
        } else if name.starts_with("mail-") {
            std::fs::remove_file(path).expect("it can be removed");
            removed += 1;
        }
    }
    removed
}

#[test]
fn what_a_desk_took_is_kept_and_a_loss_is_seen() {
    let place = Place::new("kept");
    let desk = place.start();
    let report = Eml::new(RITA, "express: a report", "It leaks.\n");
    let case = desk.reported(&report);
    assert_eq!(desk.receive(&report, &[]).0, "seen");
    assert_eq!(desk.receive(&desk.answer(RITA, "More of it."), &[]), ("replied".to_owned(), case));
    let away = Eml::new(RITA, "Out of office", "Away.\n").with("Auto-Submitted", "auto-replied");
    assert_eq!(desk.receive(&away, &[]).0, "filed");
    drop(desk);

    let desk = place.start();
    let lost = Eml::new(RITA, "express: another report", "It leaks there too.\n");
    desk.reported(&lost);
    assert!(remove_mails(&place.data()) >= 4, "sealed mails are objects");
    let ended = catch_unwind(AssertUnwindSafe(|| drop(desk)));
    let why = ended.expect_err("the loss is seen");
    let why = why.downcast_ref::<String>().expect("a text");
    assert!(why.contains("nowhere, which was reported"), "{why}");
}
