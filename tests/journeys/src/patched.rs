//! What each output names as patched, read back from the output itself, so that they can be held against one another.

use desk_domain::id::LineName;
use desk_domain::npm::NpmVersion;
use serde_json::Value;

use crate::Confirmed;

impl Confirmed {
    /// Asserts that every output names exactly this as the fix of a line, or none; `version` is one that is affected.
    pub fn is_patched(&self, line: &str, version: &str, fix: Option<&str>) {
        for (output, named) in self.patched(line, version) {
            let named: Vec<&str> = named.iter().map(String::as_str).collect();
            assert_eq!(named, fix.into_iter().collect::<Vec<_>>(), "{output} of {line}");
        }
    }

    /// The versions that each output names as the fix of a line, each once. What an output says where none is known is none.
    fn patched(&self, line: &str, version: &str) -> Vec<(&'static str, Vec<String>)> {
        let page = self.site("advisories/CASE.html");
        let updates = self.site("security-updates.html");
        let of_line = between(&updates, &format!("id=\"line-{line}\""), "</section>").concat();
        let mail = self.desk.mail_to("express-js@googlegroups.com", "An open redirect (high)");
        let feed = self.site("feed.atom");
        let told = |text: &str, end: &str| {
            let told = between(text, &format!("{line}: affected "), end);
            told.iter().map(|told| told.rsplit("patched ").next().unwrap_or_default().to_owned()).collect()
        };
        let row = format!("<tr><th scope=\"row\">{line}</th>");
        let all: [(&'static str, Vec<String>); 7] = [
            ("page", between(&between(&page, &row, "</tr>").concat(), "data-label=\"Patched\"><strong>", "</strong>")),
            ("what to do", between(&page, &format!("<dt>For {line}</dt><dd><code>npm install express@"), "</code>")),
            ("osv", self.fixed_in_osv(&line.parse().expect("a line"))),
            ("feed", told(&feed, "&lt;/li&gt;")),
            ("mail", told(&mail, "\n")),
            ("updates page", between(&of_line, "<h3>", "</h3>")),
            ("check", self.fixed_by_check(line, version)),
        ];
        let versions = |named: Vec<String>| {
            let mut named: Vec<String> =
                named.into_iter().filter(|word| word != "none" && word != "No fixed version").collect();
            named.dedup();
            named
        };
        all.into_iter().map(|(output, named)| (output, versions(named))).collect()
    }

    fn fixed_in_osv(&self, line: &LineName) -> Vec<String> {
        let record: Value = serde_json::from_str(&self.site("osv/CASE.json")).expect("a record");
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let ranges = list(&record["affected"]).into_iter().flat_map(|element| list(&element["ranges"]));
        let fixed = ranges.flat_map(|range| list(&range["events"])).filter_map(|event| {
            let version: NpmVersion = event["fixed"].as_str()?.parse().ok()?;
            line.holds(&version).then(|| version.to_string())
        });
        fixed.collect()
    }

    /// What the advisory's own range ends in, and what of the line there is to update to.
    fn fixed_by_check(&self, line: &str, version: &str) -> Vec<String> {
        let path = format!("/check?package=express&version={version}");
        let checked = self.desk.get(&path, &[("accept", "application/json")]).ok();
        assert_eq!(checked["affected"], true, "{version}: {checked}");
        let list = |name: &str| checked[name].as_array().cloned().unwrap_or_default();
        let own = list("update_to").into_iter().filter(|target| target["line"] == line).map(|t| t["version"].clone());
        let fixed = list("advisories").into_iter().map(|hit| hit["fixed"].clone());
        fixed.chain(own).filter_map(|version| version.as_str().map(str::to_owned)).collect()
    }
}

/// Every part of a text that stands between these two.
fn between(text: &str, begin: &str, end: &str) -> Vec<String> {
    text.split(begin).skip(1).filter_map(|rest| Some(rest.split_once(end)?.0.to_owned())).collect()
}
