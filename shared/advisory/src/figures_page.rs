//! Figures of promises, as anybody may see them: a page, and the same for programs. No case is named on either.

use askama::Template;
use desk_domain::figures::{Figures, Period};
use desk_pages::PromiseTable;

use crate::Site;
use crate::channel::Object;
use crate::frame::{Frame, rendered};

/// The key of the page in the site's bucket.
pub const KEY: &str = "figures.html";
/// Of the same for programs.
const JSON_KEY: &str = "figures.json";
/// All keys that [`objects`] makes something for, in its order.
pub const KEYS: [&str; 2] = [JSON_KEY, KEY];

#[derive(Template)]
#[template(path = "figures.html")]
struct Page<'a> {
    frame: Frame,
    figures: &'a Figures,
}

impl Page<'_> {
    fn json(&self) -> &'static str {
        JSON_KEY
    }

    /// The team's page has the same table.
    fn table(&self, period: &Period) -> String {
        PromiseTable { period }.html()
    }
}

/// What of the figures stands on the site; they are those that anybody may see.
pub fn objects(site: &Site<'_>, figures: &Figures) -> Vec<Object> {
    let json = serde_json::to_string_pretty(figures).expect("figures are plain data");
    let page = rendered(&Page { frame: Frame::new(site, ""), figures });
    vec![Object::new(JSON_KEY, "application/json", json), Object::page(KEY, page)]
}
