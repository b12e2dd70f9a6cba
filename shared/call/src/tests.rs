//! What an answer means, from a stand-in on this machine; and where no call goes.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;

use jiff::{SignedDuration, Timestamp};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::*;
use crate::outside::{INSIDE, PLAIN};
use crate::special::{IPV4, IPV6, is_special};

/// Answers one connection with these bytes and hangs up; gives its address, and in the end what it was asked.
fn stand_in(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?secret=hush", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut call, _) = listener.accept().unwrap();
        let mut asked = Vec::new();
        let mut part = [0; 1024];
        while !asked.ends_with(b"the body") {
            let read = call.read(&mut part).unwrap();
            asked.extend_from_slice(&part[..read]);
        }
        call.write_all(answer.as_bytes()).unwrap();
        // A second call would wait here.
        drop((call, listener));
        String::from_utf8(asked).unwrap()
    });
    (url, asked)
}

fn to(url: &str) -> Post {
    Post { to: url.to_owned(), headers: vec![("webhook-id", "one".to_owned())], body: b"the body".to_vec() }
}

/// What it means that a call is answered so.
fn answered(answer: &'static str) -> Answer {
    let (url, asked) = stand_in(answer);
    let meant = post(&to(&url));
    let asked = asked.join().unwrap();
    assert!(
        asked.starts_with("POST /hook?secret=hush HTTP/1.1\r\n") && asked.contains("\r\nwebhook-id: one\r\n"),
        "{asked}"
    );
    meant
}

/// What is found by a link whose host answers so.
fn followed(answer: &'static str) -> Option<&'static str> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/commit/1", listener.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        let (mut call, _) = listener.accept().unwrap();
        let mut asked = [0; 1024];
        let read = call.read(&mut asked).unwrap();
        assert!(asked[..read].starts_with(b"GET /commit/1 "));
        call.write_all(answer.as_bytes()).unwrap();
    });
    let found = why_nothing_stands(&url, PATIENCE);
    answering.join().unwrap();
    found
}

/// What is heard where somebody answers so.
fn heard(answer: &'static str, most: u64) -> Heard {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/express/4.19.2", listener.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        let (mut call, _) = listener.accept().unwrap();
        let mut asked = [0; 1024];
        let read = call.read(&mut asked).unwrap();
        assert!(asked[..read].starts_with(b"GET /express/4.19.2 "));
        call.write_all(answer.as_bytes()).unwrap();
    });
    let heard = ask(&url, most);
    answering.join().unwrap();
    heard
}

#[test]
fn only_what_answers_whole_is_heard_and_nothing_is_told_from_no_answer() {
    let said = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwords";
    assert_eq!(heard(said, 5), Heard::Said(b"words".to_vec()));
    assert!(matches!(heard(said, 4), Heard::Unanswered(why) if why.contains("too long")));
    for gone in ["404 Not Found", "410 Gone"] {
        let answer: &'static str = format!("HTTP/1.1 {gone}\r\ncontent-length: 0\r\n\r\n").leak();
        assert_eq!(heard(answer, 5), Heard::Nothing, "{gone}");
    }
    for (unanswered, why) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nwords", "broken off"),
        ("HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n", "leads elsewhere"),
        ("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n", "refused"),
        ("HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n", "refused"),
        ("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", "out of order"),
        ("no HTTP", "nobody answered"),
    ] {
        assert!(matches!(heard(unanswered, 100), Heard::Unanswered(said) if said.contains(why)), "{unanswered}");
    }
    assert_eq!(ask("http://registry.example.org/express/1.0.0", 5), Heard::Unanswered(PLAIN));
    assert_eq!(ask("https://169.254.169.254/express/1.0.0", 5), Heard::Unanswered(INSIDE));
}

