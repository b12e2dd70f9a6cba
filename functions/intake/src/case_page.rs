//! Fills the reporter's case page, and the door to it, with what they show.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_advisory::markdown;
use desk_domain::advisory::credit_line;
use desk_domain::case::embargo::Side;
use desk_domain::case::event::{Answers, MessageKind};
use desk_domain::case::{Case, Event, EventBody, LinkEnded, Shared, Tracker};
use desk_domain::moment::Moment;
use desk_domain::policy::MetBy;
use desk_domain::report::{Kind, Report, ReportField};
use desk_domain::time;
use desk_keys::Slip;
use desk_pages::{
    AnswersForm, AskForm, CaseLogin, CasePage, CreditForm, EmbargoForm, FileLine, MessageView, OwnDate, Paging,
    SentReport, ShareForm, SharedCard, Site, Standing, TrackerForm, WithdrawForm, Words,
};
use desk_store::Stored;
use desk_view::{
    CaseView, ClockView, CreditStanding, Place, Portion, ReportView, SharedView, Speaker, UnsealedCase, Utterance,
    Wanted,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::{Intake, receipt};

/// Messages on a page.
const PORTION: usize = 10;

/// What the case page says about what was just sent.
#[derive(Default)]
pub(crate) struct Said {
    pub notice: Option<String>,
    pub error: Option<String>,
    /// What was typed and not taken.
    pub text: String,
    /// What was wrong with the files that were chosen, and how many they were.
    pub files: (Option<String>, usize),
    /// An answer about credit that was not taken: what was wrong, and what was typed.
    pub credit: Option<(String, String, String)>,
    /// Why the question how it stands was not taken.
    pub not_asked: Option<String>,
    /// Why a choice of where answers go was not taken.
    pub not_chosen: Option<String>,
    /// Why the report was not withdrawn.
    pub not_withdrawn: Option<String>,
    /// Why an answer about the tracker was not taken.
    pub not_agreed: Option<String>,
    /// Why an answer about the embargo was not taken.
    pub embargo: Option<String>,
    /// What was said of something that was shown, and not taken.
    pub unsaid: Option<Unsaid>,
    /// A day of their own that was not taken: why, and what was typed.
    pub own_date: Option<(String, [String; 3])>,
    /// Which portion of the messages; the first has the newest.
    pub page: usize,
    /// Up to which message the case was read before; `None` the first time.
    pub read_until: Option<Timestamp>,
}

/// What was said of something that was shown, and why it was not taken. No `Debug`.
pub(crate) struct Unsaid {
    /// Of what.
    pub shared: u64,
    pub why: String,
    pub typed: String,
}

/// What the page shows that asks for the code.
pub(crate) struct Door<'a> {
    /// The case that a mail's link names, and its token.
    pub case: Option<&'a Stored>,
    pub link: Option<String>,
    /// Why a mail's link shows nothing any more.
    pub ended: Option<String>,
    pub notice: Option<String>,
    pub error: Option<String>,
    /// The code as it was typed.
    pub typed: String,
    /// Where the code is sent, with what was sent before.
    pub action: &'static str,
    pub kept: Vec<(String, String)>,
    /// So many files were sent with it.
    pub files: usize,
}

impl Default for Door<'_> {
    fn default() -> Self {
        let (case, link, ended, notice, error) = (None, None, None, None, None);
        Door { case, link, ended, notice, error, typed: String::new(), action: "/case", kept: Vec::new(), files: 0 }
    }
}

/// The page that asks for the code; with what a mail's link may show of a case.
pub(crate) fn login(intake: &Intake, door: Door<'_>) -> String {
    let link = door.link.map(|link| ("t".to_owned(), link));
    CaseLogin {
        site: Site::of(&intake.policy),
        ended: door.ended,
        links_after_closing: links_after_closing(intake),
        notice: door.notice,
        error: door.error,
        typed: door.typed,
        action: door.action.to_owned(),
        kept: door.kept.into_iter().chain(link).collect(),
        files_field: (door.files > 0).then(|| intake.files_field(None, door.files)),
        standing: door.case.map(|stored| standing(intake, &stored.case)),
    }
    .html()
}

fn links_after_closing(intake: &Intake) -> String {
    time::promise(intake.policy.limits.case_links_after_closing)
}

