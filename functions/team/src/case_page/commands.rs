//! How each command is given in a shell.

use desk_domain::case::CommandName;
use desk_domain::case::command::Field;
use desk_domain::case::command::row::{Kind, Need};
use desk_domain::id::{CaseId, MemberId};

/// How `member` gives a command in a shell, with dots for the words. `form` is the SHA-256 of the advisory as this page shows it.
pub(super) fn command_line(name: CommandName, case: &CaseId, form: Option<&str>, member: &MemberId) -> String {
    let usual = |field: &&Field| matches!(field.need, Need::Required | Need::Sometimes);
    let fields = name.row().fields.iter().filter(usual).map(|field| format!(" {}", assigned(field, form)));
    format!("desk case do {case} {name}{} --as {member}", fields.collect::<String>())
}

fn assigned(field: &Field, form: Option<&str>) -> String {
    let name = field.name;
    if let Some(shown) = field.shown {
        return format!("{name}={shown}");
    }
    match field.kind {
        Kind::Text(_) => format!("{name}='…'"),
        // What stands on this page is approved, or nothing is.
        Kind::Sha256 => format!("{name}={}", form.unwrap_or("…")),
        Kind::Rows { .. } => format!("{name}:='…'"),
        Kind::Flag | Kind::Count => format!("{name}:=…"),
        Kind::Choice(_)
        | Kind::Address
        | Kind::Member
        | Kind::Party
        | Kind::With
        | Kind::Line
        | Kind::Clock
        | Kind::Channel
        | Kind::Package
        | Kind::Version
        | Kind::Case
        | Kind::Moment
        | Kind::When
        | Kind::Cve
        | Kind::AdvisoryId
        | Kind::List(..)
        | Kind::OneOrMore(_) => format!("{name}=…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_whole() {
        let (case, member) = ("EXP-2026-7K3QF".parse().unwrap(), "alice".parse().unwrap());
        let line = |name| command_line(name, &case, Some("3f9a"), &member);
        assert_eq!(line(CommandName::Accept), "desk case do EXP-2026-7K3QF accept --as alice");
        let approve = "desk case do EXP-2026-7K3QF approve-advisory form=3f9a --as alice";
        assert_eq!(line(CommandName::ApproveAdvisory), approve, "the form that stands on this page, or none");
        assert_eq!(line(CommandName::Note), "desk case do EXP-2026-7K3QF note text='…' --as alice");
        let score = "desk case do EXP-2026-7K3QF score severity=… cvss=… --as alice";
        assert_eq!(line(CommandName::Score), score, "what is usual, though either would do");
        let draft = "desk case do EXP-2026-7K3QF draft-advisory title='…' summary='…' details=@… --as alice";
        assert_eq!(line(CommandName::DraftAdvisory), draft, "what must be there");
    }
}
