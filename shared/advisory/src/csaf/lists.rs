//! What is there, for whoever reads by folders: `index.txt` and `changes.csv` (requirements 12 and 13).

use csv::{QuoteStyle, Terminator, WriterBuilder};
use desk_domain::advisory::Published;

use super::{file_name, tracking};
use crate::text::rfc3339;

/// Keys in the site's bucket.
pub const INDEX: &str = "csaf/white/index.txt";
pub const CHANGES: &str = "csaf/white/changes.csv";

/// Each document's name, as a line; `all` in its order.
pub fn index(all: &[Published]) -> String {
    all.iter().map(|published| file_name(published) + "\n").collect()
}

/// Each document's name and the time of its newest form, the latest first, without a heading. Both are quoted, as 2.0 has it.
pub fn changes(all: &[Published]) -> String {
    let mut rows: Vec<(String, String)> =
        all.iter().map(|published| (rfc3339(tracking::released_at(published)), file_name(published))).collect();
    rows.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut csv =
        WriterBuilder::new().quote_style(QuoteStyle::Always).terminator(Terminator::CRLF).from_writer(Vec::new());
    for (at, name) in rows {
        // Into memory nothing fails.
        let _ = csv.write_record([name, at]);
    }
    String::from_utf8(csv.into_inner().unwrap_or_default()).unwrap_or_default()
}
