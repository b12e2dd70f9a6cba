//! A command with what had to be opened for it, and what its member should know of that.

use desk_domain::advisory::{Advisory, Draft};
use desk_domain::case::publication::{AuditWords, When};
use desk_domain::case::share::SharedWith;
use desk_domain::id::CaseId;
use desk_keys::ReceiptCode;
use desk_store::{NewKeys, OpenedKeys};

use super::follow_up::FollowedUp;
use super::sealed::Seal;
use super::treat::Treated;
use crate::case_page::words;
use crate::publication::{Determined, Fix};
use crate::request::{Finding, Invitation, Words};

/// The code that a command issues, beside the command.
pub(super) struct NewCode {
    pub code: ReceiptCode,
    /// Mailed to the reporter, or else handed over by the member.
    pub mailed: bool,
}

/// A command, with what had to be opened for it; what is left is to seal it.
pub(super) enum Ready {
    Words(Seal),
    /// The case that was there first, and what the reporter is told.
    Duplicate {
        of: CaseId,
        words: Option<Words>,
    },
    /// A version that is a fix.
    Fix(Fix),
    /// A line that gets no fix; where one of it is named, what to know of that.
    Waived {
        seal: Seal,
        warning: Option<String>,
    },
    /// The ranges, with whose release is no fix by them.
    Ranges(Determined),
    /// Ids and keys for the cases of what was found.
    Audit {
        audit: AuditWords,
        findings: Vec<(Finding, (CaseId, NewKeys))>,
    },
    /// The draft as it was written.
    Written {
        draft: Box<Draft>,
        /// What in it should be looked at twice.
        doubts: Vec<String>,
    },
    /// The draft with a CVE id.
    Cve {
        draft: Box<Draft>,
        doubts: Vec<String>,
    },
    /// The final form that is to be approved.
    Form {
        form: Box<Advisory>,
        doubts: Vec<String>,
    },
    /// The word that what is approved is published: now, or by itself.
    Publication {
        signed: String,
        on: Option<When>,
        /// What of the releases is not as it is recorded.
        doubts: Vec<String>,
    },
    /// The draft of the advisory as it is to be read, by whom, and what they are told with it.
    Draft {
        with: SharedWith,
        text: String,
        words: Words,
    },
    /// Somebody from outside, whose key can be used.
    Invitation(Invitation),
    /// The keys of which a new code is to open the reporter’s, and the code that it takes the place of.
    Code {
        keys: OpenedKeys,
        old: Option<String>,
    },
    /// The case for what the reporter wrote after closing.
    FollowUp(Box<FollowedUp>),
    /// The case that what was filed becomes.
    Report(Box<Treated>),
}

impl Ready {
    /// What the member should know of what was opened for it.
    pub fn warnings(&self) -> Vec<String> {
        match self {
            Ready::Fix(fix) => fix.warnings.iter().cloned().map(words::full).collect(),
            Ready::Waived { warning, .. } => warning.iter().cloned().map(words::full).collect(),
            Ready::Ranges(determined) => determined.warnings.iter().cloned().map(words::full).collect(),
            Ready::Report(report) => report.warning().into_iter().collect(),
            Ready::Written { doubts, .. }
            | Ready::Form { doubts, .. }
            | Ready::Cve { doubts, .. }
            | Ready::Publication { doubts, .. } => doubts.iter().cloned().map(words::full).collect(),
            Ready::Words(_) | Ready::Duplicate { .. } | Ready::Audit { .. } => Vec::new(),
            Ready::Draft { .. } | Ready::Invitation(_) => Vec::new(),
            Ready::Code { .. } | Ready::FollowUp(_) => Vec::new(),
        }
    }

    /// Whether it holds only for the case as it was read.
    pub fn is_of_one_version(&self) -> bool {
        match self {
            Ready::Fix(_) | Ready::Ranges(_) | Ready::Form { .. } | Ready::Publication { .. } => true,
            Ready::Draft { .. } | Ready::FollowUp(_) | Ready::Cve { .. } => true,
            Ready::Words(_) | Ready::Duplicate { .. } | Ready::Invitation(_) | Ready::Waived { .. } => false,
            Ready::Audit { .. } | Ready::Code { .. } | Ready::Report(_) | Ready::Written { .. } => false,
        }
    }

    pub fn report(&self) -> Option<&Treated> {
        match self {
            Ready::Report(report) => Some(report),
            Ready::Words(_) | Ready::Duplicate { .. } | Ready::Fix(_) | Ready::Ranges(_) => None,
            Ready::Waived { .. } | Ready::Audit { .. } | Ready::Form { .. } | Ready::Publication { .. } => None,
            Ready::Draft { .. } | Ready::Cve { .. } | Ready::Written { .. } => None,
            Ready::Code { .. } | Ready::FollowUp(_) | Ready::Invitation(_) => None,
        }
    }
}
