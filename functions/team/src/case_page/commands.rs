//! How each command is given in a shell.

use desk_domain::case::CommandName;
use desk_domain::id::{CaseId, MemberId};

/// How `member` gives a command in a shell, with dots for the words.
pub(super) fn command_line(name: CommandName, case: &CaseId, version: u64, member: &MemberId) -> String {
    let fields = match name {
        // What stands on this page is approved, or nothing is.
        CommandName::ApproveAdvisory => format!("version:={version}"),
        _ => fields(name).to_owned(),
    };
    format!("desk case do {case} {name}{}{fields} --as {member}", if fields.is_empty() { "" } else { " " })
}

fn fields(name: CommandName) -> &'static str {
    match name {
        CommandName::Acknowledge | CommandName::Update => "message='…'",
        CommandName::Respond => "message='…' next_steps='…'",
        CommandName::RequestInformation => "questions='…'",
        CommandName::Validate | CommandName::Invalidate | CommandName::Defer => "reason='…'",
        CommandName::Note => "text='…'",
        CommandName::Assign | CommandName::HandOver | CommandName::SetBackup => "member=…",
        CommandName::Accept | CommandName::ReissueCode => "",
        CommandName::Duplicate => "of=…",
        CommandName::Close => "resolution=… reason='…'",
        CommandName::Score => "severity=… cvss=…",
        CommandName::Mark => "fact=… source='…'",
        CommandName::DetermineAffected => "affected:='…'",
        CommandName::RecordAudit => "searched='…' result='…'",
        CommandName::WaiveAudit => "reason='…'",
        CommandName::FixReady => "line=… reference='…'",
        CommandName::FixReleased => "line=… version=…",
        CommandName::NotAffected | CommandName::WaiveLine => "line=… reason='…'",
        CommandName::RecordCredit => "decision=as as='…'",
        CommandName::DraftAdvisory => "title='…' summary='…' details=@…",
        // What an approval names, its line adds.
        CommandName::AskCredit | CommandName::ApproveAdvisory | CommandName::Publish => "",
        // With refuse=true it is left aside; where something waits, the page says both.
        CommandName::ReleaseQuarantine | CommandName::TreatAsReport => "",
        CommandName::RecordConsent => "source='…'",
        CommandName::Forward => "to=… message='…'",
        CommandName::PlanRelease => "on=…",
    }
}

#[cfg(test)]
mod tests {
    use desk_domain::policy::Policy;
    use serde_json::{Value, json};

    use super::*;
    use crate::request::Asked;

    /// Each field of a command line, with a value that its command takes.
    fn filled(name: CommandName) -> Value {
        let mut body = json!({ "command": name });
        for field in fields(name).split(' ').filter_map(|field| field.split('=').next()).filter(|f| !f.is_empty()) {
            body[field] = match field {
                "member" => json!("alice"),
                "of" => json!("EXP-2026-7K3QF"),
                "resolution" => json!("fixed"),
                "severity" => json!("high"),
                "cvss" => json!(["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"]),
                "fact" => json!("public"),
                "affected:" => continue,
                "line" => json!("express@4"),
                "version" => json!("4.19.2"),
                "decision" => json!("as"),
                "to" => json!("qs"),
                "on" => json!("2026-12-01"),
                _ => json!("words"),
            };
        }
        body
    }

    #[test]
    fn every_command_line_names_the_fields_that_its_command_takes() {
        let policy = Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap();
        for name in CommandName::ALL {
            let mut body = filled(*name);
            if *name == CommandName::DetermineAffected {
                body["affected"] =
                    json!([{"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"}]);
            }
            let refused = Asked::read(&body, &policy).err().unwrap_or_default();
            assert!(refused.is_empty(), "{name}: {refused:?}");
        }
    }

    #[test]
    fn a_command_line_is_whole() {
        let (case, member) = ("EXP-2026-7K3QF".parse().unwrap(), "alice".parse().unwrap());
        let line = |name| command_line(name, &case, 7, &member);
        assert_eq!(line(CommandName::Accept), "desk case do EXP-2026-7K3QF accept --as alice");
        let approve = "desk case do EXP-2026-7K3QF approve-advisory version:=7 --as alice";
        assert_eq!(line(CommandName::ApproveAdvisory), approve, "the form that stands on this page, or none");
        assert_eq!(line(CommandName::Note), "desk case do EXP-2026-7K3QF note text='…' --as alice");
    }
}
