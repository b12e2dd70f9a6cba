//! The command line on a machine that has no desk of its own: signed in by mail, it acts as its member.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use desk_harness::{Desk, Place, binary, report};
use serde_json::Value;

/// A user's home beside a desk, with no folder of a desk in it.
struct Home {
    path: PathBuf,
}

impl Home {
    fn beside(place: &Place) -> Home {
        let path = place.root().join("home");
        std::fs::create_dir_all(&path).unwrap();
        Home { path }
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(&self.path).env("XDG_CONFIG_HOME", self.path.join("config"));
        command.env_remove("DESK_TOKEN").env_remove("DESK_LOG");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let mut stdin = child.stdin.take().unwrap();
        // Who asks for no input has closed it.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    fn says(&self, arguments: &[&str]) -> (bool, String) {
        let output = self.run(arguments, "");
        let both = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(both).unwrap())
    }

    fn file(&self) -> PathBuf {
        self.path.join("config/disclosure-desk/logins.json")
    }

    /// Signs in with the newest link that was mailed.
    fn sign_in(&self, desk: &Desk, name: &str, address: &str) -> Value {
        self.run(&["login", address, "--url", &desk.url], "");
        desk.advance("1s");
        let mail = desk.mail_to(name, "Your sign-in link");
        let link = mail.lines().find(|line| line.contains("/desk/session?token=")).expect("a link");
        let output = self.run(&["login", "--url", &desk.url, "--json"], &format!("{link}\n"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("one document")
    }
}

#[test]
fn a_page_s_shell_lines_are_true_on_any_machine() {
    let place = Place::new("login");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let home = Home::beside(&place);
    let (done, said) = home.says(&["board", "--url", &desk.url]);
    assert!(!done && said.contains("desk login"), "{said}");

    let login = home.sign_in(&desk, "alice", "alice@example.com");
    assert_eq!((login["member"].as_str(), login["desk"].as_str()), (Some("alice"), Some(desk.url.as_str())));
    assert!(login.get("token").is_none(), "a token is not shown");
    assert_eq!(std::fs::metadata(home.file()).unwrap().permissions().mode() & 0o777, 0o600);

    let (done, board) = home.says(&["board"]);
    assert!(done && board.contains(&case) && !board.contains('\u{1b}'), "{board}");
    assert!(home.says(&["case", "show", &case]).1.contains("Received"));
    let line = ["case", "do", &case, "acknowledge", "message=Thank you", "--as", "alice"];
    assert!(home.says(&line).1.contains("Acknowledged"), "as the page says it");
    let (done, said) = home.says(&["case", "show", &case, "--as", "bob"]);
    assert!(!done && said.contains("secret"), "nobody else: {said}");
    assert!(!home.path.join(".desk").exists(), "no desk is made here");
}

#[test]
fn signing_out_ends_it_here_or_everywhere() {
    let place = Place::new("logout");
    let desk = place.start();
    let home = Home::beside(&place);
    home.sign_in(&desk, "alice", "alice@example.com");
    let kept: Value = serde_json::from_slice(&std::fs::read(home.file()).unwrap()).unwrap();
    let bearer = format!("Bearer {}", kept["desks"][&desk.url]["token"].as_str().unwrap());
    let (done, said) = home.says(&["logout"]);
    assert!(done && said.contains("Signed out."), "{said}");
    assert_eq!(desk.get("/desk/api/cases", &[("authorization", &bearer)]).status, 401);
    assert!(!home.says(&["logout", "--url", &desk.url]).0, "one is out already");

    let other = desk.token("alice");
    home.sign_in(&desk, "alice", "alice@example.com");
    assert!(home.says(&["logout", "--everywhere"]).0);
    assert_eq!(desk.get("/desk/api/cases", &[("authorization", &other)]).status, 401);
}

#[test]
fn a_link_that_is_none_signs_nobody_in() {
    let place = Place::new("no-link");
    let desk = place.start();
    let home = Home::beside(&place);
    for pasted in ["", "x\n", "https://evil.example/?token=x\n"] {
        let output = home.run(&["login", "--url", &desk.url], pasted);
        assert!(!output.status.success() && !home.file().exists(), "{pasted:?}");
    }
    let (done, said) = home.says(&["login", "--url", "http://desk.example.org"]);
    assert!(!done && said.contains("HTTPS"), "{said}");
}

#[test]
fn a_shell_can_complete_commands() {
    let place = Place::new("completions");
    let home = Home::beside(&place);
    for shell in ["bash", "zsh", "fish"] {
        let (done, script) = home.says(&["completions", shell]);
        assert!(done && script.contains("board") && script.contains("logout"), "{shell}: {script}");
    }
}