#[test]
fn a_link_leads_nowhere_where_nothing_stands_and_nobody_answers() {
    for there in [
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nlocation: https://example.org/\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n",
    ] {
        assert_eq!(followed(there), None, "{there}");
    }
    assert_eq!(followed("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"), Some("nothing stands there"));
    assert_eq!(followed("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"), Some("nothing stands there"));
    let ill = followed("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(ill, Some("what answers there is out of order"));
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(why_nothing_stands(&format!("http://{nobody}/"), PATIENCE), Some("nobody answers there"));
    assert_eq!(why_nothing_stands("https://10.0.0.1/", PATIENCE), Some("nobody answers there"), "within is not called");
}

#[test]
fn an_answer_says_whether_to_call_again() {
    assert_eq!(answered("HTTP/1.1 204 No Content\r\n\r\n"), Answer::Taken);
    for status in
        ["429 Too Many Requests", "500 Internal Server Error", "503 Service Unavailable", "408 Request Timeout"]
    {
        let answer: &'static str = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").leak();
        assert_eq!(answered(answer), Answer::NotNow(NOT_TAKEN, None), "{status}");
    }
    for status in ["400 Bad Request", "401 Unauthorized", "404 Not Found"] {
        let answer: &'static str = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").leak();
        assert_eq!(answered(answer), Answer::Refused(REFUSED), "{status}");
    }
    assert_eq!(answered("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"), Answer::Refused(GONE));
}

/// When a call is to be made again that is answered so.
fn later(status: &str, said: &str) -> Option<Later> {
    let answer = format!("HTTP/1.1 {status}\r\n{said}content-length: 0\r\n\r\n");
    match answered(answer.leak()) {
        Answer::NotNow(NOT_TAKEN, later) => later,
        other => panic!("{status}, {said:?}: {other:?}"),
    }
}

#[test]
fn an_answer_says_when_to_call_again_in_seconds_or_as_a_date() {
    for status in ["408 Request Timeout", "425 Too Early", "429 Too Many Requests", "503 Service Unavailable"] {
        let said = later(status, "Retry-After: 120\r\n");
        assert_eq!(said, Some(Later::In(SignedDuration::from_secs(120))), "{status}");
    }
    let at = Some(Later::At("2026-12-01T23:59:30Z".parse().unwrap()));
    for date in ["Tue, 01 Dec 2026 23:59:30 GMT", "Tuesday, 01-Dec-26 23:59:30 GMT", "Tue Dec  1 23:59:30 2026"] {
        assert_eq!(later("503 Service Unavailable", &format!("retry-after: {date}\r\n")), at, "{date}");
    }
    assert_eq!(
        answered("HTTP/1.1 400 Bad Request\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"),
        Answer::Refused(REFUSED)
    );
}

#[test]
fn what_is_no_time_to_call_again_says_nothing() {
    for said in [
        "",
        "soon",
        "-5",
        "+5",
        "1.5",
        "1e3",
        "0x10",
        "12 s",
        "99999999999999999999999999",
        "Tue, 99 Dec 2026 23:59:30 GMT",
    ] {
        assert_eq!(later("429 Too Many Requests", &format!("retry-after: {said}\r\n")), None, "{said:?}");
    }
    assert_eq!(later("429 Too Many Requests", "retry-after: 5\r\nretry-after: 500\r\n"), None, "which of them?");
}

#[test]
fn how_long_to_wait_is_counted_from_the_answer() {
    let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
    assert_eq!(Later::In(SignedDuration::from_secs(90)).instant(now), now + SignedDuration::from_secs(90));
    assert_eq!(Later::In(SignedDuration::MAX).instant(now), Timestamp::MAX);
    assert_eq!(Later::At(Timestamp::UNIX_EPOCH).instant(now), Timestamp::UNIX_EPOCH);
}

#[test]
fn a_redirect_is_followed_nowhere() {
    for status in [301, 302, 303, 307, 308] {
        let (elsewhere, asked) = stand_in("HTTP/1.1 204 No Content\r\n\r\n");
        let answer = format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(answered(answer.leak()), Answer::Refused(REFUSED), "{status}");
        assert!(!asked.is_finished(), "{status}: nobody called there");
        assert_eq!(post(&to(&elsewhere)), Answer::Taken, "it was there to be called");
        asked.join().unwrap();
    }
}

#[test]
fn half_an_answer_is_none_unless_it_says_how_it_ended() {
    for half in ["", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\ncontent-le"] {
        assert_eq!(answered(half), Answer::NotNow(UNANSWERED, None), "{half:?}");
    }
    assert_eq!(answered("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab"), Answer::Taken, "the rest is not read");
    assert_eq!(post(&to("http://127.0.0.1:9/")), Answer::NotNow(UNANSWERED, None), "nobody is there");
}

#[test]
fn a_page_that_is_cut_off_is_none() {
    let served = |answer: &'static str| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let serves = std::thread::spawn(move || {
            let (mut call, _) = listener.accept().unwrap();
            let _ = call.read(&mut [0; 4096]).unwrap();
            call.write_all(answer.as_bytes()).unwrap();
        });
        let page = page(&url);
        serves.join().unwrap();
        page
    };
    assert_eq!(served("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab").as_deref(), Some("ab"));
    assert_eq!(served("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab"), None);
    assert_eq!(served("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nab"), None);
}

