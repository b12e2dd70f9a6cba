//! A case opened for a member: a part of it that one answer holds, read as far as that part takes.

use axum::http::StatusCode;
use desk_advisory::advisory_page;
use desk_domain::case::quarantine::{self, HeldAnswer};
use desk_domain::case::{Case, Event, Shared};
use desk_domain::policy::Member;
use desk_http::Problem;
use desk_keys::SecretKey;
use desk_store::Fault;
use desk_store::deliveries::DeliveryRecord;
use desk_view::{
    CaseView, ChannelProgress, MailView, NoPlace, PartyForTeam, Place, Portion, Reader, Speaker, Stretch, UnsealedCase,
    Utterance, WAITING, Wanted, newest, said,
};
use jiff::Timestamp;

use crate::Team;
use crate::cases::OpenedAnswer;
use crate::mail::recorded;
use crate::notes::{self, Note};

/// Messages on a page of a case, and notes.
const MESSAGES: usize = 20;
pub(crate) const NOTES: usize = 20;
/// Mails that a page tells of are among the newest so many.
const MAILED: usize = 60;

/// Which part of a case is shown.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// To programs: what stands before a place, or the newest.
    Before(Option<Place>),
    /// On a page: which page of the conversation, and which of the notes.
    Page { messages: usize, notes: usize },
}

/// A part of a case opened for a member. No `Debug`: it is words.
pub(crate) struct Shown {
    pub opened: UnsealedCase,
    /// The reporter's view, with the mails looked into.
    pub view: CaseView,
    /// The mail that the report came in.
    pub mail: Option<MailView>,
    /// Who was invited from outside, with what of them stands in the part.
    pub parties: Vec<PartyForTeam>,
    /// Answers in quarantine, and how many older ones are not shown.
    pub held: Vec<OpenedAnswer>,
    pub more_held: usize,
    /// The oldest first, and how many there are in all.
    pub notes: Vec<Note>,
    pub all_notes: usize,
    pub channels: Vec<ChannelProgress>,
    pub deliveries: Vec<DeliveryRecord>,
    /// There are older ones.
    pub more_deliveries: bool,
    /// When the member read it before, to the hour; `None` the first time.
    pub last_read: Option<Timestamp>,
    /// Everything that was said, without its words.
    pub said: Vec<Utterance>,
    /// How many pages there are of the conversation.
    pub pages: usize,
    at: At,
}

/// The part, once the log is known.
#[derive(Clone, Copy)]
enum At {
    Stretch(Stretch<'static>),
    /// `people`: of what was said, only what people said.
    Page {
        messages: usize,
        notes: usize,
        people: bool,
    },
}

/// What is shown of a log.
struct Chosen<'a> {
    portion: Portion<'a>,
    notes: Vec<&'a Event>,
    all_notes: usize,
    held: Vec<HeldAnswer<'a>>,
    more_held: usize,
}

impl Part {
    /// What stands before `next` of the part before.
    pub fn before(next: Option<&str>) -> Result<Part, Problem> {
        let place = next.map(|next| next.parse().map_err(|NoPlace| not_given())).transpose()?;
        Ok(Part::Before(place))
    }

    fn at(self, log: &[Event], people: bool) -> At {
        match self {
            Part::Before(place) => At::Stretch(Stretch::before(log, Reader::Team, place)),
            Part::Page { messages, notes } => At::Page { messages, notes, people },
        }
    }
}

fn not_given() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "next must be what the part before gave as next.")
}

impl<'a> Chosen<'a> {
    fn of(at: At, case: &Case, log: &'a [Event], said: &'a [Utterance]) -> Chosen<'a> {
        let (mut noted, mut held) = (notes::noted(log), quarantine::waiting(log));
        let (all_notes, all_held) = (noted.len(), held.len());
        let portion = match at {
            At::Stretch(stretch) => {
                noted.retain(|event| stretch.holds_event(event));
                held.retain(|held| stretch.holds_event(held.event));
                Portion::of_stretch(case, said, stretch)
            }
            At::Page { messages, notes, people } => {
                let notes = notes.clamp(1, noted.len().div_ceil(NOTES).max(1));
                noted = newest(&noted, NOTES, notes).to_vec();
                held.drain(..held.len().saturating_sub(WAITING));
                // The reporter's and the parties' together: a page bears so many.
                let shown: Vec<&Shared> = case.shared.iter().collect();
                Portion::of_page(&shown, &heard(said, people), MESSAGES, messages)
            }
        };
        Chosen { portion, notes: noted, all_notes, more_held: all_held - held.len(), held }
    }

    fn wanted(&self, case: &Case, log: &[Event]) -> Wanted {
        let wanted = Wanted::standing(log).said(log, self.portion.said.iter().copied());
        let wanted = wanted.and(self.portion.of_shared(case)).said_by_parties(case);
        let rest = self.notes.iter().map(|event| event.seq).chain(self.held.iter().map(|held| held.event.seq));
        rest.fold(wanted, |wanted, seq| wanted.of(log, seq))
    }
}

/// What a page shows of what was said.
fn heard(said: &[Utterance], people: bool) -> Vec<&Utterance> {
    said.iter().filter(|utterance| !people || utterance.from != Speaker::Desk).collect()
}

impl Shown {
    /// The events of the part, in their order.
    pub fn events(&self) -> Vec<&Event> {
        let all = self.opened.events.iter();
        match self.at {
            At::Stretch(stretch) => all.filter(|event| stretch.holds_event(event)).collect(),
            At::Page { .. } => all.collect(),
        }
    }
}

