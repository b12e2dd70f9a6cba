//! Which command an event is the record of.

use super::CommandName;
use crate::case::event::EventBody;

impl CommandName {
    /// The command whose own record an event is, whoever gave it; `None` for what follows from several, from time, or from what
    /// others than the team do.
    pub fn recorded(body: &EventBody) -> Option<CommandName> {
        Some(match body {
            EventBody::BackupSet { .. } => CommandName::SetBackup,
            EventBody::InformationRequested => CommandName::RequestInformation,
            EventBody::DuplicateOf { .. } => CommandName::Duplicate,
            EventBody::Scored { .. } => CommandName::Score,
            EventBody::CodeReissued { .. } => CommandName::ReissueCode,
            EventBody::FactMarked { .. } => CommandName::Mark,
            EventBody::AffectedDetermined { .. } => CommandName::DetermineAffected,
            EventBody::AuditRecorded { .. } => CommandName::RecordAudit,
            EventBody::AuditWaived { .. } => CommandName::WaiveAudit,
            EventBody::FixReady { .. } => CommandName::FixReady,
            EventBody::FixReleased { .. } => CommandName::FixReleased,
            EventBody::LineNotAffected { .. } => CommandName::NotAffected,
            EventBody::LineWaived { .. } => CommandName::WaiveLine,
            EventBody::CreditAsked => CommandName::AskCredit,
            EventBody::CreditRecorded { .. } => CommandName::RecordCredit,
            EventBody::AdvisoryDrafted { .. } => CommandName::DraftAdvisory,
            EventBody::AdvisoryApproved { .. } => CommandName::ApproveAdvisory,
            EventBody::Published { .. } => CommandName::Publish,
            EventBody::QuarantineEnded { .. } => CommandName::ReleaseQuarantine,
            EventBody::ConsentRecorded { .. } => CommandName::RecordConsent,
            EventBody::Forwarded { .. } => CommandName::Forward,
            EventBody::ReleasePlanned { .. } => CommandName::PlanRelease,
            EventBody::TreatedAsReport { .. } => CommandName::TreatAsReport,
            EventBody::ReportReceived(_)
            | EventBody::ClockStarted(_)
            | EventBody::ClockMet { .. }
            | EventBody::ClockPaused { .. }
            | EventBody::ClockResumed { .. }
            | EventBody::ClockReopened { .. }
            | EventBody::ClockEnded { .. }
            | EventBody::ClockShortened { .. }
            | EventBody::ClockWarned { .. }
            | EventBody::ClockBreached { .. }
            | EventBody::AssignmentPostponed { .. }
            | EventBody::MessageSent { .. }
            | EventBody::MessageBounced { .. }
            | EventBody::HandlerAssigned { .. }
            | EventBody::RmChanged { .. }
            | EventBody::ReporterReplied { .. }
            | EventBody::ReplyQuarantined { .. }
            | EventBody::OutsiderReplied { .. }
            | EventBody::Noted { .. }
            | EventBody::FixesReady
            | EventBody::FixesReleased
            | EventBody::FixesPending
            | EventBody::Announced { .. }
            | EventBody::Closed { .. } => return None,
        })
    }
}
