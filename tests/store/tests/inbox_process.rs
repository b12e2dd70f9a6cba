//! `inbox` in a process of its own: how much of memory a mail takes at most, and what becomes of one that ends the process.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use desk_domain::case::event::Hint;
use desk_store::Taking;
use desk_store::objects::{If, ObjectSettings, Objects};
use desk_store_tests::Bench;
use desk_store_tests::bucket::Bucket;

/// What SES takes at most, less its own fields.
const LARGEST: usize = 40 * 1024 * 1024 - 2048;
/// The function has 512 MiB.
const MOST_KIB: u64 = 200 * 1024;
/// What taking one in may need in all. How much of what was read is given back before it is sealed and put is the scheduler's: of the same
/// mail 140 to 208 MiB were measured.
const HALF_KIB: u64 = 256 * 1024;

/// A process, and what it writes. Ended when dropped.
struct Process {
    child: Child,
    tell: ChildStdin,
    hear: BufReader<ChildStdout>,
    log: PathBuf,
    keys: PathBuf,
}

impl Process {
    fn start(program: &mut Command) -> Process {
        let [log, keys] = ["log", "keys"].map(of_its_own);
        let mut child = program
            .env("BENCH_KEYS", &keys)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a file"))
            .spawn()
            .expect("a process");
        let (tell, hear) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        Process { child, tell, hear: BufReader::new(hear), log, keys }
    }

    fn taking(bench: &Bench, buckets: &str) -> Process {
        let mut program = Command::new(env!("CARGO_BIN_EXE_takes-mail"));
        Process::start(program.env("BENCH_TABLES", bench.url()).env("BENCH_BUCKETS", buckets))
    }

    /// What the schedule has it do at an instant; `false` when it ended in the middle of it.
    fn sweep(&mut self, now: &str) -> bool {
        tokio::task::block_in_place(|| {
            writeln!(self.tell, "{now}").expect("it listens");
            self.hears()
        })
    }

    fn hears(&mut self) -> bool {
        self.hear.read_line(&mut String::new()).is_ok_and(|read| read > 0)
    }

    /// The most of memory that it ever took.
    fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says it");
        peak.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// The alarms in its log, and the mail that each names.
    fn alarms(&self) -> Vec<(String, String)> {
        let log = std::fs::read_to_string(&self.log).expect("its log");
        let lines = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let of = |line: &serde_json::Value, name: &str| line["fields"][name].as_str().map(str::to_owned);
        lines.filter_map(|line| Some((of(&line, "alarm")?, of(&line, "object")?))).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for file in [&self.log, &self.keys] {
            let _ = std::fs::remove_file(file);
        }
    }
}

fn of_its_own(what: &str) -> PathBuf {
    std::env::temp_dir().join(format!("desk-{what}-{}", desk_keys::hex(&desk_keys::random::<8>())))
}

fn inbound(url: &str) -> Objects {
    Objects::connect(&ObjectSettings::stand_in(url, "inbound"))
}

/// A mail as large as SES takes one, whose body is the same again and again.
fn large(head: &str, again: &[u8]) -> Vec<u8> {
    let mut mail = b"From: Rita <rita@example.com>\r\nMessage-ID: <large@example.com>\r\nSubject: large\r\n".to_vec();
    mail.extend_from_slice(head.as_bytes());
    let times = (LARGEST - mail.len()) / again.len();
    mail.extend(again.repeat(times));
    mail
}

