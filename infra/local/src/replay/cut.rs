//! What of a record is longer than the desk takes: cut off where it is a line or a summary, and said, beside it and on its page.

use desk_advisory::osv::Reading;
use desk_domain::advisory::SUMMARY_BYTES;
use desk_domain::policy::Limits;

/// The parts that are cut, each with how many bytes of it are taken.
fn cut_off(reading: &Reading, limits: &Limits) -> Vec<(&'static str, usize)> {
    let draft = &reading.draft;
    let parts = [("title", &draft.title, limits.line_bytes), ("summary", &draft.summary, summary_bytes(limits))];
    let long = parts.into_iter().filter(|(_, text, most)| text.len() > *most);
    long.map(|(name, _, most)| (name, most)).collect()
}

/// A summary, at most.
pub(super) fn summary_bytes(limits: &Limits) -> usize {
    SUMMARY_BYTES.min(limits.text_bytes)
}

/// Everything of a record that its case's advisory does not have, in words.
pub(super) fn left_out(reading: &Reading, limits: &Limits) -> Vec<String> {
    let end = |(name, most): (&str, usize)| format!("the end of its {name}, of which {most} bytes are taken");
    reading.beyond_a_case().into_iter().chain(cut_off(reading, limits).into_iter().map(end)).collect()
}

/// The details, at whose end stands what is shortened above them.
pub(super) fn details(reading: &Reading, limits: &Limits) -> String {
    let names: Vec<&str> = cut_off(reading, limits).into_iter().map(|(name, _)| name).collect();
    let details = &reading.draft.details;
    if names.is_empty() {
        return details.clone();
    }
    let (names, are) = (names.join(" and the "), if names.len() > 1 { "are" } else { "is" });
    format!("{details}\n\nThe {names} above {are} shortened; {} has all of it.", reading.id)
}

/// At most `max` bytes, with a sign where something was cut off.
pub(super) fn cut(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = (0..=max - '…'.len_utf8()).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", &text[..end])
}
