//! The table of steps: each with its page, the commands that it gives, and how it is filled in and read.

use desk_domain::case::CommandName;
use desk_domain::notice::step;

use super::form::{Commands, Filled};
use super::typed::Typed;
use super::{
    At, advisory, after_closing, audit, credit, decide, facts, lines, others, parties, people, publish, score, share,
    write,
};

/// A step of a case.
pub(crate) struct Step {
    /// The last part of its address.
    pub path: &'static str,
    /// Its heading, and what a link to it says.
    pub title: &'static str,
    /// The commands that it gives. While none of them may be given, its page says why the first may not.
    pub commands: &'static [CommandName],
    /// What the case page says once it is done.
    pub done: &'static str,
    /// What its fields hold before anything is typed.
    pub start: fn(&At<'_>) -> Typed,
    pub form: fn(&At<'_>, &Typed) -> Filled,
    pub give: fn(&At<'_>, &Typed) -> Commands,
    /// What of the case a form of it shows and acts on: another form is read again first.
    pub shows: fn(&At<'_>) -> String,
}

/// By the last part of an address.
pub(crate) fn step_of(path: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.path == path)
}

fn blank(_: &At<'_>) -> Typed {
    Typed::default()
}

fn nothing(_: &At<'_>) -> String {
    String::new()
}

use CommandName::*;

/// Every step, in the order in which a case is worked on.
pub(crate) const STEPS: &[Step] = &[
    Step {
        path: step::WRITE,
        title: "Write to the reporter",
        commands: &[Update, Acknowledge, Respond, RequestInformation],
        done: "Your message is sent.",
        start: write::start,
        form: write::form,
        give: write::give,
        shows: write::shows,
    },
    Step {
        path: "share",
        title: "Show what is not public",
        commands: &[Share],
        done: "They can read it on their page.",
        start: share::start,
        form: share::form,
        give: share::give,
        shows: share::shows,
    },
    Step {
        path: "note",
        title: "Note for the team",
        commands: &[Note],
        done: "Your note is kept.",
        start: blank,
        form: write::note_form,
        give: write::note,
        shows: nothing,
    },
    Step {
        path: step::TAKE,
        title: "Who handles it?",
        commands: &[Assign, HandOver, TakeOver, SetBackup],
        done: "The case has changed hands.",
        start: people::start,
        form: people::form,
        give: people::give,
        shows: people::shows,
    },
    Step {
        path: step::INVITE,
        title: "Let somebody in",
        commands: &[Invite, Uninvite],
        done: "It is done, and they were told.",
        start: blank,
        form: people::invite_form,
        give: people::invite,
        shows: people::invite_shows,
    },
    Step {
        path: "others",
        title: "Invite others",
        commands: &[InviteParty],
        done: "The invitation is on its way.",
        start: blank,
        form: parties::invite_form,
        give: parties::invite,
        shows: nothing,
    },
    Step {
        path: "party",
        title: "Write to whom you invited",
        commands: &[WriteParty],
        done: "It is on their page, and they are told.",
        start: parties::start,
        form: parties::write_form,
        give: parties::write,
        shows: parties::shows,
    },
    Step {
        path: "dismiss",
        title: "End an invitation",
        commands: &[EndParty],
        done: "The invitation has ended, and they are told.",
        start: parties::start,
        form: parties::end_form,
        give: parties::end,
        shows: parties::shows,
    },
    Step {
        path: step::READ,
        title: "Open it with a reason",
        commands: &[Read],
        done: "The case is open to you. Whoever handles it was told.",
        start: blank,
        form: people::read_form,
        give: people::read,
        shows: nothing,
    },
    Step {
        path: "decide",
        title: "What is it?",
        commands: &[Validate, Accept, Invalidate, Duplicate, Defer, Close],
        done: "Your decision is recorded.",
        start: decide::start,
        form: decide::form,
        give: decide::give,
        shows: decide::shows,
    },
    Step {
        path: "reopen",
        title: "Take it up again?",
        commands: &[Reopen],
        done: "The case is open again. Its reporter and whoever handles it are told.",
        start: blank,
        form: decide::reopen_form,
        give: decide::reopen,
        shows: nothing,
    },
    Step {
        path: step::SEVERITY,
        title: "How severe is it?",
        commands: &[Score],
        done: "The severity is recorded.",
        start: score::start,
        form: score::form,
        give: score::give,
        shows: score::shows,
    },
    Step {
        path: "facts",
        title: "What is known outside?",
        commands: &[Mark],
        done: "The facts are recorded.",
        start: blank,
        form: facts::form,
        give: facts::give,
        shows: facts::shows,
    },
    Step {
        path: step::LINES,
        title: "Versions and fixes",
        commands: &[DetermineAffected, FixReady, FixReleased, NotAffected, WaiveLine],
        done: "The lines are saved.",
        start: lines::start,
        form: lines::form,
        give: lines::give,
        shows: lines::shows,
    },
    Step {
        path: "audit",
        title: "Similar problems",
        commands: &[RecordAudit, WaiveAudit],
        done: "The search is recorded.",
        start: audit::start,
        form: audit::form,
        give: audit::give,
        shows: nothing,
    },
    Step {
        path: "plan",
        title: "When is it released?",
        commands: &[PlanRelease],
        done: "The reporter is told when the release is planned.",
        start: others::plan_start,
        form: others::plan_form,
        give: others::plan,
        shows: nothing,
    },
    Step {
        path: step::CREDIT,
        title: "Who is credited?",
        commands: &[AskCredit, RecordCredit],
        done: "The credit is recorded.",
        start: credit::start,
        form: credit::form,
        give: credit::give,
        shows: credit::shows,
    },
    Step {
        path: step::ADVISORY,
        title: "Write the advisory",
        commands: &[DraftAdvisory],
        done: "The advisory is saved. It waits for a second person.",
        start: advisory::start,
        form: advisory::form,
        give: advisory::give,
        shows: advisory::shows,
    },
    Step {
        path: step::APPROVE,
        title: "Approve the advisory",
        commands: &[ApproveAdvisory],
        done: "The advisory is approved in this form.",
        start: blank,
        form: publish::approve_form,
        give: publish::approve,
        shows: publish::shows,
    },
    Step {
        path: "publish",
        title: "Publish the advisory",
        commands: &[Publish],
        done: "The advisory is published. Each channel is watched until it stands there.",
        start: blank,
        form: publish::form,
        give: publish::give,
        shows: publish::shows,
    },
    Step {
        path: step::DUTY,
        title: "What is done?",
        commands: &[RecordDuty],
        done: "It is recorded as done.",
        start: blank,
        form: others::duty_form,
        give: others::duty,
        shows: nothing,
    },
    Step {
        path: step::UNPROVEN,
        title: "Whose mail is it?",
        commands: &[ReleaseQuarantine],
        done: "The mails are no longer in quarantine.",
        start: blank,
        form: others::unproven_form,
        give: others::unproven,
        shows: others::unproven_shows,
    },
    Step {
        path: "answer",
        title: "Answer the comment",
        commands: &[AnswerComment],
        done: "Your answer is on its way to whoever commented.",
        start: blank,
        form: others::answer_form,
        give: others::answer,
        shows: write::shows,
    },
    Step {
        path: "module",
        title: "Others’ module",
        commands: &[RecordConsent, Forward],
        done: "It is done.",
        start: others::module_start,
        form: others::module_form,
        give: others::module,
        shows: nothing,
    },
    Step {
        path: "code",
        title: "A new code for the reporter?",
        commands: &[ReissueCode],
        done: "A new code is made; the old one has ended.",
        start: blank,
        form: others::code_form,
        give: others::code,
        shows: nothing,
    },
    Step {
        path: step::SETTLE,
        title: "What becomes of it?",
        commands: &[PutAway, FollowUp],
        done: "It is settled. The case stays closed.",
        start: after_closing::start,
        form: after_closing::form,
        give: after_closing::give,
        shows: write::shows,
    },
    Step {
        path: "report",
        title: "Is it a report after all?",
        commands: &[TreatAsReport],
        done: "It is a case of its own now, with its clocks from when it came.",
        start: blank,
        form: others::report_form,
        give: others::report,
        shows: nothing,
    },
];
