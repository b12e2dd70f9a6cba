//! What the sender of a report gets at once: the case id, the code, the due times and the signed receipt. And a code made anew.

use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_domain::time::instant;
use jiff::Timestamp;

use super::{Qr, Site, ThirdParty, rendered};

const WORDS_A_LINE: usize = 4;

/// The answer to a report. It shows the receipt code, once, so it has no `Debug`.
#[derive(Template)]
#[template(path = "receipt.html")]
pub struct Receipt {
    pub site: Site,
    pub code: CodeBox,
    /// Its reporter says that it is known to others already: the team is told so at once.
    pub urgent: bool,
    /// So many files came with it.
    pub files: usize,
    /// Others maintain what it is about; and whether it may be forwarded to them.
    pub third_party: Option<ThirdParty>,
    /// What was written of a package that the policy does not name.
    pub unlisted: Option<String>,
    pub may_forward: bool,
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

/// A receipt code as it is shown, once. No `Debug`.
pub struct CodeBox {
    pub case_id: String,
    /// Hyphen-joined words.
    pub receipt_code: String,
    /// The same as a file: `data:text/plain;…`.
    pub href: String,
    /// The same for a telephone to read.
    pub qr: Option<Qr>,
}

/// A code that its reporter had made anew. It shows it, so it has no `Debug`.
#[derive(Template)]
#[template(path = "new_code.html")]
pub struct NewCodePage {
    pub site: Site,
    pub code: CodeBox,
    /// Where the case page is, to write down: `https://…/case`.
    pub case_url: String,
}

impl CodeBox {
    /// A code that is shown once, at `at`, of the desk at `public_url`.
    pub fn of(project: &str, public_url: &str, case_id: &str, receipt_code: String, at: Timestamp) -> CodeBox {
        let file = format!(
            "Your report to the security team of {project}\n\nCase: {case_id}\nReceipt code: {receipt_code}\nYour case page: \
             {public_url}/case\nDate: {}\n\nWhoever has the code can read the case and write to it.\n",
            instant(at)
        );
        CodeBox {
            case_id: case_id.to_owned(),
            href: format!("data:text/plain;charset=utf-8;base64,{}", BASE64.encode(file)),
            // Capitals and hyphens make the smaller code, and are read as well.
            qr: Qr::of(&receipt_code.to_uppercase()),
            receipt_code,
        }
    }

    /// The code, four words a line; a line that goes on ends in its hyphen.
    pub(super) fn lines(&self) -> Vec<String> {
        let words: Vec<&str> = self.receipt_code.split('-').collect();
        let lines = words.len().div_ceil(WORDS_A_LINE);
        let line = |(at, words): (usize, &[&str])| words.join("-") + if at + 1 < lines { "-" } else { "" };
        words.chunks(WORDS_A_LINE).enumerate().map(line).collect()
    }
}

impl Receipt {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl NewCodePage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    fn code_box() -> CodeBox {
        CodeBox { case_id: text(), receipt_code: text(), href: text(), qr: Qr::of("ABANDON-ABOUT") }
    }

    pub(crate) fn receipt() -> Receipt {
        Receipt {
            site: site(),
            code: code_box(),
            urgent: true,
            files: 2,
            third_party: Some(third_party()),
            unlisted: None,
            may_forward: false,
            case_url: text(),
            received_at: at(1),
            now: at(1),
            due: vec![(text(), at(12))],
            receipt_href: text(),
            report_href: text(),
            jwks_url: text(),
            mail_to: Some(text()),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("receipt", receipt().html()),
            ("receipt", Receipt { third_party: None, unlisted: Some(text()), ..receipt() }.html()),
            ("new_code", NewCodePage { site: site(), code: code_box(), case_url: text() }.html()),
        ]
    }
}
