//! Under which policy a desk starts, and under which none does.

use std::fs;
use std::process::{Command, Output, Stdio};

use desk_harness::{Place, Serve, binary, cli, express};

/// In a folder of its own, where nothing names a policy.
fn alone(place: &Place, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(place.root()).env_remove("DESK_POLICY").env_remove("DESK_TOKEN");
    command.env("XDG_CONFIG_HOME", "/nonexistent").stdin(Stdio::null()).output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn without_a_policy_it_says_what_it_does_and_asks_for_one() {
    let place = Place::new("no-policy");
    for arguments in [&["serve"][..], &[], &["serve", "--listen", "127.0.0.1:0"]] {
        let asked = alone(&place, arguments);
        let said = text(&asked.stderr);
        assert_eq!(asked.status.code(), Some(1), "{said}");
        for words in ["keeps the promises", "desk init", "--policy FILE", "DESK_POLICY"] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
    assert!(!place.root().join(".desk").exists(), "nothing was made");
    let bytes = fs::read(binary()).unwrap();
    let (own, mark) = (fs::read_to_string(express()).unwrap(), b"security@expressjs.com");
    assert!(own.contains("security@expressjs.com"));
    assert!(!bytes.windows(mark.len()).any(|window| window == mark), "nothing of any project is compiled in");
}

#[test]
fn five_answers_are_a_policy_to_begin_with() {
    let place = Place::new("init");
    let half = alone(&place, &["init", "--project", "Minnow", "--security", "security@minnow.example.org"]);
    assert_eq!(half.status.code(), Some(1));
    let said = text(&half.stderr);
    assert!(said.contains("--website, --member, --package"), "{said}");
    let answers = ["init", "--project", "Minnow", "--website", "https://minnow.example.org", "--security"];
    let answers = [&answers[..], &["security@minnow.example.org", "--package", "minnow@1", "--member"]].concat();
    let wrong = alone(&place, &[&answers[..], &["Mina Example <mina>"]].concat());
    assert!(text(&wrong.stderr).contains("members[0].address"), "{}", text(&wrong.stderr));
    let done = alone(&place, &[&answers[..], &["Mina Example <mina@example.org>"]].concat());
    assert!(done.status.success(), "{}", text(&done.stderr));
    let again = alone(&place, &[&answers[..], &["Mina Example <mina@example.org>"]].concat());
    assert!(text(&again.stderr).contains("is there already"), "nothing is written over");
    let policy = place.root().join("policy.toml");
    assert!(cli(&["policy", "check", policy.to_str().unwrap()]).status.success());
    assert!(text(&alone(&place, &["policy", "show"]).stdout).contains("Minnow"), "policy.toml is found by itself");
    let desk = place.start_under(policy);
    let report = serde_json::json!({"package": "minnow", "versions": "1.0", "summary": "s", "details": "d"});
    assert!(desk.filed(&report).0.starts_with("MIN-"));
}

#[test]
fn what_policy_check_refuses_starts_no_desk_in_the_same_words() {
    let place = Place::new("refused");
    let good = fs::read_to_string(express()).unwrap();
    let gone =
        good.replace("roles = [\"triage\"", "away = [{ from = 2020-01-01, until = 2090-01-01 }]\nroles = [\"triage\"");
    let gone = gone.replace("away = [{ from = 2026-12-24, until = 2027-01-01 }]\n", "");
    let key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\\n\\nxjMEaaaa\\n=aaaa\\n-----END PGP PUBLIC KEY BLOCK-----\\n";
    let unusable = good.replacen("roles = [\"triage\"", &format!("openpgp_key = \"{key}\"\nroles = [\"triage\""), 1);
    let cases = [
        ("broken.toml", good.replacen("due = \"48h\"", "due = \"soon\"", 1), "soon"),
        ("gone.toml", gone, "rota.order: is covered by nobody"),
        ("unusable.toml", unusable, "openpgp_key: cannot be used"),
    ];
    for (name, policy, words) in cases {
        let file = place.file(name, &policy);
        let checked = cli(&["policy", "check", &file]);
        let said = text(&checked.stdout);
        assert_eq!(checked.status.code(), Some(1), "{said}");
        assert!(words == "soon" || said.contains(words), "{said}");
        let serve = Serve { policy: file.clone().into(), ..Serve::default() };
        let ended = place.spawn(&serve).wait().expect("it ends");
        assert_eq!(ended.code(), Some(1), "{name}");
        let log = place.log();
        assert!(log.contains(said.trim()), "the same words: {said}\n{log}");
        assert!(!place.data().join("keys.json").exists(), "nothing was made");
    }
}
