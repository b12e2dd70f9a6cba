//! `SECURITY.md`: the policy as its project's people read it, with the four sections of the seed (T2).

use desk_domain::policy::{
    ClockKind, ClockRow, Due, Length, MetBy, Pauses, Policy, Severity, ShownChannel, Starts, When,
};

use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::{acknowledgments, report_url};

const REPORTING: &str = "Reporting a Bug";
const DISCLOSURE: &str = "Disclosure Policy";
const UPDATES: &str = "Receiving Security Updates";
const COMMENTS: &str = "Comments on this Policy";

/// The document's whole text, in GitHub's Markdown. It says nothing that is not in the policy or done by the desk.
pub fn render(policy: &Policy) -> String {
    let name = escaped(&policy.project.name);
    let mut blocks = vec![
        format!("# {}", escaped(&title(policy))),
        format!(
            "How to tell the {name} project about a security problem, what happens then, and by when. This document \
             is made from the project's security policy, version {}.",
            escaped(&policy.version)
        ),
        [REPORTING, DISCLOSURE, UPDATES, COMMENTS].map(|title| format!("* [{title}](#{})", anchor(title))).join("\n"),
    ];
    blocks.extend(reporting(policy));
    blocks.extend(disclosure(policy));
    blocks.extend(updates(policy));
    blocks.extend(comments(policy));
    blocks.join("\n\n") + "\n"
}

/// What the document is headed with.
pub(crate) fn title(policy: &Policy) -> String {
    format!("Security Policy of {}", policy.project.name)
}

fn reporting(policy: &Policy) -> Vec<String> {
    let name = escaped(&policy.project.name);
    let mut blocks = vec![
        format!("## {REPORTING}"),
        format!(
            "Every report about the security of {name} is taken seriously. Thank you for yours: we want to fix the \
             problem together with you, and when it is announced you will be named as you wish, or not at all. Whoever \
             was named is thanked at <{}/{}>.",
            policy.project.site_url,
            acknowledgments::KEY
        ),
        format!(
            "Write to <{}> or use the form at <{}>, which needs no account and no address. Either way the report \
             reaches only those members of the team who handle security, and you get a receipt at once. Please do not \
             open a public issue.",
            policy.contacts.security,
            report_url(policy)
        ),
        promises(policy),
        clock_table(policy),
        "Times run day and night, weekends and holidays included. The automatic receipt counts as no answer: only a \
         person's message does. You are told of every step until the announcement, and we may ask you for more \
         information or advice."
            .to_owned(),
    ];
    if !policy.third_party.is_empty() {
        let rows = policy.third_party.iter().map(|module| {
            let contact = module.contact.strip_prefix("mailto:").unwrap_or(&module.contact);
            format!("| `{}` | {} | <{contact}> |", module.package, escaped(&module.maintainer))
        });
        blocks.push(
            "A problem in a module that others maintain is best reported to them. If you are not sure, or if it affects \
             this project too, report it here all the same: it is answered, and passed on only if you agree."
                .to_owned(),
        );
        blocks.push(table(["Module", "Maintained by", "Reports go to"], rows));
    }
    if !policy.other_routes.is_empty() {
        let routes = policy.other_routes.iter().map(|route| format!("* {}: <{}>", escaped(&route.name), route.url));
        blocks.push("You can also report through:".to_owned());
        blocks.push(joined(routes));
    }
    blocks
}

/// The two promises in a sentence each; the loader sees to it that both clocks are there.
fn promises(policy: &Policy) -> String {
    let sentence = |row: &ClockRow| {
        let (within, from) = (due(row), from(row));
        match row.kind {
            ClockKind::Acknowledgement => {
                Some(format!("Within {within} of {from} a member of the team acknowledges it."))
            }
            ClockKind::DetailedResponse => {
                Some(format!("Within {within} of {from} you get a detailed response that states the next steps."))
            }
            ClockKind::Handler | ClockKind::Duty => None,
        }
    };
    policy.clocks.iter().filter_map(sentence).collect::<Vec<_>>().join(" ")
}

fn clock_table(policy: &Policy) -> String {
    let rows = policy.clocks.iter().filter(|row| row.promise || row.reporter_sees);
    let rows = rows.map(|row| format!("| {} | {} | {} |", what(row), due(row), from(row)));
    table(["What", "Within", "Counted from"], rows)
}

