use super::*;
use crate::case::event::{Hint, Source};
use crate::id::{ClockName, PackageName};
use crate::moment::Moment;

/// To the team: a report came in. Id and deadlines, no details (T17).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewReport {
    pub package: Option<PackageName>,
    pub received_at: Timestamp,
    pub due: Vec<(ClockName, Timestamp)>,
    pub on_call: Option<MemberId>,
    pub continues: Option<CaseId>,
    pub acknowledge_until: Option<Timestamp>,
    /// The reporter says that it is public or under attack.
    #[serde(default)]
    pub urgent: bool,
    /// A member opened it, and left it to the rota: from what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<(Source, MemberId)>,
    /// It is not proven whose mail it is: the reporter has no receipt yet.
    #[serde(default)]
    pub quarantined: bool,
    #[serde(default)]
    pub hints: Vec<Hint>,
    /// A module of others', which it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party: Option<PackageName>,
    /// The day on which the reporter means to publish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_for: Option<Moment>,
    /// Who hears next, while nobody acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<ToldNext>,
}

impl NewReport {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let mut facts =
            vec![("Package".to_owned(), self.about(at)), ("Received".to_owned(), at.instant(self.received_at))];
        facts.extend(self.due(at));
        facts.extend(self.planned_for.as_ref().map(|moment| {
            ("Reporter publishes".to_owned(), format!("on {}, as they plan", moment.due(at.zone(), at.now)))
        }));
        facts.extend(self.next.as_ref().and_then(|next| next.fact(at)));
        if let Some(case) = &self.continues {
            facts.push(("Goes on from".to_owned(), case.to_string()));
        }
        let (subject, what) = self.came_in(at);
        let letter = Letter::new(at.subject(subject)).say(what).facts(facts).say(self.whose(at));
        let letter = self.said_of_the_mail().into_iter().fold(letter, Letter::say);
        let letter = match &at.links.acknowledge {
            Some(url) => letter
                .link("Acknowledge now (you see the message before it is sent)", url)
                .say("That link is yours alone; it needs no sign-in and shows no details."),
            None => letter,
        };
        let letter = match at.recipient {
            Recipient::Operator => warning::who_can_act(letter, at, None),
            Recipient::Member(_)
            | Recipient::Pager(_)
            | Recipient::Canary
            | Recipient::Party(_)
            | Recipient::Reporter
            | Recipient::Outside
            | Recipient::List(_)
            | Recipient::Maintainer(_) => letter.link("Read the report on the desk", &at.links.desk_case),
        };
        letter.sign(at.team_signature())
    }

    /// The subject, and what has come in.
    pub(super) fn came_in(&self, at: &Setting<'_>) -> (&'static str, String) {
        match (&self.opened, self.urgent) {
            (Some((source, by)), urgent) => {
                let (by, source) = (at.member_name(by), source.words());
                let what = format!("{by} has opened a case ({source}). Nobody handles it yet.");
                match urgent {
                    true => (
                        "Urgent: a case was opened, and is nobody’s yet",
                        format!("{what} It is public, or an exploit of it is, or attacks on it are seen."),
                    ),
                    false => ("A case was opened, and is nobody’s yet", what),
                }
            }
            (None, true) => (
                "Urgent: a new report, public or under attack",
                format!(
                    "A new report has come in to the {} security team. The reporter says that it is public or under attack.",
                    at.project()
                ),
            ),
            (None, false) => (
                "New report: please acknowledge",
                format!("A new report has come in to the {} security team.", at.project()),
            ),
        }
    }

    /// What anyone of the team may do with it now: behind `yours to`, and behind `may`.
    fn to_do(&self) -> (&'static str, &'static str) {
        let nobody_waits = self.opened.is_some() && self.acknowledge_until.is_none();
        if nobody_waits { ("take", "take it") } else { ("acknowledge", "acknowledge") }
    }

    /// The package in scope, or the module of others' that is named; of anything else the report alone tells.
    fn about(&self, at: &Setting<'_>) -> String {
        match (&self.package, &self.third_party) {
            (Some(package), _) => package.to_string(),
            (None, Some(module)) => match at.policy.third_party(module.as_str()) {
                Some(others) => format!("{module}, maintained by others\n({})", others.maintainer),
                None => format!("{module}, maintained by others"),
            },
            (None, None) => "none that the policy names (see the report)".to_owned(),
        }
    }

    fn said_of_the_mail(&self) -> Vec<String> {
        let quarantined = self.quarantined.then(|| {
            "It came by mail, and nothing proves that it comes from its sender's address: the reporter has no receipt. Read it, \
             and if it is genuine, release-quarantine lets the desk write to them."
                .to_owned()
        });
        let hint = |hint: &Hint| match hint {
            Hint::Names(case) => {
                format!("It names {case}, but holds no token that joins it to that case: see whether it belongs there.")
            }
            Hint::Unreadable => {
                "The mail could not be read by the desk. It is kept as it came; a person has to look at it.".to_owned()
            }
            Hint::OverLimits => {
                "It is larger than the policy's limits: only the mail as it came holds all of it.".to_owned()
            }
            Hint::Encrypted => "It is encrypted; the desk opens it for you where it can.".to_owned(),
            Hint::Spam => "Amazon SES takes it for spam.".to_owned(),
            Hint::Virus => {
                "Amazon SES found a virus in it. An exploit looks like one: open nothing of it outside a sandbox."
                    .to_owned()
            }
            Hint::SeenBefore(case) => {
                format!(
                    "Another mail with the same Message-ID came before, see {case}: a copy that proved less, or another text."
                )
            }
            Hint::Unanswered => {
                "It asks for no automatic answer, so the reporter has no receipt: what they hear is what you write."
                    .to_owned()
            }
            Hint::AnswersElsewhere => {
                "It asks for answers at another address than its sender's; what the desk sends goes to its sender."
                    .to_owned()
            }
            Hint::OtherAddress | Hint::OddSubject => "It may not be the reporter's.".to_owned(),
            Hint::Sealed => {
                "Its text is packed in a form that the desk does not open; a person has to look at the mail as it came."
                    .to_owned()
            }
            Hint::OthersKey => {
                "It carries an OpenPGP key that does not name its sender: nothing is encrypted to that key.".to_owned()
            }
        };
        quarantined.into_iter().chain(self.hints.iter().map(hint)).collect()
    }

    fn whose(&self, at: &Setting<'_>) -> String {
        match (&self.on_call, at.recipient) {
            (Some(on_call), Recipient::Member(member)) if on_call == member => {
                format!("You are on call: unless somebody is faster, this one is yours to {}.", self.to_do().0)
            }
            (Some(on_call), _) => {
                format!(
                    "{} is on call; you get this as one of the team, of whom anyone may {}.",
                    at.member_name(on_call),
                    self.to_do().1
                )
            }
            (None, _) => {
                format!("Nobody is on call: everyone of the team gets this, and anyone may {}.", self.to_do().1)
            }
        }
    }
}
