//! How a member is woken beside mail.

use crate::fields::Fields;
use crate::policy::value::{CalledUrl, Length, Token, Word};
use crate::policy::{Key, Pager, PagerKind, Repeat};
use jiff::SignedDuration;

/// The schedule ticks once a minute: nothing comes sooner.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);
const MOST_TIMES: u64 = 20;

pub(super) fn pager(fields: Fields<'_>) -> Option<Pager> {
    let kind = fields.required_parsed::<Word<PagerKind>>("kind").map(|word| word.0);
    let default = kind.and_then(|kind| kind.row().url);
    let url = match default {
        Some(url) => fields.parsed::<CalledUrl>("url").map_or_else(|| Some(url.to_owned()), |url| Some(url.0)),
        None => fields.required_parsed::<CalledUrl>("url").map(|url| url.0),
    };
    let key = key(&fields, kind);
    let repeat = fields.object("repeat").map(repeat);
    fields.finish();
    let repeat = match repeat {
        Some(repeat) => Some(repeat?),
        None => None,
    };
    Some(Pager { kind: kind?, url: url?, key, repeat })
}

/// A key that each kind of pager takes in its own way; of a kind that is not known, nothing can be said.
fn key(fields: &Fields<'_>, kind: Option<PagerKind>) -> Option<String> {
    let given = fields.value("key").is_some();
    let row = kind?.row();
    match row.key {
        Key::Required if !given => {
            fields.wrong("key", format!("is required for {}", row.words));
            None
        }
        Key::Required | Key::Optional => fields.parsed::<Token>("key").map(|key| key.0),
        Key::None if given => {
            fields.wrong("key", format!("is not for {}: its address is all that it takes", row.words));
            None
        }
        Key::None => None,
    }
}

fn repeat(fields: Fields<'_>) -> Option<Repeat> {
    let every = fields.required_parsed::<Length>("every").map(|every| every.0);
    if every.is_some_and(|every| every < SHORTEST) {
        fields.wrong("every", "must be at least 1m");
    }
    let times = fields.count("times");
    match times {
        None if fields.value("times").is_none() => fields.wrong("times", "is required"),
        Some(times) if !(1..=MOST_TIMES).contains(&times) => {
            fields.wrong("times", format!("must be from 1 to {MOST_TIMES}"));
        }
        None | Some(_) => {}
    }
    fields.finish();
    Some(Repeat { every: every?, times: u32::try_from(times?).ok()? })
}
