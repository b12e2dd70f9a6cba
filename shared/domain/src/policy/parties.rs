//! What the policy says to others who are invited to a case.

use serde::Serialize;

/// The section `[parties]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartyRules {
    /// What they accept before they are shown anything; Markdown is not read in it. The event of who accepts has its SHA-256.
    pub terms: String,
}

/// What is asked of those who are told before everybody else: the rules of the linux-distros list and of FIRST's guidelines for
/// multi-party coordination, in short.
const TERMS: &str = "\
What you are told here is not public. Until the advisory is published, or the team says otherwise on this page:

1. Tell only those who need it to protect what you maintain, distribute or coordinate, and only as much as they need. You answer \
for it that they keep to these terms.
2. Say nothing in public, in a commit, a package, an issue or a hint, and publish no fix, before the date that is agreed.
3. Pass nothing on: no forwarding, no copy in a system that others read, no use in a product or a service.
4. If it becomes known all the same, or you believe that somebody else knows of it, say so here at once.
5. If you cannot keep to these terms any more, say so before you act.";

impl Default for PartyRules {
    fn default() -> Self {
        PartyRules { terms: TERMS.to_owned() }
    }
}
