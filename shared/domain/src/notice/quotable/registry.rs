//! Letters about what the registry says of a release; line and times stand in tables, and in no sentence.

use super::*;
use crate::id::LineName;

pub(super) fn to_team() -> Vec<Notice> {
    let (at, line) = (Timestamp::UNIX_EPOCH, || -> LineName { "package@1".parse().expect("a line") });
    let unseen = |unanswered| Notice::ReleaseUnseen(ReleaseUnseen { line: line(), since: at, unanswered });
    let gone = |published| Notice::ReleaseGone(ReleaseGone { line: line(), at, published });
    let seen = Notice::ReleaseSeen(ReleaseSeen { line: line(), at });
    vec![unseen(false), unseen(true), seen, gone(false), gone(true)]
}