#[test]
fn what_is_plain_or_inside_is_called_by_no_way() {
    for plain in ["http://example.org/", "http://10.0.0.1/", "http://127.0.0.2/", "http://[::ffff:127.0.0.1]/"] {
        assert_eq!(post(&to(plain)), Answer::Refused(PLAIN), "{plain}");
    }
    // By number in every spelling that the system takes, and the number of this machine that is not its name.
    let inside = [
        "https://10.1.2.3/",
        "https://127.0.0.2/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
    ];
    for inside in inside {
        assert_eq!(post(&to(inside)), Answer::Refused(INSIDE), "{inside}");
        assert_eq!(get(inside, PATIENCE), Answer::Refused(INSIDE), "{inside}");
        assert_eq!(page(inside), None, "{inside}");
    }
    for nonsense in ["", "hush", "/hush", "ftp://example.org/hush"] {
        assert!(matches!(post(&to(nonsense)), Answer::Refused(_)), "{nonsense}");
    }
}

/// Whatever name is looked up, it stands for these.
#[derive(Debug)]
struct Says(Vec<IpAddr>);

impl Resolver for Says {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut all = self.empty();
        self.0.iter().for_each(|ip| all.push(SocketAddr::new(*ip, 443)));
        Ok(all)
    }
}

/// What of these a call to `url` may connect to.
fn kept(url: &str, says: &[&str]) -> Result<Vec<IpAddr>, &'static str> {
    let says = Says(says.iter().map(|ip| ip.parse().unwrap()).collect());
    let kept = Outside(says).resolve(&url.parse().unwrap(), &Config::default(), NextTimeout::default());
    match kept {
        Ok(kept) => Ok(kept.iter().map(SocketAddr::ip).collect()),
        Err(ureq::Error::Other(why)) => Err(why.downcast_ref::<NotCalled>().unwrap().0),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_name_is_called_by_what_it_stands_for() {
    let hook = "https://hook.example.org/";
    let ips = |all: &[&str]| Ok(all.iter().map(|ip| ip.parse().unwrap()).collect());
    assert_eq!(kept(hook, &["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]).map(|all| all.len()), Ok(2));
    assert_eq!(kept(hook, &["10.0.0.1", "93.184.215.14", "::1"]), ips(&["93.184.215.14"]));
    assert_eq!(kept(hook, &["127.0.0.1"]), Err(INSIDE), "no name of this machine");
    assert_eq!(kept(hook, &["169.254.169.254", "fd00:ec2::254"]), Err(INSIDE));
    assert_eq!(kept("http://hook.example.org/", &["93.184.215.14"]), Err(PLAIN));
    for here in
        ["http://localhost:9/", "http://LOCALHOST:9/", "http://127.0.0.1:9/", "http://[::1]:9/", "https://localhost/"]
    {
        assert_eq!(kept(here, &["127.0.0.1", "::1"]), ips(&["127.0.0.1", "::1"]), "{here}");
        assert_eq!(kept(here, &["10.0.0.1", "93.184.215.14"]), Err(INSIDE), "{here} that leads elsewhere");
    }
    for like in
        ["https://localhost.example.org/", "https://127.0.0.1.example.org/", "https://localhost@hook.example.org/"]
    {
        assert_eq!(kept(like, &["127.0.0.1"]), Err(INSIDE), "{like}");
    }
}

fn mapped(ip: Ipv4Addr) -> IpAddr {
    ip.to_ipv6_mapped().into()
}

fn translated(ip: Ipv4Addr) -> IpAddr {
    let [a, b, c, d] = ip.octets().map(u16::from);
    Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, a << 8 | b, c << 8 | d).into()
}

/// The first and the last of each range, in all three forms; and its neighbours, unless they are of another range.
#[test]
fn each_range_of_ipv4_is_special_from_its_first_address_to_its_last_in_every_form() {
    for net in IPV4 {
        for ip in [net.network(), net.broadcast()] {
            for ip in [ip.into(), mapped(ip), translated(ip)] {
                assert!(is_special(ip), "{ip} of {net}");
            }
        }
    }
    let outside = [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "8.8.8.8",
    ];
    for ip in outside.map(|ip| ip.parse::<Ipv4Addr>().unwrap()) {
        for ip in [ip.into(), mapped(ip), translated(ip)] {
            assert!(!is_special(ip), "{ip}");
        }
    }
}

#[test]
fn each_kind_of_address_is_told_from_the_internets() {
    let special = [
        ("10.0.0.1", "private"),
        ("172.31.255.254", "private"),
        ("192.168.1.1", "private"),
        ("100.100.100.200", "of a provider's network, and a cloud's own"),
        ("127.0.0.1", "loopback"),
        ("169.254.169.254", "where a cloud hands out credentials"),
        ("169.254.170.2", "where it does to containers"),
        ("192.0.0.192", "where another cloud does"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "broadcast"),
        ("0.0.0.0", "none"),
        ("::", "none"),
        ("::1", "loopback"),
        ("::127.0.0.1", "IPv4 as it was written once"),
        ("fe80::1", "link-local"),
        ("febf::1", "link-local"),
        ("fec0::1", "site-local"),
        ("fc00::1", "unique local"),
        ("fd00:ec2::254", "where a cloud hands out credentials"),
        ("fdff:ffff::1", "unique local"),
        ("ff02::1", "multicast"),
        ("64:ff9b:1::a00:1", "translated within a network"),
        ("100::1", "thrown away"),
        ("5f00::1", "of segment routing"),
        ("1fff:ffff::1", "nobody's"),
        ("4000::1", "nobody's"),
        ("2001::7f00:1", "Teredo"),
        ("2001:1ff:ffff::1", "protocols"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::1", "6to4"),
        ("3fff::1", "documentation"),
        ("3fff:fff:ffff::1", "documentation"),
    ];
    for (ip, what) in special {
        assert!(is_special(ip.parse().unwrap()), "{ip} is {what}");
    }
    let outside = [
        "2000::1",
        "2001:200::1",
        "2001:db7:ffff::1",
        "2001:db9::1",
        "2001:4860:4860::8888",
        "2003::1",
        "2606:4700::1111",
        "3ffe:ffff::1",
        "3fff:1000::1",
        "2a00:1450::1",
    ];
    for ip in outside {
        assert!(!is_special(ip.parse().unwrap()), "{ip}");
    }
    assert!(IPV6.iter().all(|net| is_special(net.network().into()) && is_special(net.broadcast().into())));
}
