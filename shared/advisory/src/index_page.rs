//! The site's front page: what is newest, and the way to everything else. It is written last, so that it leads nowhere that
//! is not there yet.

use askama::Template;
use desk_domain::advisory::Published;
use desk_domain::policy::ShownChannel;

use crate::frame::{CheckForm, Frame, rendered};
use crate::{Site, acknowledgments, advisory_page, text, told};

/// Its key in the site's bucket.
pub const KEY: &str = "index.html";
/// Advisories that it shows.
const NEWEST: usize = 10;

#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    frame: Frame,
    check: CheckForm,
    newest: Vec<Entry>,
    more: usize,
    channels: Vec<ShownChannel<'a>>,
    thanks_href: &'static str,
}

struct Entry {
    title: String,
    href: String,
    day: String,
    /// The day on which it was last corrected.
    corrected: Option<String>,
    /// The day on which it was withdrawn.
    withdrawn: Option<String>,
    severity: Option<&'static str>,
}

/// The page as HTML.
pub fn render(site: &Site<'_>, all: &[Published]) -> String {
    let entry = |published: &Published| Entry {
        title: published.advisory.draft.title.clone(),
        href: advisory_page::key(published),
        day: text::day(published.published_at),
        corrected: told::corrected_at(published).map(text::day),
        withdrawn: published.withdrawn.as_ref().map(|withdrawal| text::day(withdrawal.at)),
        severity: published.advisory.score.severity.filter(|_| published.stands()).map(text::severity),
    };
    rendered(&Page {
        frame: Frame::new(site, ""),
        check: CheckForm::new(site, all),
        newest: all.iter().take(NEWEST).map(entry).collect(),
        more: all.len().saturating_sub(NEWEST),
        channels: site.policy.shown_channels().collect(),
        thanks_href: acknowledgments::KEY,
    })
}
