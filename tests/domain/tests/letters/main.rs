//! Every notice as its receiver reads it: a snapshot of each in each setting that changes what it says, and what holds for all.

mod outside;
mod parties;
mod reporter;
mod rules;
mod team;

use desk_domain::case::{Answering, Recipient};
use desk_domain::id::{ClockName, MemberId};
use desk_domain::notice::{Answered, Letter, Links, Notice, Page, Setting, WhatCame};
use desk_domain::policy::Policy;
use jiff::Timestamp;

/// When all of them are read: four and a half hours after the report came in.
const NOW: &str = "2027-03-27T02:30:00Z";
const RECEIVED: &str = "2027-03-26T22:00:00Z";
const DUE: &str = "2027-03-27T22:00:00Z";

/// A notice in a setting.
pub struct Sample {
    /// What is particular about it; empty where there is only one.
    pub setting: &'static str,
    pub notice: Notice,
    pub to: Recipient,
    pub sealed: Option<&'static str>,
}

impl Sample {
    /// Sealed words, offered as a message and as a code: it takes what it carries.
    pub fn with(self, sealed: &'static str) -> Sample {
        Sample { sealed: Some(sealed), ..self }
    }

    pub fn letter(&self, policy: &Policy) -> Letter {
        self.letter_as(policy, self.answering())
    }

    /// To somebody whose answer comes to that.
    pub fn letter_as(&self, policy: &Policy, answering: Answering) -> Letter {
        self.within(policy, answering, |setting| self.notice.letter(setting))
    }

    /// As it wakes its receiver.
    pub fn page(&self, policy: &Policy) -> Option<Page> {
        self.within(policy, self.answering(), |setting| self.notice.page(setting))
    }