fn what(row: &ClockRow) -> String {
    let done = format!("Done: {}", escaped(&row.words));
    let what = match (row.met_by, row.starts) {
        (MetBy::MessageToReporter, Starts::MessageToReporter) => "You hear from us again",
        (MetBy::MessageToReporter, Starts::StandingAsked) => "You are answered when you ask how it stands",
        (MetBy::MessageToReporter, _) => "A member of the team acknowledges the report",
        (MetBy::MessageWithNextSteps, _) => "A detailed response states the next steps",
        (MetBy::HandlerAssigned, _) => "A primary handler is assigned",
        (MetBy::ReporterAnswer, _) => {
            "You answer our question; otherwise the case is set aside until you do, or goes on without"
        }
        (MetBy::Scored, _) => "It is said how severe the problem is",
        (MetBy::CreditAnswered, _) => "You say how you are to be named; otherwise the team goes by your report",
        (MetBy::Published, Starts::DisclosurePlanned) => "The advisory is published before you publish",
        (MetBy::Published, _) => "The advisory is published",
        (MetBy::Released, Starts::FixesReady) => "Fixes that are ready are released",
        (MetBy::Released, Starts::ReleasePlanned) => "Fixes are released on the day that we told you",
        (MetBy::Released, _) => "Fixes are released for every affected maintained line",
        (MetBy::Announced, _) => "The problem is announced on every channel",
        (MetBy::EmbargoOver, _) => "The embargo ends as we agreed",
        (MetBy::Settled, _) => "A member of the team looks at what you write after your case is closed",
        (MetBy::Recorded, _) => done.as_str(),
    };
    let reminders = row.warnings.iter().filter_map(|warning| match warning.when {
        When::After(length) => Some(Length(length).to_string()),
        When::Before(_) => None,
    });
    let reminders: Vec<String> = reminders.collect();
    let mut what = what.to_owned();
    if !reminders.is_empty() {
        what += &format!(" (reminders after {})", reminders.join(" and "));
    }
    what += match row.pauses {
        Some(Pauses::WaitingForReporter) => " (not counting while we wait for you)",
        Some(Pauses::Deferred) => " (not counting while the work is put off)",
        Some(Pauses::EmbargoActive) => " (not counting while an embargo holds)",
        Some(Pauses::AnswerInQuarantine) | None => "",
    };
    what
}

fn due(row: &ClockRow) -> String {
    match &row.due {
        Due::DayEnds => "the day itself".to_owned(),
        Due::After(length) => Length(*length).to_string(),
        Due::BySeverity(by) => {
            let word = |severity: &Severity| match severity {
                Severity::Low => "low",
                Severity::Medium => "medium",
                Severity::High => "high",
                Severity::Critical => "critical",
            };
            let each = by.iter().rev().map(|(severity, length)| format!("{} ({})", Length(*length), word(severity)));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

fn from(row: &ClockRow) -> &'static str {
    match row.starts {
        Starts::ReportReceived => "the receipt of your report",
        Starts::Acknowledged => "the acknowledgement",
        Starts::MessageToReporter => "our last message to you",
        Starts::RequestSent => "our question",
        Starts::StandingAsked => "your question",
        Starts::WrittenAfterClosing => "your message",
        Starts::Accepted => "the acceptance of the problem",
        Starts::CreditAsked => "our question how to name you",
        Starts::FixesReleased => "the release of the last fix",
        Starts::AcceptedAndScored => "the acceptance and rating of the problem",
        Starts::FixesReady => "the moment when all fixes are ready",
        Starts::DisclosurePlanned => "the day on which you mean to publish",
        Starts::ReleasePlanned => "the planned day",
        Starts::EmbargoActive => "the end that we agreed on",
        Starts::AttacksObserved => "the moment when attacks are seen",
        Starts::AdvisoryPublished => "the publication of the advisory",
    }
}

fn disclosure(policy: &Policy) -> Vec<String> {
    let assigned = policy.clocks.iter().find(|row| row.met_by == MetBy::HandlerAssigned);
    let within = assigned.map(|row| format!(" within {} of {}", due(row), from(row))).unwrap_or_default();
    let lines = policy.packages.iter().flat_map(|package| package.lines.iter().map(move |line| (package, line)));
    let rows = lines.map(|(package, line)| {
        let until = line.end_of_life.map_or("no end set".to_owned(), |last| last.to_string());
        format!("| `{}` ({}) | `{}` | {until} |", package.name, package.ecosystem, line.name)
    });
    let registries: std::collections::BTreeSet<&str> = policy.packages.iter().map(|p| p.ecosystem.as_str()).collect();
    let registries: Vec<&str> = registries.into_iter().collect();
    vec![
        format!("## {DISCLOSURE}"),
        format!(
            "Each report is assigned to one primary handler{within}. You are told who it is, and again if it changes. The \
             handler coordinates the fix and its release:"
        ),
        format!(
            "1. The problem is confirmed, or refused with the reason, and the affected versions are determined.\n\
             2. The code is searched for similar problems.\n\
             3. Fixes are prepared for every line that is still maintained.\n\
             4. The fixed versions are released to {} as fast as possible.\n\
             5. Once all of them are out, the problem is announced.",
            registries.join(" and ")
        ),
        format!(
            "Until then the matter is kept confidential. If you have a plan or a date of your own for publishing, tell us \
             with your report and we will agree on one: of two dates the sooner holds until both sides agree to a later \
             one, at most {} after your report, and none holds once the problem or an exploit of it is public. These are \
             the lines and the last day on which each is maintained:",
            Length(policy.limits.embargo_at_most)
        ),
        table(["Package", "Line", "Maintained until"], rows),
    ]
}

fn updates(policy: &Policy) -> Vec<String> {
    let title = format!("## {UPDATES}");
    let channels: Vec<ShownChannel<'_>> = policy.shown_channels().collect();
    if channels.is_empty() {
        let page = &policy.project.desk_url;
        return vec![title, format!("Security problems are announced at <{page}>.")];
    }
    let channel = |channel: &ShownChannel<'_>| {
        let name = escaped(channel.name);
        match channel.enabled {
            true => format!("* {name}: <{}>", channel.url),
            false => format!("* {name}: <{}> (disabled: nothing is announced there at present)", channel.url),
        }
    };
    let intro = "A security problem is announced once, when its fixes are released, on each of these channels:";
    vec![title, intro.to_owned(), joined(channels.iter().map(channel))]
}

fn comments(policy: &Policy) -> Vec<String> {
    let by_mail = policy.mail.comments.as_ref().map(|address| format!(", or write to <{address}>")).unwrap_or_default();
    vec![
        format!("## {COMMENTS}"),
        format!(
            "If you see how this could be done better, propose a change by pull request at <{}>, or say so at \
             <{}/policy/comment>{by_mail}; your comment goes to the person who answers for this policy.",
            policy.project.policy_url, policy.project.desk_url
        ),
    ]
}

fn table(head: [&str; 3], rows: impl Iterator<Item = String>) -> String {
    format!("| {} |\n|--|--|--|\n{}", head.join(" | "), joined(rows))
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// The anchor that GitHub gives a heading of letters and spaces.
fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// A document of ours as HTML, each heading with the anchor that GitHub gives it. Everything of the policy in it is escaped, so
/// nothing needs to be cleaned.
pub(crate) fn html(document: &str) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(document, Options::ENABLE_TABLES).collect();
    for place in 0..events.len() {
        let title = match events.get(place + 1) {
            Some(Event::Text(title)) => anchor(title),
            _ => continue,
        };
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[place] {
            *id = Some(title.into());
        }
    }
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events.into_iter());
    out
}

