//! What the sender of a report gets at once: the case id, the code, the due times and the signed receipt.

use askama::Template;
use jiff::Timestamp;

use super::{Site, rendered};

/// The answer to a report. It shows the receipt code, once, so it has no `Debug`.
#[derive(Template)]
#[template(path = "receipt.html")]
pub struct Receipt {
    pub site: Site,
    pub case_id: String,
    /// Hyphen-joined words.
    pub receipt_code: String,
    /// Where the case page is, to write down: `https://…/case`.
    pub case_url: String,
    pub received_at: Timestamp,
    pub now: Timestamp,
    /// What is promised, and when it is due.
    pub due: Vec<(String, Timestamp)>,
    /// The signed receipt: `data:application/jose;base64,…`.
    pub receipt_href: String,
    /// The report as it was stored: `data:application/json;base64,…`.
    pub report_href: String,
    /// Where the keys are that the receipt verifies against.
    pub jwks_url: String,
    /// The address that the answers go to, when the reporter asked for mail.
    pub mail_to: Option<String>,
}

impl Receipt {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}
