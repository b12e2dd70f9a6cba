//! Which of a case's words an answer takes to be read. A case may hold as many texts as people please to write; what one answer
//! shows of them is bounded, and so is what is read for it.

use std::collections::{BTreeMap, BTreeSet};

use desk_domain::case::event::{EventBody, Written};
use desk_domain::case::party::Party;
use desk_domain::case::publication::{CreditState, RevisionCause, undropped};
use desk_domain::case::{Case, CommandName, ContentRef, Event, quarantine, written_after};
use desk_domain::id::{ContentId, LineName};

use crate::changes::earlier;
use crate::said::{Utterance, What};
use crate::stretch::Stretch;

/// Answers of one kind that wait for a person and are shown with a step, at most.
pub const WAITING: usize = 10;

/// Names of contents.
#[derive(Clone, Default)]
pub struct Wanted(BTreeSet<ContentId>);

impl Wanted {
    /// What stands in a case, whichever part of its log is shown: the report, what is recorded now of each step, what parties are
    /// called, and what the form of the advisory was made of that was approved or saved before. What was said over again since is left
    /// out, and so is what was shown to the reporter, which goes with its part of the log.
    pub fn standing(log: &[Event]) -> Wanted {
        let mut wanted = Wanted::default();
        wanted.0.extend(log.first().into_iter().flat_map(words).map(|content| content.id.clone()));
        let before = earlier(log).map_or(0, |event| log.partition_point(|other| other.seq <= event.seq));
        for log in [&log[..before], log] {
            let newest: BTreeMap<_, &ContentRef> = undropped(log).into_iter().filter_map(step).collect();
            wanted.0.extend(newest.into_values().map(|content| content.id.clone()));
            // What was said of credit is not always what was said last: some of it waits, or waited until an approval was void.
            let Some(publication) = Case::replay(log).map(|case| case.publication) else { continue };
            let causes = publication.revising.iter().flat_map(|revising| &revising.causes);
            wanted.0.extend(causes.filter_map(said_of).map(|content| content.id.clone()));
            let credit = [Some(publication.credit), publication.credit_waits].into_iter().flatten();
            wanted.0.extend(credit.filter_map(granted));
        }
        wanted.0.extend(log.iter().filter_map(party_name).map(|content| content.id.clone()));
        wanted
    }

    /// What stands on every part of a case that its reporter reads: the report, and whom the advisory names.
    pub fn standing_for_reporter(case: &Case) -> Wanted {
        let credit = [Some(case.publication.credit.clone()), case.publication.credit_waits.clone()];
        let credit = credit.into_iter().flatten().filter_map(granted);
        Wanted(credit.chain([case.report.id.clone()]).collect())
    }

    /// The same with what each party said last of itself and of the date.
    pub fn said_by_parties(self, case: &Case) -> Wanted {
        self.and(case.parties.iter().flat_map(Party::last_words))
    }

    /// The same with what waits for a person and is shown where they say what becomes of it.
    pub fn waiting(mut self, log: &[Event]) -> Wanted {
        let held = quarantine::waiting(log).into_iter().rev().take(WAITING).map(|held| held.content);
        let after = written_after::waiting(log).into_iter().rev().take(WAITING).map(|message| message.content);
        let newest = log.iter().rev().find_map(|event| {
            let Written::ByReporter { content, .. } = event.body.row().written else { return None };
            Some(content)
        });
        self.0.extend(held.chain(after).chain(newest).map(|content| content.id.clone()));
        self
    }

    /// The same with everything that was written to a closed case and waits.
    pub fn after_closing(mut self, log: &[Event]) -> Wanted {
        let all = written_after::waiting(log).into_iter();
        let contents = all.flat_map(|message| [Some(message.content), message.files.map(|files| &files.listed)]);
        self.0.extend(contents.flatten().map(|content| content.id.clone()));
        self
    }

