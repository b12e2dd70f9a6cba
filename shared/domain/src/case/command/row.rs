//! What a row of the command table says: of a command, and of each field of its body.

use crate::case::rm::Transition;
use crate::policy::Limits;

/// A team command: everything about it but what it does, which is its arm in `decide`.
#[derive(Debug)]
pub struct Row {
    /// The name, as the API, the command line and `allowed[]` write it.
    pub text: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    pub group: Group,
    /// The body's fields beside `command`, in the order in which they are shown.
    pub fields: &'static [Field],
    /// Who of those who may read the case.
    pub who: Who,
    /// What must be so of the case; the first that is not says why the command is not taken.
    pub rules: &'static [Rule],
    pub closing: Closing,
    /// What it does to a standing approval of the advisory.
    pub approval: Approval,
}

/// The part of the work that a command belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Conversation,
    People,
    Judgement,
    Mail,
    Fixes,
    Publication,
}

/// Who may give a command, of those who may read the case. What they may not do is said in their words: "hand it over".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever may read the case.
    Readers,
    /// Whoever of triage may not read it, and nobody else.
    Others,
    /// The handler and the backup.
    Leads(&'static str),
    /// The handler, the backup and the release managers (T44).
    Releasers(&'static str),
    /// The same without whoever drafted the advisory, unless the team is one person.
    SecondReleasers(&'static str),
    /// The handler, the backup, the release managers and who is on call.
    Reopens(&'static str),
    /// Whoever answers for the policy.
    Owner(&'static str),
}

/// Something that must be so of a case before a command is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// What is published is said: nothing of it is changed any more.
    Unpublished,
    /// Nothing is published, or what is is being corrected.
    Unsaid,
    /// It is published.
    Published,
    /// It is published, and holds.
    Holds,
    /// What is published is being corrected.
    Revising,
    /// The problem is confirmed: Valid or Accepted (T46).
    Confirmed,
    /// The case is Accepted.
    Accepted,
    /// There is a way by this transition from the state that the case is in.
    Way(Transition),
    /// Neither found invalid nor accepted.
    Duplicable,
    Unacknowledged,
    /// Nobody has answered in detail.
    Unanswered,
    /// Somebody can be shown something: the reporter, whose mail is proven, or a party that has joined.
    Shareable,
    /// One more party can be invited.
    PartyRoom,
    /// There is a party whose invitation has not ended.
    PartyThere,
    /// Nothing that an embargo would keep back is out, and none is over.
    Embargoable,
    /// The reporter proposes an end of the embargo.
    EmbargoAsked,
    /// An embargo holds.
    EmbargoHolds,
    /// Nobody handles it.
    Unassigned,
    /// Another handles it, and whoever asks is of triage.
    Takeable,
    /// Somebody was let in.
    LetIn,
    /// Somebody outside reported it.
    Reported,
    /// It is a comment on the policy, and whoever wrote it can be answered.
    Answerable,
    /// Something waits in quarantine.
    Quarantined,
    /// Nothing waits in quarantine.
    Proven,
    /// The reporter has not agreed to forwarding.
    Unagreed,
    /// The reporter has agreed to forwarding (T37).
    Agreed,
    /// A duty runs that a member records ([`crate::policy::MetBy::Recorded`]).
    DutyOpen,
    /// Credit is not answered.
    CreditOpen,
    /// The reporter was asked about credit, or there is none to ask.
    CreditAsked,
    Drafted,
    /// The advisory is to be published by itself.
    Scheduled,
    /// No approval stands for the form that would be published.
    Unapproved,
    /// Nothing is missing for publication. It is looked at last, after who asks, and its refusal names all that is missing.
    Gate,
}

/// Whether a command may be given to a closed case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Closed is final.
    Ends,
    /// Closed or not.
    Stays,
    /// Open, or closed because it belongs to another project: what its reporter agrees to then can still be done.
    OthersStays,
    /// The same, or closed as an ordinary bug: that too waits for what the reporter agrees to.
    ConsentStays,
    /// While it is open, and to a closed one whose advisory is being corrected.
    Revises,
    /// While it is open, and to a closed one with an advisory.
    Published,
    /// Only to what was closed a short while ago ([`crate::case::end`]).
    Reopens,
    /// While it is open, and to a closed one whose reporter has written since.
    Answers,
    /// Only to a closed case whose reporter has written since.
    WrittenTo,
    /// Only to what was filed, which is closed from the start, and once.
    FiledOnly,
}

/// What a command does to the approval that an advisory's present form has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// It changes nothing of what will be said.
    Stays,
    Voids,
    /// It voids the approval in this case, which is said so: "where the line was to get no fix".
    MayVoid(&'static str),
}

/// A field of a command's body, or of an object in it.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub need: Need,
    /// Who gets to read what is written there.
    pub audience: Audience,
    /// What to write, for its writer.
    pub hint: &'static str,
    /// What a command line shows for the value; `None`: what is usual for its kind.
    pub shown: Option<&'static str>,
}

/// What a field holds, in JSON.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text of at most so many bytes; blank counts as absent.
    Text(Limit),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A bare mail address: `rita@example.org`.
    Address,
    /// The id of a member of the team.
    Member,
    /// A party of the case: `party-1`.
    Party,
    /// The reporter, or a party of the case: `reporter`.
    With,
    /// The name of a line: `express@4`.
    Line,
    /// The name of a clock: `announcement`.
    Clock,
    /// The id of a channel: `express-mailing-list`.
    Channel,
    /// The name of a package.
    Package,
    /// A version as npm writes it: `4.19.2`.
    Version,
    /// The id of a case.
    Case,
    /// A day, or a time with its zone: `2027-01-31`, `2027-01-31T15:00[Europe/Berlin]`.
    Moment,
    /// The same, or [`RELEASED`](crate::case::publication::RELEASED).
    When,
    /// `true` or `false`.
    Flag,
    /// A whole number that is not negative.
    Count,
    /// A SHA-256, hexadecimal.
    Sha256,
    /// `CVE-2024-29041`.
    Cve,
    /// An id in another register of advisories: `GHSA-rv95-896h-c2vc`.
    AdvisoryId,
    /// A list of at most so many; `None`: only the body's size limits it.
    List(&'static Kind, Option<usize>),
    /// One, or a list.
    OneOrMore(&'static Kind),
    /// A list of at most so many objects. A bare text in place of an object is taken for the field `bare`, where there is one.
    Rows { fields: &'static [Field], most: usize, bare: Option<&'static str> },
}

/// How long a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The policy's `text_bytes`.
    Text,
    /// The policy's `line_bytes`.
    Line,
    /// The policy's `text_bytes`, and never more than so many.
    TextUpTo(usize),
    /// So many bytes.
    Bytes(usize),
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Required,
    /// Required or usual, by what else is said; its hint says when.
    Sometimes,
    Optional,
    /// Exactly one of the fields of its object that need this is there.
    OneOf,
}

/// Who gets to read a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Nobody's words: an id, a state, a date. It stands in the log in clear.
    Clear,
    /// Sealed for the team.
    Team,
    /// The reporter, on the case page and by mail.
    Reporter,
    /// The reporter, on the case page and never by mail.
    Page,
    /// The maintainers of others' package, by mail.
    Outside,
    /// A party, on its page and never by mail.
    Party,
    /// Sealed until the advisory is published, and everybody's then.
    Public,
}

