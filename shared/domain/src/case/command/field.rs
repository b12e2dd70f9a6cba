//! The fields that commands have.

use super::row::{Audience, Field, Kind, Limit, Need};
use crate::advisory::{self, CreditKind, ReferenceKind};
use crate::affected;
use crate::case::share::SharedThing;

const ONE_LINE: Kind = Kind::Text(Limit::Line);
const LINK: Kind = Kind::Text(Limit::Bytes(advisory::LINK_BYTES));
const SEVERITIES: &[&str] = &["low", "medium", "high", "critical"];

pub(super) const MESSAGE: Field = Field::text("message", Audience::Reporter, "What the reporter is told.");
pub(super) const ANSWER: Field = Field::text("message", Audience::Reporter, "What whoever commented is told.");
pub(super) const REASON_TOLD: Field =
    Field::text("reason", Audience::Reporter, "Why: it is the message to the reporter.");
pub(super) const ACCEPT: Field =
    Field::new("accept", Kind::Flag, "true: it is accepted with it, in one message; else accept does that later.")
        .optional();
pub(super) const CLOSE: Field =
    Field::new("close", Kind::Flag, "true: the case is closed with it, as not a vulnerability.").optional();
pub(super) const QUESTIONS: Field = Field::text("questions", Audience::Reporter, "What the reporter is asked.");
pub(super) const STEPS: Field = Field::text(
    "next_steps",
    Audience::Reporter,
    "What happens next, and when: with it the message is the detailed answer that is promised.",
);
pub(super) const STEPS_TOO: Field = STEPS.optional();
pub(super) const PAGE_ONLY: Field =
    Field::new("page_only", Kind::Flag, "The message stays on the case page even where the reporter chose mail.")
        .optional();

pub(super) const WHAT: Field = Field::new("what", Kind::Choice(SharedThing::WORDS), "What is shown.").shown("patch");
pub(super) const WITH: Field =
    Field::new("with", Kind::With, "To whom: the reporter, or a party that has joined.").shown("reporter");
pub(super) const SHOWN: Field = Field::text(
    "text",
    Audience::Page,
    "The patch, or the text (Markdown); of the draft of the advisory it is left out: what is saved is shown.",
)
.need(Need::Sometimes);
pub(super) const BESIDE: Field = Field::text(
    "message",
    Audience::Reporter,
    "What they are told with it; left out, that it is there and what they are asked. To a party it is on its page alone, in no mail.",
)
.optional();

pub(super) const TEXT: Field = Field::text("text", Audience::Team, "A note that only the team reads.");
pub(super) const PARTY: Field = Field::new("party", Kind::Party, "Which: party-1, in the order of the invitations.");
pub(super) const PARTY_NAME: Field =
    Field::new("name", ONE_LINE, "What they are called, for the team; it stands in no mail.").to(Audience::Team);
pub(super) const PARTY_ADDRESS: Field =
    Field::new("address", Kind::Address, "Where the invitation goes, with the code of their page.").to(Audience::Team);
pub(super) const PARTY_TEXT: Field = Field::text(
    "text",
    Audience::Party,
    "What they are told. It stands on their page, which they read once they have accepted the terms, and in no mail.",
);
pub(super) const PARTY_KEY: Field = Field::new(
    "key",
    Kind::Text(Limit::Bytes(OPENPGP_KEY_BYTES)),
    "Their OpenPGP key, in ASCII armour: what is mailed to them is encrypted to it, and the code goes in no other way.",
)
.to(Audience::Team)
.optional();
/// As long as a member's may be.
const OPENPGP_KEY_BYTES: usize = 64 * 1024;

pub(super) const WORD: Field = Field::text(
    "word",
    Audience::Team,
    "A word for who takes it over: kept as a note, and in the mail that tells them, which travels in clear.",
)
.optional();
pub(super) const REASON: Field = Field::text("reason", Audience::Team, "Why, for the team and for later.");
pub(super) const WAIVER: Field = Field::text(
    "waiver",
    Audience::Team,
    "Who answers for it, and why, that what is fixed is closed without an advisory; required there, kept as a note.",
)
.need(Need::Sometimes);
pub(super) const CONSENT: Field = Field::text(
    "consent",
    Audience::Team,
    "Of an ordinary bug: where the reporter agreed that it goes to the public tracker, kept as a note; left out, they are asked.",
)
.optional();
pub(super) const WHY: Field =
    Field::new("why", ONE_LINE, "What was wrong or has changed, for everyone: pages, feed and mails say it.")
        .to(Audience::Public);
pub(super) const REASON_FOR_ALL: Field =
    Field::new("reason", ONE_LINE, "Why it holds no more, for everyone: pages, feed and mails say it.")
        .to(Audience::Public);
pub(super) const STANDS: Field =
    Field::new("stands", Kind::Flag, "true: what was withdrawn holds again; else that stays as it is.").optional();
