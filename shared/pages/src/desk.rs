//! What every page of the team's desk has around its own: the way to the others, and who is signed in.

use askama::Template;
use desk_domain::policy::Zone;

use super::rendered_in;

macro_rules! desk_pages {
    ($($(#[$doc:meta])* $page:ident = $path:literal, $label:literal, $about:literal, $query:expr;)+) => {
        /// The pages that the desk's navigation leads to, in its order. A page that is added here has its link on all others, its
        /// operation in the API's document and its visit in the browser's tests; its handler is asked for by the compiler, its
        /// sample by a test.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DeskPage { $($(#[$doc])* $page),+ }

        impl DeskPage {
            pub const ALL: &[DeskPage] = &[$(DeskPage::$page),+];

            /// Where it is.
            pub const fn path(self) -> &'static str {
                match self { $(DeskPage::$page => $path),+ }
            }

            /// What a link to it says.
            pub const fn label(self) -> &'static str {
                match self { $(DeskPage::$page => $label),+ }
            }

            /// Its name among the operations of the API's document.
            pub const fn name(self) -> &'static str {
                match self { $(DeskPage::$page => stringify!($page)),+ }
            }

            /// What it shows, in the API's document.
            pub const fn about(self) -> &'static str {
                match self { $(DeskPage::$page => $about),+ }
            }

            /// The parameters of its query, as the API's document names them.
            pub const fn query(self) -> &'static [&'static str] {
                match self { $(DeskPage::$page => $query),+ }
            }
        }
    };
}

desk_pages! {
    /// Open cases, by what is due next.
    Board = "/desk", "Board", "The board", &["Next", "Handler", "Only", "OfPackage", "OfSource"];
    /// One's own.
    Mine = "/desk/mine", "Mine", "The open cases that one handles", &["Next"];
    /// What is over.
    Closed = "/desk/closed", "Closed", "Closed cases, newest first", &["Next"];
    /// What is owed no answer.
    Filed = "/desk/filed", "Filed", "What was only filed", &["Next"];
    /// What was said of the policy itself.
    Comments = "/desk/comments", "Comments", "Comments on the policy", &["Next"];
    /// Who is on call in the weeks to come, and who is away.
    Rota = "/desk/rota", "On call", "Who is on call, and who is away", &[];
    /// How the promises were kept.
    Figures = "/desk/figures", "Figures", "How the promises were kept, and what was missed", &[];
}

/// Who is signed in, and where.
#[derive(Clone, Debug)]
pub struct Desk {
    pub member_name: String,
    /// The page of the navigation that this is; `None` below one of them.
    pub here: Option<DeskPage>,
    /// Where the member lives.
    pub zone: Option<Zone>,
}

impl Desk {
    /// A page of the desk, for who is signed in.
    pub(super) fn rendered(&self, page: &impl Template) -> String {
        rendered_in(self.zone.as_ref(), page)
    }

    /// The links of the navigation.
    pub(super) fn links(&self) -> &'static [DeskPage] {
        DeskPage::ALL
    }

    pub(super) fn is_here(&self, page: &DeskPage) -> bool {
        self.here == Some(*page)
    }
}
