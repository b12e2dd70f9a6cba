//! What is known of a notice beside its words: the columns of the table of notices.

use super::{Notice, Urgency};
use crate::case::Recipient;

/// A notice's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name that deliveries know it by. It never changes: their ids hang on it.
    pub template: &'static str,
    /// How soon it must go, compared with others.
    pub urgency: Urgency,
    pub origin: Origin,
    pub on_page: OnPage,
}

/// Whose words a notice has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The desk's, which writes by itself.
    Desk,
    /// The desk's, as the first answer to a report: it carries the receipt code of whoever has not seen it on a screen.
    FirstAnswer,
    /// The desk's, because a member asked it to write.
    Asked,
    /// A member's own, to the reporter: a message that clocks wait for.
    Message,
    /// A member's own, to those who maintain a module.
    Forwarded,
    /// The team's, of which each was approved, to a list.
    Approved,
}

/// Whether the reporter's page tells of the change that a notice tells of (T31).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnPage {
    /// It never goes to the reporter.
    NotTheirs,
    /// In a line of the desk's ([`super::conversation::line`]).
    Line,
    /// In another way, or for this reason not at all.
    Otherwise(&'static str),
}

impl Notice {
    /// The name that deliveries know it by.
    pub fn template(&self) -> &'static str {
        self.row().template
    }

    /// How soon it must go, compared with others.
    pub fn urgency(&self) -> Urgency {
        self.row().urgency
    }

    /// Whose words it has.
    pub fn origin(&self) -> Origin {
        self.row().origin
    }

    /// Whether the reporter's page says it too.
    pub fn on_page(&self) -> OnPage {
        self.row().on_page
    }

    /// Whether a person wrote it, or approved each word: then it does not go out marked as automatic (RFC 3834).
    pub fn is_personal(&self) -> bool {
        match self.origin() {
            Origin::Message | Origin::Forwarded | Origin::Approved => true,
            Origin::Desk | Origin::FirstAnswer | Origin::Asked => false,
        }
    }

    /// Whether a person stands behind it, who wrote it or asked for it: the desk does not write by itself to an address that
    /// anybody can have typed.
    pub fn has_somebody_behind(&self) -> bool {
        self.is_personal() || self.origin() == Origin::Asked
    }

    /// Whether it is ever told to such a receiver. What says things of the team's, or in words that are not sealed, is told to nobody else.
    pub fn is_for(&self, to: &Recipient) -> bool {
        match to {
            Recipient::Reporter => self.on_page() != OnPage::NotTheirs,
            Recipient::List(_) => self.origin() == Origin::Approved,
            Recipient::Maintainer(_) => self.origin() == Origin::Forwarded,
            Recipient::Party(_) => matches!(
                self,
                Notice::PartyInvited(_)
                    | Notice::PartyTold(_)
                    | Notice::PartyDate(_)
                    | Notice::PartyEmbargo(_)
                    | Notice::PartyPublication(_)
                    | Notice::PartyPublished(_)
                    | Notice::PartyCorrected(_)
                    | Notice::PartyClosed(_)
                    | Notice::PartyEnded(_)
            ),
            Recipient::Member(_)
            | Recipient::Pager(_)
            | Recipient::Outside
            | Recipient::Operator
            | Recipient::Canary => match self.origin() {
                Origin::Desk => self.on_page() == OnPage::NotTheirs,
                Origin::FirstAnswer | Origin::Asked | Origin::Message | Origin::Forwarded | Origin::Approved => false,
            },
        }
    }

    /// Whether it is a member's message to the reporter: where it does not arrive, its clocks open again (T23).
    pub fn is_message(&self) -> bool {
        self.origin() == Origin::Message
    }

    /// Whether it is the first answer to a report: it carries the receipt code of whoever has not seen it on a screen.
    pub fn is_first_answer(&self) -> bool {
        self.origin() == Origin::FirstAnswer
    }

    /// Whether it goes out as plain text alone, as lists want it (T56).
    pub fn is_plain(&self) -> bool {
        self.origin() == Origin::Approved
    }
}