/// A text with nothing in it that Markdown or HTML would act on.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\`*_[]<>&|~#{".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPRESS: &str = include_str!("../../../infra/policies/express.toml");
    const MINIMAL: &str = include_str!("../../../infra/policies/minimal.toml");

    fn rendered(policy: &str) -> String {
        render(&Policy::from_toml(policy).unwrap())
    }

    #[test]
    fn t1_t2_the_policy_document_of_express() {
        insta::assert_snapshot!(rendered(EXPRESS));
    }

    #[test]
    fn t1_the_policy_document_of_the_smallest_policy() {
        insta::assert_snapshot!(rendered(MINIMAL));
    }

    #[test]
    fn t2_the_policy_document_has_four_sections_with_working_anchors() {
        for document in [rendered(EXPRESS), rendered(MINIMAL)] {
            let headings: Vec<&str> = document.lines().filter_map(|l| l.strip_prefix("## ")).collect();
            assert_eq!(
                headings,
                ["Reporting a Bug", "Disclosure Policy", "Receiving Security Updates", "Comments on this Policy"]
            );
            let links = document.lines().filter_map(|l| l.strip_prefix("* [")?.strip_suffix(')')?.split_once("](#"));
            let expected = headings.iter().map(|h| (*h, h.to_lowercase().replace(' ', "-")));
            let links: Vec<(&str, String)> = links.map(|(title, anchor)| (title, anchor.to_owned())).collect();
            assert_eq!(links, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn t1_another_policy_says_other_things_and_nothing_of_express() {
        let document = rendered(MINIMAL);
        assert!(document.contains("Within 3 days") && document.contains("Within 7 days of the acknowledgement"));
        assert!(!document.to_lowercase().contains("express"));
    }

    #[test]
    fn t55_t57_a_channel_is_added_in_the_policy_and_a_disabled_one_is_shown_as_such() {
        let document = rendered(EXPRESS);
        assert!(document.contains("StrongLoop blog: <https://blog.strongloop.com> (disabled"));
        let added = EXPRESS.replace(
            "[limits]",
            "[[channels]]\nkind = \"blog\"\nname = \"New\"\nurl = \"https://new.example.org\"\n\n[limits]",
        );
        assert!(rendered(&added).contains("* New: <https://new.example.org>\n"));
    }

    #[test]
    fn t61_the_pull_request_link_is_in_the_document() {
        assert!(rendered(EXPRESS).contains("<https://github.com/expressjs/express/blob/master/Security.md>"));
    }

    #[test]
    fn names_cannot_act_as_markdown() {
        let policy = MINIMAL.replace("name = \"Minnow\"", "name = \"<b>[Min](x)|now\"");
        assert!(rendered(&policy).starts_with("# Security Policy of \\<b\\>\\[Min\\](x)\\|now\n"));
    }
}
