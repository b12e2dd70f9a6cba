//! `document.tracking` (3.2.1.12): which form of the advisory it is, and how it came to be.

use desk_domain::advisory::{Published, Revision, Withdrawal};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::text::rfc3339;

/// A form of the advisory: when it was released, and why.
struct Form {
    at: Timestamp,
    summary: String,
}

/// Ids, times and all forms, the first one first, numbered from 1. It is final: what is published was approved.
pub(super) fn tracking(published: &Published) -> Value {
    let forms = forms(published);
    let history: Vec<Value> = (1..)
        .zip(&forms)
        .map(|(number, form): (usize, &Form)| {
            json!({"number": number.to_string(), "date": rfc3339(form.at), "summary": form.summary})
        })
        .collect();
    json!({
        "id": published.advisory.id,
        "status": "final",
        "version": version(published).to_string(),
        "initial_release_date": rfc3339(published.published_at),
        "current_release_date": rfc3339(released_at(published)),
        "revision_history": history,
        "generator": {"engine": {"name": "Disclosure Desk"}},
    })
}

/// How many forms there were: 1 of one that is as it was published, and one more for each revision.
pub(crate) fn version(published: &Published) -> usize {
    forms(published).len()
}

/// When the newest form was released.
pub(crate) fn released_at(published: &Published) -> Timestamp {
    forms(published).iter().map(|form| form.at).max().unwrap_or(published.published_at)
}

/// The first form, its revisions, and what another's record says of itself: that it was withdrawn, that it was changed. How often it
/// was changed it does not say, so that this is one form, with the time of the last change.
fn forms(published: &Published) -> Vec<Form> {
    let mut all = vec![Form { at: published.published_at, summary: "First publication.".to_owned() }];
    all.extend(published.revisions.iter().map(|revision| Form { at: revision.at, summary: why(revision) }));
    let withdrawn_by = |revision: &Revision| revision.correction.as_ref().is_some_and(|why| why.withdraws);
    let untold = published.withdrawn.as_ref().filter(|_| !published.revisions.iter().any(withdrawn_by));
    all.extend(untold.map(|gone| Form { at: gone.at, summary: gone_because(gone.reason.as_deref()) }));
    // Documents have whole seconds. What a case published changes by its revisions alone.
    let is_later = all.iter().all(|form| form.at.as_second() < published.modified_at.as_second());
    if published.case.is_none() && is_later {
        let summary = "Changed by the database that it comes from.".to_owned();
        all.push(Form { at: published.modified_at, summary });
    }
    all.iter_mut().for_each(|form| form.at = form.at.max(published.published_at));
    all.sort_by_key(|form| form.at);
    all
}

fn why(revision: &Revision) -> String {
    match &revision.correction {
        Some(correction) if correction.withdraws => gone_because(Some(&correction.why)),
        Some(correction) => correction.why.clone(),
        None => "Credit changed.".to_owned(),
    }
}

fn gone_because(reason: Option<&str>) -> String {
    reason.map_or_else(|| "Withdrawn.".to_owned(), |reason| format!("Withdrawn: {reason}"))
}

/// Why it was withdrawn, as a note of its own (2.1 names it so).
pub(super) fn withdrawal(withdrawal: &Withdrawal) -> Value {
    json!({"category": "description", "title": "Reasoning for Withdrawal", "text": crate::text::withdrawn(withdrawal)})
}
