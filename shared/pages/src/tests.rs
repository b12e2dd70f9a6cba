//! What holds for every page: what people wrote stays text, nothing runs, and every reference has its target.

use std::collections::{BTreeMap, BTreeSet};

use desk_domain::case::Stage;
use desk_domain::case::event::Resolution;
use desk_domain::report::FIELDS;

use super::board::sample::board;
use super::case::sample::{case, login};
use super::filed::sample::filed;
use super::others::sample::others;
use super::receipt::sample::receipt;
use super::report_form::UNKNOWN;
use super::report_form::sample::form;
use super::samples::*;
use super::team_case::sample::team_case;
use super::*;

#[test]
#[expect(clippy::disallowed_methods, reason = "the templates are counted, not shown")]
fn every_template_that_is_a_page_is_among_the_samples() {
    let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut pages_there = BTreeSet::new();
    for entry in std::fs::read_dir(templates).expect("the templates").map(|entry| entry.expect("an entry").path()) {
        let is_page = std::fs::read_to_string(&entry).expect("a template").starts_with("{% extends");
        let name = entry.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        if is_page && name != "desk" {
            pages_there.insert(name);
        }
    }
    let sampled = sampled().into_iter().map(|(name, _)| name.split(':').next().unwrap_or_default().to_owned());
    assert_eq!(sampled.collect::<BTreeSet<String>>(), pages_there);
}

#[test]
fn every_page_of_the_desk_leads_to_the_others_and_says_where_it_is() {
    for here in DeskPage::ALL {
        let shown =
            sampled().into_iter().filter(|(_, html)| html.contains(&format!("href=\"{}\" aria-current", here.path())));
        assert!(shown.count() > 0, "no sample is of {}", here.label());
    }
    for page in [board(DeskPage::Board, true).html(), filed(true).html(), team_case(false).html()] {
        for there in DeskPage::ALL {
            assert!(page.contains(&format!("<a href=\"{}\"", there.path())), "{}", there.label());
        }
    }
}

/// Tag name and attributes of every start tag. Our templates quote every value with `"`, and escaping leaves no `"`
/// inside one, so that splitting at it is exact.
fn tags(html: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let starts = html.split('<').skip(1).filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    starts
        .map(|rest| {
            let mut pieces = rest.split('"');
            let mut found = BTreeMap::new();
            let head = pieces.next().unwrap_or_default();
            let name: String = head.chars().take_while(char::is_ascii_alphanumeric).collect();
            let mut bare = head[name.len()..].to_owned();
            while !bare.contains('>') {
                let value = pieces.next().expect("a value ends");
                for word in bare.split_whitespace() {
                    let value = if word.ends_with('=') { value } else { "" };
                    found.insert(word.trim_end_matches('=').to_owned(), value.to_owned());
                }
                bare = pieces.next().expect("a tag ends").to_owned();
            }
            let last = bare.split('>').next().unwrap_or_default();
            found.extend(last.split_whitespace().map(|word| (word.to_owned(), String::new())));
            (name, found)
        })
        .collect()
}

#[test]
fn what_people_wrote_stays_text_and_nothing_runs() {
    for (page, html) in sampled() {
        assert!(html.contains("&#60;script&#62;"), "{page} shows what was written");
        for (tag, attributes) in tags(&html) {
            assert!(!["script", "style", "img", "iframe", "object", "base"].contains(&tag.as_str()), "{page}: <{tag}>");
            for name in attributes.keys() {
                assert!(name != "style" && !name.starts_with("on"), "{page}: <{tag} {name}>");
                assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == 'B'), "{page}: <{tag} {name}>");
            }
            let href = attributes.get("href").map_or("", String::as_str);
            assert!(!href.starts_with("javascript:"), "{page}: {href}");
        }
    }
}

