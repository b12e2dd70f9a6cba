//! What a reader sees of a case: typed once, for the API (serde) and for pages (fields). Words for people are made where a page
//! is. Nothing here has a `Debug` that would print what a person wrote.

mod case;
mod changes;
mod embargo;
mod file;
mod mail;
mod opened;
mod party;
mod party_portion;
mod portion;
mod publication;
mod said;
mod shared;
mod stretch;
mod wanted;

pub use case::{
    CaseView, ClockStanding, ClockView, CreditStanding, CreditView, DisclosureView, MessageView, ReportView, Speaker,
    clocks,
};
pub use changes::{EarlierForm, Piece, word_changes};
pub use embargo::{EmbargoOverView, EmbargoView};
pub use file::FileView;
pub use mail::{AttachmentView, MailView, OpenedMail, Signature};
pub use opened::UnsealedCase;
pub use party::{
    DateView, PartyCaseView, PartyForTeam, PartyMessageView, PartyMessageWith, PartySpeaker, PartyView, StatusView,
    TermsView, terms_sha256,
};
pub use party_portion::PartyPortion;
pub use portion::Portion;
pub use publication::{
    AdvisoryView, AuditView, ChannelProgress, ChannelStanding, ChannelView, CorrectionView, LineStanding, LineView,
    PublicationView, RegistryView, StepView, Tries, form_sha256,
};
pub use said::{NoPlace, Place, Utterance, newest, said};
pub use shared::{ShareAnswerView, SharedView};
pub use stretch::{Reader, Stretch};
pub use wanted::{WAITING, Wanted};