pub(super) const CVE_ID: Field = Field::new("cve", Kind::Cve, "The id that it got.").to(Audience::Public);
pub(super) const SOURCE: Field = Field::text("source", Audience::Team, "How that is known.");
pub(super) const REFERENCE: Field = Field::text(
    "reference",
    Audience::Public,
    "Where the fix is: a link to it stands in the advisory, as the fix of its line.",
);

pub(super) const ADDRESS: Field = Field::new(
    "address",
    Kind::Address,
    "Where whoever wrote it is reached, as you found out; the receipt with the code goes there. Left out, nothing is mailed to anybody \
     outside whom the mail does not prove.",
)
.to(Audience::Team)
.optional();

pub(super) const MEMBER: Field = Field::new("member", Kind::Member, "A member of the triage team who is not away.");
pub(super) const WHOM: Field = Field::new("member", Kind::Member, "A member of the team who may not read it.");
pub(super) const LET_IN: Field = Field::new("member", Kind::Member, "A member who was let in.");
pub(super) const OF: Field = Field::new(
    "of",
    Kind::Case,
    "The case that was there first; where that is a duplicate itself, its own first is taken.",
);
pub(super) const RESOLUTION: Field = Field::new(
    "resolution",
    Kind::Choice(&[
        "fixed",
        "not-a-vulnerability",
        "not-reproducible",
        "obsolete-version",
        "ordinary-bug",
        "third-party",
        "wont-fix",
        "withdrawn",
        "no-answer",
        "policy-comment",
        "spam",
    ]),
    "What it came to. Spam and comments on the policy are told nothing; the reason is a note then.",
);
pub(super) const FACT: Field = Field::new(
    "fact",
    Kind::Choice(&["public", "exploit-public", "attacks-observed"]),
    "Vultron's P, X or A; set once.",
);
pub(super) const SEVERITY: Field =
    Field::new("severity", Kind::Choice(SEVERITIES), "Required where no vector gives one; it wins over the vectors'.")
        .need(Need::Sometimes);
pub(super) const CVSS: Field =
    Field::new("cvss", Kind::List(&Kind::Text(Limit::Bytes(4096)), None), "CVSS vectors, 3.0, 3.1 or 4.0.")
        .to(Audience::Public)
        .need(Need::Sometimes);
pub(super) const CWE: Field = Field::new("cwe", Kind::List(&Kind::Text(Limit::Bytes(16)), None), "Weaknesses: CWE-79.")
    .to(Audience::Public)
    .optional();

pub(super) const CHANNEL: Field = Field::new("channel", Kind::Channel, "A channel of the advisory.");
pub(super) const SENT: Field =
    Field::new("outcome", Kind::Choice(&["sent", "not-sent"]), "Whether the channel has it, as a person has seen.");
pub(super) const CLOCK: Field = Field::new("clock", Kind::Clock, "A clock of the policy that is met by recorded.");
pub(super) const LINE: Field = Field::new("line", Kind::Line, "A line of the policy.");
pub(super) const VERSION: Field =
    Field::new("version", Kind::Version, "The first version of the line that is fixed.").to(Audience::Public);
pub(super) const ON: Field = Field::new(
    "on",
    Kind::Moment,
    "The day of the release, or its time with the zone (2027-01-31T15:00[Europe/Berlin]); the reporter is told.",
);
pub(super) const ENDS_AT: Field = Field::new(
    "ends_at",
    Kind::Moment,
    "The last day of the embargo, or its end with the zone (2027-01-31T15:00[Europe/Berlin]); the reporter is asked.",
);
pub(super) const AT: Field = Field::new(
    "at",
    Kind::When,
    "Left out, it is published now. Else the instant, with its zone (2027-01-31T15:00[Europe/Berlin]), no sooner than an embargo ends; or released: as soon as the registry shows the fix of every line, and an embargo is over.",
)
.optional();
pub(super) const AFFECTED: Field = Field::new(
    "affected",
    Kind::Rows { fields: RANGE, most: affected::MOST, bare: None },
    "One row for each stretch of affected versions; its upper end belongs to the line.",
)
.to(Audience::Public);

const VERSION_IN_RANGE: Field = Field::new("fixed", Kind::Version, "").to(Audience::Public);
const RANGE: &[Field] = &[
    Field::new("package", Kind::Package, "A package of the policy.").to(Audience::Public),
    Field::new("line", Kind::Line, "One of its lines.").to(Audience::Public),
    Field::new("introduced", Kind::Version, "The first affected version; 0: from the very first on.")
        .to(Audience::Public),
    Field { hint: "The first version that is not affected any more.", ..VERSION_IN_RANGE }.need(Need::OneOf),
    Field { name: "last_affected", hint: "The last affected version.", ..VERSION_IN_RANGE }.need(Need::OneOf),
    Field::new("unfixed", Kind::Flag, "true: no version is known to be free of it.")
        .to(Audience::Public)
        .need(Need::OneOf),
    Field::new("element", Kind::Count, "Ranges of a package with the same number are one element of OSV's affected.")
        .to(Audience::Public)
        .optional(),
    Field::new("range", Kind::Count, "Of one element, those with the same number are one of OSV's ranges.")
        .to(Audience::Public)
        .optional(),
    Field::new("range_type", Kind::Choice(&["ECOSYSTEM", "SEMVER", "VERSIONS"]), "OSV's type of the range.")
        .to(Audience::Public)
        .optional(),
    Field::new("versions", Kind::List(&Kind::Version, None), "Versions that OSV lists beside the ranges.")
        .to(Audience::Public)
        .optional(),
];

