//! Once a day: where the logs of all cases stand goes to a bucket whose objects are locked, as `DAY.jsonl`, with the desk's signature
//! over its hash, as `DAY.jws`. Whoever may write to the tables, this function too, can cut a log off; what was exported before
//! tells (`desk verify --against`).
//!
//! This function does it because it needs the fewest new rights for it: it ticks, it reads lists and snapshots anyway, and it reads
//! no word. To what it has come the one key that may sign it, and a right to put objects, which removes none.
//!
//! Each export is held against the one before: a log that is shorter, another one or gone rings an alarm, and its line stays as it
//! was, so that the newest export always says all that any of them said. It costs a look at each case. Where there are more than one
//! tick has time for, the lines are kept, and the next tick goes on behind the last case. A case that is new since, or that moved from
//! one list to another at that very moment, is in the export of the next day.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use desk_domain::id::CaseId;
use desk_keys::HeadsSigner;
use desk_keys::heads::Manifest;
use desk_runtime::{TimeBudget, after};
use desk_store::heads::{Head, Looked, lines, read_lines};
use desk_store::objects::Objects;
use desk_store::{Fault, SeenHeads, SeenPolicy, UnfinishedHeads};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::SlaCheck;

/// Clocks come first, and the function has a minute for all.
const BUDGET: Duration = Duration::from_secs(15);
/// So many cases are looked at before the time is looked at again.
const PORTION: usize = 250;
/// So many are looked at in one tick at most: an item of the table holds 400 KB of lines.
const MOST: usize = 2_500;
/// After a failure it is tried again so much later.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);
/// Without a new one for so long, somebody must look.
const OLD: SignedDuration = SignedDuration::from_hours(48);

/// Where heads are exported to, and who says so.
#[derive(Clone)]
pub struct Heads {
    pub objects: Objects,
    pub signer: Arc<HeadsSigner>,
    /// In one tick nothing new of it is begun after this.
    pub budget: Duration,
}

impl Heads {
    pub fn new(objects: Objects, signer: HeadsSigner) -> Heads {
        Heads { objects, signer: Arc::new(signer), budget: BUDGET }
    }
}

/// Exports what is due of it, and gives what is remembered from now on. That it failed keeps no clock from being watched: it is tried
/// again, and an alarm rings when none was written for two days.
pub(crate) async fn tell(check: &SlaCheck, seen: SeenPolicy) -> SeenPolicy {
    let Some(heads) = &check.heads else { return seen };
    let now = check.clock.now();
    let first = || SeenHeads { written_at: now, on: None, next: now, unfinished: None };
    let known = seen.heads.clone().unwrap_or_else(first);
    let seen = match known.next <= now {
        true => go_on(check, heads, seen, known, now).await,
        false => seen,
    };
    if let Some(known) = &seen.heads
        && after(known.written_at, OLD) < now
    {
        tracing::error!(since = %known.written_at, alarm = "heads-old", "no heads were exported for two days");
    }
    seen
}

async fn go_on(check: &SlaCheck, heads: &Heads, seen: SeenPolicy, known: SeenHeads, now: Timestamp) -> SeenPolicy {
    let known = match step(check, heads, &known, now).await {
        Ok(known) => known,
        Err(fault) => {
            tracing::error!(fault = %fault, "the heads of the logs were not exported; it is tried again");
            SeenHeads { next: after(now, AGAIN), ..known }
        }
    };
    let seen = SeenPolicy { heads: Some(known), ..seen };
    if let Err(fault) = check.members.see_policy(&seen).await {
        tracing::error!(fault = %fault, "that heads were exported could not be remembered; they are exported again");
    }
    seen
}