/// What became of a mail's link, and what to do.
pub(crate) fn no_longer(intake: &Intake, ended: LinkEnded) -> String {
    match ended {
        LinkEnded::NewCode => {
            "A new receipt code was made after this link was mailed: the links from before it end with the old code. Type the new code \
             here, or follow the link in a newer mail. If you did not ask for a new code, answer any of our mails."
                .to_owned()
        }
        LinkEnded::Closed => format!(
            "The links in our mails end {} after a case is closed, and this one was closed before that. Your receipt code opens it as \
             before.",
            links_after_closing(intake)
        ),
    }
}

/// What is wrong with a code that opened nothing, as far as its words tell.
pub(crate) fn wrong_code(typed: &str) -> String {
    match Slip::of(typed) {
        Some(Slip::Unknown(words)) => {
            let quoted: Vec<String> = words.iter().map(|word| format!("“{word}”")).collect();
            let (are, one) = if words.len() == 1 { ("is", "one of our words") } else { ("are", "of our words") };
            format!("{} {are} not {one}. Please check the spelling.", quoted.join(", "))
        }
        Some(Slip::Count(count)) => format!("A code has twelve words; here there are {count}."),
        None => "No case answers to that code. Please check each word and their order.".to_owned(),
    }
}

/// Where a case stands: what its link shows too.
fn standing(intake: &Intake, case: &Case) -> Standing {
    let policy = &intake.policy;
    let (asked, clocks): (Vec<ClockView>, Vec<ClockView>) = desk_view::clocks(policy, case, false)
        .into_iter()
        .partition(|clock| policy.clock(&clock.name).is_some_and(|row| row.met_by == MetBy::ReporterAnswer));
    Standing {
        case_id: case.id.to_string(),
        stage: case.stage(),
        reached: Case { waiting_for_reporter: false, ..case.clone() }.stage(),
        received_at: case.received_at,
        clocks,
        answer_by: asked.iter().rev().find(|_| case.waiting_for_reporter).map(|clock| clock.due_at),
        now: intake.clock.now(),
    }
}

/// What of the conversation a page shows, before its words are opened.
pub(crate) struct Heard<'a> {
    /// What the team waits to be told.
    question: Option<&'a Utterance>,
    portion: Portion<'a>,
    paging: Paging,
    /// How many messages came since the last visit.
    news: usize,
}

