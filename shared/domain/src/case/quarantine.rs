//! Answers that wait for a person to say whether they are the reporter's. However many wait, one event ends it and the snapshot has
//! their number only: a transaction and an item hold so much and no more, and whoever writes to a case decides how much waits.
//! Which they are is read from the log.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

use super::event::{ContentRef, Event, EventBody, MailParts};
use super::spoken::Spoken;

/// What waits for a person to say whether it is the reporter's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quarantine {
    /// The report itself: no automatic mail goes to the address that it names.
    #[serde(default)]
    pub report: bool,
    /// How many answers. Which, the log says: a snapshot that listed them would outgrow its item.
    #[serde(default, deserialize_with = "counted")]
    pub answers: u64,
    /// What the newest of them that says something says by its first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoken: Option<Spoken>,
}

impl Quarantine {
    pub fn is_empty(&self) -> bool {
        !self.report && self.answers == 0
    }
}

/// A count, or the list that older snapshots have in its place.
fn counted<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Counted {
        Count(u64),
        Listed(Vec<IgnoredAny>),
    }
    Ok(match Counted::deserialize(from)? {
        Counted::Count(count) => count,
        Counted::Listed(list) => list.len() as u64,
    })
}

/// An answer in quarantine, or one that was.
#[derive(Clone, Copy)]
pub struct HeldAnswer<'a> {
    pub event: &'a Event,
    pub content: &'a ContentRef,
    pub mail: &'a MailParts,
}

impl<'a> HeldAnswer<'a> {
    fn of(event: &'a Event) -> Option<HeldAnswer<'a>> {
        match &event.body {
            EventBody::ReplyQuarantined { content, mail, .. } => Some(HeldAnswer { event, content, mail }),
            _ => None,
        }
    }
}

fn ends(event: &Event) -> bool {
    matches!(event.body, EventBody::QuarantineEnded { .. })
}

/// The answers that wait, in the order in which they came.
pub fn waiting(log: &[Event]) -> Vec<HeldAnswer<'_>> {
    let mut waiting: Vec<_> = log.iter().rev().take_while(|event| !ends(event)).filter_map(HeldAnswer::of).collect();
    waiting.reverse();
    waiting
}

/// The answers that the event `seq` made the reporter's, in the order in which they came.
pub fn let_in(log: &[Event], seq: u64) -> Vec<HeldAnswer<'_>> {
    let upto = log.partition_point(|event| event.seq < seq);
    match log.get(upto).map(|event| &event.body) {
        Some(EventBody::QuarantineEnded { let_in: 1.., .. }) => waiting(&log[..upto]),
        _ => Vec::new(),
    }
}

/// Whether the answer that the event `seq` brought was refused.
pub fn was_refused(log: &[Event], seq: u64) -> bool {
    let end = log.iter().find(|event| event.seq > seq && ends(event)).map(|event| &event.body);
    matches!(end, Some(EventBody::QuarantineEnded { refused: true, .. }))
}