pub(super) const SEARCHED: Field = Field::text("searched", Audience::Team, "Where similar problems were searched for.");
pub(super) const RESULT: Field =
    Field::text("result", Audience::Team, "What was found, in words; none: nothing, found: what findings lists.");
pub(super) const FINDINGS: Field = Field::new(
    "findings",
    Kind::Rows { fields: FINDING, most: FINDINGS_MOST, bare: Some("summary") },
    "Each opens a case of its own.",
)
.to(Audience::Team)
.optional();

/// The most that one audit may find: each is a case, and all of them are one transaction.
pub const FINDINGS_MOST: usize = 10;

const FINDING: &[Field] = &[
    Field::new("package", ONE_LINE, "As in a report.").to(Audience::Team).optional(),
    Field::new("versions", ONE_LINE, "As in a report.").to(Audience::Team).optional(),
    Field::new("summary", ONE_LINE, "What was found, in a sentence.").to(Audience::Team),
    Field::text("details", Audience::Team, "As in a report.").optional(),
];

pub(super) const DECISION: Field = Field::new(
    "decision",
    Kind::Choice(&["as", "none"]),
    "Whether anybody is named. Whoever asked not to be named changes that themselves.",
)
.shown("as");
pub(super) const AS: Field = Field::new("as", ONE_LINE, "The name to credit; required where somebody is.")
    .to(Audience::Public)
    .need(Need::Sometimes);
pub(super) const CONTACT: Field =
    Field::new("link", Kind::OneOrMore(&LINK), "A page of theirs, or an address.").to(Audience::Public).optional();
pub(super) const CREDIT_KIND: Field =
    Field::new("type", Kind::Choice(CreditKind::WORDS), "What for: OSV's types.").to(Audience::Public).optional();
pub(super) const ALSO: Field =
    Field::new("also", Kind::Rows { fields: CREDIT, most: advisory::MOST, bare: None }, "Who else is named.")
        .to(Audience::Public)
        .optional();
const CREDIT: &[Field] = &[AS.need(Need::Required), CONTACT, CREDIT_KIND];

pub(super) const TITLE: Field =
    Field::new("title", ONE_LINE, "One line: page, feed and mail are headed with it.").to(Audience::Public);
pub(super) const SUMMARY: Field =
    Field::new("summary", Kind::Text(Limit::TextUpTo(advisory::SUMMARY_BYTES)), "What it is, in a sentence or two.")
        .to(Audience::Public);
pub(super) const DETAILS: Field = Field::text("details", Audience::Public, "Markdown.").shown("@…");
pub(super) const WORKAROUNDS: Field = Field::text("workarounds", Audience::Public, "Markdown.").optional();
pub(super) const REFERENCES: Field = Field::new(
    "references",
    Kind::Rows { fields: LINKED, most: advisory::MOST, bare: Some("url") },
    "Pages that say more.",
)
.to(Audience::Public)
.optional();
const LINKED: &[Field] = &[
    Field::new("type", Kind::Choice(ReferenceKind::WORDS), "OSV's kinds; WEB where none is given.")
        .to(Audience::Public)
        .optional(),
    Field::new("url", LINK, "An http or https link.").to(Audience::Public),
];
pub(super) const ALIASES: Field =
    Field::new("aliases", Kind::List(&Kind::AdvisoryId, Some(advisory::MOST)), "Other names of the same problem.")
        .to(Audience::Public)
        .optional();
pub(super) const RELATED: Field = Field::new(
    "related",
    Kind::List(&Kind::AdvisoryId, Some(advisory::MOST)),
    "Names of other problems that it has to do with, such as the one whose fix was not whole. The page of one of this desk names it too.",
)
.to(Audience::Public)
.optional();
pub(super) const CVE: Field = Field::new("cve", Kind::Cve, "Its CVE id.").to(Audience::Public).optional();
pub(super) const FORM: Field = Field::new(
    "form",
    Kind::Sha256,
    "The SHA-256 of the form that was read, as the case shows it: another is not approved.",
)
.need(Need::Sometimes);

pub(super) const REFUSE: Field =
    Field::new("refuse", Kind::Flag, "true: it is not the reporter's, and is as if it had never come.").optional();
pub(super) const TO: Field = Field::new("to", Kind::Package, "A package that the policy names as others'.");
pub(super) const TO_WHOM: Field = Field::new(
    "to",
    Kind::Package,
    "The module to whose maintainers it may be forwarded, and to nobody else. Left out, it is the one that the report is about.",
)
.optional();
pub(super) const MESSAGE_OUT: Field =
    Field::text("message", Audience::Outside, "What the maintainers are told; nothing else of the case goes to them.");
