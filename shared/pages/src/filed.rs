//! What is only filed, newest first: automatic mail, spam; with sender and subject for who may read them.

use askama::Template;
use desk_domain::case::event::Resolution;
use jiff::Timestamp;

use super::{Desk, Site};

/// One page of the list.
#[derive(Template)]
#[template(path = "filed.html")]
pub struct FiledPage {
    pub site: Site,
    pub desk: Desk,
    pub now: Timestamp,
    /// Newest first.
    pub cases: Vec<FiledRow>,
    /// Address of the next page, when there is one.
    pub next: Option<String>,
}

/// One filed case. No `Debug`: it holds what somebody wrote.
#[derive(Clone)]
pub struct FiledRow {
    pub case_id: String,
    /// Address of its own page, for those who may read it.
    pub href: Option<String>,
    pub received_at: Timestamp,
    pub why: Resolution,
    /// The case that it names without being joined to it.
    pub names: Option<String>,
    /// From whom, and its subject; for those who may read it.
    pub words: Option<(Option<String>, String)>,
}

impl FiledPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::DeskPage;
    use crate::samples::*;

    pub(crate) fn filed(told: bool) -> FiledPage {
        let full = FiledRow {
            case_id: text(),
            href: Some(text()),
            received_at: at(1),
            why: Resolution::AutomaticMail,
            names: Some(text()),
            words: Some((Some(text()), text())),
        };
        let bare = FiledRow { href: None, names: None, words: None, ..full.clone() };
        let nobody = FiledRow { words: Some((None, text())), ..bare.clone() };
        let cases = if told { vec![full, bare, nobody] } else { Vec::new() };
        FiledPage { site: site(), desk: desk(Some(DeskPage::Filed)), now: at(13), cases, next: told.then(text) }
    }

    pub(crate) fn pages() -> Samples {
        vec![("filed", filed(true).html()), ("filed: empty", filed(false).html())]
    }
}
