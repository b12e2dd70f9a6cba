use std::collections::BTreeMap;

use super::*;

/// What is to be done with many reports from one place.
pub(super) const TO_DO: &str = "What comes from one place in such numbers is told together, so that no other report waits for it. Look at \
     some of them: the link shows them as one group, of which all that nobody has had to do with is closed as spam at once. Each is a case \
     of its own, with its own times.";

/// A case, and what of a kind is told of it; or many of one source, told as one.
pub(super) struct Row {
    pub case: Option<CaseId>,
    pub due: Option<(ClockName, Timestamp)>,
    pub times: usize,
    /// Where its report came from, and when, as far as what is told says so.
    source: Option<SourceId>,
    received_at: Option<Timestamp>,
    /// They are so many that they are told as one.
    pub crowd: Option<Crowd>,
}

/// Cases of one source.
pub(super) struct Crowd {
    pub source: SourceId,
    pub cases: usize,
}

/// The same rows, where those of a source are one if more than `most` cases are; the soonest due first, as they are.
pub(super) fn in_crowds(rows: Vec<Row>, most: usize) -> Vec<Row> {
    let mut cases: BTreeMap<SourceId, BTreeSet<CaseId>> = BTreeMap::new();
    for row in &rows {
        if let (Some(source), Some(case)) = (&row.source, &row.case) {
            cases.entry(source.clone()).or_default().insert(case.clone());
        }
    }
    let mut all: Vec<Row> = Vec::new();
    for row in rows {
        let crowd = row.source.as_ref().filter(|source| cases.get(source).is_some_and(|cases| cases.len() > most));
        let Some(source) = crowd.cloned() else {
            all.push(row);
            continue;
        };
        match all.iter_mut().find(|other| other.crowd.as_ref().is_some_and(|crowd| crowd.source == source)) {
            Some(crowd) => {
                crowd.times += row.times;
                crowd.received_at = crowd.received_at.into_iter().chain(row.received_at).min();
            }
            None => {
                let cases = cases.get(&source).map_or(0, BTreeSet::len);
                all.push(Row { case: None, crowd: Some(Crowd { source, cases }), ..row });
            }
        }
    }
    all
}

impl Row {
    pub fn of(told: &Told, due: Option<(ClockName, Timestamp)>) -> Row {
        let received_at = match &told.notice {
            Notice::NewReport(report) => Some(report.received_at),
            _ => None,
        };
        Row { case: told.case.clone(), due, times: 1, source: told.source.clone(), received_at, crowd: None }
    }

    /// The case; of a crowd, how many and where from.
    fn case(&self, at: &Setting<'_>) -> String {
        match (&self.crowd, &self.case) {
            (Some(_), _) => self.since(at.zone()),
            (None, Some(case)) => case.to_string(),
            (None, None) => "the desk".to_owned(),
        }
    }

    /// Of a crowd: how many, where from, and since when.
    pub fn since(&self, zone: Option<&Zone>) -> String {
        let Some(crowd) = &self.crowd else { return String::new() };
        let (cases, words) = (crowd.cases, crowd.source.words());
        match self.received_at {
            Some(first) => format!("{cases} reports from {words} since {}", crate::time::instant_in(zone, first)),
            None => format!("{cases} cases from {words}"),
        }
    }

    /// What is told of the case; the time stands behind `before_time`.
    fn what(&self, at: &Setting<'_>, before_time: char) -> Option<String> {
        let due = self.due.as_ref().map(|(clock, due)| {
            let by = if *due <= at.now { "was due" } else { "by" };
            let first = if self.crowd.is_some() { "the first " } else { "" };
            format!("{first}{} {by}{before_time}{}", at.policy.clock_words(clock), at.due(*due))
        });
        let times = (self.times > 1 && self.crowd.is_none()).then(|| format!("{} times", self.times));
        let all: Vec<String> = due.into_iter().chain(times).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }

    /// For a table: the time on a line of its own, so that no clock's name makes a line too long.
    pub fn fact(&self, at: &Setting<'_>) -> (String, String) {
        let what = self.what(at, '\n').unwrap_or_else(|| "once".to_owned());
        match &self.crowd {
            Some(crowd) => (format!("{} cases", crowd.cases), format!("from {}:\n{what}", crowd.source.words())),
            None => (self.case(at), what),
        }
    }

    /// For a pager: on one line.
    pub fn paged(&self, at: &Setting<'_>) -> (String, String) {
        (self.case(at), self.what(at, ' ').unwrap_or_else(|| "once".to_owned()))
    }

    pub fn label(&self, at: &Setting<'_>) -> String {
        match self.what(at, ' ') {
            Some(what) => format!("{}: {what}", self.case(at)),
            None => self.case(at),
        }
    }

    /// The step that it asks for, or its case, or the cases of its source, or the board.
    pub fn url(&self, at: &Setting<'_>) -> String {
        let board = &at.links.board;
        let step = self.due.as_ref().and_then(|(clock, _)| at.step_of_clock(clock));
        match (&self.crowd, &self.case, step) {
            (Some(crowd), ..) => format!("{board}?source={}", crowd.source),
            (None, Some(case), Some((_, step))) => format!("{board}/cases/{case}/{step}"),
            (None, Some(case), None) => format!("{board}/cases/{case}"),
            (None, None, _) => board.clone(),
        }
    }
}
