//! What every page of the team's desk has around its own: the way to the others, and who is signed in.

macro_rules! desk_pages {
    ($($(#[$doc:meta])* $page:ident = $path:literal, $label:literal;)+) => {
        /// The pages that the desk's navigation leads to, in its order. A page that is added here has its link on all others, and
        /// is asked for in `samples.rs`.
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
        }
    };
}

desk_pages! {
    /// Open cases, by what is due next.
    Board = "/desk", "Board";
    /// One's own.
    Mine = "/desk/mine", "Mine";
    /// What is over.
    Closed = "/desk/closed", "Closed";
    /// What is owed no answer.
    Filed = "/desk/filed", "Filed";
    /// Who is on call in the weeks to come, and who is away.
    Rota = "/desk/rota", "On call";
    /// How the promises were kept.
    Figures = "/desk/figures", "Figures";
}

/// Who is signed in, and where.
#[derive(Clone, Debug)]
pub struct Desk {
    pub member_name: String,
    /// The page of the navigation that this is; `None` below one of them.
    pub here: Option<DeskPage>,
}

impl Desk {
    /// The links of the navigation.
    pub(super) fn links(&self) -> &'static [DeskPage] {
        DeskPage::ALL
    }

    pub(super) fn is_here(&self, page: &DeskPage) -> bool {
        self.here == Some(*page)
    }
}
