//! Many untouched reports of one source: they stand together on the board, and are closed together.

use desk_domain::id::SourceId;
use desk_domain::policy::{Member, Role};
use desk_pages::BoardCrowd;
use desk_store::{BoardFilter, BoardRow, crowds};

use crate::Team;

impl Team {
    /// More than so many untouched reports of one source stand together.
    pub(crate) fn crowd(&self) -> usize {
        usize::try_from(self.policy.mail.one_source_at_once).unwrap_or(usize::MAX)
    }

    /// The untouched reports of each source that has more than `most` here, and all other cases.
    pub(super) fn apart(&self, member: &Member, rows: Vec<BoardRow>, most: usize) -> (Vec<BoardCrowd>, Vec<BoardRow>) {
        let counts = crowds(&rows, most);
        let mut apart: Vec<(SourceId, Vec<BoardRow>)> = counts.into_keys().map(|source| (source, Vec::new())).collect();
        let mut others = Vec::new();
        for row in rows {
            let crowd = apart.iter_mut().find(|(source, _)| row.untouched_from() == Some(source));
            match crowd {
                Some((_, rows)) => rows.push(row),
                None => others.push(row),
            }
        }
        let crowd = |(source, rows): (SourceId, Vec<BoardRow>)| {
            let since = rows.iter().map(|row| row.received_at).min();
            let title = format!("{} reports from {}", rows.len(), source.words());
            let rows = rows.into_iter().map(|row| self.row(member, row)).collect();
            BoardCrowd { title, since, all: Some(of_source(&source)), close: close_path(member, &source), rows }
        };
        (apart.into_iter().map(crowd).collect(), others)
    }

    /// What can be done with the reports of the source that was chosen.
    pub(super) fn chosen_crowd(&self, member: &Member, filter: &BoardFilter) -> Option<BoardCrowd> {
        let source = filter.source.as_ref()?;
        let title = format!("Reports from {}", source.words());
        let close = close_path(member, source);
        Some(BoardCrowd { title, since: None, all: None, close, rows: Vec::new() })
    }
}

/// The untouched reports of a source.
fn of_source(source: &SourceId) -> String {
    format!("/desk?source={source}")
}

/// Where they are closed together, by who closes cases.
fn close_path(member: &Member, source: &SourceId) -> Option<String> {
    member.has(Role::Triage).then(|| format!("/desk/close-batch?source={source}"))
}