    /// The same with what was said.
    pub fn said<'a>(mut self, log: &[Event], said: impl IntoIterator<Item = &'a Utterance>) -> Wanted {
        for utterance in said {
            let (seq, by_desk) = match utterance.what {
                What::Written => (utterance.place.seq, false),
                What::LetIn(seq) => (seq, false),
                What::Line(_) => (utterance.place.seq, true),
            };
            if !by_desk || at(log, seq).is_some_and(gives_code) {
                self = self.of(log, seq);
            }
        }
        self
    }

    /// The same with the words of an event.
    pub fn of(mut self, log: &[Event], seq: u64) -> Wanted {
        self.0.extend(at(log, seq).into_iter().flat_map(words).map(|content| content.id.clone()));
        self
    }

    /// The same with the words of the event that names this content.
    pub fn naming(self, log: &[Event], name: &ContentId) -> Wanted {
        let names = |event: &&Event| event.body.contents().iter().any(|content| content.id == *name);
        match log.iter().find(names) {
            Some(event) => self.of(log, event.seq),
            None => self,
        }
    }

    /// The same with those of a stretch.
    pub fn in_stretch(mut self, log: &[Event], stretch: &Stretch<'_>) -> Wanted {
        self.0.extend(stretch.wanted(log).into_iter().map(|content| content.id.clone()));
        self
    }

    /// The same with these.
    pub fn and<'a>(mut self, contents: impl IntoIterator<Item = &'a ContentRef>) -> Wanted {
        self.0.extend(contents.into_iter().map(|content| content.id.clone()));
        self
    }

    pub fn names(&self) -> &BTreeSet<ContentId> {
        &self.0
    }
}

/// The words of an event, and lists of what came with them: what lies among a case's sealed texts. A mail as it came and files do
/// not.
pub(crate) fn words(event: &Event) -> Vec<&ContentRef> {
    let raw = event.body.mail().map(|mail| &mail.raw);
    let files = event.body.files().into_iter().flat_map(|files| &files.kept).map(|file| &file.content);
    let objects: Vec<&ContentId> = raw.into_iter().chain(files).map(|content| &content.id).collect();
    match event.body.row().written {
        Written::Report(reported) => {
            let reference = reported.opened.iter().filter_map(|opened| opened.reference.as_ref());
            std::iter::once(&reported.report).chain(reference).collect()
        }
        // What the party is called stands in the case.
        Written::Invitation { content, .. } => vec![content],
        Written::ByTeam(_)
        | Written::ByReporter { .. }
        | Written::Waiting { .. }
        | Written::Note { .. }
        | Written::Step(_)
        | Written::Nothing => {
            let mut all = event.body.contents();
            all.retain(|content| !objects.contains(&&content.id));
            all
        }
    }
}

fn at(log: &[Event], seq: u64) -> Option<&Event> {
    log.binary_search_by_key(&seq, |event| event.seq).ok().map(|place| &log[place])
}

/// The desk's line of it holds a code. Of no other event does its line hold words.
pub(crate) fn gives_code(event: &Event) -> bool {
    matches!(event.body, EventBody::FollowedUp { .. })
}

/// What a party is called.
fn party_name(event: &Event) -> Option<&ContentRef> {
    let EventBody::PartyInvited(party) = &event.body else { return None };
    Some(&party.name)
}

/// What a person said of a correction.
fn said_of(cause: &RevisionCause) -> Option<&ContentRef> {
    let RevisionCause::Words(content) = cause else { return None };
    Some(content)
}

/// Where it lies whom the advisory names.
fn granted(credit: CreditState) -> Option<ContentId> {
    match credit {
        CreditState::Answered { granted, .. } => granted.map(|content| content.id),
        CreditState::Unasked | CreditState::Asked { .. } => None,
    }
}

/// By whose command it was recorded, of which line, and whether it waits to be taken up.
type Kind<'a> = (Option<CommandName>, Option<&'a LineName>, bool);

/// What a step recorded, by what the next of its kind takes the place of. Nothing of what no reader of a case opens, or of what is
/// shown with its part of the log.
fn step(event: &Event) -> Option<(Kind<'_>, &ContentRef)> {
    let row = event.body.row();
    let Written::Step(content) = row.written else { return None };
    let apart =
        [CommandName::Share, CommandName::FollowUp, CommandName::ApproveAdvisory, CommandName::Publish].map(Some);
    if apart.contains(&row.command) {
        return None;
    }
    let line = if let EventBody::FixReady { line, .. }
    | EventBody::FixReleased { line, .. }
    | EventBody::LineNotAffected { line, .. }
    | EventBody::LineWaived { line, .. } = &event.body
    {
        Some(line)
    } else {
        None
    };
    let waits = matches!(event.body, EventBody::CreditRecorded { waits: true, .. });
    Some(((row.command, line, waits), content))
}