/// Every shape that a reader may make more of than it is.
fn shapes() -> Vec<(&'static str, Vec<u8>)> {
    let text = "Content-Type: text/plain; charset=utf-8\r\n";
    let plain = format!("{text}\r\n");
    let coded = format!("{text}Content-Transfer-Encoding: base64\r\n\r\n");
    let soft = format!("{text}Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    let mixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    let packed = "Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let nested = "Content-Type: message/rfc822\r\n\r\n";
    let base64 = "QUJD".repeat(19) + "\r\n";
    let deep = ">".repeat(997) + "\r\n";
    let folder = "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    let named = "--b\r\nContent-Disposition: attachment; filename=x\r\n\r\nx\r\n";
    vec![
        ("line feeds", large(&plain, b"\n")),
        ("carriage returns", large(&plain, b"\r")),
        ("header fields", large("", b"X-A: b\r\n")),
        ("a field that goes on", large("X-A: b\r\n", b" b\r\n")),
        ("encoded words", large("X-A: b\r\nSubject:", b" =?utf-8?q?=C3=BC?=\r\n")),
        ("addresses", large("To: a@example.org", b",\r\n a@example.org")),
        ("boundaries", large(mixed, b"--b\r\n")),
        ("small parts", large(mixed, b"--b\r\n\r\nx\r\n")),
        ("attachments", large(mixed, named.as_bytes())),
        ("containers", large(mixed, folder.as_bytes())),
        ("mails in mails", large(nested, nested.as_bytes())),
        ("an attachment in base64", large(&coded.replace("text/plain", "image/png"), base64.as_bytes())),
        ("a text in base64", large(&coded, base64.as_bytes())),
        ("base64 with blanks", large(&coded, b"QUJD ")),
        ("quotes", large(&plain, b">\r\n")),
        ("deep quotes", large(&plain, deep.as_bytes())),
        ("flowing lines", large("Content-Type: text/plain; format=flowed\r\n\r\n", b"a \r\n")),
        ("soft line ends", large(&soft, b"=\r\n")),
        ("tags", large("Content-Type: text/html\r\n\r\n", b"<b>")),
        ("entities", large("Content-Type: text/html\r\n\r\n", b"&amp;<br>")),
        ("links", large("Content-Type: text/html\r\n\r\n", b"<a href=x:y>")),
        ("one line", large(&plain, b"x")),
        ("no UTF-8", large(&plain, b"\xff")),
        ("escapes of ISO-2022-JP", large("\r\n", b"\x1b$B")),
        ("armour", large(&plain, b"-----BEGIN PGP MESSAGE-----\r\n")),
        ("packed", large(packed, base64.as_bytes())),
        ("packed without end", large(packed, b"MIAwgDCA\r\n")),
    ]
}

/// What reading takes is the shape's; what is done with it afterwards is the same for all ([the next test](self)).
#[test]
fn t12_the_largest_mail_of_any_shape_is_read_within_200_mib() {
    let mut over = Vec::new();
    for (shape, mail) in shapes() {
        let file = of_its_own("mail");
        std::fs::write(&file, mail).expect("a file");
        let mut process = Process::start(Command::new(env!("CARGO_BIN_EXE_reads-mail")).arg(&file));
        let (read, peak) = (process.hears(), process.peak_kib());
        std::fs::remove_file(file).expect("it was written");
        if !read || peak > MOST_KIB {
            over.push(format!("{shape}: {} MiB, read: {read}", peak / 1024));
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t12_the_largest_mails_are_taken_in_within_half_of_the_functions_memory() {
    let bench = Bench::new().await;
    let bucket = Bucket::new();
    let url = bucket.serve(|_, _| ()).await;
    for (shape, mail) in
        shapes().into_iter().filter(|(shape, _)| ["line feeds", "an attachment in base64"].contains(shape))
    {
        let mut process = Process::taking(&bench, &url);
        inbound(&url).put("large", "message/rfc822", &mail, If::Absent).await.expect("a put");
        assert!(process.sweep("2026-11-22T12:00:00Z"), "{shape}: it ended");
        assert!(process.peak_kib() < HALF_KIB, "{shape}: {} MiB", process.peak_kib() / 1024);
        assert!(inbound(&url).list().await.expect("a list").is_empty(), "{shape}: it lies there");
    }
}

/// Ends a process when it makes a call that it waits for.
#[derive(Clone, Default)]
struct Death(Arc<Mutex<Option<(u32, &'static str)>>>);

impl Death {
    fn waits(&self, process: &Process, call: &'static str) {
        *self.0.lock().expect("no panic holds it") = Some((process.child.id(), call));
    }

    fn seen(&self, call: &str) {
        let mut waits = self.0.lock().expect("no panic holds it");
        if let Some((pid, _)) = waits.filter(|(_, at)| call.starts_with(at)) {
            *waits = None;
            let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
            assert!(killed.is_ok_and(|status| status.success()), "it can be killed");
        }
    }
}

async fn put(url: &str, key: &str) {
    let mail = format!(
        "From: Rita <rita@example.com>\r\nMessage-ID: <{key}@example.com>\r\nSubject: express {key}\r\n\r\nIt leaks.\r\n"
    );
    inbound(url).put(key, "message/rfc822", mail.as_bytes(), If::Absent).await.expect("a put");
}

async fn lying(url: &str) -> Vec<String> {
    inbound(url).list().await.expect("a list").into_iter().map(|(key, _)| key).collect()
}

/// Whether each case's mail could not be read, in the order in which they came.
async fn unread(bench: &Bench) -> Vec<bool> {
    let mut cases = Vec::new();
    for id in bench.store.all_cases().await.expect("cases") {
        let case = bench.store.cases.case(&id).await.expect("a read").expect("a case").case;
        let mail = case.mail.as_ref().expect("it came by mail");
        cases.push((case.received_at, mail.hints.contains(&Hint::Unreadable)));
    }
    cases.sort();
    cases.into_iter().map(|(_, unread)| unread).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn t12_a_mail_that_ends_the_process_is_kept_unread_and_those_behind_it_go_on() {
    let (bench, bucket, death) = (Bench::new().await, Bucket::new(), Death::default());
    let watched = death.clone();
    let url = bucket.serve(move |method, path| watched.seen(&format!("{method} {path}"))).await;
    put(&url, "a-ends-it").await;
    put(&url, "b-behind").await;

    let mut first = Process::taking(&bench, &url);
    death.waits(&first, "GET /inbound/a-ends-it");
    assert!(!first.sweep("2026-11-22T12:00:00Z"), "it ends");
    assert_eq!(lying(&url).await, ["a-ends-it", "b-behind"]);

    // Nobody knows yet whether somebody is still at it.
    let mut second = Process::taking(&bench, &url);
    assert!(second.sweep("2026-11-22T12:01:00Z"));
    assert_eq!(lying(&url).await, ["a-ends-it"]);
    assert_eq!((second.alarms(), unread(&bench).await), (vec![], vec![false]));

    assert!(second.sweep("2026-11-22T12:02:00Z"));
    assert_eq!(lying(&url).await, Vec::<String>::new());
    assert_eq!(second.alarms(), [("mail-aside".to_owned(), "a-ends-it".to_owned())]);
    let mut both = unread(&bench).await;
    both.sort();
    assert_eq!(both, [false, true], "a person reads it");
}

#[tokio::test(flavor = "multi_thread")]
async fn t12_a_mail_that_ends_the_process_unread_too_lies_aside_until_it_is_tried_again() {
    let (bench, bucket, death) = (Bench::new().await, Bucket::new(), Death::default());
    let watched = death.clone();
    let url = bucket.serve(move |method, path| watched.seen(&format!("{method} {path}"))).await;
    put(&url, "a-ends-it").await;
    for at in ["2026-11-22T12:00:00Z", "2026-11-22T12:05:00Z"] {
        let mut process = Process::taking(&bench, &url);
        // While the mail is being sealed, which is done with any mail, read or not.
        death.waits(&process, "PUT /content/");
        assert!(!process.sweep(at), "it ends");
    }
    put(&url, "b-behind").await;
    let mut third = Process::taking(&bench, &url);
    for at in ["2026-11-22T12:10:00Z", "2026-11-22T12:15:00Z"] {
        assert!(third.sweep(at));
        assert_eq!(lying(&url).await, ["a-ends-it"]);
    }
    let aside = ("mail-aside".to_owned(), "a-ends-it".to_owned());
    assert_eq!(third.alarms(), [aside.clone(), aside], "the alarm stands");
    assert_eq!(unread(&bench).await, [false]);

    // What an operator does once it is mended: the mark is taken away.
    bench.store.desk.end_taking("a-ends-it").await.expect("a write");
    assert!(third.sweep("2026-11-22T12:20:00Z"));
    assert_eq!((lying(&url).await, unread(&bench).await), (vec![], vec![false, false]));
}

#[tokio::test]
async fn whoever_fails_and_says_so_speaks_against_no_mail() {
    let bench = Bench::new().await;
    let (desk, at) = (&bench.store.desk, |text: &str| text.parse().expect("an instant"));
    for _ in 0..5 {
        assert_eq!(desk.begin_taking("m", at("2026-11-22T12:00:00Z")).await.unwrap(), Taking::Mine { ended: false });
        assert_eq!(desk.begin_taking("m", at("2026-11-22T12:01:00Z")).await.unwrap(), Taking::Others);
        desk.end_taking("m").await.unwrap();
    }
}
