use super::*;

const EXPRESS: &str = include_str!("../../../../../infra/policies/express.toml");

fn ids(policy: &Policy) -> Vec<String> {
    policy.announcement_channels().iter().map(ToString::to_string).collect()
}

#[test]
fn t54_an_announcement_is_handed_over_after_all_is_written_whatever_the_order_of_the_file() {
    let mut policy = Policy::from_toml(&EXPRESS.replace("enabled = false\n", "")).unwrap();
    let own = ["advisory-page", "osv", "csaf", "feed", "csaf-provider", "updates-page"];
    let all = [&own[..], &["strongloop-blog", "express-mailing-list"]].concat();
    assert_eq!(ids(&policy), all);
    policy.channels.reverse();
    assert_eq!(ids(&policy), all);
    policy.channels.clear();
    assert_eq!(ids(&policy), own);
}

#[test]
fn the_policy_names_the_updates_page_while_it_is_enabled() {
    let mut policy = Policy::from_toml(EXPRESS).unwrap();
    let name = |policy: &Policy, id: &str| policy.channel_name(&id.parse().unwrap());
    assert_eq!(name(&policy, "updates-page"), "Security updates");
    assert_eq!(name(&policy, "osv"), "OSV record");
    assert_eq!(name(&policy, "strongloop-blog"), "StrongLoop blog");
    assert_eq!(name(&policy, "gone"), "gone");
    policy.channels.iter_mut().for_each(|c| c.enabled = false);
    assert_eq!(name(&policy, "updates-page"), "Security updates page");
}

#[test]
fn what_only_the_desk_may_know_is_shown_by_no_way() {
    let policy = Policy::from_toml(EXPRESS).unwrap();
    let list = policy.channel(&"express-mailing-list".parse().unwrap()).unwrap();
    assert_eq!(list.kept(Form::Mailbox), Some("express-js@googlegroups.com"));
    assert_eq!(list.shown().map(|c| c.url), Some("https://groups.google.com/forum/#!forum/express-js"));
    assert_eq!(list.kept(Form::Https), None);
    assert!(!format!("{policy:?}").contains("express-js@googlegroups.com"));
}

fn with_webhook(rest: &str) -> Result<Policy, String> {
    let row = format!("[[channels]]\nkind = \"webhook\"\nname = \"Build farm\"\n{rest}\n");
    Policy::from_toml(&format!("{EXPRESS}\n{row}")).map_err(|e| e.to_string())
}

#[test]
fn a_webhook_is_handed_an_announcement_last_and_its_address_is_shown_by_no_way() {
    let url = "https://farm.example.org/hush";
    let policy = with_webhook(&format!("url = \"{url}\"")).unwrap();
    let farm = policy.channel(&"build-farm".parse().unwrap()).unwrap();
    assert_eq!((farm.kept(Form::Called), farm.shown()), (Some(url), None));
    assert_eq!((farm.kept(Form::Https), farm.kept(Form::Mailbox)), (None, None));
    let all = policy.announcement_channels();
    assert_eq!(all.last().map(ChannelId::as_str), Some("build-farm"));
    assert!(!policy.written_channels().contains(&farm.id), "it is told, and not found");
    let shown = serde_json::to_string(&policy).unwrap() + &format!("{policy:?}");
    assert!(shown.contains("Build farm") && !shown.contains("hush"), "{shown}");
}

#[test]
fn a_webhook_takes_an_address_to_call_and_what_is_wrong_is_named_without_a_word_of_it() {
    let refused =
        |rest: &str| with_webhook(rest).unwrap_err().lines().map(str::to_owned).collect::<Vec<_>>().join("; ");
    assert!(refused("").contains("channels[3].url: is required"), "{}", refused(""));
    let plain = refused("url = \"http://farm.example.org/hush\"");
    assert!(plain.contains("channels[3].url: must be an https URL") && !plain.contains("hush"), "{plain}");
    let two = refused("url = \"https://farm.example.org/hush\"\naddress = \"farm@example.org\"");
    assert!(two.contains("channels[3].address: is for a mailing list only") && !two.contains("hush"), "{two}");
    let here = with_webhook("url = \"http://127.0.0.1:9/hush\"").unwrap();
    assert_eq!(here.channels[3].kept(Form::Called), Some("http://127.0.0.1:9/hush"));
}
