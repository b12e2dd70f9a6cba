//! What is clear of a report.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ByMail, ContentRef, KeptFile, Opened};
use crate::case::keys::CaseKeys;
use crate::id::{CaseId, ContentId, PackageName, SourceId};
use crate::moment::Moment;

/// How the reporter wants answers: on the case page (mail only points there) or as text by mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answers {
    Mail,
    #[default]
    Page,
}

/// What is clear of a report: no word of the reporter's stands here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reported {
    /// Only a name that the policy knows; what else was written is sealed.
    pub package: Option<PackageName>,
    pub answers: Answers,
    /// The reporter's address, sealed to the mail key.
    pub address: Option<ContentId>,
    pub has_openpgp_key: bool,
    pub known_public: bool,
    pub known_exploited: bool,
    /// The reporter's own plan to disclose (T6).
    pub planned_for: Option<Moment>,
    /// The report exactly as sent.
    pub report: ContentRef,
    /// The closed case that this one goes on from.
    pub continues: Option<CaseId>,
    /// The case whose audit found this one (T48): then the team itself reports it, and no promise to a reporter runs.
    #[serde(default)]
    pub found_by: Option<CaseId>,
    /// It only tries whether the desk works: nobody hears of it, no clock runs, and it counts nowhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub canary: bool,
    /// When the server received it, where that is earlier than the event: SES's own time of a mail, the first receipt of what
    /// became a report later (T60); of a report that was taken elsewhere, when it came in there, as a member says. Every clock that
    /// starts with the report runs from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// A module that the policy names as others' (T35).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party: Option<PackageName>,
    /// It names a package that the policy has neither among its own nor among others'; the name itself is sealed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
    /// The reporter has said that it may be forwarded (T37).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_forward: bool,
    /// Where it came from, so that what comes from there is told of together where it is much. Nothing of a report that is older
    /// than this, or that a member opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Box<SourceId>>,
    /// It came by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<ByMail>,
    /// Files that were sent with it by the page; the report itself lists them, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<KeptFile>,
    /// A member opened it, for what reached the team another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
    /// To whom its words are sealed; whoever stores the case says it. Of a case without, its snapshot names the one key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Box<CaseKeys>>,
}

impl Reported {
    /// Where the code waits for the mail that carries it.
    pub fn receipt(&self) -> Option<&ContentId> {
        let by_mail = self.mail.as_ref().and_then(|mail| mail.receipt.as_ref());
        by_mail.or_else(|| self.opened.as_ref().and_then(|opened| opened.receipt.as_ref()))
    }
}
