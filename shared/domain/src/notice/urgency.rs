use serde::{Deserialize, Serialize};

/// What goes first when not everything can go at once; the first goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// A promise is broken or about to be, or nobody is there to keep it.
    Breach,
    /// A promise hangs on it: the page of a new report, the reporter's receipt, a member's own words, the way in.
    Promise,
    /// Somebody should know.
    Ordinary,
    /// A summary of what is known.
    Digest,
    /// A mail to many.
    List,
}
