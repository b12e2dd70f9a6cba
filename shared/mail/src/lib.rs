//! Mail: [`compose`] builds a message, [`ses`] hands it to SES once, [`event`] reads what SES tells of it; [`read`] reads what
//! comes in, [`token`] joins an answer to its case, [`openpgp`] encrypts, signs and opens, [`report`] reads a report with its
//! key.

pub mod compose;
pub mod event;
pub mod openpgp;
pub mod read;
pub mod report;
pub mod ses;
pub mod token;