impl Row {
    /// A command that whoever reads the case may give at any time until it is closed.
    pub(super) const fn new(text: &'static str, group: Group, summary: &'static str, fields: &'static [Field]) -> Row {
        let (who, closing, approval) = (Who::Readers, Closing::Ends, Approval::Stays);
        Row { text, summary, group, fields, who, rules: &[], closing, approval }
    }

    pub(super) const fn rules(self, rules: &'static [Rule]) -> Row {
        Row { rules, ..self }
    }

    pub(super) const fn who(self, who: Who) -> Row {
        Row { who, ..self }
    }

    pub(super) const fn closing(self, closing: Closing) -> Row {
        Row { closing, ..self }
    }

    pub(super) const fn approval(self, approval: Approval) -> Row {
        Row { approval, ..self }
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// What it does, who may give it where not everybody may, whether to a closed case, and whether it voids an approval.
    pub fn description(&self) -> String {
        let who = match self.who {
            Who::Readers | Who::Others => None,
            Who::Leads(_) => Some("By the handler or the backup."),
            Who::Releasers(_) => Some("By the handler, the backup or a release manager."),
            Who::SecondReleasers(_) => Some(
                "By the handler, the backup or a release manager, other than who drafted it (unless the team is one).",
            ),
            Who::Reopens(_) => Some("By the handler, the backup, a release manager or who is on call."),
            Who::Owner(_) => Some("By whoever answers for the policy."),
        };
        let closing = match self.closing {
            Closing::Ends => None,
            Closing::Stays => Some("To a closed case too."),
            Closing::ConsentStays => Some("To one closed as another project's or as an ordinary bug too."),
            Closing::OthersStays => Some("To one closed as another project's too."),
            Closing::Revises => Some("To a closed case too, while its advisory is being corrected."),
            Closing::Published => Some("To a closed case too, where it is published."),
            Closing::Reopens => Some("To a closed case only."),
            Closing::Answers => Some("To a closed case while its reporter’s message waits."),
            Closing::WrittenTo => Some("Only to a closed case while its reporter’s message waits."),
            Closing::FiledOnly => Some("Only to what was filed."),
        };
        let approval = match self.approval {
            Approval::Stays => None,
            Approval::Voids => Some("Voids the approval of the advisory."),
            Approval::MayVoid(said) => Some(said),
        };
        let said = [Some(self.summary), who, closing, approval];
        said.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The command with its fields, as the reference writes it: `respond{message, next_steps, page_only?}`.
    pub fn signature(&self) -> String {
        match self.fields {
            [] => self.text.to_owned(),
            fields => format!("{}{}", self.text, object(fields)),
        }
    }
}

/// The most words of a choice that a signature lists where it may be left out; what must be chosen is listed whole, because nobody
/// can give the command without.
const LISTED: usize = 8;

/// `{title, references?[{type?, url}], fixed|unfixed}`
fn object(fields: &[Field]) -> String {
    let mut written = String::from("{");
    let mut before = None;
    for field in fields {
        written.push_str(match before {
            None => "",
            Some(Need::OneOf) if field.need == Need::OneOf => "|",
            Some(_) => ", ",
        });
        before = Some(field.need);
        written.push_str(field.name);
        if matches!(field.need, Need::Sometimes | Need::Optional) {
            written.push('?');
        }
        match field.kind {
            Kind::List(..) => written.push_str("[]"),
            Kind::Rows { fields, .. } => written.push_str(&format!("[{}]", object(fields))),
            Kind::Choice(words) if words.len() <= LISTED || field.need == Need::Required => {
                written.push_str(&format!(": {}", words.join("|")))
            }
            Kind::With => written.push_str(": reporter|party-N"),
            Kind::Choice(_)
            | Kind::Text(_)
            | Kind::Address
            | Kind::Member
            | Kind::Party
            | Kind::Line
            | Kind::Clock
            | Kind::Channel
            | Kind::Package
            | Kind::Version
            | Kind::Case
            | Kind::Moment
            | Kind::When
            | Kind::Flag
            | Kind::Count
            | Kind::Sha256
            | Kind::Cve
            | Kind::AdvisoryId
            | Kind::OneOrMore(_) => {}
        }
    }
    written + "}"
}

impl Field {
    /// A field that must be there and stands in the log in clear.
    pub(super) const fn new(name: &'static str, kind: Kind, hint: &'static str) -> Field {
        Field { name, kind, need: Need::Required, audience: Audience::Clear, hint, shown: None }
    }

    /// A text of any length that the policy allows.
    pub(super) const fn text(name: &'static str, audience: Audience, hint: &'static str) -> Field {
        Field::new(name, Kind::Text(Limit::Text), hint).to(audience)
    }

    pub(super) const fn to(self, audience: Audience) -> Field {
        Field { audience, ..self }
    }

    pub(super) const fn need(self, need: Need) -> Field {
        Field { need, ..self }
    }

    pub(super) const fn optional(self) -> Field {
        self.need(Need::Optional)
    }

    pub(super) const fn shown(self, shown: &'static str) -> Field {
        Field { shown: Some(shown), ..self }
    }
}

impl Limit {
    /// In bytes, under these limits.
    pub fn bytes(self, limits: &Limits) -> usize {
        match self {
            Limit::Text => limits.text_bytes,
            Limit::Line => limits.line_bytes,
            Limit::TextUpTo(most) => limits.text_bytes.min(most),
            Limit::Bytes(bytes) => bytes,
        }
    }
}

impl Group {
    /// Every group, in the order in which a case is worked on.
    pub const ALL: &'static [Group] =
        &[Group::Conversation, Group::People, Group::Judgement, Group::Mail, Group::Fixes, Group::Publication];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Conversation => "Conversation",
            Group::People => "People",
            Group::Judgement => "Judgement",
            Group::Mail => "Mail",
            Group::Fixes => "Fixes",
            Group::Publication => "Publication",
        }
    }
}
