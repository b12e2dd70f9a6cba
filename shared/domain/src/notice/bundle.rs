mod row;

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::id::{ClockName, SourceId};

use row::{Row, in_crowds};

/// How many rows each group of a bundle shows.
const ROWS: usize = 20;
/// How many of them a pager says.
const PAGED: usize = 3;

/// To who works with the desk: what came beyond an hour's mails, in one (`bundling`). Its record holds none of it: it is filled when
/// it is written, with what still waits then. Of one thing alone its own letter goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    #[serde(default)]
    pub told: Vec<Told>,
}

/// A notice that was gathered, its case, and where that was reported from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub case: Option<CaseId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    pub notice: Notice,
}

/// Notices of one kind, in the order in which the kinds are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Missed,
    Due,
    New,
    /// What its own letter has above it.
    Other(String),
}

impl Bundle {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let groups = self.groups(at);
        let letter = Letter::new(at.subject(&subject(&groups, at))).say(why(at));
        let letter = groups.iter().fold(letter, |letter, (kind, rows)| said(letter, kind, rows, at));
        let letter = match at.recipient {
            Recipient::Outside | Recipient::Operator => warning::who_can_act(letter, at, None),
            Recipient::Member(_)
            | Recipient::Pager(_)
            | Recipient::Reporter
            | Recipient::List(_)
            | Recipient::Maintainer(_)
            | Recipient::Party(_)
            | Recipient::Canary => letter.link("All open cases on the desk", &at.links.board),
        };
        letter.sign(at.team_signature())
    }

    /// What is told of each kind, the soonest due first; a case is told of once where one thing says another, and the cases of one
    /// source together where they are many.
    fn groups(&self, at: &Setting<'_>) -> Vec<(Kind, Vec<Row>)> {
        let mut groups: BTreeMap<Kind, Vec<Row>> = BTreeMap::new();
        for told in self.told.iter().filter(|told| !self.is_said_by_another(told)) {
            let (kind, due) = told.kind(at);
            let rows = groups.entry(kind).or_default();
            match rows.iter_mut().find(|row| row.case == told.case && row.due == due) {
                Some(row) => row.times += 1,
                None => rows.push(Row::of(told, due)),
            }
        }
        let by_due = |row: &Row| row.due.as_ref().map_or(Timestamp::MAX, |(_, due)| *due);
        groups.values_mut().for_each(|rows| rows.sort_by_key(by_due));
        let most = usize::try_from(at.policy.mail.one_source_at_once).unwrap_or(usize::MAX);
        groups.into_iter().map(|(kind, rows)| (kind, in_crowds(rows, most))).collect()
    }

    /// Who hears that a time has passed need not hear that it came near, nor that there is such a case.
    fn is_said_by_another(&self, told: &Told) -> bool {
        let of_case = || self.told.iter().filter(|other| told.case.is_some() && other.case == told.case);
        match &told.notice {
            Notice::Warning(warning) => {
                of_case().any(|other| matches!(&other.notice, Notice::Breach(breach) if breach.clock == warning.clock))
            }
            Notice::NewReport(_) => {
                of_case().any(|other| matches!(&other.notice, Notice::Breach(_) | Notice::Warning(_)))
            }
            _ => false,
        }
    }
}

impl Told {
    fn kind(&self, at: &Setting<'_>) -> (Kind, Option<(ClockName, Timestamp)>) {
        match &self.notice {
            Notice::Breach(breach) => (Kind::Missed, Some((breach.clock.clone(), breach.due_at))),
            Notice::StillMissed(still) => (Kind::Missed, still.missed.first().cloned()),
            Notice::Warning(warning) => (Kind::Due, Some((warning.clock.clone(), warning.due_at))),
            Notice::NewReport(report) => (Kind::New, report.due.iter().min_by_key(|(_, due)| *due).cloned()),
            notice => {
                let of_case = Setting { case: self.case.as_ref(), ..*at };
                let own = notice.letter(&of_case).subject;
                let words = own.strip_prefix(&of_case.tag()).unwrap_or(&own);
                // There may be several.
                (Kind::Other(words.replace(" of this case", "")), None)
            }
        }
    }
}