    fn within<T>(&self, policy: &Policy, answering: Answering, written: impl FnOnce(&Setting<'_>) -> T) -> T {
        let case = "EXP-2027-7K3QF".parse().unwrap();
        let may_acknowledge = self.notice.acknowledge_until().is_some() && matches!(self.to, Recipient::Member(_));
        let links = Links {
            case_page: "https://desk.example/case?t=…".to_owned(),
            party_page: "https://desk.example/party".to_owned(),
            desk_case: "https://desk.example/desk/cases/EXP-2027-7K3QF".to_owned(),
            board: "https://desk.example/desk".to_owned(),
            acknowledge: may_acknowledge.then(|| "https://desk.example/desk/acknowledge?t=…".to_owned()),
            sign_in: "https://desk.example/desk/session?token=…".to_owned(),
            advisory: "https://desk.example/site/advisories/EXP-2027-7K3QF.html".to_owned(),
            report_form: "https://desk.example/".to_owned(),
        };
        written(&Setting {
            policy,
            case: is_of_a_case(&self.notice).then_some(&case),
            recipient: &self.to,
            now: at(NOW),
            links: &links,
            text: self.sealed,
            code: self.sealed,
            code_withheld: self.setting == "withheld",
            instead_of: None,
            answering,
            in_clear: !self.setting.starts_with("encrypted"),
            filed: &team::filed_words(),
        })
    }

    /// What the setting says, or what is so of everybody who gets it.
    fn answering(&self) -> Answering {
        match &self.notice {
            _ if self.setting.starts_with("unreported") => Answering::NobodyToWriteTo,
            _ if self.setting.starts_with("closed") => Answering::Closed,
            _ if self.setting.starts_with("let-in") => Answering::LetIn,
            Notice::Invited(_) => Answering::LetIn,
            Notice::Uninvited(_) | Notice::Answered(Answered { what: WhatCame::HandedOn, .. }) => Answering::HandedOn,
            _ => Answering::Writes,
        }
    }

    /// `new_report-member-urgent`.
    pub fn name(&self) -> String {
        let to = format!("{:?}", self.to).to_lowercase();
        let to: String = to.chars().take_while(|c| c.is_alphabetic()).collect();
        let parts = [self.notice.template(), to.as_str(), self.setting];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    }
}

pub fn sample(setting: &'static str, notice: Notice, to: Recipient) -> Sample {
    Sample { setting, notice, to, sealed: None }
}

/// All of them.
fn all() -> Vec<Sample> {
    [reporter::samples(), team::samples(), team::samples_of_the_desk(), outside::samples(), parties::samples()]
        .into_iter()
        .flatten()
        .collect()
}

fn is_of_a_case(notice: &Notice) -> bool {
    let aside = matches!(notice, Notice::Answered(Answered { what: WhatCame::NoCase, .. }));
    !aside
        && !matches!(
            notice,
            Notice::SignIn(_)
                | Notice::SecondFactorChanged(_)
                | Notice::AwaySaid(_)
                | Notice::SwapSaid(_)
                | Notice::MemberBounced(_)
                | Notice::RotaGap(_)
                | Notice::CasesWait(_)
                | Notice::ShiftBegun(_)
                | Notice::Digest(_)
                | Notice::Bundle(_)
        )
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn clock(name: &str) -> ClockName {
    name.parse().unwrap()
}

pub fn member(id: &str) -> MemberId {
    id.parse().unwrap()
}

pub fn alice() -> Recipient {
    Recipient::Member(member("alice"))
}

/// The two promises of the policy.
pub fn promises() -> Vec<(ClockName, Timestamp)> {
    vec![(clock("acknowledgement"), at(DUE)), (clock("detailed-response"), at("2027-03-28T22:00:00Z"))]
}

#[test]
fn every_notice_reads_as_its_snapshot() {
    let policy = desk_domain_tests::policy();
    let mut names = std::collections::BTreeSet::new();
    for sample in all() {
        let (name, letter) = (sample.name(), sample.letter(&policy));
        assert!(names.insert(name.clone()), "two are called {name}");
        insta::assert_snapshot!(name, format!("Subject: {}\n\n{}", letter.subject, letter.text()));
    }
}

#[test]
fn t17_every_page_reads_as_its_snapshot_and_says_nothing_of_what_it_is_about() {
    let policy = desk_domain_tests::policy();
    let mut pages = std::collections::BTreeMap::new();
    for sample in all().iter().filter(|sample| matches!(sample.to, Recipient::Member(_))) {
        let Some(page) = sample.page(&policy) else { continue };
        let text = format!("{}\n{}\n{}", page.title, page.text(), page.url);
        assert!(!text.contains("express") && !text.contains("t=…"), "{text}");
        pages.entry(text).or_insert_with(|| sample.name());
    }
    let pages: Vec<String> = pages.iter().map(|(text, name)| format!("{name}\n{text}\n")).collect();
    insta::assert_snapshot!("pages", pages.join("\n"));
}

#[test]
fn every_time_in_a_members_mail_is_told_by_their_own_clock_too() {
    let mut policy = desk_domain_tests::policy();
    for member in &mut policy.members {
        member.time_zone = "America/Argentina/Buenos_Aires".parse().ok();
    }
    let (mut theirs, mut others) = (0, 0);
    for sample in all() {
        let pages = sample.page(&policy).map(|page| page.text());
        let text = sample.letter(&policy).text() + &pages.unwrap_or_default();
        let facts = text.lines().filter(|line| line.starts_with("  ") && line.contains(" UTC"));
        assert!(facts.clone().all(|line| line.chars().count() <= 78), "{text}");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (times, there) = (text.matches(" UTC").count(), text.matches(" in Buenos Aires").count());
        if matches!(sample.to, Recipient::Member(_)) {
            assert_eq!(times, there, "{}: {text}", sample.name());
            theirs += times;
        } else {
            assert_eq!(there, 0, "{}: {text}", sample.name());
            others += times;
        }
    }
    assert!(theirs > 10 && others > 3, "{theirs} {others}");
}

#[test]
fn the_html_twin_keeps_a_persons_words_line_by_line() {
    let policy = desk_domain_tests::policy();
    let samples = reporter::samples();
    let with_words = samples.iter().find(|s| s.notice.template() == "written" && s.sealed.is_some()).unwrap();
    insta::assert_snapshot!("written-html", with_words.letter(&policy).html());
}