impl Team {
    /// Opens a part of a case for a member, and records that.
    pub(crate) async fn shown(&self, id: &str, member: &Member, part: Part) -> Result<Shown, Problem> {
        let stored = self.readable(id, &member.id).await?;
        let key = self.keys(&stored).await?.team;
        let last_read = self.members.last_read(&stored.case.id, &member.id).await?;
        self.members.record_reading(&stored.case.id, &member.id, self.clock.now()).await?;
        let (case, log) = (&stored.case, self.cases.events(&stored.case.id, 1, stored.case.version).await?);
        let people = self.reads_as_comment(case, member);
        let (said, mut at) = (said(&self.policy, &log), part.at(&log, people));
        let wanted = match at {
            At::Stretch(stretch) => Wanted::standing(&log).in_stretch(&log, &stretch),
            At::Page { .. } => Chosen::of(at, case, &log, &said).wanted(case, &log),
        };
        let opened = self.unsealed_of(stored.case, log, wanted, &key).await?;
        let (deliveries, more_deliveries) = self.mailed(&opened, &mut at).await?;
        let channels = self.channels(&opened.case).await?;
        let chosen = Chosen::of(at, &opened.case, &opened.events, &said);
        let parts = self.with_mails(&opened, &key, &chosen).await;
        let Chosen { all_notes, more_held, .. } = chosen;
        let pages = Portion::pages(opened.case.shared.len(), heard(&said, people).len(), MESSAGES);
        let Parts { view, parties, mail, held, notes } = parts;
        Ok(Shown {
            view,
            mail,
            parties,
            held,
            more_held,
            notes,
            all_notes,
            channels,
            deliveries,
            more_deliveries,
            last_read,
            pages,
            said,
            at,
            opened,
        })
    }

    /// The mails that the part tells of, and whether there are older ones; a stretch is shortened to what an answer carries.
    async fn mailed(&self, opened: &UnsealedCase, at: &mut At) -> Result<(Vec<DeliveryRecord>, bool), Fault> {
        let case = &opened.case.id;
        let At::Stretch(stretch) = at else {
            let mut last = self.mail.planned_last(case, MAILED as i32 + 1).await?;
            let more = last.len() > MAILED;
            last.truncate(MAILED);
            last.reverse();
            return Ok((self.mail.deliveries(&last).await?, more));
        };
        let mut planned = match stretch.seqs(&opened.events) {
            Some(seqs) => self.mail.planned_by(case, seqs).await?,
            None => Vec::new(),
        };
        *stretch = opened.fitting(*stretch, |seq| planned.iter().filter(|planned| planned.seq == seq).count());
        let seqs = stretch.seqs(&opened.events);
        planned.retain(|planned| seqs.as_ref().is_some_and(|seqs| seqs.contains(&planned.seq)));
        Ok((self.mail.deliveries(&planned).await?, stretch.next().is_some()))
    }

    /// The words of what is shown, and what the mails hold that some of it came by: no other mail is read.
    async fn with_mails(&self, opened: &UnsealedCase, key: &SecretKey, chosen: &Chosen<'_>) -> Parts {
        let advised_by = opened.case.advised_by().unwrap_or(&opened.case.id);
        let url = advisory_page::url(&self.site_url, advised_by);
        let mut view = opened.view(&self.policy, url, true, &chosen.portion, self.clock.now());
        let mut mail: Option<MailView> = opened.case.mail.as_ref().map(Into::into);
        let mut notes = notes::notes(opened, &chosen.notes);
        let mut held: Vec<OpenedAnswer> = chosen.held.iter().map(|held| OpenedAnswer::of(opened, held)).collect();
        let said = view.messages.iter_mut().filter_map(|message| message.mail.as_mut());
        let noted = notes.iter_mut().filter_map(|note| note.mail.as_mut());
        let waiting = held.iter_mut().map(|held| &mut held.mail);
        let shown: Vec<&mut MailView> = mail.iter_mut().chain(waiting).chain(said).chain(noted).collect();
        self.look_into(opened, key, shown).await;
        for mail in mail.iter_mut().filter(|mail| mail.unread.is_some() && mail.attachments.is_empty()) {
            mail.attachments = recorded(opened);
        }
        let parties = opened.parties(&self.policy, &chosen.portion);
        Parts { view, parties, mail, held, notes }
    }

    /// Reads what stands in a case beside its conversation, with what waits for a person, and opens what its key opens.
    pub(crate) async fn unsealed(&self, case: Case, key: &SecretKey) -> Result<UnsealedCase, Fault> {
        self.unsealed_with(case, key, |wanted, log| wanted.waiting(log)).await
    }

    /// The same with what else is wanted of its log.
    pub(crate) async fn unsealed_with(
        &self,
        case: Case,
        key: &SecretKey,
        more: impl FnOnce(Wanted, &[Event]) -> Wanted,
    ) -> Result<UnsealedCase, Fault> {
        let log = self.cases.events(&case.id, 1, case.version).await?;
        let wanted = more(Wanted::standing(&log), &log);
        self.unsealed_of(case, log, wanted, key).await
    }

    async fn unsealed_of(
        &self,
        case: Case,
        log: Vec<Event>,
        wanted: Wanted,
        key: &SecretKey,
    ) -> Result<UnsealedCase, Fault> {
        let all = log.iter().map(|event| event.body.contents().len()).sum();
        let contents = self.cases.contents_of(&case.id, all, wanted.names()).await?;
        let opened = UnsealedCase::new(case, log, wanted, contents, |sealed| key.unseal(sealed).ok());
        for content in &opened.changed {
            tracing::error!(case = %opened.case.id, content = %content, "a sealed text is not what the log names");
        }
        Ok(opened)
    }
}

/// What is shown, with what its mails hold. No `Debug`: it is words.
struct Parts {
    view: CaseView,
    parties: Vec<PartyForTeam>,
    mail: Option<MailView>,
    held: Vec<OpenedAnswer>,
    notes: Vec<Note>,
}