fn why(at: &Setting<'_>) -> &'static str {
    match at.recipient {
        Recipient::Outside => "What the desk has to tell you is gathered for some minutes, so that it is one mail.",
        _ => {
            "More came than is told one by one, so this is one mail. Nothing is left out but what is done by now. How much goes by \
             itself, the policy says (team_mails_per_hour)."
        }
    }
}

fn said(letter: Letter, kind: &Kind, rows: &[Row], at: &Setting<'_>) -> Letter {
    let letter = letter.say(match kind {
        Kind::Missed => "Missed, and still to be done:".to_owned(),
        Kind::Due => "Still to be done, the soonest due first:".to_owned(),
        Kind::New => "New reports that wait for their acknowledgement:".to_owned(),
        Kind::Other(words) => format!("{words}:"),
    });
    let shown = rows.iter().take(ROWS);
    // Who is not of the team has no way in, and gets no link.
    let letter = match at.recipient {
        Recipient::Outside | Recipient::Operator => letter.facts(shown.map(|row| row.fact(at)).collect()),
        _ => shown.fold(letter, |letter, row| letter.link(&row.label(at), &row.url(at))),
    };
    let letter = match rows.len().saturating_sub(ROWS) {
        0 => letter,
        more if matches!(at.recipient, Recipient::Outside | Recipient::Operator) => {
            letter.say(format!("and {more} more."))
        }
        more => letter.say(format!("and {more} more, which the board shows.")),
    };
    match at.recipient {
        Recipient::Member(_) if rows.iter().any(|row| row.crowd.is_some()) => letter.say(row::TO_DO),
        _ => letter,
    }
}

/// The worst of it, with how many cases and the first time.
fn subject(groups: &[(Kind, Vec<Row>)], at: &Setting<'_>) -> String {
    let Some((kind, rows)) = groups.first() else { return "Nothing waits any more".to_owned() };
    let (from, cases) = cases_of(rows);
    let mut clocks = rows.iter().filter_map(|row| row.due.as_ref()).map(|(clock, _)| clock);
    let clock =
        clocks.next().filter(|first| clocks.all(|clock| clock == *first)).map(|clock| at.policy.clock_words(clock));
    let what = clock.as_deref().unwrap_or("what is due");
    let first = rows.first().and_then(|row| row.due.as_ref());
    let left = first.map(|(_, due)| crate::time::left(at.now, *due)).unwrap_or_default();
    match (kind, cases) {
        (Kind::Missed, 1) => format!("Missed in 1 case: {what}"),
        (Kind::Missed, cases) => format!("Missed in {cases} cases{from}: {what}"),
        (Kind::New, _) if !from.is_empty() && groups.len() == 1 => rows[0].since(None),
        (Kind::Due | Kind::New, 1) => format!("1 case waits for its {what}, due {left}"),
        (Kind::Due | Kind::New, cases) if clock.is_none() => {
            format!("{cases} cases{from} wait, the first is due {left}")
        }
        (Kind::Due | Kind::New, cases) => format!("{cases} cases{from} wait for their {what}, first due {left}"),
        (Kind::Other(words), 1) => {
            let (case, times) = (rows[0].case.as_ref(), rows.iter().map(|row| row.times).sum::<usize>());
            let case = case.map(|case| format!("{case}: ")).unwrap_or_default();
            if times == 1 { format!("{case}{words}") } else { format!("{case}{words}, {times} times") }
        }
        (Kind::Other(words), cases) => format!("{cases} cases{from}: {words}"),
    }
}

/// How many cases they are, and behind that number where all come from, where that is one place.
fn cases_of(rows: &[Row]) -> (String, usize) {
    let single = rows.iter().filter_map(|row| row.case.as_ref()).collect::<BTreeSet<_>>().len();
    let crowds: usize = rows.iter().filter_map(|row| row.crowd.as_ref()).map(|crowd| crowd.cases).sum();
    let from = match rows {
        [Row { crowd: Some(crowd), .. }] => format!(" from {}", crowd.source.words()),
        _ => String::new(),
    };
    (from, single + crowds)
}

impl Waking for Bundle {
    fn what(&self, at: &Setting<'_>) -> String {
        subject(&self.groups(at), at)
    }

    fn due(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        let groups = self.groups(at);
        groups.iter().flat_map(|(_, rows)| rows).take(PAGED).map(|row| row.paged(at)).collect()
    }

    fn waits(&self, _: &crate::case::Case) -> bool {
        true
    }
}
