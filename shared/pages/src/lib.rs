//! Every page that a person sees: one struct that holds exactly what is shown, and its template.
//!
//! Pages are pure: the time, the keys and the addresses come in as fields. Nothing on them runs or loads scripts,
//! styles in place, fonts or pictures, so that the strictest Content-Security-Policy can be sent with them.

mod account;
mod acknowledge;
mod board;
mod case;
mod check;
mod clock;
mod close_batch;
mod comment;
mod desk;
mod error;
mod escape;
mod field;
mod figures;
mod filed;
mod files;
mod history;
mod mail;
mod mail_parts;
mod not_yours;
mod open;
mod others;
mod party;
mod party_card;
mod qr;
mod receipt;
mod report_form;
mod rota;
#[cfg(test)]
mod samples;
mod second_factor;
mod sent;
mod shared;
mod sign_in;
mod standing;
mod step;
mod team_case;
#[cfg(test)]
mod tests;
mod time;
mod words;

use std::any::Any;

use askama::Template;
use desk_domain::policy::{Policy, Zone};
use desk_view::ClockStanding;

pub use self::account::AccountPage;
pub use self::acknowledge::{AcknowledgePage, Acknowledgement};
pub use self::board::{BoardCrowd, BoardFilters, BoardGroup, BoardPage, BoardRow, Due, DueUrgency};
pub use self::case::{
    AnswersForm, AskForm, CaseLogin, CasePage, CaseSummary, CreditForm, EmbargoForm, MessageView, OwnDate, Paging,
    SentReport, TrackerForm, WithdrawForm,
};
pub use self::check::{CheckHit, CheckPage, CheckResult, CheckWithdrawn};
pub use self::close_batch::{BatchRow, CloseBatchPage};
pub use self::comment::{CommentForm, CommentPage, CommentRow, CommentStanding, CommentsPage};
pub use self::desk::{Desk, DeskPage};
pub use self::error::{ErrorPage, MissingPage};
pub use self::figures::{FiguresPage, MissedRow, PromiseTable};
pub use self::filed::{FiledPage, FiledRow};
pub use self::files::{FileLine, FilesField};
pub use self::history::HistoryPage;
pub use self::mail::{MailPage, MailRow, MailView};
pub use self::mail_parts::{AttachmentLine, MailPart, size};
pub use self::not_yours::{NotYoursPage, OpenForm};
pub use self::open::{OpenCasePage, OpenedCase};
pub use self::others::OthersPage;
pub use self::party::{PartyDateForm, PartyEndedPage, PartyLogin, PartyPage, PartyTermsPage, PartyWords};
pub use self::party_card::PartyCard;
pub use self::qr::Qr;
pub use self::receipt::{CodeBox, NewCodePage, Receipt};
pub use self::report_form::{ANOTHER, FormError, OTHER_FIELD, ReportForm, ThirdParty};
pub use self::rota::{AwayRow, RotaPage, RungRow, SwapRow, SwapStanding, WatchRow};
pub use self::second_factor::{FactorState, SecondFactorPage, SignInCodePage};
pub use self::sent::{beside_day, field_of, moment_of, to_report};
pub use self::shared::{ShareForm, SharedBody, SharedCard};
pub use self::sign_in::{SessionEndedPage, SessionPage, SignInPage, SignInState};
pub use self::standing::Standing;
pub use self::step::{
    Change, Input, InputChoice, InputControl, InputGroup, Quote, Review, StepButton, StepForm, StepPage, Unsaved,
};
pub use self::team_case::{
    CheckRow, CheckState, DeliveryLine, HeldView, NextStep, NoteView, QuarantineView, ReportFact, ReportFields, Tag,
    TeamCasePage, UrgentList,
};
pub use self::words::{Words, beginning, in_a_list};

/// Every page in every state, named by its template, with hostile text wherever text can be.
#[cfg(test)]
fn sampled() -> samples::Samples {
    [
        report_form::sample::pages(),
        others::sample::pages(),
        receipt::sample::pages(),
        case::sample::pages(),
        party::sample::pages(),
        team_case::sample::pages(),
        acknowledge::sample::pages(),
        sign_in::sample::pages(),
        account::sample::pages(),
        second_factor::sample::pages(),
        step::sample::pages(),
        open::sample::pages(),
        board::sample::pages(),
        close_batch::sample::pages(),
        not_yours::sample::pages(),
        history::sample::pages(),
        filed::sample::pages(),
        comment::sample::pages(),
        check::sample::pages(),
        figures::sample::pages(),
        rota::sample::pages(),
        error::sample::pages(),
        mail::sample::pages(),
    ]
    .concat()
}

/// The one stylesheet of all pages; it is served at [`STYLESHEET_PATH`].
pub const STYLESHEET: &str = include_str!(concat!(env!("OUT_DIR"), "/desk.css"));
/// Where every page looks for [`STYLESHEET`].
pub const STYLESHEET_PATH: &str = "/assets/desk.css";
/// Where every public page looks for the report form.
pub const REPORT_FORM_PATH: &str = "/";

/// What the head and the foot of each page say about the project.
#[derive(Clone, Debug)]
pub struct Site {
    /// The project's name as people write it: `Express`.
    pub project: String,
    /// Address of the published security policy.
    pub policy_url: String,
}

impl Site {
    /// What every page shows of the policy's project.
    pub fn of(policy: &Policy) -> Site {
        Site { project: policy.project.name.clone(), policy_url: policy.project.policy_url.clone() }
    }
}

/// Whether a link to `uri` may be made; anything else is shown as plain text.
fn is_link(uri: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| uri.starts_with(scheme))
}

fn rendered(page: &impl Template) -> String {
    rendered_in(None, page)
}

/// A page for somebody who may have said where they live.
fn rendered_in(zone: Option<&Zone>, page: &impl Template) -> String {
    let values = zone.map(|zone| (time::ZONE, zone as &dyn Any));
    page.render_with_values(&values).expect("a page is written into memory, and its templates call nothing that fails")
}
