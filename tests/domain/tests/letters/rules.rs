//! What holds for every letter.

use std::collections::BTreeSet;

use desk_domain::case::{Answering, Recipient};
use desk_domain::id::PartyId;
use desk_domain::notice::letter::Part;
use desk_domain::notice::{Letter, Notice, OnPage};
use jiff::Timestamp;

use crate::{NOW, Sample, all, at};

fn each(check: impl Fn(&Sample, &Letter)) {
    let policy = desk_domain_tests::policy();
    for sample in all() {
        check(&sample, &sample.letter(&policy));
    }
}

/// All text in a row, on one line.
fn running(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn no_notice_is_forgotten() {
    let listed: BTreeSet<&str> = Notice::ROWS.iter().map(|row| row.template).collect();
    let here: BTreeSet<&str> = all().iter().map(|sample| sample.notice.template()).collect();
    assert_eq!(here, listed);
    assert_eq!(listed.len(), Notice::ROWS.len(), "no two have one name: a delivery would be taken for another");
}

/// A row that says otherwise would take a notice out of what is held against the reporter's page (T31), or put one in.
#[test]
fn t31_a_notices_row_says_whether_it_is_the_reporters() {
    let to_reporter = all().into_iter().filter(|sample| sample.to == Recipient::Reporter);
    let theirs: BTreeSet<&str> = to_reporter.map(|sample| sample.notice.template()).collect();
    let said = Notice::ROWS.iter().filter(|row| !matches!(row.on_page, OnPage::NotTheirs));
    assert_eq!(theirs, said.map(|row| row.template).collect());
}

/// The desk writes nothing else to anybody than what it has to say to them, whoever plans it.
#[test]
fn a_notice_is_told_to_such_as_it_is_for_and_to_nobody_else_outside() {
    let policy = desk_domain_tests::policy();
    let outside = [
        Recipient::Reporter,
        Recipient::List(policy.channels[0].id.clone()),
        Recipient::Maintainer("body-parser".parse().unwrap()),
        Recipient::Party(PartyId::nth(1)),
    ];
    let kind = std::mem::discriminant::<Recipient>;
    for sample in all() {
        let name = sample.notice.template();
        assert!(sample.notice.is_for(&sample.to), "{name} to {:?}", sample.to);
        let others = outside.iter().filter(|other| kind(other) != kind(&sample.to));
        let also: Vec<_> = others.filter(|other| sample.notice.is_for(other)).collect();
        assert!(also.is_empty(), "{name} to {:?}, and to {also:?}", sample.to);
    }
}

#[test]
fn a_subject_begins_with_the_case_or_the_project_in_brackets() {
    each(|sample, letter| {
        let tag = match &sample.to {
            Recipient::Member(_) | Recipient::Pager(_) => "[EXP-2027-7K3QF] ",
            // Who works for several projects sees which it is.
            _ => "[EXP-2027-7K3QF] Express: ",
        };
        let own = [tag, "[Express] "].iter().any(|tag| letter.subject.starts_with(tag));
        // What goes to a list is public, and worded as lists know it.
        assert!(own || matches!(sample.notice, Notice::Announcement(_)), "{}", letter.subject);
        assert!(letter.subject.len() <= 78, "{}", letter.subject);
    });
}

#[test]
fn no_line_of_ours_is_longer_than_a_mail_wants() {
    each(|sample, letter| {
        let of_ours = |part: &&Part| matches!(part, Part::Paragraph(_) | Part::Facts(_) | Part::Signature(_));
        for part in letter.parts.iter().filter(of_ours) {
            let text = Letter { subject: String::new(), parts: vec![part.clone()] }.text();
            let long = text.lines().find(|line| line.chars().count() > 78);
            assert_eq!(long, None, "{}", sample.notice.template());
        }
    });
}

#[test]
fn every_time_is_utc_and_what_is_to_come_says_how_soon() {
    let mut seen = 0;
    let policy = desk_domain_tests::policy();
    for sample in all() {
        let letter = sample.letter(&policy);
        let text = running(&letter.text());
        for (place, _) in text.match_indices(':').filter(|(place, _)| is_a_time(&text, *place)) {
            let (from, rest) = (place - "2027-03-27 22".len(), &text[place + ":00".len()..]);
            let moment: Timestamp = format!("{}Z", text[from..place + 3].replace(' ', "T")).parse().unwrap();
            assert!(rest.starts_with(" UTC"), "{text}");
            assert!(moment <= at(NOW) || rest.starts_with(" UTC (in "), "{text}");
            seen += 1;
        }
    }
    assert!(seen > 60, "there are times: {seen}");
}

/// Whether the colon at `place` is that of a day and time; what it is where it was said stands beside it, with that zone.
fn is_a_time(text: &str, place: usize) -> bool {
    let zone = text[place..].split_whitespace().nth(1);
    if zone.is_some_and(|word| word.contains('/')) {
        return false;
    }
    let digits = |text: Option<&str>| text.is_some_and(|t| t.bytes().all(|b| b.is_ascii_digit()));
    digits(text.get(place + 1..place + 3)) && place >= 13 && digits(text.get(place - 2..place))
}

#[test]
fn the_html_twin_says_the_same_words() {
    each(|sample, letter| {
        let urls: BTreeSet<&str> = letter
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Link { url, .. } => Some(url.as_str()),
                _ => None,
            })
            .collect();
        let plain = words(&letter.text()).into_iter().filter(|w| w != "--" && !urls.contains(w.as_str()));
        let html = letter.html();
        let (_, body) = html.split_once("<body").and_then(|(_, rest)| rest.split_once('>')).unwrap();
        assert_eq!(plain.collect::<Vec<_>>(), words(&read(body)), "{}", sample.notice.template());
    });
}