#[test]
fn every_reference_has_its_target_and_every_id_is_its_own() {
    for (page, html) in sampled() {
        let tags = tags(&html);
        let all: Vec<&str> = tags.iter().filter_map(|(_, a)| a.get("id").map(String::as_str)).collect();
        let ids: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(ids.len(), all.len(), "{page} repeats an id");
        for (tag, attributes) in &tags {
            let link = attributes.get("href").and_then(|href| href.strip_prefix('#'));
            let named = ["for", "list", "aria-describedby", "aria-labelledby"].map(|name| attributes.get(name));
            let named = named.into_iter().flatten().flat_map(|value| value.split(' '));
            for id in named.chain(link) {
                assert!(ids.contains(id), "{page}: <{tag}> points at #{id}");
            }
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_page_one_heading_and_a_language() {
    for (page, html) in sampled() {
        let tags = tags(&html);
        let labelled: Vec<&String> = tags.iter().filter_map(|(_, a)| a.get("for")).collect();
        for (tag, attributes) in &tags {
            let is_field = (tag == "input" && attributes["type"] != "hidden") || tag == "textarea" || tag == "select";
            assert!(!is_field || labelled.contains(&&attributes["id"]), "{page}: {attributes:?} has no label");
        }
        assert_eq!(tags.iter().filter(|(tag, _)| tag == "h1").count(), 1, "{page}");
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{page}");
    }
}

#[test]
fn the_summary_of_errors_links_to_each_field() {
    let names: Vec<&str> = FIELDS.iter().filter(|row| !row.of_third_parties).map(|field| field.name).collect();
    let html = form(&names).html();
    for name in names {
        let id = field::id_of(name).expect("an id");
        assert!(html.contains(&format!("<a href=\"#{id}\">")), "{name} is linked");
        assert!(html.contains(&format!("id=\"{id}-error\"")), "{name} has its message");
    }
    assert!(html.contains("<details class=\"group\" open>"), "a group with an error is open");
    assert!(!form(&[]).html().contains("<details class=\"group\" open>"));
}

#[test]
fn a_text_that_starts_with_an_empty_line_keeps_it() {
    let mut page = form(&[]);
    page.values.insert("details".into(), "\nfirst".into());
    assert!(page.html().contains(" rows=\"12\">\n\nfirst</textarea>"));
}

#[test]
fn the_current_stage_is_marked_and_a_closed_case_claims_nothing() {
    let page = |stage| login(None, Some(standing(stage))).html();
    let confirmed = page(Stage::Confirmed);
    assert_eq!(confirmed.matches("aria-current=\"step\"").count(), 1);
    assert_eq!(confirmed.matches("<li class=\"passed\"").count(), 3);
    let closed = page(Stage::Closed(Resolution::Duplicate));
    assert_eq!(closed.matches("<li class=\"passed\"").count(), 0);
    assert!(
        closed.contains("aria-current=\"step\"><span class=\"sign\" aria-hidden=\"true\">●</span> Closed (duplicate)")
    );
    let asked = page(Stage::MoreInformationNeeded);
    assert_eq!(asked.matches("<li class=\"passed\"").count(), 2, "a question does not undo what was reached");
}

#[test]
fn a_paused_clock_says_what_is_left_of_it() {
    let html = team_case(true).html();
    assert!(html.contains("paused with 9 h left"));
    let mut page = team_case(true);
    page.summary.clocks.iter_mut().for_each(|clock| clock.paused_since = None);
    assert!(page.html().contains(": paused <span"));
}

#[test]
fn the_details_of_a_report_that_start_with_an_empty_line_keep_it() {
    let mut page = team_case(true);
    page.report.texts = vec![("Details", "\nfirst".into())];
    assert!(page.html().contains("<pre>\n\nfirst</pre>"));
}

#[test]
fn the_code_stands_four_words_a_line_and_reads_as_one() {
    let mut page = receipt();
    page.code.receipt_code = "a-b-c-d-e-f-g-h-i-j-k-l".into();
    assert!(page.html().contains("<span>a-b-c-d-</span><span>e-f-g-h-</span><span>i-j-k-l</span></code>"));
}

#[test]
fn the_stylesheet_loads_nothing() {
    assert!(!STYLESHEET.contains("url(") && !STYLESHEET.contains("@import"));
}

#[test]
fn an_answer_in_quarantine_is_marked_and_says_how_it_is_let_in_or_refused() {
    let mut page = team_case(true);
    let html = page.html();
    assert!(html.contains("Not proven to be the reporter’s"));
    assert!(html.contains("href=\"/desk/cases/EXP-2026-7K3QF/unproven\">Say whose it is</a>"));
    page.quarantine = None;
    assert!(!page.html().contains("quarantine-title"));
}

#[test]
fn forwarding_is_asked_for_only_where_others_maintain_what_is_named() {
    assert!(!form(&[]).html().contains("name=\"may_forward\""));
    assert!(others().html().contains("name=\"may_forward\" value=\"true\" checked"));
}

#[test]
fn a_package_is_chosen_among_few_or_typed_among_many_and_the_choice_is_kept() {
    let page = |sent: &[(&str, &str)], packages: usize| {
        let mut page = form(&[]);
        page.packages = (1..=packages).map(|n| (format!("p{n}"), Vec::new())).collect();
        page.values = sent.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        page.html()
    };
    let few = page(&[("package", "p2")], 8);
    assert!(few.contains("value=\"p2\" checked") && few.matches(" checked").count() == 2, "and where answers go");
    assert!(page(&[], 8).matches(" checked").count() == 1);
    assert!(page(&[("package", UNKNOWN)], 8).contains("value=\"(not known)\" checked"));
    for sent in [&[("package", ANOTHER), (OTHER_FIELD, "helmet")][..], &[("package", "helmet")]] {
        let other = page(sent, 8);
        assert!(other.contains("value=\"(another)\" checked") && other.contains("value=\"helmet\" list"), "{other}");
    }
    assert!(
        page(&[("package", "p2")], 9).contains(
            "name=\"package\" aria-describedby=\"field-package-hint\" aria-required=\"true\" value=\"p2\" list"
        )
    );
}

#[test]
fn quoted_text_is_folded_not_lost() {
    let html = case(None).html();
    assert_eq!(html.matches("<details class=\"quoted\">").count(), 3);
}

/// What is typed may hold what nobody sees: a form that comes back sends it again as it was, and a message shows it.
#[test]
fn what_a_field_holds_is_sent_again_as_it_was_typed() {
    let mut page = form(&[]);
    page.values.insert("details".into(), "a\u{202e}b".into());
    page.values.insert("summary".into(), "c\u{200b}d".into());
    let html = page.html();
    assert!(html.contains("a\u{202e}b</textarea>") && html.contains("value=\"c\u{200b}d\""), "{html}");
    let mut page = case(None);
    page.reply_text = "e\u{2066}f".into();
    page.messages[0].text = "g\u{2066}h".into();
    let html = page.html();
    assert!(html.contains("e\u{2066}f</textarea>") && html.contains("g\\u{2066}h"), "{html}");
    let kept = vec![("details".to_owned(), "i\u{200b}j".to_owned())];
    assert!(OthersPage { kept, ..others() }.html().contains("value=\"i\u{200b}j\""));
}
