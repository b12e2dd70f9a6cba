//! Fills the page of a party with what it sees.

use desk_advisory::markdown;
use desk_domain::case::PartyState;
use desk_pages::{
    MessageView, Paging, PartyDateForm, PartyEndedPage, PartyPage, PartyTermsPage, PartyWords, ShareForm, SharedCard,
    Site, Words,
};
use desk_view::{
    PartyCaseView, PartyMessageView, PartyMessageWith, PartyPortion, PartySpeaker, PartyView, SharedView, Speaker,
    TermsView,
};

use super::Entered;
use crate::Intake;

/// Messages on a page.
pub(super) const PORTION: usize = 10;

/// What the page says about what was just sent.
#[derive(Default)]
pub(super) struct Said {
    pub notice: Option<String>,
    /// In which part something was not taken, why, and what was typed.
    pub refused: Option<(Part, String, String)>,
    /// Which portion of the messages; the first has the newest.
    pub page: usize,
}

/// A part of the page that takes something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Terms,
    Message,
    Status,
    Date,
    Shared(u64),
}

impl Said {
    /// On which page it is said: on the one with what was shown, where something of that was not taken.
    pub(super) fn place(&self) -> (usize, Option<u64>) {
        let shown = self.refused.as_ref().and_then(|(part, ..)| match part {
            Part::Shared(shared) => Some(*shared),
            Part::Terms | Part::Message | Part::Status | Part::Date => None,
        });
        (self.page, shown)
    }

    /// Why what was sent in that part was not taken, and what was typed there.
    fn words(&self, part: Part) -> PartyWords {
        let refused = self.refused.as_ref().filter(|(of, ..)| *of == part);
        PartyWords {
            typed: refused.map(|(_, _, typed)| typed.clone()).unwrap_or_default(),
            error: refused.map(|(_, why, _)| why.clone()),
            idempotency_key: fresh_key(),
        }
    }
}

/// The page by where the party stands.
pub(super) fn of(intake: &Intake, entered: &Entered, view: PartyView, portion: &PartyPortion, said: Said) -> String {
    let site = Site::of(&intake.policy);
    match (view.state, view.terms, view.case) {
        (PartyState::Joined, Some(terms), Some(case)) => {
            let paging = Paging::of(portion.page, portion.pages);
            joined(site, entered, terms, case, paging, said).html()
        }
        (PartyState::Invited, Some(terms), _) => PartyTermsPage {
            site,
            error: said.words(Part::Terms).error.filter(|_| !terms.over),
            invited_by: terms.invited_by,
            terms: terms.text.unwrap_or_default(),
            sha256: terms.sha256,
            over: terms.over,
            idempotency_key: fresh_key(),
        }
        .html(),
        (PartyState::Ended | PartyState::Joined | PartyState::Invited, ..) => {
            let joined = entered.party.joined.is_some();
            PartyEndedPage { site, ended_at: view.since, joined }.html()
        }
    }
}

fn joined(
    site: Site,
    entered: &Entered,
    terms: TermsView,
    case: PartyCaseView,
    paging: Paging,
    said: Said,
) -> PartyPage {
    let id = &entered.stored.case.id;
    PartyPage {
        site,
        case_id: case.case_id.to_string(),
        stage: case.stage,
        release_planned: case.release_planned.as_ref().map(|moment| moment.said(None)),
        embargo_until: case.embargo_until.as_ref().map(|ends| ends.said_as_end(None)),
        scheduled_for: case.scheduled_for.as_ref().map(|on| (on.said(None), on.for_others())),
        date: case.release_planned.as_ref().filter(|_| !case.over).map(|on| PartyDateForm {
            on: on.to_string(),
            shown: on.said(None),
            asked: case.date_asked,
            words: said.words(Part::Date),
        }),
        date_said: case.date.as_ref().map(|date| (date.agrees, date.on.said(None), date.at)),
        status_said: case.status.as_ref().map(|status| (status.status, status.at)),
        status: (!case.over).then(|| said.words(Part::Status)),
        message: said.words(Part::Message),
        shared: case.shared.iter().map(|shared| card(id, shared, case.over, &said)).collect(),
        messages: case.messages.iter().rev().map(message).collect(),
        paging,
        terms: terms.text,
        accepted_at: terms.accepted_at,
        advisory_url: case.advisory_url,
        // What is not asked for any more has no form in which the reason could stand.
        refused: said.refused.filter(|(part, ..)| case.over && *part != Part::Message).map(|(_, why, _)| why),
        notice: said.notice,
    }
}

fn message(message: &PartyMessageView) -> MessageView {
    let with = message.with.map(|with| match with {
        PartyMessageWith::Status => "with whether you are affected",
        PartyMessageWith::Date => "with your answer to the date",
        PartyMessageWith::Shared => "with what you make of what was shared",
    });
    let (from, speaker) = match message.from {
        PartySpeaker::Team => (message.by.clone().unwrap_or_else(|| "Security team".to_owned()), Speaker::Team),
        PartySpeaker::Party => (with.map_or("You".to_owned(), |with| format!("You, {with}")), Speaker::Reporter),
    };
    let Words { text, quoted, whole } =
        Words::of(&message.text, None, Some(format!("/party?text={}", message.content)));
    MessageView { at: message.at, from, speaker, text, quoted, whole, files: Vec::new(), mail: None, new: false }
}

/// What was shown, and what is asked about it while that can be answered.
fn card(case: &desk_domain::id::CaseId, shared: &SharedView, over: bool, said: &Said) -> SharedCard {
    let words = said.words(Part::Shared(shared.id));
    let form = ShareForm {
        question: shared.what.question_to_party(),
        typed: words.typed,
        error: words.error,
        idempotency_key: words.idempotency_key,
    };
    SharedCard { form: (!over).then_some(form), ..SharedCard::of(case, shared, markdown::html) }
}

/// For a form that is sent once, however often its button is pressed.
fn fresh_key() -> String {
    desk_keys::hex(&desk_keys::random::<16>())
}