impl<'a> Heard<'a> {
    pub(crate) fn of(case: &Case, log: &[Event], all: &'a [Utterance], said: &Said) -> Heard<'a> {
        let question = question(case, log, all);
        let on_top =
            |message: &&Utterance| question.is_some_and(|q| q.place == message.place && q.from == message.from);
        let rest: Vec<&Utterance> = all.iter().filter(|message| !on_top(message)).collect();
        let shown: Vec<&Shared> = case.shared_with_reporter().collect();
        // What was not taken of something that was shown stands where that does.
        let page = said.unsaid.as_ref().map_or(said.page, |unsaid| Portion::page_of(&shown, unsaid.shared));
        let paging = Paging::of(page, Portion::pages(shown.len(), rest.len(), PORTION));
        Heard {
            question,
            portion: Portion::of_page(&shown, &rest, PORTION, paging.page),
            paging,
            news: all.iter().filter(|message| is_new(message.from, message.at, said.read_until)).count(),
        }
    }

    pub(crate) fn wanted(&self, case: &Case, log: &[Event]) -> Wanted {
        let said = self.portion.said.iter().copied().chain(self.question);
        Wanted::standing_for_reporter(case).said(log, said).and(self.portion.of_shared(case))
    }
}

/// The case page.
pub(crate) fn case(intake: &Intake, opened: &UnsealedCase, heard: &Heard<'_>, said: Said) -> String {
    let (case, view) = (&opened.case, intake.view(opened, &heard.portion));
    let message = |m: &desk_view::MessageView| message(m, said.read_until);
    let question = heard.question.map(|question| message(&opened.message(question, false)));
    let messages: Vec<MessageView> = view.messages.iter().rev().map(message).collect();
    CasePage {
        news: heard.news,
        ask: (question.is_none() && !case.is_closed()).then(|| AskForm {
            again_from: case.standing_asked_again_from(intake.clock.now()),
            error: said.not_asked,
            idempotency_key: fresh_key(),
        }),
        own_date: own_date(case, said.own_date),
        answers: answers(case, said.not_chosen),
        withdraw: (!case.is_closed() && case.withdrawn_at.is_none())
            .then(|| WithdrawForm { error: said.not_withdrawn, idempotency_key: fresh_key() }),
        tracker: tracker(case, said.not_agreed),
        embargo: embargo(case, said.embargo, intake.clock.now()),
        scheduled_for: view.scheduled_for.as_ref().map(|on| (on.said(None), on.for_others())),
        shared: view.shared.iter().map(|shared| card(case, shared, said.unsaid.as_ref())).collect(),
        credit: credit_form(opened, &view, said.credit),
        advisory_url: view.advisory_url.clone(),
        root_stage: view.root_stage,
        site: Site::of(&intake.policy),
        standing: standing(intake, case),
        handler: case.handler.as_ref().and_then(|id| intake.policy.member(id)).map(|member| member.name.clone()),
        release_planned: case.release_planned.as_ref().map(|moment| moment.said(None)),
        question,
        messages,
        paging: heard.paging,
        report: sent_report(&view.report, opened.case.opened.is_some()),
        has_receipt: receipt::is_signed_here(opened),
        notice: said.notice,
        error: said.error,
        files_field: intake.files_field(said.files.0, said.files.1),
        idempotency_key: fresh_key(),
        reply_text: said.text,
        closed: case.is_closed() && !case.stays_comment(),
    }
    .html()
}

/// Whether it came since the case was last read; what the reporter wrote is no news, nor is anything the first time.
fn is_new(from: Speaker, at: Timestamp, read_until: Option<Timestamp>) -> bool {
    from != Speaker::Reporter && read_until.is_some_and(|read| read < at)
}

fn message(message: &desk_view::MessageView, read_until: Option<Timestamp>) -> MessageView {
    let whole = message.content.as_ref().map(|content| format!("/case?text={content}"));
    let Words { text, quoted, whole } = Words::of(&message.text, message.quoted.as_deref(), whole);
    MessageView {
        at: message.at,
        from: match message.from {
            Speaker::Reporter => "You".to_owned(),
            Speaker::Team => message.by.clone().unwrap_or_else(|| "Security team".to_owned()),
            Speaker::Desk => "Disclosure Desk".to_owned(),
        },
        speaker: message.from,
        text,
        quoted,
        whole,
        files: message.files.iter().map(|file| FileLine::of(file, None)).collect(),
        mail: None,
        new: is_new(message.from, message.at, read_until),
    }
}

/// What the team waits to be told.
fn question<'a>(case: &Case, log: &[Event], all: &'a [Utterance]) -> Option<&'a Utterance> {
    let is_request = |event: &&Event| matches!(event.body, EventBody::MessageSent { kind: MessageKind::Request, .. });
    let asked = log.iter().rev().find(is_request).filter(|_| case.waiting_for_reporter)?;
    all.iter().find(|message| message.place == Place::of(asked) && message.from == Speaker::Team)
}

/// The report as it was sent, field by field, and as a file.
fn sent_report(sent: &ReportView, by_team: bool) -> SentReport {
    let stored: Value = serde_json::from_str(&sent.body).unwrap_or_default();
    let report = Report::stored(&stored);
    let said = report.said();
    let is_text = |row: &ReportField| matches!(row.kind, Kind::Text { .. } | Kind::OpenPgpKey);
    let shown = |texts: bool| {
        let rows = said.iter().filter(move |(row, _)| is_text(row) == texts && row.name != "summary");
        rows.map(|(row, value)| (row.label.trim_end_matches('?').to_owned(), row.words(value))).collect()
    };
    SentReport {
        by_team,
        facts: shown(false),
        texts: shown(true),
        quoted: stored["mail"]["quoted"].as_str().map(str::to_owned),
        files: sent.files.iter().map(|file| FileLine::of(file, None)).collect(),
        href: format!("data:application/json;base64,{}", BASE64.encode(&sent.body)),
        title: report.summary,
    }
}