/// As much of an export as one tick has time for.
async fn step(check: &SlaCheck, heads: &Heads, known: &SeenHeads, now: Timestamp) -> Result<SeenHeads, Fault> {
    let budget = TimeBudget::of(heads.budget);
    let today = now.to_zoned(TimeZone::UTC).date();
    let begun = known.unfinished.clone().unwrap_or(UnfinishedHeads { day: today, parts: 0, after: None });
    let before = before(heads, known.on).await?;
    let mut cases = check.cases.listed().await?;
    cases.extend(before.keys().cloned());
    let is_left = |case: &CaseId| begun.after.as_ref().is_none_or(|after| case > after);
    let left: Vec<CaseId> = cases.into_iter().filter(is_left).collect();
    let (mut found, mut done) = (Vec::new(), 0);
    for portion in left.chunks(PORTION) {
        found.extend(
            check.cases.heads_of(portion, &before).await?.into_iter().filter_map(|looked| line(looked, &before)),
        );
        done += portion.len();
        if budget.is_spent() || done >= MOST {
            break;
        }
    }
    match left.get(done.saturating_sub(1)).filter(|_| done < left.len()) {
        Some(last) => {
            check.desk.keep_heads(begun.parts, lines(&found)).await?;
            tracing::info!(day = %begun.day, looked_at = done, left = left.len() - done, "heads are being exported");
            let unfinished = UnfinishedHeads { parts: begun.parts + 1, after: Some(last.clone()), ..begun };
            Ok(SeenHeads { next: now, unfinished: Some(unfinished), ..known.clone() })
        }
        None => finish(check, heads, &begun, &found, now).await,
    }
}

/// The lines of the export before, by case. Where they are not what was written, somebody must know; this one begins anew, rather
/// than none being written any more.
async fn before(heads: &Heads, on: Option<Date>) -> Result<BTreeMap<CaseId, Head>, Fault> {
    let Some(day) = on else { return Ok(BTreeMap::new()) };
    let read = match heads.objects.get(&object(day)).await? {
        Some(object) => read_lines(&object.bytes).ok(),
        None => None,
    };
    Ok(read.unwrap_or_else(|| {
        tracing::error!(day = %day, alarm = "heads-lost", "the heads that were exported are gone or cannot be read");
        BTreeMap::new()
    }))
}

/// What is exported of a case. Who is told of a loss is told once: the line says so from then on.
fn line(looked: Looked, before: &BTreeMap<CaseId, Head>) -> Option<Head> {
    match looked {
        Looked::Nothing => None,
        Looked::Stands(head) => Some(head),
        Looked::Lost(head, why) => {
            if before.get(&head.case).is_some_and(|before| !before.lost) {
                let events = head.events;
                tracing::error!(case = %head.case, events, why, alarm = "heads-lost", "a log does not hold what was exported of it");
            }
            Some(head)
        }
    }
}

/// The object first, then the signature over it: what is signed is there.
async fn finish(
    check: &SlaCheck,
    heads: &Heads,
    begun: &UnfinishedHeads,
    found: &[Head],
    now: Timestamp,
) -> Result<SeenHeads, Fault> {
    let mut all = Vec::new();
    for part in 0..begun.parts {
        all.extend(check.desk.kept_heads(part).await?);
    }
    all.extend(lines(found));
    let cases = all.iter().filter(|byte| **byte == b'\n').count() as u64;
    let (day, sha256) = (begun.day, desk_keys::sha256_hex(&all));
    heads.objects.put_locked(&object(day), "application/jsonl", all).await?;
    let manifest = Manifest { day, made_at: now, cases, object: object(day), sha256 };
    let signed = heads.signer.sign(&manifest).await.map_err(|e| Fault::Retryable(format!("the heads key: {e}")))?;
    heads.objects.put_locked(&format!("{day}.jws"), "application/jose", signed.into_bytes()).await?;
    tracing::info!(day = %day, cases, "heads were exported");
    Ok(SeenHeads { written_at: now, on: Some(day), next: next_day(day, now), unfinished: None })
}

fn object(day: Date) -> String {
    format!("{day}.jsonl")
}

/// The beginning of the day after.
fn next_day(day: Date, now: Timestamp) -> Timestamp {
    let begins = day.tomorrow().and_then(|next| next.to_zoned(TimeZone::UTC));
    begins.map_or(after(now, OLD), |begins| begins.timestamp())
}