/// The words; a colon at the end leads to a link's address, which the twin has behind its label.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(|word| word.trim_end_matches(':').to_owned()).collect()
}

/// What stands between the tags.
fn read(html: &str) -> String {
    let text: String = html.split('>').filter_map(|piece| piece.split('<').next()).collect::<Vec<_>>().join(" ");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn nothing_that_was_sealed_is_in_a_subject() {
    let policy = desk_domain_tests::policy();
    for mut sample in all() {
        sample.sealed = None;
        let without = sample.letter(&policy).subject;
        assert_eq!(sample.with("abandon-ability").letter(&policy).subject, without, "it is fixed, whatever is inside");
    }
}

#[test]
fn only_what_a_person_wrote_is_not_marked_as_automatic() {
    let personal = ["announcement", "forward", "written"];
    each(|sample, letter| {
        let template = sample.notice.template();
        assert_eq!(sample.notice.is_personal(), personal.contains(&template), "{template}");
        // And what a machine wrote is signed by it, not by a person.
        let by_desk = letter.text().trim_end().ends_with("by its Disclosure Desk");
        assert_eq!(by_desk, !personal.contains(&template), "{template}");
    });
}

#[test]
fn a_letter_to_a_reporter_says_once_that_it_can_be_answered() {
    each(|sample, letter| {
        if sample.to != Recipient::Reporter {
            return;
        }
        let text = running(&letter.text()).to_lowercase();
        assert!(text.contains("answer this mail"), "{}: {text}", sample.notice.template());
    });
}

/// I4: a mail offers what its receiver may do, and nothing else.
#[test]
fn only_whose_words_would_go_to_the_reporter_is_told_of_reply() {
    let (policy, mut offered) = (desk_domain_tests::policy(), BTreeSet::new());
    for sample in all().iter().filter(|sample| sample.to.member().is_some()) {
        for answering in Answering::ALL {
            let text = running(&sample.letter_as(&policy, answering).text());
            let offers = text.contains("REPLY as the first word");
            let template = sample.notice.template();
            assert!(!offers || answering == Answering::Writes, "{template}: {answering:?}: {text}");
            offered.extend(offers.then_some(template));
        }
    }
    assert!(offered.len() > 20 && offered.contains("reporter_replied"), "{offered:?}");
}

/// Said where it is looked for, and not in every mail; an answer that is encrypted no machine reads.
#[test]
fn t10_that_a_report_is_taken_back_by_mail_is_said_by_the_receipt_of_one_that_came_so() {
    let says = |sample: &Sample, letter: &Letter| {
        let said = running(&letter.text()).contains("WITHDRAW");
        let receipt = sample.notice.is_first_answer() && sample.sealed.is_some();
        assert_eq!(said, receipt && !sample.setting.starts_with("encrypted"), "{}", sample.name());
    };
    each(says);
}
