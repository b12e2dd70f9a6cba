//! Whether mail that was given in is kept: in a case, or in what is filed, byte for byte. It opens everything that lies there, so it
//! asks for the data folder's secret, and exists in this binary only.

use desk_domain::case::event::EventBody;
use desk_domain::id::CaseId;
use desk_http::Problem;
use desk_store::Fault;
use desk_store::objects::sealed_key;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;

/// The most that SES's fields and sealing add, and a header where the body alone is asked for.
const ABOVE: usize = 1 << 20;

/// The end of a mail that was given in: all of it, or its body alone where another copy of it was taken in before.
#[derive(Deserialize)]
pub(crate) struct Given {
    bytes: usize,
    sha256: String,
}

/// What of it is nowhere, by its place among what was asked for.
#[derive(Serialize)]
pub(crate) struct Kept {
    lost: Vec<usize>,
}

impl Desk {
    /// Looks for each in every mail that is kept; above what was given stand the fields that SES adds.
    ///
    /// # Errors
    /// When something that a log names cannot be read or opened.
    pub(crate) async fn kept(&self, given: &[Given]) -> Result<Kept, Problem> {
        let mut lost: Vec<usize> = (0..given.len()).collect();
        let most = given.iter().map(|given| given.bytes).max().unwrap_or(0) + ABOVE;
        for case in self.store.all_cases().await?.into_iter().chain(self.store.passing_cases().await?) {
            for mail in self.mails_of(&case, most).await? {
                // What stands above is no more than that: whatever is shorter by more is hashed in vain.
                let ends_so = |given: &Given| {
                    let begins = mail.len().checked_sub(given.bytes).filter(|above| *above <= ABOVE);
                    begins.is_some_and(|at| desk_keys::sha256_hex(&mail[at..]) == given.sha256)
                };
                lost.retain(|place| !ends_so(&given[*place]));
            }
        }
        Ok(Kept { lost })
    }

    /// Every mail that the log of a case names, as it came; but for larger ones than are asked for, which take long to open.
    async fn mails_of(&self, case: &CaseId, most: usize) -> Result<Vec<Vec<u8>>, Problem> {
        let damaged = |_| Fault::Damaged(format!("a mail of {case}"));
        let root = self.keys.root().map_err(damaged)?;
        let Some(stored) = self.store.cases.case(case).await? else { return Ok(Vec::new()) };
        let key = self.store.cases.open_keys(&root, case).await?.team;
        let mut mails = Vec::new();
        for event in self.store.cases.events(case, 1, stored.case.version).await? {
            let raw = match &event.body {
                EventBody::ReportReceived(reported) => reported.mail.as_ref().map(|mail| &mail.raw),
                body => body.mail().map(|mail| &mail.raw),
            };
            let Some(raw) = raw else { continue };
            // What is not there is looked for in vain: then it is lost.
            let object = self.content.get(&sealed_key(case, raw.id.as_str())).await?;
            if let Some(object) = object.filter(|object| object.bytes.len() <= most) {
                mails.push(key.unseal(&object.bytes)?.to_vec());
            }
        }
        Ok(mails)
    }
}
