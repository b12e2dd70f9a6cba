//! What a form of the advisory is judged by: what publishing would write, to be looked at, and what it says otherwise than the form
//! before it.

use desk_advisory::{channel, markdown};
use desk_domain::advisory::{Advisory, Correction, Draft, LineNote, LineStatus, Published, Reference};
use desk_domain::affected::Affected;
use desk_domain::weakness;
use desk_pages::{Change, Quote, Review, Unsaved};
use desk_view::{EarlierForm, form_sha256, word_changes};

use super::At;
use crate::case_page::words;
use crate::references::Unreached;

impl At<'_> {
    /// The form as it stands; `None` while nobody wrote one.
    pub(super) fn published(&self) -> Option<Published> {
        let form = self.opened.final_form(self.policy, self.now)?;
        Some(self.team.as_published(self.case(), form, self.public.clone(), self.now))
    }

    /// The ways to what publishing would write, and what has changed.
    pub(super) fn review(&self) -> Option<Review> {
        let published = self.published()?;
        let form = form_sha256(&published.advisory);
        let earlier = self.opened.earlier_form(self.policy);
        Some(Review {
            previews: self.team.previews(&published, &form),
            unsaved: None,
            since: earlier.as_ref().map(|earlier| self.since(earlier)),
            changes: earlier.map(|earlier| changes(&earlier.form, &published.advisory)).unwrap_or_default(),
        })
    }

    /// How a form that nobody has saved will read, and what of the saved one it changes.
    pub(super) fn review_unsaved(&self, typed: &Advisory) -> Review {
        let saved = self.opened.final_form(self.policy, self.now);
        let draft = &typed.draft;
        let prose = [("Details", Some(&draft.details)), ("Workarounds", draft.workarounds.as_ref())];
        let prose = prose.into_iter().filter_map(|(heading, text)| Some((heading, markdown::html(text?)))).collect();
        let published = self.team.as_published(self.case(), typed.clone(), self.public.clone(), self.now);
        let mail = as_told(self, &published);
        Review {
            previews: Vec::new(),
            unsaved: Some(Unsaved { title: draft.title.clone(), summary: draft.summary.clone(), prose, mail }),
            since: saved.as_ref().map(|_| "the form that is saved".to_owned()),
            changes: saved.map(|saved| changes(&saved, typed)).unwrap_or_default(),
        }
    }

    /// What whoever drafts or approves should look at twice.
    pub(super) fn doubts(&self, draft: &Draft) -> Vec<String> {
        let named = self.opened.doubts(draft, &self.others).into_iter();
        let unreached = self.unreached.iter().filter(|reference| reference.is_of(draft)).map(Unreached::said);
        named.chain(unreached).map(words::full).collect()
    }

    fn since(&self, earlier: &EarlierForm) -> String {
        let did = if earlier.approved { "approved" } else { "saved" };
        format!("the form that {} {did} on {}", words::actor(self.policy, &earlier.by), self.instant(earlier.at))
    }
}

/// The form as a list is told of it.
pub(super) fn as_told(at: &At<'_>, published: &Published) -> Quote {
    let mail = channel::as_mail(&at.team.site(), published);
    Quote { heading: "As a list is told of it".to_owned(), text: format!("Subject: {}\n\n{}", mail.subject, mail.text) }
}

fn changes(old: &Advisory, new: &Advisory) -> Vec<Change> {
    let change = |((name, old), (_, new)): ((&'static str, String), (&'static str, String))| {
        let pieces = word_changes(&old, &new);
        (!pieces.is_empty()).then_some(Change { name, pieces })
    };
    said(old).into_iter().zip(said(new)).filter_map(change).collect()
}

/// Everything that a form says, in the order in which it is read.
fn said(form: &Advisory) -> [(&'static str, String); 17] {
    // A field that is added is asked for here. The id is the case's, and never changes; the days of its way are nobody's words.
    let Advisory { id: _, draft, score, affected, lines, credits, known, timeline: _, correction } = form;
    let list = |all: Vec<String>| all.join("\n");
    let aliases = draft.aliases.iter().map(ToString::to_string).collect();
    let reference = |r: &Reference| match &r.line {
        Some(line) => format!("{} {} ({line})", r.kind.as_str(), r.url),
        None => format!("{} {}", r.kind.as_str(), r.url),
    };
    let credit = |c: &desk_domain::advisory::Credit| match c.kind {
        Some(kind) => format!("{}, {}", c.line(), kind.as_str().to_lowercase().replace('_', " ")),
        None => c.line(),
    };
    [
        ("Title", draft.title.clone()),
        ("Summary", draft.summary.clone()),
        ("Details", draft.details.clone()),
        ("Workarounds", draft.workarounds.clone().unwrap_or_default()),
        ("Affected", list(affected.iter().map(range).collect())),
        ("Patched", list(affected.iter().map(|range| patched(form, range)).collect())),
        ("Lines", list(lines.iter().map(line).collect())),
        ("Severity", score.severity.map(words::severity).unwrap_or_default().to_owned()),
        ("CVSS", list(score.cvss.clone())),
        ("Weaknesses", list(score.cwe.iter().map(|cwe| weakness::named(cwe)).collect())),
        ("Known", list(known.iter().map(|known| words::fact(known.fact).to_owned()).collect())),
        ("Credit", list(credits.iter().map(credit).collect())),
        ("References", list(draft.references.iter().map(reference).collect())),
        ("Aliases", list(aliases)),
        ("CVE id", draft.cve.clone().map(String::from).unwrap_or_default()),
        ("Related", list(draft.related.iter().map(ToString::to_string).collect())),
        ("Correction", correction.as_ref().map(correction_line).unwrap_or_default()),
    ]
}

fn correction_line(correction: &Correction) -> String {
    let is = if correction.withdraws { "Withdrawn" } else { "Corrected" };
    format!("{is}: {}", correction.why)
}

fn range(affected: &Affected) -> String {
    format!("{}: {}", affected.line, affected.npm_range())
}

fn patched(form: &Advisory, range: &Affected) -> String {
    format!("{}: {}", range.line, desk_advisory::patched(form, range))
}

fn line(note: &LineNote) -> String {
    let status = match note.status {
        LineStatus::Fixed => "fixed",
        LineStatus::Unfixed => "gets no fix",
        LineStatus::EndOfLife => "past its end of life",
        LineStatus::NotAffected => "not affected",
    };
    format!("{}: {status}", note.line)
}
