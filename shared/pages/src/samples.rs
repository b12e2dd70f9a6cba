//! A sample of every page in every state, with hostile text wherever text can be. What only one page has stands in its room.

use desk_domain::case::Stage;
use desk_domain::policy::Pauses;
use desk_view::ClockView;
use jiff::Timestamp;

use super::*;

/// Pages with what is sampled: their template, and the state that they are in.
pub(crate) type Samples = Vec<(&'static str, String)>;

pub(crate) const HOSTILE: &str =
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)> ' onclick='x' style='y' </textarea></title>";

pub(crate) fn text() -> String {
    HOSTILE.to_owned()
}

pub(crate) fn at(hour: i8) -> Timestamp {
    format!("2026-11-22T{hour:02}:05:00Z").parse().expect("a timestamp")
}

pub(crate) fn site() -> Site {
    Site { project: text(), policy_url: text() }
}

pub(crate) fn desk(here: Option<DeskPage>) -> Desk {
    Desk { member_name: text(), here, zone: "Pacific/Auckland".parse().ok() }
}

pub(crate) fn third_party() -> ThirdParty {
    ThirdParty { package: text(), maintainer: text(), contact_uri: "javascript:alert(1)".into() }
}

pub(crate) fn files_field(wrong: bool) -> FilesField {
    FilesField { most: 4 << 20, error: wrong.then(text), lost: if wrong { 2 } else { 0 } }
}

pub(crate) fn file(href: Option<&str>) -> FileLine {
    let sha256 = href.map(|_| text());
    FileLine { name: text(), content_type: text(), size: size(1234), sha256, href: href.map(str::to_owned) }
}

pub(crate) fn summary(stage: Stage) -> CaseSummary {
    let clock = |state, met_at| ClockView {
        name: "detailed-response".parse().expect("a clock's name"),
        label: "Detailed response".to_owned(),
        promise: state != ClockStanding::Paused,
        state,
        started_at: at(1),
        due_at: at(12),
        met_at,
        paused_since: (state == ClockStanding::Paused).then(|| at(3)),
        pauses: Some(Pauses::WaitingForReporter),
        because: met_at.is_none().then_some("attacks on the problem are observed"),
    };
    let clocks = vec![
        clock(ClockStanding::Running, None),
        clock(ClockStanding::Met, Some(at(3))),
        clock(ClockStanding::Paused, None),
        clock(ClockStanding::Breached, Some(at(14))),
        clock(ClockStanding::Breached, None),
    ];
    CaseSummary { case_id: text(), stage, received_at: at(1), clocks, now: at(13) }
}

pub(crate) fn standing(stage: Stage) -> Standing {
    let CaseSummary { case_id, received_at, clocks, now, .. } = summary(stage);
    let reached = if stage == Stage::MoreInformationNeeded { Stage::UnderReview } else { stage };
    Standing { case_id, stage, reached, received_at, clocks, answer_by: Some(at(12)), now }
}

pub(crate) fn mail_part() -> MailPart {
    let attachment = AttachmentLine {
        name: text(),
        content_type: text(),
        size: size(1234),
        sha256: Some(text()),
        href: "/desk/cases/EXP-2026-7K3QF/mail/raw/attachments/1".into(),
    };
    let href = "/desk/cases/EXP-2026-7K3QF/mail/raw".into();
    MailPart { hints: vec![text()], opened: Some(text()), attachments: vec![attachment], href, command: text() }
}
