//! How far a case is on the road to publication, as its page shows it.

use desk_advisory::{Site, list_mail};
use desk_domain::advisory::{Published, credit_line};
use desk_store::published::ChannelRecord;
use desk_web::page::Road;
use desk_web::view::Opened;
use jiff::Timestamp;
use serde_json::Value;

use super::words::member_name;
use crate::{Team, publication};

impl Team {
    /// How far the case is on the road to publication, in words, with the final form to be read before it is approved.
    pub(super) fn road(&self, opened: &Opened, channels: &[ChannelRecord], now: Timestamp) -> Road {
        let policy = &*self.policy;
        let view = publication::view(policy, opened, channels, now);
        let text = |pointer: &str| view.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let who = |pointer: &str| match view.pointer(pointer) {
            Some(by) if by["member"].is_string() => {
                member_name(policy, &by["member"].as_str().unwrap_or_default().parse().ok()?).into()
            }
            Some(by) => by.as_str().map(str::to_owned),
            None => None,
        };
        let audit = match text("/audit/state").as_str() {
            "recorded" => {
                let found: Vec<&str> =
                    view["audit"]["findings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let found =
                    if found.is_empty() { String::new() } else { format!(" Cases opened: {}.", found.join(", ")) };
                let words = |pointer: &str| text(pointer).trim_end_matches('.').to_owned();
                format!("Searched: {}. Result: {}.{found}", words("/audit/searched"), words("/audit/result"))
            }
            "waived" => format!("Waived by {}: {}", who("/audit/by").unwrap_or_default(), text("/audit/reason")),
            _ => "not recorded".to_owned(),
        };
        let ranges = view["npm_ranges"].as_object().into_iter().flatten();
        let ranges: Vec<String> =
            ranges.map(|(package, range)| format!("{package} {}", range.as_str().unwrap_or_default())).collect();
        let credit = opened.credit();
        let credit = match (credit.state, credit_line(&credit.credits)) {
            ("answered", None) => "nobody is to be named".to_owned(),
            (_, Some(line)) => line,
            (state, None) => state.to_owned(),
        };
        let step = |name: &str| {
            let at = view["advisory"][name]["at"].as_str()?.parse().ok()?;
            let by = who(&format!("/advisory/{name}/by")).unwrap_or_default();
            Some(format!("{by}, {}", desk_domain::time::instant(at)))
        };
        let row = |name: &str, value: Option<String>| (name.to_owned(), value.unwrap_or_else(|| "not yet".to_owned()));
        let rows = vec![
            row("Affected", (!ranges.is_empty()).then(|| ranges.join("; "))),
            row("Audit", Some(audit)),
            row("Credit", Some(credit)),
            row("Drafted", step("drafted")),
            row("Approved", step("approved")),
            row("Published", step("published")),
        ];
        let channels = view["channels"].as_array().into_iter().flatten().map(|channel| {
            let text = |name: &str| channel[name].as_str().unwrap_or_default();
            let seen = channel["seen_at"].as_str().and_then(|at| at.parse().ok()).map(desk_domain::time::instant);
            let more = seen
                .or_else(|| channel["why"].as_str().map(str::to_owned))
                .map(|m| format!(", {m}"))
                .unwrap_or_default();
            (text("name").to_owned(), format!("{}{more}", text("state")))
        });
        let missing = opened.case.missing(policy, now);
        Road {
            rows,
            missing: if opened.case.publication.is_published() {
                Vec::new()
            } else {
                missing.into_iter().map(|m| m.detail).collect()
            },
            channels: channels.collect(),
            preview: self.preview(opened, now),
        }
    }

    /// The final form as a list would be told of it.
    fn preview(&self, opened: &Opened, now: Timestamp) -> Option<String> {
        let policy = &*self.policy;
        let advisory = publication::final_form(policy, opened, now)?;
        let published_at = opened.case.publication.published.as_ref().map_or(now, |p| p.advisory.at);
        let case = Some(opened.case.id.clone());
        let published = Published { advisory, case, published_at, modified_at: published_at };
        let site = Site { policy, url: &self.site_url, desk_url: &self.public_url };
        let mail = list_mail::write(&site, &published, None);
        Some(format!("Subject: {}\n\n{}", mail.subject, mail.text))
    }
}