/// What to be called in the advisory; filled in with what was typed, answered, or wished
/// for in the report.
fn credit_form(opened: &UnsealedCase, view: &CaseView, typed: Option<(String, String, String)>) -> Option<CreditForm> {
    let case = &opened.case;
    if case.is_closed() && !case.publication.is_published() {
        return None;
    }
    let said = || credit_line(&view.credit.credits).unwrap_or_else(|| "You do not wish to be named.".to_owned());
    let answered = match view.credit.state {
        CreditStanding::Answered => Some(said()),
        CreditStanding::Waits => {
            Some(format!("{} (changed after the advisory was approved; it waits for the team)", said()))
        }
        CreditStanding::Unasked | CreditStanding::Asked => None,
    };
    let report = Report::stored(&serde_json::from_str(&view.report.body).unwrap_or_default());
    let (error, name, link) = match (typed, view.credit.credits.first()) {
        (Some((error, name, link)), _) => (Some(error), name, link),
        (None, Some(credit)) => (None, credit.name.clone(), credit.contact.first().cloned().unwrap_or_default()),
        (None, None) if answered.is_some() => (None, String::new(), String::new()),
        (None, None) => {
            (None, report.credit_as.unwrap_or_default(), report.credit_link.into_iter().next().unwrap_or_default())
        }
    };
    let waits = view.credit.state == CreditStanding::Asked;
    let published = case.publication.is_published();
    Some(CreditForm { waits, published, answered, name, link, error, idempotency_key: fresh_key() })
}

/// When the reporter means to publish, until it is published.
fn own_date(case: &Case, typed: Option<(String, [String; 3])>) -> Option<OwnDate> {
    if case.publication.is_published() || case.is_closed() {
        return None;
    }
    let said = match (&case.planned_for, case.agrees_to_wait) {
        (Some(moment), _) => format!("You told us that you mean to publish on {}.", moment.said(None)),
        (None, true) => "You keep it to yourself until the fixes are released.".to_owned(),
        (None, false) => "You have named none.".to_owned(),
    };
    let (day, time, zone) = case.planned_for.as_ref().map(Moment::parts).unwrap_or_default();
    let (error, [planned_for, time, zone]) =
        typed.map_or((None, [day, time, zone]), |(error, typed)| (Some(error), typed));
    let zone = if zone.is_empty() { "UTC".to_owned() } else { zone };
    Some(OwnDate { said, planned_for, time, zone, error, idempotency_key: fresh_key() })
}

/// Where answers go, while there are any to come and an address to send them to.
fn answers(case: &Case, error: Option<String>) -> Option<AnswersForm> {
    (case.address.is_some() && !case.is_closed()).then(|| AnswersForm {
        by_mail: case.answers == Answers::Mail,
        encrypted: case.asked_for_encryption(),
        error,
        idempotency_key: fresh_key(),
    })
}

fn tracker(case: &Case, error: Option<String>) -> Option<TrackerForm> {
    let agrees = match case.tracker? {
        Tracker::Asked => None,
        Tracker::Agreed => Some(true),
        Tracker::Refused => Some(false),
    };
    Some(TrackerForm { agrees, error, idempotency_key: fresh_key() })
}

/// What is agreed and proposed of an embargo, once anything is; the question, while the case is open.
fn embargo(case: &Case, error: Option<String>, now: Timestamp) -> Option<EmbargoForm> {
    let embargo = &case.embargo;
    let proposed = |side| embargo.proposed(side, now).filter(|_| !case.is_closed()).map(|proposal| &proposal.ends);
    let (asked, own) = (proposed(Side::Team), proposed(Side::Reporter));
    let said = [
        embargo.holds().map(|ends| {
            format!(
                "You and the team keep it to yourselves until {}. Neither publishes before.",
                ends.said_as_end(None)
            )
        }),
        embargo
            .over
            .as_ref()
            .map(|over| format!("It is over since {}: {}.", time::instant(over.at), over.why.because())),
        own.map(|ends| {
            format!("You propose that it ends with {}. The team has not answered yet.", ends.said_as_end(None))
        }),
        asked.map(|ends| format!("The team proposes that it ends with {}.", ends.said_as_end(None))),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    let (asked, is_any) = (asked.map(Moment::to_string), !said.is_empty() || error.is_some());
    is_any.then(|| EmbargoForm { said, asked, error, idempotency_key: fresh_key() })
}

/// What was shown, and what is asked about it while the case is open.
fn card(case: &Case, shared: &SharedView, unsaid: Option<&Unsaid>) -> SharedCard {
    let unsaid = unsaid.filter(|unsaid| unsaid.shared == shared.id);
    let form = ShareForm {
        question: shared.what.question(),
        typed: unsaid.map(|unsaid| unsaid.typed.clone()).unwrap_or_default(),
        error: unsaid.map(|unsaid| unsaid.why.clone()),
        idempotency_key: fresh_key(),
    };
    SharedCard { form: (!case.is_closed()).then_some(form), ..SharedCard::of(&case.id, shared, markdown::html) }
}

/// For a form that is sent once, however often its button is pressed.
fn fresh_key() -> String {
    desk_keys::hex(&desk_keys::random::<16>())
}
